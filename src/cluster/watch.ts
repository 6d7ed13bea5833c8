import type { ArrayFolder } from "./array-folder.ts";
import type { Cluster, ElementState } from "./cluster.ts";
import type { Mirror } from "./mirror.ts";

/** How an element of an array came to its end. */
export interface ElementOutcome {
  readonly array: WatchedArray;
  readonly element: number;
  /** What it answered; null where it ended without. */
  readonly answer: string | null;
  /** Where it ran, as far as that is known. */
  readonly node: string | null;
  /** What its command ended with: see `ElementEnd`. */
  readonly status: string | null;
  /** What the engine says of an element without an answer; null where it says nothing. */
  readonly state: ElementState | null;
}

/** Who waits for an element. */
export interface ElementWaiter {
  settle(outcome: ElementOutcome): void;
  fail(error: Error): void;
  /** Hears how it stands, as often as that changes. */
  stands(state: ElementState): void;
}

/** An array that somebody waits for. */
export interface WatchedArray {
  readonly folder: ArrayFolder;
  readonly job: string;
  /** How many elements it has. */
  readonly size: number;
}

export interface WatchSettings {
  /** The longest time between two looks at the files, in milliseconds. */
  readonly poll: number;
}

/** The wait while something happens, in milliseconds; it grows while nothing does. */
const SHORTEST = 100;
/** The engine is asked so much more rarely than the files are looked at, */
const ENGINE_RARER = 6;
/** and no sooner again than after this, in milliseconds, unless the files are looked at less often. */
const ENGINE_REST = 2000;

/**
 * Waits for elements of arrays. The files that they write tell how they ended. The engine is asked now and
 * then how they stand, and for those that will write nothing more.
 */
export class Watch {
  readonly #cluster: Cluster;
  readonly #poll: number;
  readonly #arrays = new Map<string, Waiting>();
  #wait = SHORTEST;
  #timer: NodeJS.Timeout | undefined;
  #lastAsked = Number.NEGATIVE_INFINITY;
  /** An element seems to have ended without an answer: the engine is to say. */
  #isInDoubt = false;
  #isAsking = false;
  #isCollecting = false;
  #isStopped = false;
  /** When the last look at a mirror began that was not in vain. */
  #lastCollected = Number.NEGATIVE_INFINITY;

  constructor(cluster: Cluster, { poll }: WatchSettings) {
    this.#cluster = cluster;
    this.#poll = poll;
  }

  add(array: WatchedArray, element: number, waiter: ElementWaiter): void {
    const { token } = array.folder;
    const waiting = this.#arrays.get(token) ?? { array, elements: new Map() };
    this.#arrays.set(token, waiting);
    waiting.elements.set(element, { waiter, endedAt: null, text: "", end: null });
    this.#hurry();
  }

  remove({ folder }: WatchedArray, element: number): void {
    const waiting = this.#arrays.get(folder.token);
    waiting?.elements.delete(element);
    if (waiting?.elements.size === 0) this.#arrays.delete(folder.token);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#arrays.clear();
  }

  #hurry(): void {
    this.#wait = SHORTEST;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), this.#wait);
  }

  #look(): void {
    const { mirror } = this.#cluster;
    if (!mirror) this.#readAll();
    else if (!this.#isCollecting) void this.#collect(mirror);
  }

  /** Never throws: all who wait hear of what goes wrong. */
  async #collect(mirror: Mirror): Promise<void> {
    this.#isCollecting = true;
    const began = performance.now();
    try {
      const folders = [...this.#arrays.values()].map(({ array }) => array.folder);
      if (await mirror.collect(folders)) this.#lastCollected = began;
    } catch (error) {
      for (const { array, elements } of [...this.#arrays.values()]) {
        for (const [n, { waiter }] of [...elements]) {
          this.remove(array, n);
          waiter.fail(error as Error);
        }
      }
    }
    this.#isCollecting = false;
    if (!this.#isStopped) this.#readAll();
  }

  #readAll(): void {
    clearTimeout(this.#timer);
    let found = 0;
    for (const waiting of [...this.#arrays.values()]) found += this.#readFiles(waiting);
    if (this.#arrays.size === 0) return;
    if (found > 0) this.#wait = SHORTEST;
    const rest = Math.max(ENGINE_REST, ENGINE_RARER * this.#wait);
    const isTime = performance.now() - this.#lastAsked >= Math.min(rest, ENGINE_RARER * this.#poll);
    if ((isTime || this.#isInDoubt) && !this.#isAsking) void this.#askEngine();
    this.#timer = setTimeout(() => this.#look(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.3, this.#poll);
  }

  /** Returns how many elements have ended. */
  #readFiles({ array, elements }: Waiting): number {
    let found = 0;
    for (const n of array.folder.ended()) {
      const element = elements.get(n);
      if (!element) continue;
      this.#orFail(array, n, element, () => {
        const end = array.folder.endOf(n);
        const answer = end && array.folder.answerOf(n);
        if (end && answer !== null) {
          this.#settle(element, { array, element: n, answer, ...end, state: null });
          found++;
        } else if (end && !element.end) {
          element.end = end;
          this.#isInDoubt = true;
        }
      });
    }
    return found;
  }

  #settle({ waiter }: Element, outcome: ElementOutcome): void {
    this.remove(outcome.array, outcome.element);
    waiter.settle(outcome);
  }

  /** Never throws. Meanwhile the files are looked at all the same. */
  async #askEngine(): Promise<void> {
    this.#isInDoubt = false;
    this.#isAsking = true;
    const asked = [...this.#arrays.values()];
    let states: ReadonlyMap<string, ElementState> | null = null;
    try {
      states = await this.#cluster.states(asked.map(({ array }) => array.job));
    } catch {
      // It may be starting anew.
    }
    this.#isAsking = false;
    this.#lastAsked = performance.now();
    if (states === null) return;
    for (const { array, elements } of asked) {
      for (const [n, element] of [...elements]) {
        const state = states.get(this.#cluster.elementName(array.job, n));
        this.#orFail(array, n, element, () => this.#stands(array, n, element, state));
      }
    }
  }

  /** What cannot be read fails its own call. */
  #orFail(array: WatchedArray, n: number, { waiter }: Element, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.remove(array, n);
      waiter.fail(error as Error);
    }
  }

  #stands(array: WatchedArray, n: number, element: Element, state: ElementState | undefined) {
    if (state && state.phase !== "ended") {
      // What it had said is from before it was begun again.
      element.end = null;
      element.endedAt = null;
      if (state.text !== element.text) element.waiter.stands(state);
      element.text = state.text;
      return;
    }
    element.endedAt ??= performance.now();
    const end = array.folder.endOf(n);
    // What a node has written may be seen here a little later.
    const isBrought = !this.#cluster.mirror || this.#lastCollected > element.endedAt;
    if (end === null && !(isBrought && performance.now() - element.endedAt >= this.#poll)) {
      this.#isInDoubt = true;
      return;
    }
    const answer = array.folder.answerOf(n);
    const { node = null, status = null } = end ?? {};
    this.#settle(element, { array, element: n, answer, node, status, state: state ?? null });
  }
}

interface Waiting {
  readonly array: WatchedArray;
  readonly elements: Map<number, Element>;
}

interface Element {
  readonly waiter: ElementWaiter;
  /** When the engine first said that it had ended, in milliseconds of `performance.now`. */
  endedAt: number | null;
  /** How it stood the last time. */
  text: string;
  /** What it has said of its end, where it left no answer. */
  end: { readonly status: string; readonly node: string } | null;
}
