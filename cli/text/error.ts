import { RedunError } from "../../src/errors.ts";
import { painter, visible } from "./terminal.ts";

/**
 * Prints an error for people on stderr and returns the exit status: 2 for misuse, 1 for all else.
 * Only a defect of ours shows a stack.
 */
export function reportError(error: unknown): number {
  const paint = painter(process.stderr);
  if (error instanceof RedunError) {
    const hint = error.hint ? `\n${visible(error.hint)}` : "";
    const code = paint("dim", `[${error.code}]`);
    process.stderr.write(`${paint("red", "error:")} ${visible(error.message)} ${code}${hint}\n`);
    return error.code === "USAGE" ? 2 : 1;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `redun-git failed in a way that it should not. Please report this:\n${stack}\n`,
  );
  return 1;
}
