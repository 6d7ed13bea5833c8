/**
 * The library, and what loads workflows: one file of dist/, because a task has to be one to both, and
 * Node starts CommonJS faster. `dist/index.js` exports the library from it.
 */
export * as api from "../src/api.ts";
export { command as oneshot } from "./commands/oneshot.ts";
export { command as run } from "./commands/run.ts";
export { work } from "./run/worker.ts";
export { Workspace } from "./workspace.ts";

/** Begins a worker of a pool. */
export const executorWorker = () => import("../src/executors/worker.ts");
