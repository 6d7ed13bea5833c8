import { writeSync } from "node:fs";
import type { RunProgress } from "../../src/engine/run-events.ts";
import { nearPath } from "../../src/script/near-path.ts";
import { snapshotOf } from "./snapshot.ts";

/** How often a run says how it stands, in milliseconds. */
const EVERY = 250;
/** So many jobs in that time are reported when they begin: one may block all timers until it ends. */
const AT_ONCE = 5;

/** Tells the process that keeps the live view, a few times a second, how a run stands. */
export class SnapshotSender {
  readonly #descriptor: number;
  readonly #cwd: string;
  /** By path, since when. */
  readonly #hashing = new Map<string, { readonly text: string; readonly since: number }>();
  #timer: NodeJS.Timeout | undefined;
  #send = (): void => {};
  #since = 0;
  #room = AT_ONCE;

  /** @param descriptor where to write: a line of JSON each time, an empty one at the end */
  constructor(descriptor: number, cwd: string) {
    this.#descriptor = descriptor;
    this.#cwd = cwd;
  }

  begin(run: RunProgress): void {
    const started = performance.now();
    this.#send = () => {
      const now = performance.now();
      const hashing = [...this.#hashing.values()].map(({ text, since }) => ({
        text,
        for: now - since,
      }));
      const snapshot = snapshotOf(run, { elapsed: now - started, hashing, now: Date.now() });
      this.#write(`${JSON.stringify(snapshot)}\n`);
    };
    this.#timer = setInterval(this.#send, EVERY).unref();
  }

  jobRuns(): void {
    const now = performance.now();
    if (now - this.#since >= EVERY) {
      this.#since = now;
      this.#room = AT_ONCE;
    }
    if (this.#room-- > 0) this.#send();
  }

  hashing(path: string, size: number): void {
    const megabytes = Math.round(size / 1_000_000);
    const text = `${nearPath(path, this.#cwd)} (${megabytes} MB)`;
    this.#hashing.set(path, { text, since: performance.now() });
  }

  hashed(path: string): void {
    this.#hashing.delete(path);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#write("\n");
  }

  #write(line: string): void {
    try {
      writeSync(this.#descriptor, line);
    } catch {
      // Nobody looks, or not now.
    }
  }
}
