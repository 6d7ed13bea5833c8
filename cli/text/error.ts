import { type ErrorCode, RedunError } from "../../src/errors.ts";
import type { Io } from "../io.ts";
import { isClosedPipe, outputStatus } from "./output.ts";
import { painter, visible } from "./terminal.ts";

/** `process.cwd()` fails in a folder that was deleted, wherever it is called first. */
const NO_FOLDER = new RedunError(
  "NOT_A_REPOSITORY",
  "The current directory no longer exists.",
  "Change to one that does. If it was made anew under the same name, change to it again.",
);

/** Words of the command line that neither it nor the script takes. */
const MISUSE: readonly ErrorCode[] = ["USAGE", "UNKNOWN_TASK"];

/**
 * Prints an error for people on stderr and returns the exit status: 2 for misuse, 1 for all else.
 * The code stands after the first line, what that is about below it, and then the hint. Only a
 * defect of ours shows a stack.
 */
export function reportError(error: unknown, io: Io): number {
  const { stderr } = io;
  const paint = painter(stderr, io.env);
  if (error instanceof RedunError) {
    if (isClosedPipe(error)) return outputStatus(error.cause as Error);
    const [first = "", ...rest] = visible(error.message).split("\n");
    const head = `${paint("red", "error:")} ${first} ${paint("dim", `[${error.code}]`)}`;
    const hint = error.hint ? [visible(error.hint)] : [];
    stderr.write(`${[head, ...rest, ...hint].join("\n")}\n`);
    return MISUSE.includes(error.code) ? 2 : 1;
  }
  if ((error as NodeJS.ErrnoException | null)?.syscall === "uv_cwd")
    return reportError(NO_FOLDER, io);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`redun-git failed in a way that it should not. Please report this:\n${stack}\n`);
  return 1;
}
