import type { EntityType } from "../record/records.ts";
import { namePrefix, prefixRanges } from "./ids.ts";

/**
 * What a row of `name` refers to. Values and call nodes have rows of their own only when they are
 * tagged or have a file; all are known by the jobs that took, gave or made them.
 */
export const NAMED = {
  execution: 0,
  job: 1,
  task: 2,
  callNode: 3,
  value: 4,
  jobOfCall: 5,
  jobWithResult: 6,
  jobWithArgument: 7,
} as const;

export type Named = (typeof NAMED)[keyof typeof NAMED];

/** The type of the entity that has the id, by what the row refers to. */
const TYPES: readonly EntityType[] = [
  "Execution",
  "Job",
  "Task",
  "CallNode",
  "Value",
  "CallNode",
  "Value",
  "Value",
];

const OWN_ROWS = {
  Execution: NAMED.execution,
  Job: NAMED.job,
  Task: NAMED.task,
  CallNode: NAMED.callNode,
  Value: NAMED.value,
} as const;

const KINDS = 16;

/** The key of a name: the first digits of the id, then what the row refers to. 48 bits. */
export function nameKey(id: string, named: Named): number {
  return namePrefix(id) * KINDS + named;
}

/** The key of an entity's own row. */
export function ownKey(id: string, type: EntityType): number {
  return nameKey(id, OWN_ROWS[type]);
}

/** The keys of all ids with a beginning: `from` included, `to` not. */
export function keyRanges(beginning: string): { from: number; to: number }[] {
  return prefixRanges(beginning).map(({ from, to }) => ({ from: from * KINDS, to: to * KINDS }));
}

/** SQL that gives what a key's row refers to. Keys may be negative. */
export function kindOfKey(column: string): string {
  return `(${column} & ${KINDS - 1})`;
}

/** SQL that gives a number of which each id with other first digits has another. */
export function idOfKey(column: string): string {
  return `(${column} & ~${KINDS - 1})`;
}

/** What a key's row refers to, the type of its entity, and the first digits of the id. */
export function readKey(key: number): { named: Named; type: EntityType; prefix: number } {
  const prefix = Math.floor(key / KINDS);
  const named = (key - prefix * KINDS) as Named;
  return { named, type: TYPES[named]!, prefix };
}
