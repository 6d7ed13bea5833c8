import type { LiveJob } from "./live-job.ts";

/** So many jobs a second are written down the moment they begin, */
const AT_ONCE = 250;
/** the others when they have lived until the next look at them, in milliseconds. */
const LOOK_EVERY = 1000;
/** So many at a time, the oldest, so that whoever is written has its parent written, too. */
const MAX_WRITTEN = 10_000;

/**
 * Decides which of the jobs that have begun are written into the journal before they end, so that a
 * killed run has them: all that take long, and few of those that do not, as each costs a line. A
 * job that keeps the event loop from turning takes long as well, and no timer could write it then:
 * a job is written at once unless many others began just before.
 */
export class JobsInFlight {
  readonly #write: (job: LiveJob) => void;
  readonly #waiting = new Set<LiveJob>();
  readonly #written = new Set<LiveJob>();
  readonly #timer: NodeJS.Timeout;
  #room = AT_ONCE;
  #since = performance.now();

  /** @param write writes that a job has begun; again, where its arguments are known better */
  constructor(write: (job: LiveJob) => void) {
    this.#write = write;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY).unref();
  }

  begun(job: LiveJob): void {
    const now = performance.now();
    if (now - this.#since >= LOOK_EVERY) {
      this.#since = now;
      this.#room = AT_ONCE;
    }
    if (this.#room > 0) {
      this.#room--;
      this.#add(job);
    } else {
      this.#written.delete(job);
      this.#waiting.add(job);
    }
  }

  ended(job: LiveJob): void {
    if (!this.#written.delete(job)) this.#waiting.delete(job);
  }

  /** Writes again what goes on: where it was written is about to be deleted. */
  writeAgain(): void {
    for (const job of this.#written) this.#write(job);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const job of this.#waiting) {
      if (this.#written.size >= MAX_WRITTEN) return;
      this.#add(job);
    }
  }

  #add(job: LiveJob): void {
    this.#waiting.delete(job);
    if (this.#written.size >= MAX_WRITTEN) return;
    this.#written.add(job);
    this.#write(job);
  }
}
