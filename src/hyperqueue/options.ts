import { badOption, megabytes, moreWords, positiveNumber } from "../cluster/options.ts";

/** Options that it takes in addition to `memory` and `cpus`. */
export const OPTIONS: readonly string[] = ["time", "gpus", "hq"];

const TITLE = "HyperQueue";

/**
 * What `hq submit` is told of a task's options.
 * @param byDefault says it where the task does not
 * @throws RedunError BAD_TASK for what it cannot mean
 */
export function submitWords(
  options: Readonly<Record<string, unknown>>,
  byDefault: (option: string) => string | undefined,
): string[] {
  const words: string[] = [];
  const given = (name: string) => options[name] ?? byDefault(name);
  const number = (name: string) => positiveNumber(TITLE, name, given(name));
  const [cpus, memory, gpus] = [number("cpus"), number("memory"), number("gpus")];
  if (cpus !== undefined) words.push(`--cpus=${cpus}`);
  if (memory !== undefined) words.push(`--resource=mem=${megabytes(memory)}`);
  if (gpus !== undefined) words.push(`--resource=gpus/nvidia=${gpus}`);
  const time = given("time");
  if (time !== undefined) words.push(`--time-limit=${timeLimit(time)}`);
  return [...words, ...moreWords(TITLE, "hq", options.hq, byDefault("hq"))];
}

/** @throws RedunError BAD_TASK */
function timeLimit(time: unknown): string {
  if (typeof time === "string" && /^\d/.test(time) && Number.isNaN(Number(time))) return time;
  const expected = "a number of minutes, or a text as `hq submit --time-limit` takes it";
  if (!(Number(time) > 0)) throw badOption(TITLE, "time", time, expected);
  return `${Math.ceil(Number(time) * 60)}s`;
}
