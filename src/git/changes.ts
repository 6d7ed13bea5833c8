import type { Identity } from "./history.ts";
import type { Oid } from "./repository.ts";

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

/** A commit of files on top of a ref. */
export interface Append {
  /** Full ref name, `refs/...`. */
  readonly ref: string;
  /** What the ref must point at for the append to happen; null: it must not exist. */
  readonly expected: Oid | null;
  readonly files: readonly (NewFile | StoredFile)[];
  /** Paths of files that are not to be in the new tree any more. */
  readonly removed?: readonly string[];
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
