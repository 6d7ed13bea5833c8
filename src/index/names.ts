import type { EntityType } from "../record/records.ts";
import { JOBS_PER_EXECUTION } from "./schema.ts";

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

/** Digits of an id that its key holds: 44 bits, and 4 more for what it is the name of. */
const PREFIX_DIGITS = 11;
/** The keys of one id: as many as there may be kinds of names. */
export const KINDS = 16;

/**
 * An id as `name` holds it. The key is the first digits of the id and what the row refers to, 48
 * bits, so that the keys of ids that begin alike are a range. `rest` is made of the whole id.
 */
export interface Name {
  readonly key: number;
  readonly rest: number;
}

/** A prime: two ids have the same `rest` once in so many. */
export const PRIME = 2 ** 31 - 1;
/** The numbers of a secret: one for each four digits, and one for how many there are. */
export const FACTORS = 17;

/**
 * Makes names of ids in the form of git's. Ids that begin alike are told apart by a number that is
 * made of all their digits with the secret of one index, so that nobody can make up two that are
 * taken for one. (It is the multilinear hash of Carter and Wegman.)
 */
export class Namer {
  readonly secret: readonly number[];

  /** @param secret random numbers below PRIME, as many as FACTORS */
  constructor(secret: readonly number[]) {
    this.secret = secret;
  }

  name(id: string, named: Named): Name {
    return { key: namePrefix(id) * KINDS + named, rest: this.rest(id) };
  }

  rest(id: string): number {
    // No product has more than 47 bits, no sum more than 52.
    let sum = id.length * this.secret[FACTORS - 1]!;
    for (let at = 0; at < id.length; at += 4) {
      const digits = 4096 * digit(id, at) + 256 * digit(id, at + 1) + 16 * digit(id, at + 2);
      sum += (digits + digit(id, at + 3)) * this.secret[at / 4]!;
    }
    return sum % PRIME;
  }

  /** A number of 47 bits for an id that is looked up as a whole only. */
  number(id: string): number {
    return this.rest(id) * 2 ** 16 + Number.parseInt(id.slice(0, 4), 16);
  }
}

/** The kind of an entity's own row. */
export function ownKind(type: EntityType): Named {
  return OWN_ROWS[type];
}

/** The hex digit at a place. */
function digit(id: string, at: number): number {
  const c = id.charCodeAt(at);
  return c < 0x3a ? c - 0x30 : c - 0x57;
}

/** The key of an id that is no object's, by its number in `foreign_id`. */
export function foreignKey(number: number, named: Named): number {
  return -number * KINDS + named;
}

/** The key of an id in the form of git's. */
export function hexKey(id: string, named: Named): number {
  return namePrefix(id) * KINDS + named;
}

/** The first digits of an id as a number. */
function namePrefix(id: string): number {
  return Number.parseInt(id.slice(0, PREFIX_DIGITS), 16);
}

/** The keys of all ids in the form of git's with a prefix: `from` included, `to` not. */
export function keyRange(prefix: string): { from: number; to: number } | undefined {
  const digits = prefix.slice(0, PREFIX_DIGITS);
  if (!/^[0-9a-f]{1,64}$/.test(prefix)) return undefined;
  const from = Number.parseInt(digits.padEnd(PREFIX_DIGITS, "0"), 16);
  return { from: from * KINDS, to: (from + 16 ** (PREFIX_DIGITS - digits.length)) * KINDS };
}

/** Whether all that a prefix asks for of an id in the form of git's stands in its key. */
export function isWithinKey(prefix: string): boolean {
  return prefix.length <= PREFIX_DIGITS;
}

/** SQL that gives what a key's row refers to. Keys may be negative. */
export function kindOfKey(column: string): string {
  return `(${column} & ${KINDS - 1})`;
}

/** SQL that gives the first digits of the id: with `rest`, each id has others. */
export function idOfKey(column: string): string {
  return `(${column} & ~${KINDS - 1})`;
}

/** The key of the same id as the name of something else. */
export function keyOfKind(key: number, named: Named): number {
  return Math.floor(key / KINDS) * KINDS + named;
}

/** What a key's row refers to, the type of its entity, and a number of the first digits. */
export function readKey(key: number): { named: Named; type: EntityType; prefix: number } {
  const prefix = Math.floor(key / KINDS);
  const named = (key - prefix * KINDS) as Named;
  return { named, type: TYPES[named]!, prefix };
}

/** The number of the row that a row of `name` refers to. */
export function refOf(named: Named, { run, place }: { run: number; place: number }): number {
  return isRole(named) ? run * JOBS_PER_EXECUTION + place : run;
}

/** Whether it is a job by which something else is known. */
export function isRole(named: Named): boolean {
  return named >= NAMED.jobOfCall;
}
