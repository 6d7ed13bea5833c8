import type { JobStatus } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import type { HandedValues } from "./handed.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** A job as it lives in memory: from its beginning until it has ended and been recorded. */
export interface LiveJob {
  readonly id: string;
  readonly index: number;
  readonly parent: LiveJob | null;
  readonly task: TaskDefinition;
  readonly args: readonly unknown[];
  /** For each argument, the ids of the jobs that it came from; empty when none came from any. */
  from: readonly (readonly string[])[];
  /** The calls of its children in the order in which they began: null where one has not ended. */
  calls: (string | null)[] | null;
  /** Its place among the children of its parent. */
  readonly place: number;
  /** What its code got by `await`. */
  handed: HandedValues | null;
  /** What the recorder took down when it began. */
  recorded: unknown;
  tags: readonly TagPair[];
  readonly started: Date;
  status: JobStatus;
  ended: Date | null;
  /** It ended after its parent, which had not waited for it. */
  late: boolean;
  result: unknown;
  error: unknown;
  /** Id of its call node: set by the recorder when the job ends. */
  call: string | null;
}
