/** The public API: everything that `import ... from "redun-git"` provides. */
export { type AppliedTags, applyTags } from "./engine/apply-tags.ts";
export type { Arg, Lazy, Resolved } from "./engine/lazy-types.ts";
export type { ModuleFile } from "./engine/loaded-modules.ts";
export type { JobCount, LiveJob, Run, RunListener } from "./engine/run.ts";
export type { RunEnd } from "./engine/run-end.ts";
export {
  type RunOptions,
  Scheduler,
  type SchedulerListener,
  type SchedulerOptions,
} from "./engine/scheduler.ts";
export { type CallOptions, type Task, task } from "./engine/task.ts";
export type { TaskOptions } from "./engine/task-definition.ts";
export { type ErrorCode, RedunError } from "./errors.ts";
export type { Recovered } from "./log/recover.ts";
export type { LogChoice } from "./log/ref.ts";
export type { UncommittedRun } from "./log/uncommitted.ts";
export { openLog } from "./open-log.ts";
export type {
  AbsentNotice,
  LeftOutNotice,
  LogNotice,
  RecoveredNotice,
  TemporaryIndexNotice,
  WaitingNotice,
} from "./provenance/notices.ts";
export type { BlamedTag, TagChange, TagCommit, Unknown } from "./provenance/tag-history.ts";
export type {
  LoggedCall,
  LoggedOther,
  LogQuery,
  OpenLogOptions,
  ProvenanceLog,
  TagEditOptions,
} from "./provenance-log.ts";
export type {
  EntityType,
  Execution,
  ExecutionStatus,
  JobStatus,
  ShownJobStatus,
} from "./record/records.ts";
export type { Tags } from "./tag/set.ts";
export type { TagPair } from "./tag/tag.ts";
export { File } from "./value/file.ts";
export { Float, float, type TagValue } from "./value/value.ts";
export type { LoggedEntity, LoggedExecution, LoggedJob } from "./views/logged.ts";
