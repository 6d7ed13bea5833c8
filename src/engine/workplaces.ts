import { availableParallelism } from "node:os";
import { isAsyncFunction } from "node:util/types";
import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { didYouMean } from "../suggest.ts";
import type { CallSettings } from "./call-settings.ts";
import type { Executor, ExecutorSettings } from "./executor.ts";
import { executorFactory, expectKnown, LOCAL } from "./executors.ts";
import type { LiveJob } from "./live-job.ts";
import { depthOf, Slot, Slots } from "./slots.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** What a run knows of where its calls are to run. */
export interface WorkplaceSettings {
  readonly config: GitConfig | null;
  readonly root: string | null;
  readonly commonDir: string | null;
  /** What calls ask for whose tasks say nothing of it. */
  readonly defaults: CallSettings;
  /** The run's script, from the current folder; null where it has none. */
  readonly script: string | null;
  /** Whether calls may take what earlier processes had submitted. */
  readonly mayResume: boolean;
}

/** Where the calls of one run work: in this process, or at an executor. */
export class Workplaces {
  readonly #settings: WorkplaceSettings;
  readonly #known = new Map<string, Workplace>();
  readonly #slots = new Map<LiveJob, Slot>();
  /** Tasks whose functions have returned a promise. */
  readonly #asynchronous = new WeakSet<TaskDefinition>();

  constructor(settings: WorkplaceSettings) {
    this.#settings = settings;
  }

  /** What calls ask for whose tasks say nothing of it. */
  get defaults(): CallSettings {
    return this.#settings.defaults;
  }

  /**
   * Where a call is to run; null for one that runs here and now, as what does not wait for anything does.
   * @throws RedunError UNKNOWN_EXECUTOR, BAD_CONFIG
   */
  of(task: TaskDefinition, settings: CallSettings): Workplace | null {
    const { defaults, config } = this.#settings;
    const name =
      settings.executor ??
      task.attempts.executor ??
      defaults.executor ??
      (config?.get("redun.executor") || LOCAL);
    const place = this.#named(name);
    if (!place.isLocal) return place.takes(task) ? place : null;
    const waits = isAsyncFunction(task.fn) || this.#asynchronous.has(task);
    // A task with limits says itself how many go on at once.
    const isLimited = (settings.limits ?? task.attempts.limits) !== undefined;
    return waits && !isLimited && !task.isProgram ? place : null;
  }

  /**
   * What is needed to have a call run elsewhere.
   * @throws RedunError BAD_TASK for an option that the executor does not take
   */
  remote(place: Workplace, task: TaskDefinition, settings: CallSettings) {
    const { defaults, script, mayResume } = this.#settings;
    const options = place.optionsOf(task, [defaults, task.attempts, settings]);
    const scope = settings.cacheScope ?? task.cacheScope;
    const resumes = mayResume && scope === "log";
    return { executor: place.executor!, options, script, resumes };
  }

