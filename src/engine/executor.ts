import type { Tags } from "../tag/set.ts";

/** Takes calls of tasks to where they run, and brings back what came of them. */
export interface Executor {
  /** How many calls it takes at once; the others wait. Without it, it takes all. */
  readonly workers?: number;
  /** Names of the options that it takes of tasks, beside `memory` and `cpus`. Others are refused. */
  readonly options?: readonly string[];
  /** `false`: what runs a program of its own (`script`) is left to the process of the run. */
  readonly programs?: boolean;
  /**
   * Has a call run: `call.text` goes to a worker, which answers with a text as `redun-git oneshot` writes
   * it. Called again for each retry.
   * @returns that text
   * @throws for a worker that ended without an answer: the job fails, and may be tried again
   */
  submit(call: ExecutorCall): Promise<string>;
  /**
   * Finds the same call, as an earlier process submitted it, by `call.key`. Asked once for a call that may
   * take earlier results, before it is submitted.
   * @returns its answer; null where there is none, and it is to be submitted
   */
  resume?(call: ExecutorCall): Promise<string | null>;
  /** The run is over: whatever it holds open ends. Calls that go on are to end too. */
  close?(): Promise<void> | void;
}

/** A call of a task, as an executor has it. */
export interface ExecutorCall {
  /** The same for the same task with the same arguments, in every process: an object id. */
  readonly key: string;
  /** All that a worker needs to run it, as `redun-git oneshot` reads it. */
  readonly text: string;
  /** Full name of the task. */
  readonly task: string;
  /** Id of the job. */
  readonly job: string;
  /** Id of the execution. */
  readonly execution: string;
  /** What its task, its call or the run says for this executor, `memory` and `cpus` among them. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Whether something of the call is recorded by its hash alone (`record: "hash"`): then nothing of what it prints is
   * to be recorded, and its text is to be readable by this user alone.
   */
  readonly isPrivate: boolean;
  /** Aborted when the job has taken too long, or the run is over: its worker is to end. */
  readonly signal: AbortSignal;
  /** Tags the job with what the executor knows of it: `{ batch_job: "1234" }`. */
  tag(tags: Tags): void;
  /** Says that the job is alive, and how it stands (`"queued"`), for those who watch. */
  heartbeat(state?: string): void;
  /**
   * Computes what the task awaits while it runs, for a worker that can ask: texts as the worker writes
   * and reads them.
   */
  awaited(text: string): Promise<string>;
}

/** What an executor is made with. */
export interface ExecutorSettings {
  /** Its name, as tasks say it. */
  readonly name: string;
  /** The top of the work tree; null where there is none. */
  readonly root: string | null;
  /** The git directory that all work trees share; null without a repository. */
  readonly commonDir: string | null;
  /** A setting of git config, `redun.executor.<name>.<setting>`: letters, digits and `-`. */
  get(setting: string): string | undefined;
}

/** Makes an executor for a run, when the first call is for it. */
export type ExecutorFactory = (settings: ExecutorSettings) => Executor | Promise<Executor>;

/**
 * Options of a task for its executor. An executor that takes more of them declares these here:
 * `declare module "redun-git" { interface ExecutorOptions { partition?: string } }`.
 */
export interface ExecutorOptions {
  /** Where its calls run: `"local"` (in this process), `"thread"`, `"process"`, or another that is known. */
  readonly executor?: string;
  /** Memory that it needs, in GB (10^9 bytes), for executors that give each call its own. */
  readonly memory?: number;
  /** Processors that it needs, for executors that give each call its own. */
  readonly cpus?: number;
  /**
   * Of `slurm`, `hq`, `k8s` and `aws_batch`: how long a call may take, in minutes; also a text, as `sbatch --time`
   * (`"1-12:00:00"`) and `hq submit --time-limit` (`"36h"`) take it.
   */
  readonly time?: number | string;
  /** Of `slurm`: as `sbatch --partition` takes it. */
  readonly partition?: string;
  /** Of `slurm`: as `sbatch --account` takes it. */
  readonly account?: string;
  /** Of `slurm`: as `sbatch --qos` takes it. */
  readonly qos?: string;
  /** Of `slurm`: as `sbatch --gres` takes it, `"gpu:1"`. */
  readonly gres?: string;
  /** Of `slurm`: as `sbatch --constraint` takes it. */
  readonly constraint?: string;
  /** Of `slurm`: more words for `sbatch`, `["--exclusive"]`. */
  readonly sbatch?: readonly string[];
  /** Of `hq`: more words for `hq submit`, `["--priority=5"]`. */
  readonly hq?: readonly string[];
  /** Of `aws_batch`: its job queue. */
  readonly queue?: string;
  /** Of `aws_batch`: the job definition that its containers are made of. */
  readonly definition?: string;
  /** Of `k8s`, `hq` and `aws_batch`: how many of NVIDIA's. */
  readonly gpus?: number;
}
