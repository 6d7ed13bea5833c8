import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";

/** What is looked at: each check has a line of its own. */
export const CHECKS = [
  "history",
  "contents",
  "records",
  "index",
  "journals",
  "signatures",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Something that is not as it must be. */
export interface Problem {
  readonly check: CheckName;
  /** A file of the log, or of the git directory; null where it is about a whole commit. */
  readonly path: string | null;
  /** The commit that it came with; null where that is not known, or there is none. */
  readonly commit: Oid | null;
  readonly reason: string;
}

/** Problems of one check that are kept; more are counted. */
const KEPT = 1000;

/** Collects what the checks find. */
export class Problems {
  readonly kept: Problem[] = [];
  readonly #counts = new Map<CheckName, number>();
  /** What is wrong with one file, or with a whole commit, is told once. */
  readonly #told = new Set<string>();

  add(check: CheckName, path: string | null, reason: string, commit: Oid | null = null): void {
    const place = `${commit} ${path ?? (commit ? "" : reason)}`;
    if (this.#told.has(place)) return;
    const count = this.count(check) + 1;
    this.#counts.set(check, count);
    if (count > KEPT) return;
    this.#told.add(place);
    this.kept.push({ check, path, commit, reason });
  }

  count(check: CheckName): number {
    return this.#counts.get(check) ?? 0;
  }

  get counts(): Readonly<Partial<Record<CheckName, number>>> {
    return Object.fromEntries(this.#counts);
  }
}

/**
 * What an error says of an object that cannot be read.
 * @throws whatever is no such error
 */
export function reasonOf(error: unknown): string {
  if (error instanceof RedunError && /^(OBJECT_MISSING|BAD_RECORD|GIT_FAILED)$/.test(error.code)) {
    return error.message;
  }
  throw error;
}