  #named(name: string): Workplace {
    let place = this.#known.get(name);
    if (!place) {
      expectKnown(name, this.#settings.config);
      place = new Workplace(name, this.#settings);
      this.#known.set(name, place);
    }
    return place;
  }

  /** A function that looks as if it would not wait has returned a promise. */
  foundAsynchronous(task: TaskDefinition): void {
    this.#asynchronous.add(task);
  }

  /** A job begins to work where it has taken a slot. Returns what ends that. */
  begin(job: LiveJob, place: Workplace): () => void {
    const slot = place.newSlot();
    if (!slot) return () => {};
    this.#slots.set(job, slot);
    return () => {
      this.#slots.delete(job);
      slot.end();
    };
  }

  /** While a job waits for others, they may have its slot. */
  during<T>(job: LiveJob | null, awaited: Promise<T>): Promise<T> {
    const slot = job && this.#slots.get(job);
    return slot ? slot.during(awaited) : awaited;
  }

  /** Ends the executors that were made. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#known.values()].map((place) => place.close()));
  }
}

/** Options for every executor. */
const COMMON = ["memory", "cpus"];

/** An executor in one run, or the process of the run. */
export class Workplace {
  readonly name: string;
  /** Set until it is known what it takes. */
  loading: Promise<void> | null = null;
  executor: Executor | null = null;
  readonly #settings: ExecutorSettings;
  readonly #config: GitConfig | null;
  #slots: Slots | null = null;

  constructor(
    name: string,
    { config, root, commonDir }: Pick<WorkplaceSettings, "config" | "root" | "commonDir">,
  ) {
    this.name = name;
    this.#config = config;
    this.#settings = {
      name,
      root,
      commonDir,
      get: (setting) => config?.get(`redun.executor.${name}.${setting}`),
    };
    if (this.isLocal) this.#slots = new Slots(workersOf(this.#settings) ?? availableParallelism());
    else {
      this.loading = this.#load();
      // Each call that waits for it hears of it.
      this.loading.catch(() => {});
    }
  }

  get isLocal(): boolean {
    return this.name === LOCAL;
  }

  /** Programs may be left to the process of the run. */
  takes({ isProgram }: TaskDefinition): boolean {
    return !isProgram || this.executor?.programs !== false;
  }

  async #load(): Promise<void> {
    const factory = await executorFactory(this.#settings, this.#config);
    const executor = await factory(this.#settings);
    if (typeof executor?.submit !== "function") {
      throw new RedunError(
        "EXECUTOR_FAILED",
        `The executor ${this.name} has no \`submit\`.`,
        "What makes it returns `{ submit: async (call) => text }`.",
      );
    }
    this.executor = executor;
    const count = workersOf(this.#settings) ?? executor.workers;
    this.#slots = count === undefined ? null : new Slots(count);
    this.loading = null;
  }

  /**
   * What is said to this executor of a call: by the run, its task, and the call itself, the later in the
   * place of the earlier. What was said to another one does not count.
   * @throws RedunError BAD_TASK for an option that the executor does not take
   */
  optionsOf(
    task: TaskDefinition,
    levels: readonly Pick<CallSettings, "executor" | "executorOptions">[],
  ): Readonly<Record<string, unknown>> {
    let name = this.#config?.get("redun.executor") || LOCAL;
    const options: Record<string, unknown> = {};
    for (const { executor, executorOptions = {} } of levels) {
      name = executor ?? name;
      for (const [key, value] of Object.entries(executorOptions)) {
        if (name === this.name || COMMON.includes(key)) options[key] = value;
      }
    }
    this.#expectTaken(task, options);
    return options;
  }

  #expectTaken(task: TaskDefinition, options: Readonly<Record<string, unknown>>): void {
    const known = [...COMMON, ...(this.executor?.options ?? [])];
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw new RedunError(
      "BAD_TASK",
      `${task.fullName} has the option "${unknown}", which its executor ${this.name} does not take.${didYouMean(unknown, known)}`,
      `It takes ${known.join(", ")}, beside the options of all tasks.`,
    );
  }

  /** Takes a slot for a job. Returns whether one was free; if not, `goOn` is called once it has been taken. */
  take(job: LiveJob, goOn: () => void): boolean {
    return !this.#slots || this.#slots.take(depthOf(job), goOn);
  }

  newSlot(): Slot | null {
    return this.#slots && new Slot(this.#slots);
  }

  async close(): Promise<void> {
    await this.loading?.catch(() => {});
    await this.executor?.close?.();
  }
}

/** @throws RedunError BAD_CONFIG */
function workersOf({ name, get }: ExecutorSettings): number | undefined {
  const text = get("workers");
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  const key = `redun.executor.${name}.workers`;
  throw new RedunError(
    "BAD_CONFIG",
    `git config ${key} is "${text}", and no whole number from 1 on.`,
    `How many calls it takes at once: \`git config ${key} 4\`.`,
  );
}
