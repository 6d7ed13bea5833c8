/** Runs of systems that know no calls: their jobs get call nodes as ours have them. */
import { withoutCredentials } from "../git/remote-url.ts";
import { argsId, callId } from "../record/encode.ts";
import {
  type Code,
  type Execution,
  fullName,
  type Job,
  type JobStatus,
  type Outcome,
  type TaskRecord,
} from "../record/records.ts";
import { hashTag } from "../tag/hash.ts";
import { tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import type { HashName } from "../value/hash.ts";
import { contentId } from "../value/oid.ts";
import type { GraphRun, GraphTags } from "./graph.ts";

/** What a system says of one job. */
export interface MadeJob {
  readonly id: string;
  /** The place of its caller in the list, which is before its own. */
  readonly parent: number | null;
  readonly task: TaskRecord;
  readonly status: JobStatus;
  readonly started: string;
  /** Null while it goes on, and where nobody knows. */
  readonly ended: string | null;
  readonly args: ReadonlyMap<string, unknown>;
  /** The result, or of a job that failed the error. */
  readonly given: unknown;
  /** For each argument that came from other jobs, which ones. */
  readonly from?: ReadonlyMap<string, readonly string[]>;
  readonly tags?: readonly TagPair[];
}

/** What a system says of a run. */
export interface MadeRun {
  readonly id: string;
  readonly task: string;
  readonly argv?: readonly string[];
  readonly started: string;
  readonly user: string | null;
  readonly code?: Code;
  readonly tags: readonly TagPair[];
  readonly outcome: Omit<Outcome, "execution"> | null;
  readonly jobs: readonly MadeJob[];
}

/** A run in the terms of our records. */
export function madeRun(run: MadeRun, format: HashName): GraphRun {
  const { id, task, argv = [], started, user, code = {}, tags, outcome } = run;
  const execution: Execution = {
    id,
    task,
    argv,
    started,
    user: user ?? "",
    host: "",
    // What others recorded with an address may hold a password.
    code: code.origin === undefined ? code : { ...code, origin: withoutCredentials(code.origin) },
    tags,
    nonce: "",
  };
  const tasks = new Map(run.jobs.map(({ task }) => [task.id, task]));
  return {
    execution,
    outcome: outcome && { execution: id, ...outcome },
    jobs: jobsOf(run.jobs, format),
    tasks: [...tasks.values()],
  };
}

/** A task of which a system says no more than the name. */
export function namedTask(system: string, name: string): TaskRecord {
  // Ids have at most 200 characters.
  return { id: `${system}:${name.slice(0, 150)}`, name, namespace: null, taskVersion: "unknown" };
}

/** For runs that are known: their tags may be more, or others, than they were. */
export function tagsOfRun({ execution: { id, tags } }: GraphRun): GraphTags {
  const edits = tags.map((tag) => ({ hash: hashTag(id, ...tag), tag, parents: [] }));
  return { entity: id, type: "Execution", edits };
}

/** Children come after their callers, so the calls are made from the last job to the first. */
function jobsOf(made: readonly MadeJob[], format: HashName): readonly Job[] {
  const calls: (string | null)[] = made.map(() => null);
  const children = made.map((): number[] => []);
  for (const [at, { parent }] of made.entries()) if (parent !== null) children[parent]!.push(at);
  for (let at = made.length - 1; at >= 0; at--) {
    const { task, args, given, ended } = made[at]!;
    if (ended === null) continue;
    const ids = new Map([...args].map(([name, value]) => [name, contentId(value, format)]));
    calls[at] = callId(
      {
        taskHash: task.id,
        argsHash: argsId(ids, format),
        valueHash: contentId(given, format),
        children: children[at]!.flatMap((child) => calls[child] ?? []),
      },
      format,
    );
  }
  return made.map((job, index): Job => {
    const { id, parent, task, status, started, ended, args, given, from, tags } = job;
    const hasEnded = ended !== null;
    return {
      id,
      index,
      parent: parent === null ? null : made[parent]!.id,
      task: fullName(task),
      taskHash: task.id,
      call: calls[index]!,
      status,
      started,
      ended,
      late: false,
      args,
      from: from ?? new Map(),
      ...(hasEnded && (status === "FAILED" ? { error: given } : { result: given })),
      tags: tagSet(tags ?? []),
    };
  });
}
