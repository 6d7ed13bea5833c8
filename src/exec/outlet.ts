import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { hasCode } from "../git/files/system-errors.ts";

/** Milliseconds until a full output is tried again, where the system does not tell when there is room. */
const RETRY_AFTER = 5;

/**
 * An output of this process that the output of a program is handed on to. Node makes a pipe non-blocking as soon as
 * it is looked at, so a slow reader is seen as "try again".
 */
export class Outlet {
  readonly #output: number;
  /** The same pipe, opened anew: Node's own stream for the output waits for nothing of ours. */
  readonly #own: number | null;
  #stream: Socket | undefined;

  constructor(output: number) {
    this.#output = output;
    this.#own = openedAnew(output);
  }

  /**
   * Writes all of a chunk, which must stay as it is until then.
   * @param later is called once it is written, or with the error, where that takes a while
   * @returns whether it is written already
   * @throws what the system says of an output that cannot be written
   */
  write(chunk: Buffer, later: (error?: Error | null) => void): boolean {
    let rest = chunk;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#own ?? this.#output, rest));
      return true;
    } catch (error) {
      if (!hasCode(error, "EAGAIN")) throw error;
      this.#writeLater(rest, later);
      return false;
    }
  }

  close(): void {
    if (this.#stream) this.#stream.destroy();
    else if (this.#own !== null) closeSync(this.#own);
  }

  #writeLater(rest: Buffer, later: (error?: Error | null) => void): void {
    if (this.#own === null) {
      setTimeout(() => {
        try {
          if (this.write(rest, later)) later();
        } catch (error) {
          later(error as Error);
        }
      }, RETRY_AFTER);
      return;
    }
    if (!this.#stream) {
      this.#stream = new Socket({ fd: this.#own, readable: false, writable: true });
      // The callback of the write hears of it.
      this.#stream.on("error", () => {});
    }
    this.#stream.write(rest, later);
  }
}

/** Null for what is no pipe, and where a pipe cannot be opened by its descriptor. */
function openedAnew(output: number): number | null {
  try {
    if (!fstatSync(output).isFIFO()) return null;
    return openSync(`/dev/fd/${output}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}
