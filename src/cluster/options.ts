/** What several engines read alike of a task's options. */
import { RedunError } from "../errors.ts";

/**
 * An option that is a number.
 * @throws RedunError BAD_TASK unless it is above 0
 */
export function positiveNumber(engine: string, name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
  throw badOption(engine, name, value, "a number above 0");
}

/**
 * An option with words for the engine's own command: a list; in git config, a text.
 * @throws RedunError BAD_TASK unless each of them is an option of that
 */
export function moreWords(
  engine: string,
  name: string,
  value: unknown,
  byDefault: string | undefined,
): string[] {
  const words = value ?? byDefault?.split(/\s+/) ?? [];
  const isList = Array.isArray(words) && words.every((word) => /^-/.test(String(word)));
  if (!isList) throw badOption(engine, name, words, 'a list of options, `["--exclusive"]`');
  return words.map(String);
}

export function badOption(
  engine: string,
  name: string,
  value: unknown,
  expected: string,
): RedunError {
  return new RedunError(
    "BAD_TASK",
    `The option ${name} is ${JSON.stringify(value) ?? typeof value}, and no ${expected.replace(/^an? /, "")}.`,
    `${engine} takes ${expected}.`,
  );
}

/** GB as binary megabytes, in which engines count. */
export function megabytes(memory: number): number {
  return Math.ceil((memory * 1e9) / 2 ** 20);
}
