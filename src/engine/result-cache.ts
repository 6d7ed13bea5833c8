import { isPromise } from "node:util/types";
import type { ObjectFormat } from "../git/backend.ts";
import type { EarlierCall, TaskCalls } from "../index/task-calls.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsId, callId } from "../record/encode.ts";
import { isCut } from "../record/job-facts.ts";
import type { Job, MissReason } from "../record/records.ts";
import type { File } from "../value/file.ts";
import { pathFromHere, recordedPath } from "../value/file-path.ts";
import { FileSet } from "../value/file-set.ts";
import { contentId } from "../value/oid.ts";
import { StoredValue } from "../value/value.ts";
import type { CacheTrust } from "./cache-settings.ts";
import type { CallSettings } from "./call-settings.ts";
import type { Kept, LiveJob } from "./live-job.ts";
import { type Loaded, loadValues, notLoaded } from "./loaded-values.ts";
import { OutcomeSources } from "./outcome-sources.ts";
import { holdsLazy, storedIn } from "./reduction-parts.ts";
import { hasTwins, isCurrentTask, taskNamed } from "./registry.ts";
import type { Reuse, Served } from "./reuse.ts";
import { type Materials, type Revived, revived } from "./revived.ts";
import { Segments } from "./segments.ts";
import type { TaskDefinition } from "./task-definition.ts";

export interface ResultCacheOptions {
  readonly log: IndexedLog;
  /** The id of the arguments of a job that has begun. */
  readonly argsHash: (job: LiveJob) => string | null;
  /** Whether they are those of a record; false where only their ids can tell. */
  readonly hasArgs?: (job: LiveJob, args: Job["args"]) => boolean;
  /** The text of a value's file that waits to be committed. */
  readonly pendingValue: (id: string) => string | undefined;
  /** Whether results of earlier executions are taken, as far as that is known before one is looked for. */
  readonly isOn: boolean | (() => Promise<boolean>);
  readonly trust: CacheTrust;
  /** What has to be waited for until files need not be read when they are looked at. */
  readonly hashAhead: (files: readonly (File | FileSet)[]) => readonly Promise<unknown>[];
  readonly onNotice: (notice: string) => void;
}

/** Takes results from the log, as far as they are still valid. */
export class ResultCache implements Reuse {
  readonly format: ObjectFormat;
  readonly #options: ResultCacheOptions;
  readonly #calls = new Map<string, TaskCalls | null>();
  readonly #segments = new Segments();
  readonly #sources: OutcomeSources;
  readonly #told = new Set<string>();
  #isOn: ResultCacheOptions["isOn"];

  constructor(options: ResultCacheOptions) {
    this.#options = options;
    this.#sources = new OutcomeSources(options.log, this.#segments, options.trust);
    this.#isOn = options.isOn;
    this.format = options.log.log.backend.repository.objectFormat;
  }

  get reading(): Promise<unknown> | null {
    return this.#segments.reading;
  }

  argsHash(job: LiveJob): string | null {
    return this.#options.argsHash(job);
  }

