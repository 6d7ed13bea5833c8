import { writeSync } from "node:fs";
import type { Io, OutputStream } from "./io.ts";
import { processTerminal } from "./process-terminal.ts";
import { outputFailed, outputStatus } from "./text/output.ts";

/**
 * The world of this process, as it is now: a workflow that changes its process later changes neither
 * where its log is nor who reads its output. Lets no stream that cannot be written end the process on
 * its own, and gives it a status that says so in the end. What is lost on stderr is only told to nobody.
 */
export function processIo(takeWorker?: Io["takeWorker"]): Io {
  watchOutput();
  const cwd = currentFolder();
  return {
    // Node makes it when it is first asked for.
    get stdin() {
      return process.stdin;
    },
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    env: { ...process.env },
    get cwd() {
      if (typeof cwd === "string") return cwd;
      throw cwd.error;
    },
    program: process.argv[1]!,
    onUncaught(listener) {
      process.on("uncaughtException", listener);
      return () => void process.off("uncaughtException", listener);
    },
    onInterrupt(listener) {
      process.on("SIGINT", listener);
      return () => void process.off("SIGINT", listener);
    },
    openTerminal: processTerminal,
    ...(takeWorker && { takeWorker }),
    exit: (status) => process.exit(status),
  };
}

function outputStream(stream: NodeJS.WriteStream): OutputStream {
  return {
    isTTY: stream.isTTY,
    get rows() {
      return stream.rows;
    },
    get columns() {
      return stream.columns;
    },
    write: stream.write.bind(stream),
  };
}

function currentFolder(): string | { readonly error: unknown } {
  try {
    return process.cwd();
  } catch (error) {
    return { error };
  }
}

let failure: NodeJS.ErrnoException | undefined;

function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    failure ??= error;
  });
  process.stderr.on("error", () => {});
  process.on("exit", () => {
    if (!failure || process.exitCode) return;
    if (failure.code !== "EPIPE") sayLast(outputFailed(failure).message);
    process.exitCode = outputStatus(failure);
  });
}

function sayLast(message: string): void {
  try {
    writeSync(2, `error: ${message} [OUTPUT_FAILED]\n`);
  } catch {
    // stderr is on the same full disk.
  }
}
