import type { JobRow } from "../index/rows.ts";
import { type Job, shortName } from "../record/records.ts";
import { filesIn } from "../value/files-in.ts";
import { contentId } from "../value/oid.ts";
import { StoredValue } from "../value/value.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { argsOf, outcomeOf, type RecordedValue, readJob } from "./read.ts";

/**
 * Where a value came from, as redun tells it: one section for each variable, from the value back
 * to what nothing is known of.
 */
export interface Dataflow {
  readonly sections: readonly DataflowSection[];
  /** There are more sections, or a section is longer, than was asked for. */
  readonly isCut: boolean;
}

/** How one variable came to be: the way of its value, step by step, and what the last call took. */
export interface DataflowSection {
  readonly name: string;
  readonly steps: readonly DataflowStep[];
  /**
   * Arguments of the last call, or what was put together; empty where a section before lists them.
   */
  readonly variables: readonly DataflowVariable[];
}

export interface DataflowVariable extends RecordedValue {
  readonly name: string;
}

/**
 * - `call`: the result of this call;
 * - `argument`: was handed down from the arguments of this call;
 * - `derived`: was put together from the variables, or is a part of them;
 * - `origin`: nothing before is known.
 */
export type DataflowStep =
  | { readonly kind: "call" | "argument"; readonly call: DataflowCall }
  | { readonly kind: "derived" | "origin" };

export interface DataflowCall {
  /** Id of the call node. */
  readonly id: string | null;
  readonly job: string;
  /** Full name of the task. */
  readonly task: string;
  /** The variables between its brackets. */
  readonly arguments: readonly string[];
}

export interface DataflowOptions {
  /** What the value is called. */
  readonly name: string;
  /** At most so many sections. */
  readonly limit: number;
}

/** Steps of one section, and variables of one call. */
const MAX_STEPS = 100;
const MAX_VARIABLES = 100;

/** The dataflow of what a job gave; without a job, of a value that none is known to have made. */
export async function resultDataflow(
  log: IndexedLog,
  job: JobRow | undefined,
  { name, limit }: DataflowOptions,
): Promise<Dataflow> {
  if (job) return new Walk(log, limit).from({ kind: "result", name, job });
  return { sections: [{ name, steps: [ORIGIN], variables: [] }], isCut: false };
}

/** A variable whose section is still to be written. */
type Open =
  | { readonly kind: "result"; readonly name: string; readonly job: JobRow }
  | {
      readonly kind: "argument";
      readonly name: string;
      readonly job: JobRow;
      readonly argument: string;
    };

/** A section as it is being written. */
interface Draft {
  readonly name: string;
  readonly steps: DataflowStep[];
}

const ORIGIN: DataflowStep = { kind: "origin" };

class Walk {
  readonly #log: IndexedLog;
  readonly #limit: number;
  readonly #sections: DataflowSection[] = [];
  /** How many variables have a name, apart from their numbers. */
  readonly #names = new Map<string, number>();
  /** The arguments of calls that a section has listed, by the numbers of their jobs. */
  readonly #listed = new Map<number, readonly string[]>();
  /** Variables for whole results, by the numbers of their jobs. */
  readonly #results = new Map<number, string>();
  #open: Open[] = [];
  #isCut = false;

  constructor(log: IndexedLog, limit: number) {
    this.#log = log;
    this.#limit = limit;
  }

  async from(start: Open): Promise<Dataflow> {
    this.#names.set(start.name, 1);
    this.#open.push(start);
    for (let next = this.#open.pop(); next; next = this.#open.pop()) {
      if (this.#sections.length >= this.#limit) {
        this.#isCut = true;
        break;
      }
      const section = await this.#section(next);
      // That an argument was written down where it was used goes without saying.
      const says = next === start || section.steps[0]?.kind !== "origin";
      if (says) this.#sections.push(section);
    }
    return { sections: this.#sections, isCut: this.#isCut };
  }

  #section(open: Open): Promise<DataflowSection> {
    const section: Draft = { name: open.name, steps: [] };
    return open.kind === "result"
      ? this.#resultSection(section, open.job)
      : this.#argumentSection(section, open.job, open.argument);
  }

