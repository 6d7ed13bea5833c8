import type { JobStatus, MissedResult } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import type { CheckValid } from "./call-settings.ts";
import type { TagsToApply } from "./expression.ts";
import type { HandedValues } from "./handed.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** Another job, of this execution or an earlier one, whose outcome is taken. */
export interface ReusedJob {
  readonly job: string;
  /** Id of its call node. */
  readonly call: string;
}

/** A result for equal calls: itself, as it was recorded, or as long as somebody else has it. */
export type Kept =
  | { readonly value: unknown }
  | { readonly recorded: unknown }
  | { readonly live: WeakRef<object> };

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
  /** What the recorder took down of its result. */
  resulted: unknown;
  /** Why a value of it cannot be recorded: it fails then. */
  refused: Error | null;
  readonly checkValid: CheckValid;
  tags: readonly TagPair[];
  /** What it and its execution were tagged with on its behalf: who takes its result does that too. */
  tagged: TagsToApply | null;
  /** Its result depends on jobs below it in ways that what its function returned does not tell. */
  needsBelow: boolean;
  /** Ids of the tasks of the jobs below it that have ended. */
  below: Set<string> | null;
  /**
   * What its function returned, as its record says it, where its result does not: null before that is
   * known, and where it is the result; undefined where no record can say it.
   */
  returned: { readonly recorded: unknown } | null | undefined;
  /** Where it took its outcome from, or what its function had returned. */
  reused: ReusedJob | null;
  /** Why it takes no earlier result, where that is known and not simply that there was none. */
  missed: MissedResult | null;
  /** What equal calls of the execution may take: set by the recorder when the job ends. */
  kept: Kept | null;
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
