/** What a file or directory held when it was read. */
export interface FileState {
  /**
   * The object id of its content, as `git hash-object --no-filters` prints it; for a directory, of its
   * tree.
   */
  readonly hash: string;
  /** In bytes; for a directory, of all files in it. */
  readonly size: number;
  readonly isFolder?: boolean;
}

/** What the file system says of a file that is not read: see `FileOptions`. */
export interface StatState {
  /** In bytes. */
  readonly size: number;
  /** When it was written last, in milliseconds: ISO 8601 in UTC. */
  readonly mtime: string;
}