  find(job: LiveJob, accepts?: CallSettings["accepts"]): Served | null | Promise<Served | null> {
    const { users } = this.#options.trust;
    if (typeof this.#isOn === "function") {
      return this.#isOn().then((isOn) => {
        this.#isOn = isOn;
        return this.find(job, accepts);
      });
    }
    if (!this.#isOn) {
      job.missed = { reason: "disabled" };
      return null;
    }
    const argsHash = this.argsHash(job);
    const calls = argsHash === null ? null : this.#callsOf(job.task);
    const found = calls?.with(argsHash!, users) ?? [];
    if (found.length === 0) {
      const others = (users && calls?.with(argsHash!)[0]) ?? null;
      const theirs = others && this.#options.log.index.job(others.seq);
      if (theirs) job.missed = { reason: "user", job: theirs.id };
      return null;
    }
    const call: Call = { job, argsHash: argsHash!, accepts, hashed: null };
    return this.#firstServed(found, call, new Map());
  }

  again(kept: Kept): { value: unknown } | null | Promise<{ value: unknown } | null> {
    if ("value" in kept) return kept;
    if ("live" in kept) {
      const value = kept.live.deref();
      return value === undefined ? null : { value };
    }
    const loaded: Loaded = new Map();
    const now = () => revived(kept.recorded, this.#materials(loaded));
    const ids = storedIn(kept.recorded);
    return ids.length === 0 ? now() : loadValues(this.#options, ids, loaded).then(now);
  }

  #callsOf(task: TaskDefinition): TaskCalls | null {
    const id = task.id(this.format);
    let calls = this.#calls.get(id);
    if (calls === undefined) {
      calls = this.#options.log.index.callsOf(id) ?? null;
      this.#calls.set(id, calls);
    }
    return calls;
  }

  /** The newest of them that is valid. What is not in memory is read, and then it begins again. */
  #firstServed(
    found: readonly EarlierCall[],
    call: Call,
    loaded: Loaded,
  ): Served | null | Promise<Served | null> {
    const again = () => this.#firstServed(found, call, loaded);
    const read = (segment: string) => this.#segments.load(this.#options.log, segment).then(again);
    for (const one of found) {
      const jobs = this.#segments.get(one.segment);
      if (!jobs) return read(one.segment);
      const job = jobs.get(one.place);
      if (!job || !this.#isOf(job, call)) continue;
      const distrusted = this.#sources.distrusted(job, one);
      if (isPromise(distrusted)) return distrusted.then(again);
      if (distrusted) {
        call.job.missed ??= distrusted;
        continue;
      }
      const missing = notLoaded(job, loaded);
      if (missing.length > 0) return loadValues(this.#options, missing, loaded).then(again);
      const served = this.#served(job, one, call, loaded);
      if (isPromise(served)) return served.then(again);
      if (served) return served;
    }
    return null;
  }

  /** The index knows a number of the arguments' id alone. */
  #isOf(job: Job, { job: of, argsHash }: Call): boolean {
    if (job.taskHash !== of.task.id(this.format) || job.call === null || !("result" in job)) {
      return false;
    }
    if (isCut(job)) return false;
    return this.#options.hasArgs?.(of, job.args) || this.#argsHashOf(job) === argsHash;
  }

  #argsHashOf({ args }: Job): string {
    if (args instanceof Map) {
      const ids = [...args].map(([name, value]) => [name, this.#id(value)] as const);
      return argsId(new Map(ids), this.format);
    }
    const ids = [...args.values()].map((value) => this.#id(value));
    return argsId(ids, this.format);
  }

  #id(value: unknown): string {
    return value instanceof StoredValue ? value.id : contentId(value, this.format);
  }

  /** None where its name stands for several. */
  #taskNamed(name: string): TaskDefinition | undefined {
    const task = taskNamed(name);
    return task && hasTwins(task, this.format) ? undefined : task;
  }

  /** What a job's record gives, if that is valid: see docs/format.md, section 5.3. A promise: to be asked again. */
  #served(
    job: Job,
    one: EarlierCall,
    call: Call,
    loaded: Loaded,
  ): Served | null | Promise<unknown> {
    const { accepts, argsHash } = call;
    const { task, checkValid } = call.job;
    const missed = (reason: MissReason, files?: readonly string[]) => {
      // Of the newest: those before it are of less interest.
      call.job.missed ??= { reason, job: job.id, ...(files && { files }) };
      return null;
    };
    const below = job.tasksBelow ?? [];
    if (!accepts && !below.every((id) => isCurrentTask(id, this.format))) return missed("tasks");
    // Of what was recorded before this was known, or could not be, only a call without calls is sure.
    const isTold = job.returned !== undefined || job.tasksBelow !== undefined;
    if (!accepts && !isTold && job.call !== this.#callAlone(job, argsHash))
      return missed("incomplete");
    const needsBelow = job.tasksBelow !== undefined;
    const isShallow = checkValid === "shallow" && needsBelow;
    const isResult = job.returned === undefined || (isShallow && holdsLazy(job.returned, loaded));
    const recorded = isResult ? job.result : job.returned;
    const isGone = storedIn(recorded).some((id) => !loaded.get(id));
    const revival = this.#revived(recorded, job, one, task, loaded);
    if (!revival) return missed(isGone ? "gone" : "incomplete");
    const ahead = this.#hashAhead(revival.files, call);
    if (ahead.length > 0) return Promise.all(ahead);
    const changed = revival.files.filter((file) => !file.isUnchanged());
    if (changed.length > 0) return missed("files", this.#pathsOf(changed));
    const returned = job.returned === undefined ? null : { recorded: job.returned };
    const from = this.#sources.sourceOf(job, needsBelow && isResult);
    if (accepts) {
      const result = isResult
        ? revival.value
        : this.#revived(job.result, job, one, task, loaded)?.value;
      const told = { result, tags: job.tags, source: this.#sources.toldOf(from.job) };
      if (!accepts(told)) return missed("incomplete");
    }
    return { value: revival.value, from, returned, below, needsBelow };
  }

  /** Once: a file may change all the time. */
  #hashAhead(files: Revived["files"], call: Call): readonly Promise<unknown>[] {
    if (files.length === 0) return NONE;
    const hashed = call.hashed ?? new Set<string>();
    call.hashed = hashed;
    const due = files.filter((file) => !hashed.has(file.place));
    for (const file of due) hashed.add(file.place);
    return this.#options.hashAhead(due);
  }

  /** As records have them; of a set, its pattern. */
  #pathsOf(files: readonly (File | FileSet)[]): string[] {
    const { workTree } = this.#options.log.log.backend.repository;
    const paths = files.slice(0, MOST_FILES).map((file) => {
      return recordedPath(file instanceof FileSet ? file.pattern : file.path, workTree);
    });
    return [...new Set(paths)].sort();
  }

  #callAlone({ taskHash, result }: Job, argsHash: string): string {
    const call = { taskHash, argsHash, valueHash: this.#id(result), children: [] };
    return callId(call, this.format);
  }

  #revived(
    recorded: unknown,
    { id }: Job,
    { execution }: EarlierCall,
    task: TaskDefinition,
    loaded: Loaded,
  ): Revived | null {
    if (typeof recorded !== "object") return { value: recorded, files: NONE };
    const gone = storedIn(recorded).find((id) => !loaded.get(id));
    const tell = (what: string) => {
      if (this.#told.has(task.fullName)) return;
      this.#told.add(task.fullName);
      this.#options.onNotice(
        `What job ${id.slice(0, 8)} ${task.fullName} of execution ${execution.slice(0, 8)} gave ${what}: it is computed anew.`,
      );
    };
    if (gone === undefined) {
      return revived(recorded, {
        ...this.#materials(loaded),
        notDecoded: (name, error) => tell(notDecoded(name, error)),
      });
    }
    if (!task.hashOnly.result) tell(`is no longer in the log (value ${gone.slice(0, 8)})`);
    return null;
  }

  #materials(loaded: Loaded): Materials {
    const { workTree } = this.#options.log.log.backend.repository;
    return {
      task: (name) => this.#taskNamed(name),
      stored: (id) => loaded.get(id),
      path: (recorded) => pathFromHere(recorded, workTree),
    };
  }
}

/** What an outcome is looked for. */
interface Call {
  readonly job: LiveJob;
  readonly argsHash: string;
  readonly accepts: CallSettings["accepts"];
  /** Where files are that were hashed for this. */
  hashed: Set<string> | null;
}

const NONE: readonly never[] = [];

function notDecoded(name: string, error: unknown): string {
  if (error === null) return `holds an instance of ${name}, for which no codec is registered here`;
  const why = error instanceof Error ? error.message : String(error);
  return `holds an instance of ${name}, which its codec cannot make again (${why})`;
}

/** Files that a record names as changed. */
const MOST_FILES = 1000;
