import type { Oid } from "../backend.ts";

/** A ref's move from one commit to another. */
export interface RefMove {
  readonly ref: string;
  /** Where the ref must be, null: it must not exist. */
  readonly expected: Oid | null;
  readonly next: Oid;
  /** `Name <email> <seconds> <zone>`, for the reflog. */
  readonly committer: string;
  readonly message: string;
}
