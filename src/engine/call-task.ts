import type { Bindings } from "../source/bindings.ts";
import { callWatched } from "../source/watch.ts";
import { needsDefaults, withDefaults } from "./defaults.ts";
import type { LiveJob } from "./live-job.ts";

/** Calls a job's function. Where it computes defaults, `bound` receives its arguments with them. */
export function callTask(
  { task, args }: Pick<LiveJob, "task" | "args">,
  bound: (args: readonly unknown[]) => void,
): unknown {
  const call = () => task.fn(...args);
  const { bindings } = task;
  if (!bindings || !computesDefaults(bindings, args)) return call();
  return callWatched(task.fn, bindings, call, (values) => {
    bound(withDefaults(bindings, args, values));
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
