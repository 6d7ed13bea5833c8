import type { LiveJob } from "./live-job.ts";
import { RecordedError } from "./recorded-error.ts";
import type { Listener } from "./step.ts";

/**
 * One try of a job's function: from when it is called until it has given a result, has failed, or has
 * taken too long. What it says after that is not heard.
 */
export class Attempt implements Listener {
  readonly #listener: Listener;
  readonly #onEnd: () => void;
  readonly #abort: AbortController | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * @param timeout in seconds
   * @param onEnd is called once, before the listener hears how it ended
   */
  constructor(job: LiveJob, timeout: number | undefined, listener: Listener, onEnd: () => void) {
    this.#listener = listener;
    this.#onEnd = onEnd;
    if (timeout === undefined) return;
    this.#abort = new AbortController();
    this.#timer = setTimeout(() => {
      const error = timedOut(job, timeout);
      this.rejected(error);
      this.#abort?.abort(error);
    }, timeout * 1000);
  }

  /** Aborted when it has taken too long; undefined where it may take as long as it does. */
  get signal(): AbortSignal | undefined {
    return this.#abort?.signal;
  }

  fulfilled(value: unknown): void {
    if (this.end()) this.#listener.fulfilled(value);
  }

  rejected(error: unknown): void {
    if (this.end()) this.#listener.rejected(error);
  }

  /** Returns whether it was not over yet. */
  end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#onEnd();
    return true;
  }
}

function timedOut({ task }: LiveJob, timeout: number): RecordedError {
  const unit = timeout === 1 ? "second" : "seconds";
  const message = `${task.fullName} took longer than ${timeout} ${unit}.`;
  return new RecordedError("Timeout", message, { timeout });
}
