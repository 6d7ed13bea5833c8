/**
 * The machinery of a run: values that are computed from each other, step by step. Nothing here
 * calls itself, however deep values depend on each other.
 */
import { RedunError } from "../errors.ts";

/** Milliseconds after which other things of the process get their turn. */
const TURN = 20;

/** What can be done now, one step after the other: the latest first, so that work stays narrow. */
export class Agenda {
  readonly #ready: Computation[] = [];
  readonly #whenIdle: () => void;
  #isAwake = false;
  /** What is waited for before anything else is done. */
  #held: Promise<unknown> | null = null;

  /** @param whenIdle is called each time when nothing is left to do */
  constructor(whenIdle: () => void) {
    this.#whenIdle = whenIdle;
  }

  add(computation: Computation): void {
    this.#ready.push(computation);
    this.#wake();
  }

  /** Begins nothing more until a promise has settled: what would begin now would wait for the same. */
  holdFor(promise: Promise<unknown>): void {
    if (this.#held === promise) return;
    this.#held = promise;
    const goOn = () => {
      if (this.#held !== promise) return;
      this.#held = null;
      if (this.#ready.length > 0) this.#wake();
    };
    promise.then(goOn, goOn);
  }

  #wake(): void {
    if (this.#isAwake || this.#held) return;
    this.#isAwake = true;
    // Never at once: the caller is in the middle of something.
    queueMicrotask(this.#turn);
  }

  readonly #turn = (): void => {
    const end = performance.now() + TURN;
    while (!this.#held) {
      const next = this.#ready.pop();
      if (!next) break;
      next.step();
      if (performance.now() > end) {
        // Signals, timers and what is being written come in between.
        setImmediate(this.#turn);
        return;
      }
    }
    this.#isAwake = false;
    if (!this.#held) this.#whenIdle();
  };
}

const NONE: readonly never[] = [];

/** A call waits for its arguments, and for what it returned: one that waits so often never ends. */
const MAX_WAITS = 100;

/** What a value has come out as, or will. Only computations are open. */
export class Outcome {
  state: "open" | "done" | "failed" = "open";
  /** What came out: a result when it is done, an error when it has failed. */
  outcome: unknown = undefined;
  /** Ids of the jobs whose results it is made of. */
  sources: readonly string[] = NONE;
}

/** One value that is being computed: it may wait for others, and others for it. */
export abstract class Computation extends Outcome {
  readonly #agenda: Agenda;
  #missing = 0;
  #waits = 0;
  #failedInput: Computation | null = null;
  #waiting: Computation[] | null = null;

  constructor(agenda: Agenda) {
    super();
    this.#agenda = agenda;
  }

  /** Puts this on the agenda. */
  wake(): void {
    this.#agenda.add(this);
  }

  /** Does what can be done now; never throws. */
  step(): void {
    if (this.state !== "open") return;
    try {
      if (this.#failedInput) throw this.#failedInput.outcome;
      this.advance();
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * Goes on from where it stopped, up to `complete`, or until it must wait: then what it waits for
   * wakes it. What it throws is its failure.
   */
  protected abstract advance(): void;

  /**
   * Whether some of these are not done yet: then this is woken when all of them are, or the first
   * one fails. They must be on the agenda already, or wait for something themselves.
   * @throws what one of them failed with; RedunError BAD_VALUE where there are others each time
   */
  protected waitsFor(inputs: readonly Outcome[]): boolean {
    for (const input of inputs) {
      if (input.state === "failed") throw input.outcome;
      if (input.state === "done") continue;
      this.#missing++;
      (input as Computation).#addWaiting(this);
    }
    if (this.#missing === 0) return false;
    if (++this.#waits > MAX_WAITS) throw neverTheSame();
    return true;
  }

  /** Waits for one more thing of those that come one after the other, however many; it is not done yet. */
  protected waitsForNext(input: Computation): void {
    this.#waits = 0;
    this.waitsFor([input]);
  }

  #addWaiting(other: Computation): void {
    if (this.#waiting) this.#waiting.push(other);
    else this.#waiting = [other];
  }

  protected complete(result: unknown): void {
    this.#settle("done", result);
  }

  protected fail(error: unknown): void {
    this.#settle("failed", error);
  }

  #settle(state: "done" | "failed", outcome: unknown): void {
    if (this.state !== "open") return;
    this.state = state;
    this.outcome = outcome;
    const waiting = this.#waiting ?? NONE;
    this.#waiting = null;
    // What waited first goes on first.
    for (let at = waiting.length - 1; at >= 0; at--) waiting[at]!.#hear(this);
  }

  #hear(input: Computation): void {
    if (this.state !== "open" || this.#failedInput) return;
    if (input.state === "failed") this.#failedInput = input;
    else if (--this.#missing > 0) return;
    this.wake();
  }
}

function neverTheSame(): RedunError {
  return new RedunError(
    "BAD_VALUE",
    "A value holds new lazy values or promises each time it is read, so it cannot be computed.",
    "A getter makes them: store its result in an ordinary property.",
  );
}
