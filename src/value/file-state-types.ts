/** What a file or folder held when it was looked at. */
export interface FileState {
  /**
   * The object id of its content, as `git hash-object --no-filters` prints it; of a folder that of its
   * tree.
   */
  readonly hash: string;
  /** In bytes; of a folder that of all files in it. */
  readonly size: number;
  readonly isFolder?: boolean;
}
