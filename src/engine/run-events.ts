import type { Why } from "../compare/why.ts";
import type { RedunError } from "../errors.ts";
import type { Execution, ExecutionStatus, JobStatus } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";

/** A task as a listener sees it. */
export interface RunningTask {
  readonly name: string;
  readonly namespace: string | null;
  /** `namespace.name`, or the name alone where it has no namespace. */
  readonly fullName: string;
  readonly source: {
    /** Absolute path of the file that it is written in; null where that is not known. */
    readonly file: string | null;
    /** Counted from 1. */
    readonly line: number | null;
    /** Of its function, in order. */
    readonly parameters: readonly RunningParameter[];
  };
  readonly hashOnly: {
    /** Whether the argument of a parameter is recorded by its hash alone; of one without a name, if any is. */
    argument(name: string | undefined): boolean;
  };
}

/** What puts a name to an argument. */
export interface RunningParameter {
  /** That of a destructured parameter is `options`, or `arg2` for a second. */
  readonly name: string;
  /** It takes all arguments that are left: `...files`. */
  readonly rest: boolean;
  /** The source gives it a default that is a literal: `defaultValue`. */
  readonly hasLiteralDefault: boolean;
  readonly defaultValue: unknown;
}

/** A job as a listener sees it: live, its last fields are set when it ends. */
export interface RunningJob {
  readonly id: string;
  /** Its number in the execution, from 0 in the order in which jobs begin. */
  readonly index: number;
  /** The job that called it; null at the top. */
  readonly parent: RunningJob | null;
  readonly task: RunningTask;
  /** The arguments themselves, and not copies. */
  readonly args: readonly unknown[];
  /** Those of its task or call, then those that it was given as it ran. */
  readonly tags: readonly TagPair[];
  /**
   * The ids of its children's calls, in the order in which they began: null for a child that has not
   * ended. Null while it has no child.
   */
  readonly calls: readonly (string | null)[] | null;
  readonly started: Date;
  /** RUNNING until it ends. */
  readonly status: JobStatus;
  /** Null until it ends. */
  readonly ended: Date | null;
  /** It ended after its parent, which had not waited for it. */
  readonly late: boolean;
  /** What it gave; undefined until it has ended, and where it has FAILED. */
  readonly result: unknown;
  /** What it threw, if it has FAILED. */
  readonly error: unknown;
}

/** How many jobs of a task have a status. */
export interface JobCount {
  /** Full name of the task. */
  readonly task: string;
  readonly status: JobStatus;
  readonly count: number;
}

/** How far a run has come, whenever one looks. */
export interface RunProgress {
  /** The jobs that have begun and not ended, in the order in which they began. */
  readonly running: ReadonlySet<RunningJob>;
  /** How many jobs there have been, by task and status. */
  readonly counts: readonly JobCount[];
  /** The jobs at work that wait for no other job, in the order in which they began. */
  waitingJobs(): readonly RunningJob[];
  /** What a job's executor last said of how it stands. */
  stateOf(job: RunningJob): string | undefined;
  /** The innermost job that an error came out of. */
  jobThatFailed(error: unknown): RunningJob | undefined;
}

/** How an execution may end. */
export type EndStatus = Exclude<ExecutionStatus, "RUNNING">;

/** How a run ended that its own work did not end. */
export interface RunEnd {
  readonly status: Exclude<EndStatus, "DONE">;
  /** For people, as it is recorded. */
  readonly reason: string;
  /** The job that called `process.exit`, where that is what ended it. */
  readonly exitedIn?: RunningJob | undefined;
}

/** Receives run events, each as it happens. */
export interface SchedulerListener {
  runStarted?(execution: Execution, run: RunProgress): void;
  /** It has begun: its arguments are known. */
  jobStarted?(job: RunningJob): void;
  /** Its function is about to be called: it takes no earlier result. */
  jobRuns?(job: RunningJob): void;
  /**
   * Why it runs, where a run was asked to tell; null where the records that say so cannot be read.
   * @internal
   */
  jobExplained?(job: RunningJob, why: Why | null): void;
  /** It takes an earlier result, or what its function had returned, and does not run. */
  jobReused?(job: RunningJob): void;
  /** Its executor says that it is alive, and how it stands there: "queued". */
  jobHeard?(job: RunningJob, state: string | undefined): void;
  /** It is over, well or not: see its status. */
  jobEnded?(job: RunningJob): void;
  /** A large file, of so many bytes, is hashed before it is recorded. */
  fileHashing?(path: string, size: number): void;
  /** That is over, whatever came of it. */
  fileHashed?(path: string): void;
  valueTagged?(value: unknown, tags: readonly TagPair[]): void;
  executionTagged?(tags: readonly TagPair[]): void;
  /** `end` says what ended the run if it did not end by itself. */
  runEnded?(execution: Execution, run: RunProgress, status: EndStatus, end?: RunEnd): void;
  /** Something of a value is not recorded. Without this function Node emits a `warning` event. */
  noticed?(notice: string): void;
  /** A lock prevents the record from being committed; retries go on for some seconds. */
  recordDelayed?(error: RedunError): void;
  /**
   * The run could not be committed to the log. Its record is safe in a journal (`folder`, in the git
   * directory), and the next command that can write the log commits it: all but `lost` records, for
   * which the disk had no room either. Without this function Node emits a `warning` event instead.
   */
  recordLeft?(execution: Execution, error: Error, folder: string, lost: number): void;
}
