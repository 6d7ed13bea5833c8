import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Executor, ExecutorCall, ExecutorSettings } from "../engine/executor.ts";
import { RedunError } from "../errors.ts";
import type { ArrayFolder } from "./array-folder.ts";
import { Cancelling } from "./cancelling.ts";
import type { ArrayJob, Cluster, ClusterFacts } from "./cluster.ts";
import { CodeCopy } from "./code-copy.ts";
import { type EarlierCall, earlierCalls } from "./earlier-calls.ts";
import { Gathering } from "./gathering.ts";
import { lostWorker } from "./lost-worker.ts";
import { printAll, tailTags } from "./printed.ts";
import { Scratch } from "./scratch.ts";
import { type ElementOutcome, Watch, type WatchedArray } from "./watch.ts";
import { workerScript } from "./worker-script.ts";

/** So many calls are at the cluster at once: engines hold each in memory, and refuse more than some thousands. */
const WORKERS = 5000;
/** Longest array, unless git config says otherwise. */
const ARRAY = 1000;
/** Seconds between two looks at the files of what runs long. */
const POLL = 5;
/** Seconds after which an element notices that its call was withdrawn, where it is not told by the engine. */
const LOOK = 5;
/** By then what has ended is in the run's journal and on the disk, in milliseconds. */
const RECORDED_BY = 10_000;
/** How long the end of a run waits for the id of what it has just submitted, in milliseconds. */
const LAST_ID = 10_000;

/**
 * Has calls run by a cluster that shares a folder with this machine: writes them there, submits those of
 * equal requests as one array, and waits for the files that the elements write.
 */
export class ClusterExecutor implements Executor {
  readonly workers = WORKERS;
  readonly options: readonly string[];
  readonly #cluster: Cluster;
  readonly #settings: ExecutorSettings;
  readonly #root: string;
  readonly #scratch: Scratch;
  readonly #code: CodeCopy;
  readonly #watch: Watch;
  readonly #cancelling: Cancelling;
  readonly #gathering: Gathering<WaitingCall>;
  #facts: Promise<ClusterFacts> | undefined;
  #earlier: Promise<Map<string, EarlierCall>> | undefined;
  /** The arrays that this process has submitted or taken over, and how many of their ends it does not know. */
  readonly #arrays = new Map<ArrayFolder, number>();
  readonly #submitting = new Map<ArrayFolder, Promise<string>>();
  readonly #removals = new Set<NodeJS.Timeout>();

  /** @throws RedunError EXECUTOR_FAILED, BAD_CONFIG */
  constructor(cluster: Cluster, settings: ExecutorSettings) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.options = cluster.options;
    this.#root = settings.root ?? process.cwd();
    this.#scratch = new Scratch(scratchFolder(cluster, settings, this.#root), cluster.mirror);
    this.#code = new CodeCopy(this.#scratch.folder, settings);
    this.#watch = new Watch(cluster, { poll: 1000 * this.#number("poll", POLL) });
    this.#cancelling = new Cancelling(cluster);
    this.#gathering = new Gathering((_, calls) => void this.#submitAll(calls));
    setImmediate(() => this.#scratch.tidy());
  }

