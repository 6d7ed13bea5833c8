/** What `import ... from "redun-git"` gives. */
export { type AppliedTags, applyTags } from "./engine/apply-tags.ts";
export type { Lazy, Resolved } from "./engine/lazy-types.ts";
export { type RunOptions, Scheduler, type SchedulerOptions } from "./engine/scheduler.ts";
export { type CallOptions, type Task, type TaskOptions, task } from "./engine/task.ts";
export { type ErrorCode, RedunError } from "./errors.ts";
export { openLog } from "./open-log.ts";
export type { BlamedTag, TagChange, TagCommit, Unknown } from "./provenance/tag-history.ts";
export type {
  LoggedCall,
  LoggedEntity,
  LoggedExecution,
  LoggedJob,
  LogQuery,
  OpenLogOptions,
  ProvenanceLog,
  TagEditOptions,
} from "./provenance-log.ts";
export type { Tags } from "./tag/set.ts";
export { File } from "./value/file.ts";
export type { TagValue } from "./value/value.ts";
