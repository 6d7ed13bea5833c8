import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { GitBackend, GitConfig } from "../git/backend.ts";
import { share } from "../git/files/sharing.ts";
import { osUser } from "../git/identity.ts";
import { Journal } from "../log/journal.ts";
import { PendingRun } from "../log/pending.ts";
import { recoverRuns } from "../log/recover.ts";
import type { LogChoice } from "../log/ref.ts";
import { notice as tellUser } from "../notice.ts";
import { IndexedLog } from "../provenance/indexed-log.ts";
import { executionYaml } from "../record/encode.ts";
import { executionPath } from "../record/layout.ts";
import type { Code, Execution, Outcome } from "../record/records.ts";
import { startFolder } from "../start-folder.ts";
import { type Tags, tagGroups, tagPairs, tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { saveHashes, useHashStore } from "../value/file-hashes.ts";
import { recordedPath } from "../value/file-path.ts";
import { blobId, contentId } from "../value/oid.ts";
import { cacheUsers } from "./cache-settings.ts";
import { type RunCallOptions, runDefaults } from "./call-options.ts";
import type { CallSettings } from "./call-settings.ts";
import { now } from "./clock.ts";
import { automaticTags, codeState } from "./code-state.ts";
import { expectKnown } from "./executors.ts";
import { Explainer } from "./explainer.ts";
import { expressionOf } from "./expression.ts";
import { worker } from "./in-worker.ts";
import type { Resolved } from "./lazy-types.ts";
import { LoadedModules, type ModuleFile } from "./loaded-modules.ts";
import { pendingParts } from "./pending-parts.ts";
import { planRun, type RunPlan } from "./plan-run.ts";
import { Recorder } from "./recorder.ts";
import { ResultCache, type ResultCacheOptions } from "./result-cache.ts";
import { Run } from "./run.ts";
import { noteRun } from "./run-count.ts";
import { watchRun } from "./run-end.ts";
import type { SchedulerListener } from "./run-events.ts";
import { runSettings } from "./run-settings.ts";
import { withoutSecrets } from "./secret-words.ts";
import { Secrets } from "./secrets.ts";
import { type TagSettings, tagSettings } from "./tag-settings.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { runTitle } from "./title.ts";
import { uncommittedChanges } from "./uncommitted.ts";
import { runUnrecorded } from "./unrecorded-run.ts";
import { valueLimits } from "./value-limits.ts";

export interface SchedulerOptions extends LogChoice {
  /** A directory in the git repository that holds the log. Defaults to the current directory. */
  readonly cwd?: string | undefined;
  /** Receives run events. */
  readonly listener?: SchedulerListener;
  /**
   * The modules loaded so far, the script first, for programs that load workflows themselves. Defaults
   * to the script that Node was started with and the root task's file, if they are in the work tree.
   */
  readonly modules?: () => readonly ModuleFile[];
}

export interface RunOptions {
  /** Tags of the execution, in addition to the automatic ones. */
  readonly tags?: Tags;
  /** The `project` tag. Defaults to the namespace of the root task. */
  readonly project?: string | undefined;
  /** The `doc` tag: what the run is for. */
  readonly doc?: string | undefined;
  /** The `user` tag. Defaults to `$REDUN_USER`, then to the name of the user of the system. */
  readonly user?: string | undefined;
  /** The command line to record. Defaults to that of this process. */
  readonly argv?: readonly string[];
  /** The word of `argv` that names the workflow; it is recorded relative to the top of the work tree. */
  readonly script?: string;
  /** Aborting it ends the run: finished jobs are recorded, and the execution is INTERRUPTED. */
  readonly signal?: AbortSignal;
  /** `false` takes no results of earlier executions. Equal calls of this one run once in any case. */
  readonly cache?: boolean;
  /**
   * Options of calls whose tasks have none of their own: where they run (`executor`, what that takes),
   * `timeout`, `retries`.
   */
  readonly options?: RunCallOptions;
  /**
   * `false` records nothing at all: no journal, no commit, no index. Earlier results are taken where the
   * index knows them already.
   */
  readonly record?: boolean;
  /**
   * Tells the listener why each job runs that does.
   * @internal
   */
  readonly explain?: boolean;
}

/** How often a run looks for modules that were loaded meanwhile, in milliseconds. */
const LOOK_EVERY = 1000;

interface RecordDetails {
  readonly signal: AbortSignal | undefined;
  /** Tags of the execution that its record has no room for. */
  readonly moreTags: readonly TagPair[];
  /** How the code differs from its commit: the text that `code.patch` is the id of. */
  readonly patch: string | undefined;
  /** Notices about that. */
  readonly notice: string | undefined;
  /** Writes down which modules have been loaded since the start, and are not the commit's. */
  readonly addLateModules: (recorder: Recorder) => Promise<void>;
  readonly cache: Pick<ResultCacheOptions, "isOn" | "users">;
  readonly defaults: CallSettings;
  readonly script: string | undefined;
  readonly secrets: Secrets;
  readonly explain: boolean | undefined;
  readonly later: Prepared["later"];
}

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
      const [execution, moreTags] = this.#begin(
        log,
        code,
        settings,
        expression,
        tags,
        options,
        secrets,
      );
      const isTagged = settings.automatic.has("git_dirty") && code.dirty === false;
      // A module that is imported later may make a clean run dirty.
      const addLateModules = async (recorder: Recorder) => {
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
      const cache = { isOn, users: cacheUsers(log.config, execution.user) };
      const { signal, script, explain } = options;
      const given = { signal, defaults, script, explain, later };
      const details = { ...given, secrets, moreTags, patch, notice, addLateModules, cache };
      const result = await this.#record(log, execution, expression, details);
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
    const [execution] = this.#begin(
      log,
      {},
      tagSettings(log.config),
      expression,
      tags,
      options,
      new Secrets(),
    );
    const users = cacheUsers(log.config, execution.user);
    const onNotice = (text: string) => this.#notice(text);
    return runUnrecorded({
      log,
      execution,
      expression,
      signal: options.signal,
      explain: options.explain,
      listener: this.#options.listener ?? {},
      settings: runSettings(log.config, log.log.backend.repository, {
        defaults: options.defaults,
        mayResume: options.cache !== false,
        ...scriptOf(options),
      }),
      // An index that is not there, or behind the log, stays so.
      cache: { isOn: options.cache !== false && log.file.temporary === null, users, onNotice },
    });
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
      const users = cacheUsers(log.config, userOf(options));
      const onNotice = (text: string) => this.#notice(text);
      return await planRun(log, expression, { isOn, users, onNotice });
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

  #begin(
    { log: { backend } }: IndexedLog,
    code: Code,
    settings: TagSettings,
    expression: unknown,
    given: readonly TagPair[],
    options: RunOptions,
    secrets: Secrets,
  ): [execution: Execution, moreTags: readonly TagPair[]] {
    const { repository } = backend;
    const root = firstTask(expression);
    const user = userOf(options);
    const project = options.project ?? root?.namespace ?? root?.name;
    // What the caller gives is recorded in any case.
    const isWanted = ([key]: TagPair) =>
      settings.automatic.has(key) ||
      (key === "user" && options.user !== undefined) ||
      (key === "project" && options.project !== undefined);
    const [tags, moreTags] = divided(
      tagSet([
        ...settings.tags,
        ...automaticTags({ code, user, project }).filter(isWanted),
        ...tagPairs(options.doc === undefined ? {} : { doc: options.doc }),
        ...given,
      ]),
    );
    const start = {
      task: root?.fullName ?? "",
      argv: withoutSecrets(recordedArgv(options, repository.workTree), expression, secrets),
      started: now().toISOString(),
      user,
      host: hostname(),
      code,
      tags,
      nonce: randomBytes(8).toString("hex"),
    };
    const id = blobId(executionYaml(start), repository.objectFormat);
    return [{ id, ...start }, moreTags];
  }

  async #record(
    indexed: IndexedLog,
    execution: Execution,
    expression: unknown,
    details: RecordDetails,
  ): Promise<unknown> {
    const { signal, moreTags, patch, notice, addLateModules, cache } = details;
    const { defaults, script, secrets, later } = details;
    const { log } = indexed;
    const { commonDir, objectFormat } = log.backend.repository;
    const { id, started } = execution;
    useHashStore(join(commonDir, "redun", "file-hashes"), share);
    const title = runTitle(execution);
    const record = executionYaml(execution);
    const head = { execution: id, started, title, ref: log.ref, record };
    const journal = Journal.create(commonDir, head);
    const pending = new PendingRun(id, started, objectFormat);
    const path = executionPath(id, started);
    pending.add({ file: { path, text: record } });
    const listener = this.#options.listener ?? {};
    const onNotice = (text: string) => this.#notice(text);
    const recorder = new Recorder({
      log,
      journal,
      pending,
      execution: id,
      title,
      onCommit: (appended, files) => indexed.committed(appended, files),
      onNotice,
      limits: valueLimits(indexed.config),
      secrets,
    });
    log.onWait = (error) => listener.recordDelayed?.(error);
    recorder.executionTagged(moreTags);
    if (patch !== undefined) recorder.keep(patch);
    if (notice !== undefined) onNotice(notice);
    const reuse = new ResultCache({
      ...cache,
      log: indexed,
      argsHash: (job) => recorder.argsHash(job),
      hasArgs: (job, args) => recorder.hasArgs(job, args),
      pendingValue: (value) => recorder.pendingValue(value),
      hashAhead: (files) => run.hashAhead(files),
      onNotice,
    });
    noteRun();
    const explainer = details.explain ? Explainer.of(indexed, execution, listener) : null;
    const run = new Run(
      id,
      objectFormat,
      [recorder, ...(explainer ? [explainer] : []), listener],
      runSettings(indexed.config, log.backend.repository, {
        defaults,
        mayResume: typeof cache.isOn === "boolean" ? cache.isOn : true,
        ...scriptOf({ script }),
      }),
      reuse,
    );
    const endOf = (status: Outcome["status"], reason?: string) =>
      [
        { status, ended: now().toISOString(), ...(reason !== undefined && { reason }) },
        [...run.running],
      ] as const;
    const watch = watchRun(run, signal, (end) => {
      recorder.writeEnd(...endOf(end.status, end.reason));
      if (listener.runEnded) listener.runEnded(execution, run, end.status, end);
      else if (end.exitedIn) writeSync(process.stderr.fd, `redun-git: ${end.reason}\n`);
      // The task that called exit did not know that this ends the run.
      if (end.exitedIn && !process.exitCode) process.exitCode = 1;
    });
    listener.runStarted?.(execution, run);
    // So that it is known too of a run that cannot end well.
    const looking = setInterval(() => void addLateModules(recorder), LOOK_EVERY).unref();

    // Its program has been started by then.
    const meanwhile = later && new Promise((begun) => setImmediate(begun)).then(later);
    meanwhile?.catch(() => {});
    let status: Outcome["status"] = "DONE";
    try {
      return await watch.orEnded(() => run.resolve(expression, null));
    } catch (error) {
      status = watch.end?.status ?? "FAILED";
      run.stop(error as Error);
      throw error;
    } finally {
      clearInterval(looking);
      await addLateModules(recorder);
      await explainer?.done();
      watch.close();
      saveHashes();
      await recorder.finish(...endOf(status, watch.end?.reason)).catch((error) => {
        if (listener.recordLeft)
          listener.recordLeft(execution, error, journal.folder, recorder.lost);
        else tellUser(recordLeftText(execution, error, journal.folder, recorder.lost));
      });
      await Promise.all([run.close(), meanwhile?.catch(() => {})]);
      listener.runEnded?.(execution, run, status, watch.end);
    }
  }
}