  async submit(call: ExecutorCall): Promise<string> {
    const request = this.#cluster.request(call.options);
    const { maxArray } = await this.#about();
    call.signal.throwIfAborted();
    const kind = JSON.stringify([call.task, ...request]);
    const most = Math.min(maxArray, this.#number("array", ARRAY));
    const outcome = await untilAborted<ElementOutcome>(call.signal, (done, fail) => {
      const waiting: WaitingCall = { call, request, array: null, done, fail };
      call.heartbeat("to be submitted");
      this.#gathering.add(kind, waiting, most);
      return () => {
        this.#gathering.remove(kind, waiting);
        if (waiting.array) this.#giveUp(waiting.array.in, waiting.array.element);
      };
    });
    return this.#answer(call, outcome);
  }

  async resume(call: ExecutorCall): Promise<string | null> {
    this.#earlier ??= earlierCalls(this.#scratch, this.#cluster, (folder, size) => {
      this.#arrays.set(folder, size);
    });
    const calls = await this.#earlier;
    const earlier = calls.get(call.key);
    if (!earlier || call.signal.aborted) return null;
    calls.delete(call.key);
    const { array, element } = earlier;
    const ended = await untilAborted<ElementOutcome | null>(call.signal, (done) => {
      this.#wait(call, array, element, done, () => done(null));
      return () => this.#giveUp(array, element);
    });
    if (ended === null || ended.answer === null || isFailure(ended.answer)) return null;
    return this.#answer(call, ended);
  }

  async close(): Promise<void> {
    this.#watch.stop();
    // What is being submitted can be cancelled when its id is known.
    await Promise.race([
      Promise.allSettled(this.#submitting.values()),
      pause(LAST_ID, undefined, { ref: false }),
    ]);
    for (const folder of this.#submitting.keys()) folder.remove();
    await this.#cancelling.done();
    for (const [folder, left] of this.#arrays) if (left === 0) folder.remove();
    for (const timer of this.#removals) clearTimeout(timer);
    await this.#cluster.mirror?.close();
    this.#cluster.close?.();
  }

  #about(): Promise<ClusterFacts> {
    this.#facts ??= this.#cluster.about();
    return this.#facts;
  }

  /** Never throws: each call hears of what goes wrong. */
  async #submitAll(calls: WaitingCall[]): Promise<void> {
    try {
      const code = await this.#code.folder();
      const wanted = calls.filter(({ call }) => !call.signal.aborted);
      const [first] = wanted;
      if (!first) return;
      const folder = this.#scratch.newArray(wanted.map(({ call }) => call));
      const script = await this.#program(folder, code);
      const { token, logs } = folder;
      const { request } = first;
      const { task: name, execution, job: id } = first.call;
      const size = wanted.length;
      const about = { name, execution, job: size === 1 ? id : null };
      const job = await this.#submitted(folder, { ...about, token, size, request, script, logs });
      this.#arrays.set(folder, size);
      const array = { folder, job, size };
      for (const [element, waiting] of wanted.entries()) {
        const { call, done, fail } = waiting;
        waiting.array = { in: array, element };
        if (call.signal.aborted) this.#giveUp(array, element);
        else this.#wait(call, array, element, done, fail);
      }
    } catch (error) {
      for (const { fail } of calls) fail(error as Error);
    }
  }

  /** What each element of an array runs. */
  async #program(folder: ArrayFolder, code: string | null): Promise<string> {
    const { mirror, variables, keepsNoLogs = false, cancelsWholeArrays } = this.#cluster;
    if (mirror) {
      try {
        return await mirror.send(folder, code, variables.element);
      } catch (error) {
        folder.remove();
        throw error;
      }
    }
    const places = { folder: folder.folder, root: this.#root, code };
    const command = this.#settings.get("command") ?? this.#cluster.command;
    const looks = cancelsWholeArrays ? LOOK : null;
    return workerScript({ ...places, command, writesLogs: keepsNoLogs, looks }, variables);
  }

  /** @returns its id, which is written down for a run after this one */
  async #submitted(folder: ArrayFolder, array: ArrayJob): Promise<string> {
    const submitting = this.#cluster.submit(array);
    this.#submitting.set(folder, submitting);
    try {
      const job = await submitting;
      folder.submittedAs(job);
      return job;
    } catch (error) {
      folder.remove();
      throw error;
    } finally {
      this.#submitting.delete(folder);
    }
  }

  #wait(
    call: ExecutorCall,
    array: WatchedArray,
    element: number,
    done: (ended: ElementOutcome) => void,
    fail: (error: Error) => void,
  ): void {
    this.#watch.add(array, element, {
      settle: (outcome) => {
        this.#ended(array.folder);
        done(outcome);
      },
      fail,
      stands: ({ text }) => call.heartbeat(text),
    });
  }

  #giveUp(array: WatchedArray, element: number): void {
    this.#watch.remove(array, element);
    // Another process waits for it as well.
    if (this.#arrays.has(array.folder)) this.#cancelling.add(array, element);
  }

  /** Of an array whose ends are all known nothing is kept: a run may have a thousand arrays. */
  #ended(folder: ArrayFolder): void {
    const left = this.#arrays.get(folder);
    if (left === undefined) return;
    this.#arrays.set(folder, left - 1);
    if (left > 1) return;
    const timer = setTimeout(() => {
      this.#removals.delete(timer);
      this.#arrays.delete(folder);
      folder.remove();
    }, RECORDED_BY).unref();
    this.#removals.add(timer);
  }

  /** @throws RedunError WORKER_FAILED */
  async #answer(call: ExecutorCall, ended: ElementOutcome): Promise<string> {
    const { array, element, answer, node, state } = ended;
    const { kind } = this.#cluster;
    const { name } = await this.#about();
    call.tag({
      [`${kind}_job`]: this.#cluster.elementName(array.job, element),
      [`${kind}_cluster`]: name,
      ...(node !== null && { [`${kind}_node`]: node }),
      ...(answer === null && state !== null && { [`${kind}_state`]: state.word }),
      ...(!call.isPrivate && tailTags(kind, array.folder, element)),
    });
    printAll(array.folder, element);
    if (answer !== null) return answer;
    throw await lostWorker(this.#cluster, call, ended);
  }

  /** @throws RedunError BAD_CONFIG */
  #number(setting: string, otherwise: number): number {
    const text = this.#settings.get(setting);
    if (text === undefined) return otherwise;
    const number = Number(text);
    if (text.trim() !== "" && number > 0) return number;
    const key = `redun.executor.${this.#settings.name}.${setting}`;
    throw new RedunError(
      "BAD_CONFIG",
      `git config ${key} is "${text}", and no number above 0.`,
      `The default is \`git config ${key} ${otherwise}\`.`,
    );
  }
}

/** A task that failed may succeed the next time. */
function isFailure(answer: string): boolean {
  return /^error:/m.test(answer);
}

/**
 * As a promise, whose maker returns what is to be done once nobody wants it.
 * @throws the signal's reason
 */
async function untilAborted<T>(
  signal: AbortSignal,
  make: (done: (value: T) => void, fail: (error: Error) => void) => () => void,
): Promise<T> {
  let end: () => void = () => {};
  try {
    return await new Promise<T>((done, fail) => {
      const giveUp = make(done, fail);
      end = () => {
        giveUp();
        fail(signal.reason);
      };
      signal.addEventListener("abort", end);
    });
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** A call that an array is made for, or that is in one. */
interface WaitingCall {
  readonly call: ExecutorCall;
  readonly request: readonly string[];
  array: { readonly in: WatchedArray; readonly element: number } | null;
  readonly done: (ended: ElementOutcome) => void;
  readonly fail: (error: Error) => void;
}

/** @throws RedunError BAD_CONFIG */
function scratchFolder(
  { kind, title, mirror }: Cluster,
  { name, commonDir, get }: ExecutorSettings,
  root: string,
): string {
  const set = mirror ? undefined : get("scratch");
  if (set) return resolve(root, set);
  if (commonDir !== null) return resolve(commonDir, "redun", kind);
  throw new RedunError(
    "BAD_CONFIG",
    `${title} needs a folder that this machine and its nodes share, and there is no repository that it could be in.`,
    `Name one with \`git config redun.executor.${name}.scratch <folder>\`.`,
  );
}
