import { RedunError } from "../../src/errors.ts";
import { tellNotices } from "../../src/notice.ts";
import type { Io, OutputStream } from "../io.ts";
import { visible } from "./terminal.ts";

/** Like a program that SIGPIPE ended: nobody reads, so nothing is said. */
const CLOSED_PIPE = 128 + 13;

/** Prints notices in our own words, not as Node prints warnings. */
export function showNotices({ stderr }: Io): void {
  tellNotices((text) => {
    stderr.write(`warning: ${visible(text)}\n`);
  });
}

/**
 * Writes to stdout and waits until it is taken.
 * @throws RedunError OUTPUT_FAILED; for a closed pipe (`| head`) too, see `outputStatus`
 */
export function write(stdout: OutputStream, text: string): Promise<void> {
  return new Promise((done, fail) => {
    stdout.write(text, (error) => (error ? fail(outputFailed(error)) : done()));
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

export function outputFailed(error: NodeJS.ErrnoException): RedunError {
  const why = error.code === "ENOSPC" ? "the disk is full" : error.message;
  return new RedunError(
    "OUTPUT_FAILED",
    `The output could not be written: ${why}.`,
    "The command did its work; only its output is lost.",
    { cause: error },
  );
}
