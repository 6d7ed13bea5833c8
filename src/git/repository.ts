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
  /** The variables it was found with: git and its settings are asked with these, whatever the process does later. */
  readonly env: NodeJS.ProcessEnv;
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
