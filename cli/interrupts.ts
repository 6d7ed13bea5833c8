import { constants } from "node:os";
import { UncaughtError } from "../src/engine/run-end.ts";
import { SIGNALS } from "./run/channel.ts";

/** One Ctrl-C may arrive twice: from the terminal, and from who watches over this process. */
const SAME_WITHIN = 300;

/** Why a run was aborted that a signal ended. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`);
    this.signal = signal;
  }
}

/**
 * What ends a run from outside of it, as one abort signal: signals of the system, and errors that
 * nothing in the workflow handles, which would end the process at once.
 */
export class Interrupts {
  readonly #abort = new AbortController();
  #since = 0;

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.on("uncaughtException", this.#onUncaught);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.off("uncaughtException", this.#onUncaught);
  }

  /** The second one ends the process as it stands; what is in its journal is recorded. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (!this.signal.aborted) this.#since = performance.now();
    else if (performance.now() - this.#since > SAME_WITHIN)
      process.exit(128 + constants.signals[signal]);
    this.#abort.abort(new Interrupted(signal));
  };

  readonly #onUncaught = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void => {
    // A workflow that has a handler of its own knows better what to do.
    if (process.listenerCount("uncaughtException") > 1) return;
    this.#abort.abort(new UncaughtError(error, origin));
  };
}
