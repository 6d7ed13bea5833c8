import { callId } from "../record/encode.ts";
import { isCut, jobIds } from "../record/job-facts.ts";
import { isOidLike } from "../record/name.ts";
import type { Job } from "../record/records.ts";
import { type HashName, hashText } from "../value/hash.ts";
import { contentId } from "../value/oid.ts";

/** A job whose record names another call node than the one that follows from it. */
export interface WrongCall {
  readonly job: Job;
  readonly path: string;
  readonly reason: string;
}

/** A job, and the file that it is in. */
export interface FoundJob {
  readonly job: Job;
  readonly path: string;
}

/** Of a call, what it is of: a few digits, since there may be a million. */
const DIGITS = 16;

/**
 * Computes call nodes again (docs/format.md, section 3.4). A job that took the outcome of another one, and
 * called nothing itself, names that one's call, whose children only that one knows: it is compared with
 * what is known of that call in the end.
 */
export class CallCheck {
  /** How many were computed. */
  checked = 0;
  readonly wrong: WrongCall[] = [];
  readonly #format: HashName;
  readonly #digits: number;
  readonly #known = new Map<string, string>();
  readonly #taken: (FoundJob & { readonly facts: string })[] = [];

  constructor(format: HashName) {
    this.#format = format;
    this.#digits = format === "sha1" ? 40 : 64;
  }

  /** Takes all jobs of an execution. Ids that came from elsewhere are not ours to compute. */
  addRun(execution: string, given: readonly FoundJob[]): void {
    if (!isOidLike(execution, this.#digits)) return;
    const found = chosen(given);
    const children = new Map<string, Job[]>();
    for (const { job } of found) {
      if (job.parent === null) continue;
      const siblings = children.get(job.parent);
      if (siblings) siblings.push(job);
      else children.set(job.parent, [job]);
    }
    for (const one of found) this.#add(one, children.get(one.job.id) ?? []);
  }

  /** Must be called after the last run. */
  finish(): void {
    for (const { job, path, facts } of this.#taken) {
      const known = this.#known.get(job.call!.slice(0, DIGITS));
      if (known === undefined || known === facts) continue;
      this.#tell({ job, path }, "are not those of that call");
    }
  }

  #add({ job, path }: FoundJob, children: readonly Job[]): void {
    const { call, reused, taskHash } = job;
    if (call === null || !isOidLike(call, this.#digits) || isCut(job)) return;
    const format = this.#format;
    const { argsHash, outcome } = jobIds(job, format, (value) => contentId(value, format));
    const facts = hashText("sha1", `${taskHash} ${argsHash} ${outcome}`).slice(0, DIGITS);
    if (reused !== undefined && children.length === 0) {
      this.#taken.push({ job, path, facts });
      return;
    }
    const calls = children.flatMap(({ call, late }) => (call === null || late ? [] : call));
    const own = callId({ taskHash, argsHash, valueHash: outcome, children: calls }, format);
    this.checked++;
    if (own === call) this.#known.set(call.slice(0, DIGITS), facts);
    else this.#tell({ job, path }, `make ${own}`);
  }

  #tell({ job, path }: FoundJob, what: string): void {
    const reason = `Job ${job.index} names the call ${job.call}; its task, arguments, outcome and children ${what}.`;
    this.wrong.push({ job, path, reason });
  }
}

/** Of a job in two segments the one that ended, or ended later; in the order of their indexes. */
function chosen(given: readonly FoundJob[]): readonly FoundJob[] {
  const byId = new Map<string, FoundJob>();
  for (const one of given) {
    const other = byId.get(one.job.id)?.job;
    if (!other || (one.job.ended ?? "") > (other.ended ?? "")) byId.set(one.job.id, one);
  }
  return [...byId.values()].sort((a, b) => a.job.index - b.job.index);
}
