import type { Append, Change, Move, StoredFile, WorkTreeFile } from "./changes.ts";
import type {
  AdditionsRequest,
  CommitFiles,
  CommitInfo,
  Head,
  History,
  Identity,
  ListedCommit,
  Signature,
} from "./history.ts";
import type { GitConfig, Oid, Repository } from "./repository.ts";
import type { Fetch, Push, Pushed, RemoteRefs } from "./transfer.ts";

// Users of a backend import its types from here.
export * from "./changes.ts";
export type * from "./history.ts";
export type * from "./repository.ts";
export type * from "./transfer.ts";

/**
 * What the log needs of git, and nothing more.
 *
 * Two implementations: `native` drives the user's own `git` through its streaming protocols,
 * `isomorphic` needs no git at all. One contract suite (test/git/contract) runs against
 * both, and against repositories that the other one wrote.
 */
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
   * others. Null where that is not known (without git), or is not a text in UTF-8.
   */
  patch(others: readonly string[]): Promise<string | null>;

  /** The commit that a full ref name points at, or null. */
  resolve(ref: string): Promise<Oid | null>;

  /**
   * The signatures of commits that are here, by git's own rules: OpenPGP, X.509, and ssh with
   * `gpg.ssh.allowedSignersFile`. Null where that is not known: without git.
   */
  signatures(commits: readonly Oid[]): Promise<ReadonlyMap<Oid, Signature> | null>;

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
   * The commits that added files under given paths, the newest first. Where clocks went wrong,
   * one that `from` contains may come again, and `since` may leave out more than it says. A file
   * that was deleted and brought again may be reported once.
   * @throws RedunError GIT_FAILED or OBJECT_MISSING for commits that are not there
   */
  additions(request: AdditionsRequest): AsyncIterable<CommitFiles>;

  /**
   * Contents of many objects, in the order asked for. The ids are streamed in as the contents
   * are streamed out, some hundreds ahead, so a million of them need no memory.
   * @throws RedunError OBJECT_MISSING
   */
  read(oids: Iterable<Oid> | AsyncIterable<Oid>): AsyncIterable<{ oid: Oid; bytes: Uint8Array }>;

  /**
   * Brings objects that a partial clone left out, ten thousand in one request; elsewhere it is work for
   * nothing.
   * @param onBrought told how many have been asked for, of how many, before each request and at the end
   * @returns false where not all of them are here then: the remote that promised them cannot be reached
   */
  bring(oids: readonly Oid[], onBrought?: (done: number, total: number) => void): Promise<boolean>;

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
   * @throws RedunError REMOTE_FAILED when the remote cannot be reached or the exchange ended early;
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
