import type { Mirror } from "./mirror.ts";

/** What has to be known of a cluster's engine to send calls there: what differs between Slurm and others. */
export interface Cluster {
  /** The executor's name and the first word of its tags: `slurm`. */
  readonly kind: string;
  /** The engine's name for people: `Slurm`. */
  readonly title: string;
  /** The options that it takes of tasks, besides `memory` and `cpus`. */
  readonly options: readonly string[];
  /** What a worker is there, unless git config says otherwise: words for `sh`. */
  readonly command: string;
  /** Whether the program of an element has to write its output to `ArrayJob.logs` itself. */
  readonly keepsNoLogs?: boolean;
  /** Whether it can end whole arrays only: an element has to look then whether its call is still wanted. */
  readonly cancelsWholeArrays?: boolean;
  /** For nodes that share no folder with this machine. */
  readonly mirror?: Mirror | undefined;
  /** How the program of an element finds out, in `sh`, which one it is. */
  readonly variables: WorkerVariables;
  /**
   * What an engine's command is told of a task's options: calls of equal requests can be one array.
   * @throws RedunError BAD_TASK
   */
  request(options: Readonly<Record<string, unknown>>): readonly string[];
  /** Asked once, before the first array. */
  about(): Promise<ClusterFacts>;
  /**
   * Submits an array of jobs, and tries again for some time while the engine cannot be reached.
   * @returns the engine's id of it
   * @throws RedunError EXECUTOR_FAILED in the engine's own words
   */
  submit(array: ArrayJob): Promise<string>;
  /**
   * The id of the array that was submitted with a token; null where the engine knows none.
   * @throws RedunError EXECUTOR_FAILED where it cannot be asked
   */
  find(token: string): Promise<string | null>;
  /** As the engine's commands name an element, and the tag of its job does: `123_4`. */
  elementName(job: string, element: number): string;
  /**
   * The elements of some arrays that the engine remembers, by `elementName`. One that is left out has
   * ended some time ago, or never was.
   * @throws RedunError EXECUTOR_FAILED where it cannot be asked
   */
  states(jobs: readonly string[]): Promise<ReadonlyMap<string, ElementState>>;
  /**
   * Why an element ended, where the engine has written that among what it printed: it knows there what it does
   * not tell when it is asked, and has forgotten later.
   */
  causeIn(stderr: string): EndCause | null;
  /** The exit status of an element's program, as the engine has it; null where it has none. Never throws. */
  exitStatus(job: string, element: number): Promise<number | null>;
  /**
   * The end of what an element's host has kept of its output, of one that left no word: `sh: redun-git: not found`. Empty where
   * nothing is kept. Never throws.
   */
  lastWords?(job: string, element: number): Promise<string>;
  /** Ends elements, by the id of their array; "all" for a whole one. Never throws. */
  cancel(elements: ReadonlyMap<string, readonly number[] | "all">): Promise<void>;
  /** The run is over. */
  close?(): void;
}

export interface ClusterFacts {
  /** The cluster's own name. */
  readonly name: string;
  /** How many elements an array may have. */
  readonly maxArray: number;
}

/** Shell words that stand for a fact within an element: `$SLURM_ARRAY_TASK_ID`. */
export interface WorkerVariables {
  readonly element: string;
  readonly node: string;
}

/** Jobs that are submitted at once, numbered from 0. */
export interface ArrayJob {
  /** Finds it again: no two arrays have one. */
  readonly token: string;
  /** The task's, for people. */
  readonly name: string;
  /** Id of the execution. */
  readonly execution: string;
  /** Id of the job, of an array of one. */
  readonly job: string | null;
  readonly size: number;
  /** See `Cluster.request`. */
  readonly request: readonly string[];
  /** What each element runs, a program for `sh`. */
  readonly script: string;
  /** Where the output of each element goes: files `<n>.out` and `<n>.err`. */
  readonly logs: string;
}

/** How an element stands, as the engine says it. */
export interface ElementState {
  readonly phase: "queued" | "running" | "ended";
  /** The engine's word for it: `PENDING`, `TIMEOUT`. */
  readonly word: string;
  /** For those who watch: `queued (Resources)`, `running on node3`. */
  readonly text: string;
  /** Why it ended, where that is not its program's own end. */
  readonly cause: EndCause | null;
  /** What the engine says of its end, in its own words. */
  readonly reason?: string;
}

export type EndCause = "time" | "memory" | "node" | "cancelled" | "preempted";