  /** Down from a job to the child that made its result, to the child of that, and so on. */
  async #resultSection({ name, steps }: Draft, from: JobRow): Promise<DataflowSection> {
    let row = from;
    let job = await readJob(this.#log, row);
    for (;;) {
      const child = await this.#makerAmongChildren(row, job);
      this.#isCut ||= child !== undefined && steps.length >= MAX_STEPS;
      if (!child || steps.length >= MAX_STEPS) break;
      steps.push({
        kind: "call",
        call: callOf(
          job,
          this.#argsOf(job).map(([name]) => name),
        ),
      });
      row = child;
      job = await readJob(this.#log, row);
    }
    const known = this.#listed.get(row.seq);
    const variables = known ? [] : this.#list(row, job);
    steps.push({ kind: "call", call: callOf(job, known ?? namesOf(variables)) });
    if (argsOf(this.#log, job).size === 0) steps.push(ORIGIN);
    return { name, steps, variables };
  }

  /** Up from an argument to the call that gave it, or through the arguments of the jobs above. */
  async #argumentSection(section: Draft, from: JobRow, argument: string): Promise<DataflowSection> {
    const { index } = this.#log;
    let [row, name] = [from, argument];
    let job = await readJob(this.#log, row);
    const { id } = argsOf(this.#log, job).get(argument)!;
    while (section.steps.length < MAX_STEPS) {
      const sources = (job.from.get(name) ?? []).flatMap((source) => index.jobWithId(source) ?? []);
      const [only, ...others] = sources;
      if (only && others.length === 0 && (await this.#gave(only, id))) {
        return this.#resultSection(section, only);
      }
      if (only) return this.#derivedSection(section, sources);

      const parent = row.parent === null ? undefined : index.job(row.parent);
      if (!parent) return originSection(section);
      const above = await readJob(this.#log, parent);
      const handed = this.#argumentWith(above, id, name);
      if (handed === undefined) return originSection(section);
      const call = callOf(
        above,
        this.#argsOf(above).map(([name]) => name),
      );
      section.steps.push({ kind: "argument", call });
      [row, job, name] = [parent, above, handed];
    }
    this.#isCut = true;
    return { ...section, variables: [] };
  }

  async #derivedSection(section: Draft, sources: readonly JobRow[]): Promise<DataflowSection> {
    section.steps.push({ kind: "derived" });
    const variables: DataflowVariable[] = [];
    const opened: Open[] = [];
    this.#isCut ||= sources.length > MAX_VARIABLES;
    for (const source of sources.slice(0, MAX_VARIABLES)) {
      const outcome = outcomeOf(this.#log, await readJob(this.#log, source));
      if (!outcome) continue;
      let name = this.#results.get(source.seq);
      if (name === undefined) {
        name = this.#newName(`${shortName(source.task)}_result`);
        this.#results.set(source.seq, name);
        opened.push({ kind: "result", name, job: source });
      }
      variables.push({ name, ...outcome });
    }
    this.#add(opened);
    return { ...section, variables };
  }

  /** Names the arguments of a call; their own sections come later. */
  #list(row: JobRow, job: Job): DataflowVariable[] {
    const variables: DataflowVariable[] = [];
    const opened: Open[] = [];
    for (const [argument, value] of this.#argsOf(job)) {
      // An argument without a name has a number.
      const name = this.#newName(/^\d+$/.test(argument) ? `arg${argument}` : argument);
      variables.push({ name, ...value });
      opened.push({ kind: "argument", name, job: row, argument });
    }
    this.#add(opened);
    this.#listed.set(row.seq, namesOf(variables));
    return variables;
  }

  /** The arguments of a call, as far as they are known. */
  #argsOf(job: Job): [string, RecordedValue][] {
    const args = argsOf(this.#log, job);
    this.#isCut ||= args.size > MAX_VARIABLES;
    return [...args].slice(0, MAX_VARIABLES);
  }

  /** What comes first is written first; there may be too many for the arguments of one call. */
  #add(opened: readonly Open[]): void {
    for (let at = opened.length - 1; at >= 0; at--) this.#open.push(opened[at]!);
  }

  async #gave(row: JobRow, id: string): Promise<boolean> {
    return outcomeOf(this.#log, await readJob(this.#log, row))?.id === id;
  }

  /** The one child whose result its parent handed up as its own. */
  async #makerAmongChildren(row: JobRow, job: Job): Promise<JobRow | undefined> {
    const outcome = outcomeOf(this.#log, job);
    if (!outcome) return undefined;
    const [child, another] = this.#log.index.childrenWithResult(row, outcome.id);
    // A file within the child's result has the same name in the index as the result itself.
    return child && !another && (await this.#gave(child, outcome.id)) ? child : undefined;
  }

  /** The argument that is this value, or that holds it as a file; of several, that of this name. */
  #argumentWith(job: Job, id: string, name: string): string | undefined {
    const args = [...argsOf(this.#log, job)];
    const { objectFormat } = this.#log.log.backend.repository;
    const same = args.filter(([, value]) => value.id === id);
    const found =
      same.length > 0
        ? same
        : args.filter(([, { value }]) => {
            // What stands elsewhere is not read for this: any of it may hold the job's files.
            const within = value instanceof StoredValue ? job.files?.args : value;
            return filesIn(within).some((file) => contentId(file, objectFormat) === id);
          });
    return (found.find(([argument]) => argument === name) ?? found[0])?.[0];
  }

  /** `n`, `n_2`, `n_3`, ... */
  #newName(wanted: string): string {
    const base = wanted.replace(/_\d+$/, "");
    const count = (this.#names.get(base) ?? 0) + 1;
    this.#names.set(base, count);
    return count === 1 ? base : `${base}_${count}`;
  }
}

function callOf(job: Job, names: readonly string[]): DataflowCall {
  return { id: job.call, job: job.id, task: job.task, arguments: names };
}

function namesOf(variables: readonly DataflowVariable[]): string[] {
  return variables.map(({ name }) => name);
}

function originSection(section: Draft): DataflowSection {
  return { ...section, steps: [...section.steps, ORIGIN], variables: [] };
}
