import { writeSync } from "node:fs";
import { RedunError } from "../../src/errors.ts";
import { tellNotices } from "../../src/notice.ts";
import { visible } from "./terminal.ts";

/** Like a program that SIGPIPE ended: nobody reads any more, and nothing is to be said. */
const CLOSED_PIPE = 128 + 13;

let failure: NodeJS.ErrnoException | undefined;

/** The stream's own, where it is watched: a workflow that captures output may leave another there. */
let writeOut: typeof process.stdout.write | undefined;

/**
 * Lets no stream that cannot be written end the process on its own, and gives the process a status
 * that says so in the end. What is lost on stderr is only told to nobody.
 */
export function watchOutput(): void {
  writeOut = process.stdout.write.bind(process.stdout);
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

/** Tells of notices in our own words, and not as Node tells of warnings. */
export function showNotices(): void {
  tellNotices((text) => {
    process.stderr.write(`warning: ${visible(text)}\n`);
  });
}

/**
 * Writes to stdout and waits until it is taken.
 * @throws RedunError OUTPUT_FAILED; for a closed pipe (`| head`) too, see `outputStatus`
 */
export function write(text: string): Promise<void> {
  return new Promise((done, fail) => {
    const end = (error?: Error | null) => (error ? fail(outputFailed(error)) : done());
    if (writeOut) writeOut(text, end);
    else process.stdout.write(text, end);
  });
}

/** Whether an error only says that the reader of a pipe went away. */
export function isClosedPipe(error: RedunError): boolean {
  return error.code === "OUTPUT_FAILED" && (error.cause as NodeJS.ErrnoException)?.code === "EPIPE";
}

/** The status of a command whose output could not be written. */
export function outputStatus({ code }: NodeJS.ErrnoException): number {
  return code === "EPIPE" ? CLOSED_PIPE : 1;
}

function outputFailed(error: NodeJS.ErrnoException): RedunError {
  const why = error.code === "ENOSPC" ? "the disk is full" : error.message;
  return new RedunError(
    "OUTPUT_FAILED",
    `The output could not be written: ${why}.`,
    "What the command was to do is done; only its answer is lost.",
    { cause: error },
  );
}

function sayLast(message: string): void {
  try {
    writeSync(2, `error: ${message} [OUTPUT_FAILED]\n`);
  } catch {
    // stderr is on the same full disk.
  }
}
