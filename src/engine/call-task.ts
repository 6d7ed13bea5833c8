import type { Bindings } from "../source/bindings.ts";
import { callWatched } from "../source/watch.ts";
import { needsDefaults, withDefaults } from "./defaults.ts";
import type { Jobs } from "./jobs.ts";
import type { LiveJob } from "./live-job.ts";

/** Calls a job's function. Where it computes defaults, the job's arguments are known with them. */
export function callTask(job: LiveJob, jobs: Jobs): unknown {
  const { task, args } = job;
  const call = () => task.fn(...args);
  const { bindings } = task;
  if (!bindings || !computesDefaults(bindings, args)) return call();
  return callWatched(task.fn, bindings, call, (bound) => {
    jobs.bound(job, withDefaults(bindings, args, bound));
  });
}

function computesDefaults(bindings: Bindings, args: readonly unknown[]): boolean {
  try {
    return needsDefaults(bindings, args);
  } catch {
    // A getter of the user's threw.
    return false;
  }
}
