/**
 * Takes the folders of arrays to nodes that do not share a disk with this machine, and brings back what their elements
 * write there. Everything else reads and writes the folders here.
 */
export interface Mirror {
  /**
   * Takes the calls of an array there, and the code if it is not there yet.
   * @param code the copy of the code; null where there is none
   * @returns what each element runs, a program for `sh`
   * @throws RedunError EXECUTOR_FAILED
   */
  send(array: MirroredArray, code: string | null, element: string): Promise<string>;
  /**
   * Brings what the elements of some arrays have said of their ends since, with their answers and what they printed.
   * @returns false where it could not be reached now, or has been asked just before
   * @throws RedunError EXECUTOR_FAILED where it never will
   */
  collect(arrays: readonly MirroredArray[]): Promise<boolean>;
  /** An element that has not begun finds no call; one that runs sees that nobody waits for it. Never throws. */
  withdraw(token: string, element: number): void;
  /** Removes all there is of an array. Never throws. */
  remove(token: string): void;
  /** What was withdrawn or removed is gone then. */
  close(): Promise<void>;
}

/** The folder of an array, with `calls/<n>` to go there, and `answers`, `logs` and `status` to come back: see `ArrayFolder`. */
export interface MirroredArray {
  readonly folder: string;
  readonly token: string;
}
