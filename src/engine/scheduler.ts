import { join, resolve } from "node:path";
import { CloudUsers } from "../cloud-user/users.ts";
import type { GitBackend, GitConfig } from "../git/backend.ts";
import { recoverRuns } from "../log/recover.ts";
import { notice as tellUser } from "../notice.ts";
import { IndexedLog } from "../provenance/indexed-log.ts";
import type { Code } from "../record/records.ts";
import { startFolder } from "../start-folder.ts";
import { tagPairs } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { contentId } from "../value/oid.ts";
import { cacheTrust } from "./cache-settings.ts";
import { runDefaults } from "./call-options.ts";
import type { CallSettings } from "./call-settings.ts";
import { codeState } from "./code-state.ts";
import { expectKnown } from "./executors.ts";
import { firstTask } from "./first-task.ts";
import { worker } from "./in-worker.ts";
import type { Resolved } from "./lazy-types.ts";
import { LoadedModules } from "./loaded-modules.ts";
import { planRun, type RunPlan } from "./plan-run.ts";
import { runRecorded } from "./recorded-run.ts";
import type { Recorder } from "./recorder.ts";
import { runSettings } from "./run-settings.ts";
import type { RunOptions, SchedulerOptions } from "./scheduler-options.ts";
import { Secrets } from "./secrets.ts";
import { startFacts, userOf } from "./start-facts.ts";
import { tagSettings } from "./tag-settings.ts";
import { uncommittedChanges } from "./uncommitted.ts";
import { runUnrecorded } from "./unrecorded-run.ts";

interface Prepared {
  readonly log: IndexedLog;
  readonly code: Code;
  /** What is to be done while it runs. */
  readonly later: (() => Promise<unknown>) | null;
  readonly close: () => Promise<void>;
}

/** A log of a repository that is open already; its backend is the caller's to close. */
interface OpenedLog {
  readonly backend: GitBackend;
  readonly config: GitConfig;
  readonly ref: string;
}

