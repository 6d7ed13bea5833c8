import type { Oid } from "./repository.ts";

/** The commit that is checked out, and how far the work tree is from it. */
export interface Head {
  readonly commit: Oid | null;
  readonly tree: Oid | null;
  /** Short branch name, or null when HEAD is detached. */
  readonly branch: string | null;
  /** True when tracked files (index or work tree) differ from the commit. */
  readonly dirty: boolean;
}

export interface CommitInfo {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  /** `Name <email> <seconds since 1970> <zone>`, as git writes it. */
  readonly author: string;
  readonly committer: string;
  readonly message: string;
}

/** A commit as one line of a history. */
export interface ListedCommit {
  readonly oid: Oid;
  readonly tree: Oid;
  /** `Name <email>` */
  readonly author: string;
  readonly parents: readonly Oid[];
  /** When its author made it, and when it was committed. */
  readonly authored: Date;
  readonly committed: Date;
  /** The first paragraph of its message, on one line. */
  readonly subject: string;
}

/** Which commits of a history are asked for. */
export interface History {
  /** One word as git takes it: a revision (`main`, `v1~2`, an id) or a range (`main..topic`). */
  readonly revision: string;
  /** Whether a revision that is no range stands for itself alone, or for all that led to it. */
  readonly alone?: boolean;
  /** At most so many, the newest. */
  readonly limit?: number;
}

/** Author and committer lines by git's own rules: `Name <email> <seconds since 1970> <zone>`. */
export interface Identity {
  readonly author: string;
  readonly committer: string;
}

/** Which added files are asked for. */
export interface AdditionsRequest {
  /** Commits that this one contains are left out; null leaves none out. */
  readonly from: Oid | null;
  readonly to: Oid;
  /** Files and folders, from the root of the tree. */
  readonly paths: readonly string[];
  /** Older commits, by their committers' clocks, are not looked at. In seconds since 1970. */
  readonly since?: number | undefined;
  /** Commits of which the asker knows what they brought: they are named without files. */
  readonly known?: ReadonlySet<Oid>;
}

/** The files that a commit brought: none of its parents has them. */
export interface CommitFiles {
  readonly commit: Oid;
  /** By the committer's clock, in seconds since 1970. */
  readonly time: number;
  /**
   * Set for a commit at the edge of a shallow clone: whether it brought these files, or one of the
   * commits before it, which are not here, cannot be known.
   */
  readonly isAtEdge?: boolean;
  /** Set where too much had been compared before its turn came: what it brought is not known. */
  readonly isUntold?: boolean;
  readonly files: readonly { readonly path: string; readonly oid: Oid }[];
}

/** What git makes of a commit's signature. */
export interface Signature {
  /** `good` is what `git verify-commit` takes, by the keys and signers that this repository trusts. */
  readonly state: "good" | "bad" | "none";
  /** Whose it says it is, or which key's. */
  readonly by: string | null;
  readonly why: string;
}
