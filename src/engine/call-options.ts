import { RedunError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { tagPairs } from "../tag/set.ts";
import { inspected } from "../value/inspected.ts";
import type { CallSettings } from "./call-settings.ts";
import type { Needs } from "./limits.ts";
import type { TaskOptions } from "./task-definition.ts";

/** What `options()` of a task takes: each in the place of the task's own. */
export type CallOptions = Pick<TaskOptions, (typeof CALL_OPTIONS)[number]>;

const CALL_OPTIONS = [
  ...(["tags", "cache", "cacheScope", "checkValid", "limits", "timeout", "retries"] as const),
];
const TASK_OPTIONS = ["name", "namespace", "version", "hashOnly", ...CALL_OPTIONS];

/** A timer takes no more milliseconds than fit into 31 bits. */
const MAX_TIMEOUT = 2_147_483;
const MAX_RETRIES = 1000;

/**
 * The settings of a task or a call.
 * @throws RedunError BAD_TASK for an option that there is not, or a value that it does not take
 */
export function settingsOf(
  given: TaskOptions | CallOptions,
  where: "task()" | "script()" | "options()",
): CallSettings {
  expectKnown(given, where, where === "options()" ? CALL_OPTIONS : TASK_OPTIONS);
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

function expectKnown(given: object, where: string, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RedunError(
    "BAD_TASK",
    `${where} has no option "${unknown}".${didYouMean(unknown, known)}`,
    `It takes ${known.join(", ")}.`,
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
    'They are names of letters, digits and "-": `limits: ["db"]`, or `limits: { gpu: 2 }`.',
  );
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
