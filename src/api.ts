/** The public API: everything that `import ... from "redun-git"` provides. */
import "./executors/built-in.ts";

export type { CodeComparison } from "./compare/code.ts";
export type { FileChange, FileComparison } from "./compare/files.ts";
export type { HelperChange } from "./compare/helper-changes.ts";
export type { JobComparison, JobSum, JobSums } from "./compare/jobs.ts";
export type { TagDifference } from "./compare/tags.ts";
export type { TaskChange, TaskComparison, TaskVersion } from "./compare/tasks.ts";
export { type AppliedTags, applyTags } from "./engine/apply-tags.ts";
export type { CallOptions, RunCallOptions } from "./engine/call-options.ts";
export type { CacheScope, CheckValid } from "./engine/call-settings.ts";
export { catchAll, catchError, cond, flatMap, mapTask, seq } from "./engine/control-flow.ts";
export type {
  Executor,
  ExecutorCall,
  ExecutorFactory,
  ExecutorOptions,
  ExecutorSettings,
} from "./engine/executor.ts";
export { registerExecutor } from "./engine/executors.ts";
export type { RecordOption } from "./engine/hash-only.ts";
export type { Arg, Lazy, Resolved } from "./engine/lazy-types.ts";
export type { ModuleFile } from "./engine/loaded-modules.ts";
export type {
  EndStatus,
  JobCount,
  RunEnd,
  RunningJob,
  RunningParameter,
  RunningTask,
  RunProgress,
  SchedulerListener,
} from "./engine/run-events.ts";
export { Scheduler } from "./engine/scheduler.ts";
export type { RunOptions, SchedulerOptions } from "./engine/scheduler-options.ts";
export { type Task, task } from "./engine/task.ts";
export type { TaskOptions } from "./engine/task-definition.ts";
export { type ErrorCode, type ErrorData, RedunError } from "./errors.ts";
export {
  type Out,
  out,
  type Script,
  type ScriptOptions,
  type ScriptOutput,
  type ScriptValue,
  type ScriptWord,
  script,
} from "./exec/script.ts";
export type { ListedCommit } from "./git/history.ts";
export type { Oid } from "./git/repository.ts";
export type { Merge, Merged, Scenario } from "./log/merge.ts";
export type { RecordCounts } from "./log/record-counts.ts";
export type { Recovered } from "./log/recover.ts";
export type { LogChoice } from "./log/ref.ts";
export type { UncommittedRun } from "./log/uncommitted.ts";
export { openLog } from "./open-log.ts";
export type { CallName } from "./provenance/call-graph.ts";
export type { DataflowCall, DataflowStep } from "./provenance/dataflow.ts";
export type {
  AbsentNotice,
  LeftOutNotice,
  LogNotice,
  LostNotice,
  RecoveredNotice,
  TemporaryIndexNotice,
  WaitingNotice,
} from "./provenance/notices.ts";
export type { BlamedTag, TagChange, TagCommit, Unknown } from "./provenance/tag-history.ts";
export type {
  Ids,
  LoggedCall,
  LoggedOther,
  OpenLogOptions,
  ProvenanceLog,
  TagEditOptions,
} from "./provenance-log.ts";
export type { LogQuery } from "./query/log-query.ts";
export type {
  Code,
  CodeFile,
  EntityType,
  Execution,
  ExecutionStatus,
  ImportedFacts,
  JobStatus,
  ShownJobStatus,
  TaskInclude,
  Time,
} from "./record/records.ts";
export type { EntityChange } from "./share/changes.ts";
export type { Fetched } from "./share/fetch.ts";
export type { LogSharing, SharingOptions } from "./share/log-sharing.ts";
export type { Pulled } from "./share/pull.ts";
export type { PushedLog } from "./share/push.ts";
export type { RemoteLog } from "./share/remotes.ts";
export type { Rewritten } from "./share/rewritten.ts";
export type { SqlLimits, SqlResult } from "./sql/query.ts";
export type { Link } from "./tag/links.ts";
export type { Tags } from "./tag/set.ts";
export type { TagPair } from "./tag/tag.ts";
export { type Codec, registerCodec } from "./value/codecs.ts";
export { File, type FileContent, type FileOptions } from "./value/file.ts";
export { Dir, FileSet, glob } from "./value/file-set.ts";
export type { FileState } from "./value/file-state-types.ts";
export { Float, float, type TagValue } from "./value/value.ts";
export type {
  CallContent,
  CallNode,
  CallView,
  MadeCall,
  ShownArgument,
  ShownOutcome,
} from "./views/call.ts";
export type { ChangesView } from "./views/changes.ts";
export type { CommitView } from "./views/commits.ts";
export type {
  ComparisonView,
  ShownCallComparison,
  ShownChange,
  ShownSide,
  ValueDiff,
} from "./views/comparison.ts";
export type { DataflowView, ShownSection, ShownVariable } from "./views/dataflow.ts";
export type { EntityView } from "./views/entity.ts";
export type {
  ExecutionJobs,
  ExecutionView,
  Failure,
  JobInList,
  JobInTree,
  JobOutline,
  JournalState,
  Tally,
} from "./views/execution.ts";
export type { ExecutionOfCode } from "./views/executions.ts";
export type { Extent } from "./views/extent.ts";
export type { FileNow, FileVersion, FileView } from "./views/file.ts";
export type { BlameView, HistoryView } from "./views/history.ts";
export type { JobOnPath, JobSection, JobView } from "./views/job.ts";
export type { LogViews, SearchQuery, TableQuery } from "./views/log-views.ts";
export type { LoggedEntity, LoggedExecution, LoggedJob } from "./views/logged.ts";
export type { RedactionView } from "./views/redactions.ts";
export type {
  ListedCall,
  ListedEntity,
  ListedJob,
  ListedTask,
  ListedValue,
  SearchPart,
  SearchView,
} from "./views/search.ts";
export type { ShownValue } from "./views/shown-value.ts";
export type { TableColumn, TableLayout, TableRow, TableView } from "./views/table.ts";
export type { KeyCount, TagCount, TagKeysView } from "./views/tags.ts";
export type { JobName, OtherVersion, RecordedTask, TaskView } from "./views/task.ts";
export type { ValueView } from "./views/value.ts";
