import { type CallName, callNeighbours } from "../provenance/call-graph.ts";
import { type Found, findEntity } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsOf, outcomeOf, readJob } from "../provenance/read.ts";
import type { Job } from "../record/records.ts";
import { type DataflowView, dataflowView } from "./dataflow.ts";
import type { Extent } from "./extent.ts";
import { type LoggedEntity, type LoggedJob, loggedJob } from "./logged.ts";
import { type ShownValue, shownValue } from "./shown-value.ts";
import { type RecordedTask, taskDefinition } from "./task.ts";

/** A call node. */
export interface CallNode extends LoggedEntity {
  readonly type: "CallNode";
  /** The full name of the task that was called; null if no job is known that called it. */
  readonly task: string | null;
}

/** What a call took, and what it returned or threw. */
export interface CallContent {
  /** In the order of the parameters; of a page, as many as make 10,000 characters of text. */
  readonly args: readonly ShownArgument[];
  /** How many there are. */
  readonly argCount: number;
  /** Whether they have names, and not just places. */
  readonly hasNames: boolean;
  /** Null while it has not ended. */
  readonly outcome: ShownOutcome | null;
}

export interface ShownArgument extends ShownValue {
  /** Its parameter, or its place: `0`, `1`, ... */
  readonly name: string;
}

export interface ShownOutcome extends ShownValue {
  /** It was thrown, not returned. */
  readonly isError: boolean;
}

/** The page of one call node. */
export interface CallView {
  readonly type: "CallNode";
  readonly call: CallNode;
  /** Null if no job is known that made this call. */
  readonly made: MadeCall | null;
}

/** What the jobs that made a call tell of it. Of each list, a page holds one more than it shows. */
export interface MadeCall {
  readonly content: CallContent;
  readonly task: RecordedTask;
  /** The calls that made it, each once. */
  readonly parents: readonly CallName[];
  /** The calls that it made, as often as it made them. */
  readonly children: readonly CallName[];
  /** The newest jobs that made it. */
  readonly jobs: readonly LoggedJob[];
  /** Where its result came from; null while it has none. */
  readonly dataflow: DataflowView | null;
}

/** Jobs, parents and children that a page lists. */
export const LISTED = 10;
const NEIGHBOURS = { page: LISTED + 1, whole: 10_000 } as const;
/** Longest text of an argument or result, and of all arguments of a page together, in characters. */
const MAX_TEXT = 500;
const MAX_ARGS = 10_000;
/** What is written for a value of which only the hash is known is about so long. */
const HASH_ONLY = 30;

/** @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function callView(
  log: IndexedLog,
  found: Found,
  extent: Extent = "page",
): Promise<CallView> {
  const { jobs, parents, children } = await callNeighbours(log, found.id, NEIGHBOURS[extent]);
  const [newest] = jobs;
  const { id, tags, conflicts } = found;
  const type = "CallNode";
  const call: CallNode = { type, id, task: newest?.task ?? null, tags, conflicts };
  if (!newest) return { type, call, made: null };
  const record = await readJob(log, newest);
  const content = await callContent(log, record, extent);
  const outcome = outcomeOf(log, record);
  const made: MadeCall = {
    content,
    task: await taskDefinition(log, newest.taskHash),
    parents,
    children,
    jobs: jobs.map((job) => loggedJob(log, job)),
    dataflow: outcome ? await dataflowView(log, "result", outcome, newest, extent) : null,
  };
  return { type, call, made };
}

/** The call node of a job that has ended. @throws RedunError UNKNOWN_ID */
export async function callNode(log: IndexedLog, id: string, task: string): Promise<CallNode> {
  const { tags, conflicts } = await findEntity(log, id);
  return { type: "CallNode", id, task, tags, conflicts };
}

/** What the record of a job says of its call. @throws RedunError BAD_RECORD */
export async function callContent(
  log: IndexedLog,
  record: Job,
  extent: Extent,
): Promise<CallContent> {
  const all = argsOf(log, record);
  const args: ShownArgument[] = [];
  let length = 0;
  for (const [name, recorded] of all) {
    if (extent === "page" && length >= MAX_ARGS) break;
    const value = await shownValue(log, recorded, MAX_TEXT, extent);
    args.push({ name, ...value });
    length += (/^\d+$/.test(name) ? 0 : name.length + 1) + (value.text?.length ?? HASH_ONLY);
  }
  const outcome = outcomeOf(log, record);
  return {
    args,
    argCount: all.size,
    hasNames: record.args instanceof Map,
    outcome: outcome
      ? {
          ...(await shownValue(log, outcome, MAX_TEXT, extent)),
          isError: record.status === "FAILED",
        }
      : null,
  };
}
