import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { didYouMean } from "../suggest.ts";
import type { ExecutorFactory, ExecutorSettings } from "./executor.ts";

/** The process of the run itself, which is not a registered executor. */
export const LOCAL = "local";

const factories = new Map<string, ExecutorFactory>();
let load: (module: string, root: string | null) => Promise<unknown> = (module) => import(module);

/**
 * Makes an executor known by a name, for `task({ executor: name }, ...)`. Another one of the same name is
 * replaced. It is made when the first call of a run is for it.
 * @example
 * ```ts
 * import { registerExecutor, Scheduler, task } from "redun-git";
 * import { execFile } from "node:child_process";
 * import { readFile, writeFile } from "node:fs/promises";
 * import { promisify } from "node:util";
 *
 * registerExecutor("shell", () => ({
 *   workers: 2,
 *   async submit({ text, key, signal }) {
 *     await writeFile(`${key}.in`, text);
 *     await promisify(execFile)("redun-git", ["oneshot", `${key}.in`, `${key}.out`], { signal });
 *     return readFile(`${key}.out`, "utf8");
 *   },
 * }));
 * ```
 * @throws RedunError BAD_TASK for a name that is not letters, digits, `-` and `_`, and for `local`
 */
export function registerExecutor(name: string, factory: ExecutorFactory): void {
  const isName = typeof name === "string" && /^[A-Za-z][A-Za-z0-9_-]*$/.test(name);
  if (!isName || name === LOCAL || typeof factory !== "function") {
    throw new RedunError(
      "BAD_TASK",
      `registerExecutor was given ${JSON.stringify(name)} and ${typeof factory === "function" ? "a function" : typeof factory}.`,
      'It takes a name of letters, digits, "-" and "_" that is not `local`, and a function that makes the executor.',
    );
  }
  factories.set(name, factory);
}

/** How the module of an executor is loaded; its default export, or that named `executor`, makes it. */
export function loadExecutorsBy(loader: typeof load): void {
  load = loader;
}

/** The names of all executors that a run can have. */
export function executorNames(config: GitConfig | null): string[] {
  const configured = (config?.subsections("redun") ?? [])
    .filter((subsection) => subsection.startsWith(PREFIX))
    .map((subsection) => subsection.slice(PREFIX.length))
    .filter((name) => moduleOf(name, config) !== undefined);
  return [...new Set([LOCAL, ...factories.keys(), ...configured])];
}

const PREFIX = "executor.";

function moduleOf(name: string, config: GitConfig | null): string | undefined {
  return config?.get(`redun.${PREFIX}${name}.module`);
}

/** @throws RedunError UNKNOWN_EXECUTOR */
export function expectKnown(name: string, config: GitConfig | null): void {
  const names = executorNames(config);
  if (names.includes(name)) return;
  throw new RedunError(
    "UNKNOWN_EXECUTOR",
    `There is no executor "${name}".${didYouMean(name, names)}`,
    `There are ${names.join(", ")}. Another one: \`git config redun.executor.${name}.module <file or package>\`, or registerExecutor.`,
  );
}

/**
 * What makes an executor: the module that git config names, else what was registered.
 * @throws RedunError EXECUTOR_FAILED for a module that does not load, or makes none
 */
export async function executorFactory(
  { name, root }: ExecutorSettings,
  config: GitConfig | null,
): Promise<ExecutorFactory> {
  const module = moduleOf(name, config);
  if (module === undefined) return factories.get(name)!;
  let loaded: unknown;
  try {
    loaded = await load(module, root);
  } catch (error) {
    throw new RedunError(
      "EXECUTOR_FAILED",
      `The executor ${name} cannot be loaded from ${module}: ${(error as Error)?.message ?? error}`,
      `git config redun.executor.${name}.module is a package, or a file from the top of the work tree.`,
      { cause: error },
    );
  }
  const { default: first, executor: second } = (loaded ?? {}) as Record<string, unknown>;
  const factory = [first, second].find((one) => typeof one === "function");
  if (factory) return factory as ExecutorFactory;
  throw new RedunError(
    "EXECUTOR_FAILED",
    `${module} exports no executor: its default export is no function.`,
    "Write `export default (settings) => ({ submit: async (call) => ... })`.",
  );
}
