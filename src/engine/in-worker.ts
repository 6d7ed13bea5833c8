/**
 * A worker loads the script of a run for its tasks. Where that script begins a run itself, the tasks that it
 * has made by then are there: the run is that of another process, and does not begin again.
 */
export const worker: {
  /** Set in a worker: hears that the script that it loads begins a run. */
  onRun: (() => void) | null;
} = { onRun: null };
