/** What the process of a run and a worker of its pool say to each other. */

/** A call to run. */
export interface WorkerOrder {
  readonly text: string;
  /** The top of the work tree. */
  readonly root: string;
}

/** Who it is; or what a task awaits, with a number. */
export type FromWorker =
  | { readonly pid: number }
  | { readonly wish: string; readonly number: number };

/** What came of that. */
export interface ToWorker {
  readonly number: number;
  readonly reply: string;
}