/** From where workers load it. */
function scriptOf({ script }: { readonly script?: string | undefined }) {
  return script === undefined ? {} : { script: resolve(startFolder(), script) };
}

function userOf({ user }: Pick<RunOptions, "user">): string {
  return user ?? (process.env.REDUN_USER || osUser(process.env));
}

function recordedArgv({ argv, script }: RunOptions, workTree: string | null): readonly string[] {
  if (!argv) return [programName(workTree), ...process.argv.slice(2)];
  // An option's value before it may be the same word, but the task's name stands behind the script.
  const at = script === undefined ? -1 : argv.indexOf(script);
  return at < 0 ? argv : argv.with(at, recordedPath(script!, workTree, startFolder()));
}

/** The program that uses the library: its file as the work tree has it, the bare name of any other. */
function programName(workTree: string | null): string {
  const program = process.argv[1];
  if (program === undefined) return "node";
  const path = recordedPath(program, workTree);
  return isAbsolute(path) ? basename(path) : path;
}

function recordLeftText({ id }: Execution, error: Error, folder: string, lost: number): string {
  const where =
    lost === 0
      ? `It is safe in ${folder}`
      : `Its last ${lost} records found no room and are lost; the others are in ${folder}`;
  return `The record of execution ${id} could not be committed: ${error.message}\n${where}; the next redun-git command or run here commits it.`;
}

/** The tags that stand in an execution's record, and those that a segment takes: one may be large. */
function divided(tags: readonly TagPair[]): [readonly TagPair[], readonly TagPair[]] {
  const [first = [], ...others] = tagGroups(tags, 1 << 20);
  return [first, others.flat()];
}

/** The task whose call the expression is, or the first one in it. */
function firstTask(value: unknown): TaskDefinition | undefined {
  const left = [value];
  while (left.length > 0) {
    const [first, ...others] = pendingParts(left.pop(), () => "The value");
    let expression = expressionOf(first);
    while (expression?.kind === "property") expression = expression.of;
    if (expression?.kind === "call") return expression.task;
    for (const other of others.toReversed()) left.push(other);
    if (expression) left.push(expression.kind === "control" ? expression.of : expression.value);
  }
  return undefined;
}
