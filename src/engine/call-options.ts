import { RedunError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { tagPairs } from "../tag/set.ts";
import { inspected } from "../value/inspected.ts";
import type { CallSettings } from "./call-settings.ts";
import type { ExecutorOptions } from "./executor.ts";
import { LOCAL } from "./executors.ts";
import type { Needs } from "./limits.ts";
import type { TaskOptions } from "./task-definition.ts";

/** What `options()` of a task takes: each instead of the task's own. */
export interface CallOptions
  extends Pick<TaskOptions, (typeof CALL_OPTIONS)[number]>,
    ExecutorOptions {}

const CALL_OPTIONS = [
  ...(["tags", "cache", "cacheScope", "checkValid", "limits", "timeout", "retries"] as const),
  "hashIncludes" as const,
];
const TASK_OPTIONS = ["name", "namespace", "version", "record", ...CALL_OPTIONS];
/** For whatever executor; what else an executor takes, it says itself. */
const EXECUTOR_OPTIONS = ["executor", "memory", "cpus"];

/** A timer takes no more milliseconds than fit into 31 bits. */
const MAX_TIMEOUT = 2_147_483;
const MAX_RETRIES = 1000;

/**
 * The settings of a task or a call. Where an executor is named, what is not an option of ours is one of its own.
 * @param of the executor of the task whose call it is
 * @throws RedunError BAD_TASK for an option that there is not, or a value that it does not take
 */
export function settingsOf(
  given: TaskOptions | CallOptions,
  where: "task()" | "script()" | "options()",
  of?: string,
): CallSettings {
  const own = where === "options()" ? CALL_OPTIONS : TASK_OPTIONS;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const message = `${where} was given ${inspected(given)} where its options belong.`;
    throw new RedunError("BAD_TASK", message, `They are an object: \`{ ${own[0]}: ... }\`.`);
  }
  return {
    ...settingsOfCall(given, where),
    ...executorSettings(given, where, own, given.executor ?? of),
  };
}

/**
 * What calls of a run ask for whose tasks say nothing of it.
 * @param configured the executor where none is given
 * @throws RedunError BAD_TASK
 */
export function runDefaults(given: RunCallOptions, configured: string | undefined): CallSettings {
  const where = "A run";
  const own = ["timeout", "retries"];
  const ofTasks = TASK_OPTIONS.find((name) => !own.includes(name) && Object.hasOwn(given, name));
  if (ofTasks !== undefined) throw unknownOption(ofTasks, where, own);
  const settings = executorSettings(given, where, own, given.executor ?? configured);
  return { ...settingsOfCall(given, where), ...settings };
}

/** Options of those calls of a run whose tasks have none of their own. */
export interface RunCallOptions extends Pick<CallOptions, "timeout" | "retries">, ExecutorOptions {}

function executorSettings(
  given: TaskOptions | CallOptions,
  where: string,
  own: readonly string[],
  of: string | undefined,
): Pick<CallSettings, "executor" | "executorOptions"> {
  const { executor } = given;
  if (executor !== undefined && (typeof executor !== "string" || executor === "")) {
    const message = `${where} was given executor: ${inspected(executor)}.`;
    throw new RedunError("BAD_TASK", message, 'It is a name: `executor: "thread"`.');
  }
  const isPositive = (n: number) => n > 0 && Number.isFinite(n);
  expectNumber(where, "memory", given.memory, isPositive, "a number of GB");
  expectNumber(where, "cpus", given.cpus, isPositive, "a number of processors");
  const others = Object.entries(given).filter(
    ([name, value]) => !own.includes(name) && name !== "executor" && value !== undefined,
  );
  if (!isNamed(of)) {
    const unknown = others.find(([name]) => !EXECUTOR_OPTIONS.includes(name));
    if (unknown) throw unknownOption(unknown[0], where, own);
  }
  return {
    ...(executor !== undefined && { executor }),
    ...(others.length > 0 && { executorOptions: Object.fromEntries(others) }),
  };
}

function isNamed(executor: string | undefined): boolean {
  return executor !== undefined && executor !== LOCAL;
}

function settingsOfCall(given: TaskOptions | CallOptions, where: string): CallSettings {
  const { tags, cache, cacheScope, checkValid, timeout, retries } = given;
  expectOneOf(where, "cache", cache, [true, false]);
  expectOneOf(where, "cacheScope", cacheScope, ["none", "execution", "log"]);
  expectOneOf(where, "checkValid", checkValid, ["full", "shallow"]);
  expectNumber(where, "timeout", timeout, (n) => n > 0 && n <= MAX_TIMEOUT, "seconds");
  const isCount = (n: number) => Number.isInteger(n) && n >= 0 && n <= MAX_RETRIES;
  expectNumber(where, "retries", retries, isCount, "a whole number");
  const scope = cacheScope ?? (cache === undefined ? undefined : cache ? "log" : "execution");
  const limits = given.limits && needsOf(given.limits, where);
  return {
    ...(tags && { tags: tagPairs(tags) }),
    ...(scope && { cacheScope: scope }),
    ...(checkValid && { checkValid }),
    ...(limits && { limits }),
    ...(timeout !== undefined && { timeout }),
    ...(retries !== undefined && { retries }),
  };
}

function unknownOption(unknown: string, where: string, own: readonly string[]): RedunError {
  const known = [...own, ...EXECUTOR_OPTIONS];
  return new RedunError(
    "BAD_TASK",
    `${where} has no option "${unknown}".${didYouMean(unknown, known)}`,
    `It takes ${known.join(", ")}; what an executor takes, beside its name: \`executor: "..."\`.`,
  );
}

function expectOneOf(
  where: string,
  name: string,
  value: unknown,
  allowed: readonly unknown[],
): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new RedunError(
    "BAD_TASK",
    `${where} was given ${name}: ${inspected(value)}.`,
    `It is one of ${allowed.map((one) => JSON.stringify(one)).join(", ")}.`,
  );
}

function expectNumber(
  where: string,
  name: string,
  value: unknown,
  isGood: (value: number) => boolean,
  what: string,
): void {
  if (value === undefined || (typeof value === "number" && isGood(value))) return;
  const message = `${where} was given ${name}: ${inspected(value)}.`;
  throw new RedunError("BAD_TASK", message, `It is ${what}: \`${name}: 5\`.`);
}

/** `["db"]` is one of it. */
function needsOf(given: unknown, where: string): Needs {
  const pairs: [unknown, unknown][] = Array.isArray(given)
    ? given.map((name) => [name, 1])
    : Object.entries(given as object);
  const bad = pairs.find(
    ([name, count]) =>
      typeof name !== "string" || !/^[A-Za-z0-9-]+$/.test(name) || !isPositive(count),
  );
  if (!bad) return Object.fromEntries(pairs) as Needs;
  throw new RedunError(
    "BAD_TASK",
    `${where} was given limits: ${inspected(given)}.`,
    'They are names of letters, digits and "-", with whole numbers from 1 on: `limits: ["db"]`, or `limits: { gpu: 2 }`.',
  );
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
