/**
 * What the log needs of git, and nothing more.
 *
 * Two implementations: `native` drives the user's own `git` through its streaming protocols,
 * `isomorphic` needs no git at all. One contract suite (test/git/contract) runs against
 * both, and against repositories that the other one wrote.
 */

/** An object id in the repository's own hash function: 40 hex digits (SHA-1) or 64 (SHA-256). */
export type Oid = string;

export type ObjectFormat = "sha1" | "sha256";

/** Where a repository keeps its things. All paths are absolute. */
export interface Repository {
  /** This work tree's own git directory (`.git`, or `.git/worktrees/x` in a linked one). */
  readonly gitDir: string;
  /** The directory shared by all linked worktrees: objects, refs, config, and our index. */
  readonly commonDir: string;
  /** Top of the work tree, or null in a bare repository. */
  readonly workTree: string | null;
  readonly objectFormat: ObjectFormat;
  /** `files` unless `extensions.refStorage` says otherwise. */
  readonly refFormat: string;
  /**
   * True where git would not find it again from the top of its work tree, and is told: it was named
   * by GIT_DIR and the like, or its work tree is elsewhere.
   */
  readonly isNamed?: boolean;
}

/** A file to add: a slash-separated path from the root of the tree, and its whole content. */
export interface NewFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file to add whose content is an object of the repository already. */
export interface StoredFile {
  readonly path: string;
  readonly oid: Oid;
  /** As in `Change`. By default that of an ordinary file. */
  readonly mode?: string;
}

/** A file of the work tree: its path from the top, with slashes, and what it held when it was read. */
export interface WorkTreeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The mode of an ordinary file, which is what records are. */
export const FILE_MODE = "100644";

/** One file that two trees do not share. */
export interface Change {
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
  /** The file's object in the later tree (in the earlier one where it was deleted). */
  readonly oid: Oid;
  /** Six octal digits, of the same tree: `100644`; `120000` for a link, `160000` for a submodule. */
  readonly mode: string;
  /** Why this entry cannot be what a log holds; a folder (mode `040000`) was not looked into. */
  readonly refused?: string;
}

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
  /** When its author made it and when it was committed, in milliseconds since 1970. */
  readonly authored: number;
  readonly time: number;
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

/** Read-only view of git's configuration. Keys are `section.name` or `section.subsection.name`. */
export interface GitConfig {
  /** The last value of a key (the one that wins), or undefined. */
  get(key: string): string | undefined;
  /** Every value of a key, in git's order. */
  getAll(key: string): readonly string[];
  /** The subsections that a section has settings for, in git's order: the names of all remotes. */
  subsections(section: string): readonly string[];
}

export interface Append {
  /** Full ref name, `refs/...`. */
  readonly ref: string;
  /** What the ref must point at for the append to happen; null: it must not exist. */
  readonly expected: Oid | null;
  readonly files: readonly (NewFile | StoredFile)[];
  readonly message: string;
  /**
   * The commit's parents, where it is a merge: `expected` and others, in the order in which they
   * are to be written. The files are laid over the tree of the first.
   */
  readonly parents?: readonly Oid[];
  /** Who made the commit and when; by default us, now. */
  readonly identity?: Identity;
}

/** A ref's move to a commit that the repository has. */
export interface Move {
  readonly ref: string;
  /** What the ref must point at, null: it must not exist. */
  readonly expected: Oid | null;
  readonly next: Oid;
  /** One line for the reflog. */
  readonly message: string;
}

/** A talk with another repository. */
export interface Transfer {
  /** The name of a configured remote, a URL, or a path. */
  readonly remote: string;
  /**
   * One URL of that remote, as its configuration has it, to talk with in the place of the one (or of
   * all those) that git would choose. The remote's other settings hold.
   */
  readonly url?: string | undefined;
  /** Gets git's own progress as it arrives, written for a terminal. Without it there is none. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Whether git, ssh and credential helpers may ask the user. Defaults to no. */
  readonly mayAsk?: boolean | undefined;
  /** Ends the talk: it fails with the signal's reason, a RedunError; what git started for it ends. */
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

/** The arrival of which files is asked for. */
export interface ArrivalRequest {
  /** Commits that this one contains are left out; null leaves none out. */
  readonly from: Oid | null;
  readonly to: Oid;
  /** Files and folders, from the root of the tree. */
  readonly paths: readonly string[];
  /** Older commits, by their committers' clocks, are not looked at. In seconds since 1970. */
  readonly since?: number | undefined;
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
  readonly files: readonly { readonly path: string; readonly oid: Oid }[];
}

export interface GitBackend {
  readonly repository: Repository;

  config(): Promise<GitConfig>;
  identity(): Promise<Identity>;
  head(): Promise<Head>;

  /**
   * Those of some files of the work tree that a commit does not hold as they are, each with the id that
   * git would give it. Compared as git does, through its filters (line ends); files of a submodule
   * with the commit of it that belongs there. Executable bits do not count.
   */
  filesUnlike(commit: Oid, files: readonly WorkTreeFile[]): Promise<readonly StoredFile[]>;

  /** Those of some paths of the work tree (from its top, with slashes) that git tracks. */
  tracked(paths: readonly string[]): Promise<ReadonlySet<string>>;

  /**
   * The files of the work tree, from its top, that differ from the commit or are new to git; those
   * that are ignored, gone or submodules are left out. Null where that is not known: without git, and
   * in a bare repository.
   */
  changedFiles(): Promise<readonly string[] | null>;

