import type { Oid } from "./repository.ts";

/** An exchange with another repository. */
export interface Transfer {
  /** The name of a configured remote, a URL, or a path. */
  readonly remote: string;
  /**
   * One URL of that remote, as its configuration has it, to use instead of the one (or of
   * all those) that git would choose. The remote's other settings hold.
   */
  readonly url?: string | undefined;
  /** Gets git's own progress as it arrives, written for a terminal. Without it there is none. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Whether git, ssh and credential helpers may ask the user. Defaults to no. */
  readonly mayAsk?: boolean | undefined;
  /** Ends it: it fails with the signal's reason, a RedunError; what git started for it ends. */
  readonly signal?: AbortSignal | undefined;
}

export interface RemoteRefs extends Transfer {
  /** Full names, in which a `*` stands for anything. */
  readonly patterns: readonly string[];
}

export interface Fetch extends Transfer {
  /**
   * git's refspecs. Only tracking refs belong on their right side: a `+` sets them to what the
   * remote has, wherever they were. `*` and `^` mean what they mean to git; without a right side
   * only objects are fetched.
   */
  readonly refspecs: readonly string[];
}

export interface Push extends Transfer {
  readonly commit: Oid;
  /** Full name of the remote's ref. It is made where the remote has none. */
  readonly ref: string;
  /** What the remote's ref must point at, null: it must not exist there. */
  readonly expected: Oid | null;
}

export interface Pushed {
  /** Where the remote's ref was and is the commit already: nothing was sent. */
  readonly wasThere?: boolean;
  /**
   * False when the remote's ref is not where it was expected, or the commit does not contain that:
   * fetch, merge and push again.
   */
  readonly landed: boolean;
  /** What the remote said to people, line by line: the words of its hooks. */
  readonly said: readonly string[];
  /** Why it did not land, in the remote's words. */
  readonly why?: string;
}
