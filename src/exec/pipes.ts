import { execFile } from "node:child_process";
import { closeSync, constants, openSync, rmSync } from "node:fs";
import { Socket, type SocketConstructorOpts } from "node:net";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { hasCode } from "../git/files/system-errors.ts";
import { KeptOutput } from "./kept-output.ts";
import { Outlet } from "./outlet.ts";

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

/** As much as a pipe holds, which is read at once. */
const READ_BYTES = 65_536;
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
  /** Chunks that wait for a slow reader. */
  #waiting = 0;

  /** Why not all that the program said could be handed on; null while nothing was lost. */
  lost: string | null = null;

  /** The pipes, in the order of their outputs. */
  readonly opened: OutputPipe[] = [];

  /**
   * Makes them in a temporary directory, which they no longer need then.
   * @param env where `mkfifo` is found
   * @throws RedunError NO_TEMPORARY_DIRECTORY
   */
  static async make(
    outputs: readonly HeardOutput[],
    folder: string,
    env: NodeJS.ProcessEnv,
  ): Promise<Pipes> {
    const pipes = new Pipes();
    if (outputs.length === 0) return pipes;
    const paths = outputs.map((_, at) => join(folder, `pipe${at}`));
    try {
      await made(paths, env);
      for (const [at, output] of outputs.entries()) pipes.#open(output, paths[at]!);
      return pipes;
    } catch (error) {
      pipes.close();
      throw new RedunError(
        "NO_TEMPORARY_DIRECTORY",
        `The pipes for a program's output cannot be made in ${folder}: ${(error as Error).message.trim()}`,
        "Make room there, or name another directory in the variable TMPDIR.",
        { cause: error },
      );
    }
  }

  #open({ to, keep }: HeardOutput, path: string): void {
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const end = openSync(path, constants.O_WRONLY);
    rmSync(path);
    this.#ends.push(end);
    const kept = new KeptOutput(keep);
    this.#hear(reader, to, kept);
    this.opened.push({ end, kept });
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
      // What it said was heard, and more may follow it.
      if (this.#waiting > 0) this.#timer?.refresh();
      else for (const socket of this.#sockets) socket.destroy();
    };
    this.#timer = setTimeout(end, LAST_WORDS);
  }

  /** Settles when nothing more is said. */
  get closed(): Promise<unknown> {
    const all = this.#sockets.map((socket) =>
      socket.closed ? undefined : new Promise((done) => socket.once("close", done)),
    );
    return Promise.all(all).then(() => clearTimeout(this.#timer));
  }

  /** If a reader is gone, or the disk is full, the program learns of it: its next write fails. */
  #hear(reader: number, to: number | null, kept: KeptOutput): void {
    const outlet = to === null ? null : new Outlet(to);
    const lose = (error: unknown) => {
      if (!hasCode(error, "EPIPE")) this.lost ??= (error as Error).message;
      from.destroy();
    };
    // The buffer is read into again only when it is out.
    const goOn = (error?: Error | null) => {
      this.#waiting--;
      this.#timer?.refresh();
      if (error) lose(error);
      else from.resume();
    };
    const handOn = (chunk: Buffer): boolean => {
      try {
        const isOut = outlet === null || outlet.write(chunk, goOn);
        if (!isOut) this.#waiting++;
        return isOut;
      } catch (error) {
        lose(error);
        return false;
      }
    };
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const callback = (count: number) => {
      const chunk = buffer.subarray(0, count);
      this.#timer?.refresh();
      kept.add(chunk);
      return handOn(chunk);
    };
    // Into one buffer: a stream would make one for each chunk, and take it through its queue.
    const options = { fd: reader, readable: true, writable: false, onread: { buffer, callback } };
    const from = new Socket(options as SocketConstructorOpts);
    from.on("error", () => {});
    from.once("close", () => outlet?.close());
    from.resume();
    this.#sockets.push(from);
  }
}

function made(paths: readonly string[], { PATH = "" }: NodeJS.ProcessEnv): Promise<void> {
  const env = { PATH: `${PATH}:/usr/bin:/bin` };
  return new Promise((done, fail) => {
    execFile("mkfifo", [...paths], { env }, (error) => (error ? fail(error) : done()));
  });
}
