import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { hasCode } from "../git/files/system-errors.ts";
import { KeptOutput } from "./kept-output.ts";
import { removeScratch, scratchFolder } from "./scratch.ts";

/** An output of a program that is to be heard. */
export interface HeardOutput {
  /** The output of this process that it is handed on to; null for nowhere. */
  readonly to: number | null;
  /** Bytes to keep of its head, and again of its tail. */
  readonly keep: number;
}

/** The pipe of such an output. */
export interface OutputPipe {
  /** The descriptor to start the program with. */
  readonly end: number;
  readonly kept: KeptOutput;
}

/** Milliseconds until a full pipe is tried again. */
const RETRY_AFTER = 5;
/** How long to wait for output of a program that has ended, in milliseconds: a daemon may hold it open. */
const LAST_WORDS = 200;

/**
 * Hands on what a program says, at the pace at which it is taken, and keeps some of it. They are real
 * pipes: Node's own are sockets, which a program cannot open as /dev/stdout, and whose end is no
 * SIGPIPE.
 */
export class Pipes {
  readonly #sockets: Socket[] = [];
  readonly #ends: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Why not all that the program said could be handed on; null while nothing was lost. */
  lost: string | null = null;

  /** @param env where `mkfifo` is found */
  open(outputs: readonly HeardOutput[], env: NodeJS.ProcessEnv): OutputPipe[] {
    if (outputs.length === 0) return [];
    const folder = scratchFolder();
    try {
      const paths = outputs.map((_, at) => join(folder, String(at)));
      execFileSync("mkfifo", paths, { env: { PATH: `${env.PATH ?? ""}:/usr/bin:/bin` } });
      return outputs.map(({ to, keep }, at) => {
        const reader = openSync(paths[at]!, constants.O_RDONLY | constants.O_NONBLOCK);
        const end = openSync(paths[at]!, constants.O_WRONLY);
        this.#ends.push(end);
        const kept = new KeptOutput(keep);
        this.#hear(new Socket({ fd: reader, readable: true, writable: false }), to, kept);
        return { end, kept };
      });
    } finally {
      removeScratch(folder);
    }
  }

  /** The program has the ends of its pipes; ours would keep them open. */
  started(): void {
    for (const end of this.#ends.splice(0)) closeSync(end);
  }

  /** There is no program to hear. */
  close(): void {
    this.started();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The program has ended: the pipes are read until they end, or say nothing for a moment. */
  lastWords(): void {
    const end = () => {
      for (const socket of this.#sockets) socket.destroy();
    };
    this.#timer = setTimeout(end, LAST_WORDS);
    for (const socket of this.#sockets) socket.on("data", () => this.#timer?.refresh());
  }

  /** Settles when nothing more is said. */
  get closed(): Promise<unknown> {
    const all = this.#sockets.map((socket) =>
      socket.closed ? undefined : new Promise((done) => socket.once("close", done)),
    );
    return Promise.all(all).then(() => clearTimeout(this.#timer));
  }

  /** If a reader is gone, or the disk is full, the program learns of it: its next write fails. */
  #hear(from: Socket, to: number | null, kept: KeptOutput): void {
    const write = (to: number, chunk: Buffer): void => {
      let rest = chunk;
      try {
        while (rest.length > 0) rest = rest.subarray(writeSync(to, rest));
        from.resume();
      } catch (error) {
        if (!hasCode(error, "EAGAIN")) {
          if (!hasCode(error, "EPIPE")) this.lost ??= (error as Error).message;
          from.destroy();
        } else {
          // Somebody has made our output non-blocking.
          from.pause();
          setTimeout(() => write(to, rest), RETRY_AFTER);
        }
      }
    };
    from.on("error", () => {});
    from.on("data", (chunk) => {
      kept.add(chunk);
      if (to !== null) write(to, chunk);
    });
    this.#sockets.push(from);
  }
}