/**
 * Runs workflows and records every run in the log of a git repository.
 * @example
 * ```ts
 * import { Scheduler, task } from "redun-git";
 *
 * const double = task(function double(n: number) {
 *   return n * 2;
 * });
 * console.log(await new Scheduler().run(double(double(10)), { tags: { env: "dev" } }));
 * ```
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #opened: OpenedLog | null = null;
  #prepared: Promise<Prepared> | undefined;

  constructor(options: SchedulerOptions = {}) {
    this.#options = options;
  }

  /**
   * One that starts what it runs as soon as it can: what need not be known before is looked up meanwhile.
   * @internal
   */
  static ofProgram(opened: OpenedLog, options: SchedulerOptions): Scheduler {
    const scheduler = new Scheduler(options);
    scheduler.#opened = opened;
    return scheduler;
  }

  /**
   * Opens the log and reads the state of the code while the caller does something else, such as
   * loading the workflow. The next run uses it.
   */
  prepare({ record = true }: Pick<RunOptions, "record"> = {}): void {
    this.#prepared ??= this.#prepare(record);
    this.#prepared.catch(() => {});
  }

  async #prepare(isRecorded: boolean): Promise<Prepared> {
    if (!isRecorded) {
      const log = await IndexedLog.openUnchanged(this.#options);
      return { log, code: {}, later: null, close: () => log.close() };
    }
    const opened = this.#opened;
    const log = opened
      ? IndexedLog.unasked(opened.backend, opened.config, opened.ref)
      : await IndexedLog.open(this.#options);
    const { backend } = log.log;
    const others = () => Promise.all([backend.identity(), recoverRuns(log.log)]);
    const all = [codeState(backend, log.config), opened ? null : others()] as const;
    try {
      const [code] = await Promise.all(all);
      const close = async () => (opened ? log.closeIndex() : log.close());
      return { log, code, later: opened && others, close };
    } catch (error) {
      // A git that is left open would keep the process alive for ever.
      await Promise.allSettled(all);
      if (!opened) await log.close();
      throw error;
    }
  }

  /** Lets go of what `prepare` opened and no run has used. */
  async close(): Promise<void> {
    const prepared = await this.#prepared?.catch(() => undefined);
    this.#prepared = undefined;
    await prepared?.close();
  }

  /**
   * Computes a lazy value (or a structure that holds lazy values) as one execution.
   * @throws what the workflow throws; the signal's reason when it was aborted; RedunError
   * NOT_A_REPOSITORY, REPOSITORY_UNWRITABLE, BAD_REF, NOT_A_LOG, BAD_TAG, BAD_VALUE before anything
   * runs
   */
  async run<T>(expression: T, options: RunOptions = {}): Promise<Resolved<T>> {
    if (worker.onRun) {
      worker.onRun();
      return new Promise(() => {});
    }
    const tags = tagPairs(options.tags);
    const isRecorded = options.record !== false;
    const preparing = this.#prepared ?? this.#prepare(isRecorded);
    this.#prepared = undefined;
    const { log, code: atStart, later, close } = await preparing;
    try {
      const configured = log.config.get("redun.executor") || undefined;
      const defaults = runDefaults(options.options ?? {}, configured);
      const executor = defaults.executor ?? configured;
      if (executor !== undefined) expectKnown(executor, log.config);
      if (!isRecorded) {
        return (await this.#unrecorded(log, expression, tags, {
          ...options,
          defaults,
        })) as Resolved<T>;
      }
      // What cannot be recorded must not be computed.
      await log.log.assertWritable();
      const settings = tagSettings(log.config);
      const modules = new LoadedModules(
        log.log.backend,
        this.#options.modules,
        firstTask(expression)?.source.file,
      );
      const loaded = await modules.addTo(atStart);
      const { patch, notice } = await uncommittedChanges(log.log.backend, log.config, loaded);
      const { objectFormat } = log.log.backend.repository;
      const code =
        patch === undefined ? loaded : { ...loaded, patch: contentId(patch, objectFormat) };
      const secrets = new Secrets();
      const { commonDir } = log.log.backend.repository;
      const clouds = new CloudUsers(join(commonDir, "redun", "cloud-users"), process.env);
      const given = [...clouds.known(settings.automatic), ...tags];
      const facts = startFacts(log.log, code, settings, expression, given, options, secrets);
      const isTagged = settings.automatic.has("git_dirty") && code.dirty === false;
      // A module that is imported later may make a clean run dirty.
      const addLate = async (recorder: Recorder) => {
        recorder.executionTagged(clouds.come());
        const late = await modules.lateOnes(code);
        if (late.length === 0) return;
        recorder.modulesLoaded(late);
        if (isTagged) recorder.executionTagged([["git_dirty", true]]);
      };
      let asked: Promise<boolean> | undefined;
      const isReady = () => (asked ??= this.#isCacheReady(log));
      // The index of a program's run can wait until somebody asks: mostly nobody does.
      const isLater = firstTask(expression)?.cacheScope === "none";
      const isOn = options.cache !== false && (isLater ? isReady : await isReady());
      const result = await runRecorded({
        ...facts,
        ...{ indexed: log, expression, patch, notice, addLate, secrets, later },
        ...{ signal: options.signal, explain: options.explain },
        listener: this.#options.listener ?? {},
        settings: this.#runSettings(log, options, defaults),
        cache: this.#cache(log, facts.execution.user, isOn),
      });
      return result as Resolved<T>;
    } finally {
      await close();
    }
  }

  async #unrecorded(
    log: IndexedLog,
    expression: unknown,
    tags: readonly TagPair[],
    options: RunOptions & { readonly defaults: CallSettings },
  ): Promise<unknown> {
    const { execution } = startFacts(
      log.log,
      {},
      tagSettings(log.config),
      expression,
      tags,
      options,
      new Secrets(),
    );
    // An index that is not there, or behind the log, stays so.
    const isOn = options.cache !== false && log.file.temporary === null;
    return runUnrecorded({
      ...{ indexed: log, execution, expression, signal: options.signal, explain: options.explain },
      listener: this.#options.listener ?? {},
      settings: this.#runSettings(log, options, options.defaults),
      cache: this.#cache(log, execution.user, isOn),
    });
  }

  #runSettings({ config, log }: IndexedLog, options: RunOptions, defaults: CallSettings) {
    const { script, cache } = options;
    return runSettings(config, log.backend.repository, {
      defaults,
      mayResume: cache !== false,
      // From where workers load it.
      ...(script !== undefined && { script: resolve(startFolder(), script) }),
    });
  }

  #cache<IsOn>({ config }: IndexedLog, user: string, isOn: IsOn) {
    const onNotice = (text: string) => this.#notice(text);
    return { isOn, trust: cacheTrust(config, user), onNotice };
  }

  /**
   * What `run` would do, as far as that is known before a function is called.
   * @internal
   */
  async plan(
    expression: unknown,
    options: Pick<RunOptions, "user" | "cache"> = {},
  ): Promise<RunPlan> {
    const preparing = this.#prepared ?? this.#prepare(true);
    this.#prepared = undefined;
    const { log } = await preparing;
    try {
      const isOn = options.cache !== false && (await this.#isCacheReady(log));
      return await planRun(log, expression, this.#cache(log, userOf(options), isOn));
    } finally {
      await log.close();
    }
  }

  /** Brings the index to the tip: results are looked up there. It is a cache, and so is this. */
  async #isCacheReady(log: IndexedLog): Promise<boolean> {
    try {
      await log.catchUp();
      return true;
    } catch (error) {
      this.#notice(`Results of earlier executions are not used: ${(error as Error).message}`);
      return false;
    }
  }

  #notice(notice: string): void {
    const { listener } = this.#options;
    if (listener?.noticed) listener.noticed(notice);
    else tellUser(notice);
  }
}