  /**
   * How the work tree differs from HEAD, as `git apply` takes it: all tracked files, and those of some
   * others. Null where that is not known (without git), or is no text in UTF-8.
   */
  patch(others: readonly string[]): Promise<string | null>;

  /** The commit that a full ref name points at, or null. */
  resolve(ref: string): Promise<Oid | null>;

  /** The refs whose full names begin so, in order of name, with the commits they point at. */
  refs(prefix: string): Promise<ReadonlyMap<string, Oid>>;

  /**
   * The folder of the work tree that has a branch (by its full name) checked out, of all work trees
   * of the repository; null where none has.
   */
  checkedOut(ref: string): Promise<string | null>;

  /** @throws RedunError OBJECT_MISSING */
  commit(oid: Oid): Promise<CommitInfo>;

  /** Whether the history of `descendant` holds `ancestor`. A commit holds itself. */
  isAncestor(ancestor: Oid, descendant: Oid): Promise<boolean>;

  /**
   * The commits that a revision or a range means, newest first.
   * @throws RedunError UNKNOWN_REVISION when it means none, or one that is not here
   */
  history(history: History): AsyncIterable<ListedCommit>;

  /**
   * The files that differ between two commits, `from` null standing for the empty tree.
   * Files of one folder come one after the other; the order is else not specified. Links and
   * submodules are named like files, trees only where they are refused: a walk is bounded.
   */
  changes(from: Oid | null, to: Oid): AsyncIterable<Change>;

  /**
   * The commits that brought files under given paths, the newest first. Where clocks went wrong,
   * one that `from` contains may come again, and `since` may leave out more than it says. A file
   * that was deleted and brought again may be told of once.
   * @throws RedunError GIT_FAILED or OBJECT_MISSING for commits that are not there
   */
  arrivals(request: ArrivalRequest): AsyncIterable<CommitFiles>;

  /**
   * Contents of many objects, in the order asked for. The ids are streamed in as the contents
   * are streamed out, some hundreds ahead, so a million of them need no memory.
   * @throws RedunError OBJECT_MISSING
   */
  read(oids: Iterable<Oid> | AsyncIterable<Oid>): AsyncIterable<{ oid: Oid; bytes: Uint8Array }>;

  /**
   * Brings objects that a partial clone left out, in one request; elsewhere it is work for nothing.
   * @returns false where not all of them are here then: whoever promised them cannot be reached
   */
  bring(oids: readonly Oid[]): Promise<boolean>;

  /** What of a commit's tree a partial clone has not got; nothing is fetched for that. */
  missing(commit: Oid): Promise<ReadonlySet<Oid>>;

  /**
   * How large contents of files are, in bytes and in the order asked for, found out without reading
   * them; null for what is not there, or is a tree or a commit. Without git it may be the larger
   * size of what a packed object is a delta of, which is read with it.
   */
  sizes(oids: readonly Oid[]): Promise<readonly (number | null)[]>;

  /** One file of a commit's tree, or null where the tree has no file of that path. */
  readPath(commit: Oid, path: string): Promise<Uint8Array | null>;

  /**
   * Commits `files` on top of `expected` and moves the ref there, by compare-and-swap: either
   * everything is durable and the ref points at the returned commit, or nothing happened.
   * Files of the tree that are not named stay as they are.
   * The index, the work tree, HEAD and every other ref are not touched.
   * @throws RedunError REF_MOVED when the ref has moved on from `expected`: read it again and retry
   * @throws RedunError BAD_RECORD for a path that git does not allow in a tree
   * @throws RedunError REPOSITORY_UNWRITABLE
   */
  append(request: Append): Promise<Oid>;

  /**
   * Moves a ref by compare-and-swap, whether or not the new commit holds the old one.
   * @throws RedunError REF_MOVED, REF_BUSY, BAD_REF, REPOSITORY_UNWRITABLE
   */
  move(request: Move): Promise<void>;

  /**
   * Removes a ref that points at `expected`. Its commits stay as long as git keeps them.
   * @throws RedunError REF_MOVED, REF_BUSY, BAD_REF, REPOSITORY_UNWRITABLE
   */
  remove(ref: string, expected: Oid): Promise<void>;

  /**
   * The refs that a remote has, by full name, as far as they match one of git's patterns. Fetches
   * nothing.
   * @throws RedunError REMOTE_FAILED
   */
  remoteRefs(request: RemoteRefs): Promise<ReadonlyMap<string, Oid>>;

  /**
   * Brings refs of a remote, and every object that they need, into this repository. No other ref
   * is touched; the tracking refs move when all objects are there.
   * @returns false when the remote lacks a ref that a refspec names in full: nothing was fetched
   * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE, REF_BUSY
   */
  fetch(request: Fetch): Promise<boolean>;

  /**
   * Moves a ref of a remote forward to a commit, by compare-and-swap: never away from what others
   * have put there. The user's own hooks do not run.
   * @throws RedunError REMOTE_FAILED when the remote cannot be reached or the talk ended early;
   * PUSH_REJECTED when it refused, with its own words
   */
  push(request: Push): Promise<Pushed>;

  /**
   * Lets git pack what has piled up, if it is time: in the background, never failing, and only as
   * far as the user's own settings (`gc.auto`, `maintenance.auto`) allow.
   */
  maintain(): void;

  /** Ends child processes. A closed backend may be used again; it starts them anew. */
  close(): Promise<void>;
}
