import { readFileSync } from "node:fs";
import { RedunError } from "../errors.ts";
import { writeWhole } from "../git/files/write-whole.ts";
import { runCall } from "./run-call.ts";

export interface OneshotOptions {
  /** The folder from which the call names its script and its files. */
  readonly root: string;
  /** Where the script is loaded from: that folder, or a copy of it. */
  readonly code: string;
  readonly libraryUrl: string;
}

/**
 * Runs the call in the file `input` and writes the answer to the file `output`, which appears when it is
 * complete. Records nothing. A task that fails is an answer too.
 * @throws RedunError EXECUTOR_FAILED for an input that is no call, or an output that cannot be written
 */
export async function oneshot(input: string, output: string, means: OneshotOptions): Promise<void> {
  const text = fileText(input);
  const signal = new AbortController().signal;
  const answer = await runCall(text, { ...means, ask: null, signal });
  try {
    writeWhole(output, answer, true);
  } catch (error) {
    throw failed(`The answer cannot be written to ${output}`, error);
  }
}

function fileText(input: string): string {
  try {
    return readFileSync(input, "utf8");
  } catch (error) {
    throw failed(`The call in ${input} cannot be read`, error);
  }
}

function failed(what: string, error: unknown): RedunError {
  return new RedunError("EXECUTOR_FAILED", `${what}: ${(error as Error).message}`);
}
