import { badOption, megabytes, moreWords, positiveNumber } from "../cluster/options.ts";

/** Options of a task whose texts `sbatch` takes as they are, by the names that it has for them. */
const TEXTS = ["time", "partition", "account", "qos", "gres", "constraint"] as const;

/** Options that it takes in addition to `memory` and `cpus`. */
export const OPTIONS: readonly string[] = [...TEXTS, "sbatch"];

/**
 * What `sbatch` is told of a task's options.
 * @param byDefault says it where the task does not
 * @throws RedunError BAD_TASK for what it cannot mean
 */
export function sbatchWords(
  options: Readonly<Record<string, unknown>>,
  byDefault: (option: string) => string | undefined,
): string[] {
  const words: string[] = [];
  const number = (name: "cpus" | "memory") =>
    positiveNumber("Slurm", name, options[name] ?? byDefault(name));
  const [cpus, memory] = [number("cpus"), number("memory")];
  if (cpus !== undefined) words.push(`--cpus-per-task=${Math.ceil(cpus)}`);
  if (memory !== undefined) words.push(`--mem=${megabytes(memory)}M`);
  for (const name of TEXTS) {
    const value = options[name] ?? byDefault(name);
    if (value === undefined) continue;
    const isNumber = name === "time" && typeof value === "number" && value > 0;
    if (!isNumber && (typeof value !== "string" || value === "")) {
      throw badOption("Slurm", name, value, `a text, as \`sbatch --${name}\` takes it`);
    }
    words.push(`--${name}=${isNumber ? Math.ceil(Number(value)) : value}`);
  }
  return [...words, ...moreWords("Slurm", "sbatch", options.sbatch, byDefault("sbatch"))];
}
