import { RedunError } from "../errors.ts";

/** Options of a task whose texts `sbatch` takes as they are, by the names that it has for them. */
const TEXTS = ["time", "partition", "account", "qos", "gres", "constraint"] as const;

/** Options that it takes in addition to `memory` and `cpus`. */
export const OPTIONS: readonly string[] = [...TEXTS, "sbatch"];

const MEGABYTE = 2 ** 20;

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
  const number = (name: "cpus" | "memory") => {
    const value = options[name] ?? byDefault(name);
    if (value === undefined) return undefined;
    if (Number(value) > 0 && Number.isFinite(Number(value))) return Number(value);
    throw badOption(name, value, "a number above 0");
  };
  const [cpus, memory] = [number("cpus"), number("memory")];
  if (cpus !== undefined) words.push(`--cpus-per-task=${Math.ceil(cpus)}`);
  // Slurm counts in binary megabytes.
  if (memory !== undefined) words.push(`--mem=${Math.ceil((memory * 1e9) / MEGABYTE)}M`);
  for (const name of TEXTS) {
    const value = options[name] ?? byDefault(name);
    if (value === undefined) continue;
    const isNumber = name === "time" && typeof value === "number" && value > 0;
    if (!isNumber && (typeof value !== "string" || value === "")) {
      throw badOption(name, value, `a text, as \`sbatch --${name}\` takes it`);
    }
    words.push(`--${name}=${isNumber ? Math.ceil(Number(value)) : value}`);
  }
  const more = options.sbatch ?? byDefault("sbatch")?.split(/\s+/) ?? [];
  const isList = Array.isArray(more) && more.every((word) => /^-/.test(String(word)));
  if (!isList) throw badOption("sbatch", more, 'a list of options, `["--exclusive"]`');
  return [...words, ...more.map(String)];
}

function badOption(name: string, value: unknown, expected: string): RedunError {
  return new RedunError(
    "BAD_TASK",
    `The option ${name} is ${JSON.stringify(value) ?? typeof value}, and no ${expected.replace(/^an? /, "")}.`,
    `Slurm takes ${expected}.`,
  );
}
