import type { CodeCondition, Condition } from "../query/condition.ts";

/** What a listing is to have. Lists of alternatives that are empty ask for nothing. */
export interface Selection {
  /** What an entity itself must be. */
  readonly where: Condition;
  /** What its execution must be: of a task, call node or value, one of its executions. */
  readonly execution: Condition;
  /** The part of `execution` that is about its code. */
  readonly code: CodeCondition | null;
  /** What else a job must be. */
  readonly job: Condition;
  /** Prefixes of the ids of tasks: of jobs and tasks, one of them. */
  readonly taskHashes: readonly string[];
  /** Prefixes of the ids of values: one of them is the result of a job. */
  readonly results: readonly string[];
  /** Prefixes of the ids of values: one of them is an argument of a job. */
  readonly args: readonly string[];
  /** Of values, only files; with patterns, only those whose path matches one. */
  readonly files: readonly string[] | null;
  /** Names as `typeName` gives them: a value has one of them. */
  readonly valueTypes: readonly string[];
}
