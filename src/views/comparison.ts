import type { CodeComparison } from "../compare/code.ts";
import { type Comparison, compareExecutions, findPair } from "../compare/executions.ts";
import type { FileComparison } from "../compare/files.ts";
import type { JobComparison } from "../compare/jobs.ts";
import type { TagDifference } from "../compare/tags.ts";
import type { TaskComparison } from "../compare/tasks.ts";
import { unifiedDiff } from "../compare/unified-diff.ts";
import type { CallComparison, GivenValue, ValueChange } from "../compare/values.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { wholeValue } from "../provenance/read.ts";
import { preview } from "../value/preview.ts";
import { StoredValue, Tagged } from "../value/value.ts";
import { writeYaml } from "../value/yaml-write.ts";
import type { Extent } from "./extent.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/** How one execution differs from another, from `before` to `after`. */
export interface ComparisonView {
  readonly before: LoggedExecution;
  readonly after: LoggedExecution;
  /** `before` was not named: it is the previous execution of the same task. */
  readonly isPrevious: boolean;
  /** By key; keys whose values are the same are left out. */
  readonly tags: readonly TagDifference[];
  readonly code: CodeComparison;
  readonly tasks: TaskComparison;
  /** The calls of the root tasks; null while not both have ended. */
  readonly call: ShownCallComparison | null;
  readonly files: FileComparison;
  readonly jobs: JobComparison;
}

/** What differs between two calls. */
export interface ShownCallComparison {
  /** The full names of the tasks that were called. */
  readonly tasks: { readonly before: string; readonly after: string };
  /** Arguments that differ. */
  readonly args: readonly ShownChange[];
  /** What was returned or thrown; null if it is the same. */
  readonly result: ShownChange | null;
}

/** One value that is another, or that only one of the two has. */
export interface ShownChange {
  /** The name of an argument, or its place where it has none; null for a result. */
  readonly name: string | number | null;
  readonly before: ShownSide | null;
  readonly after: ShownSide | null;
  /** Both were recorded without their content: it cannot be told what differs. Only on a page. */
  readonly isOpaque: boolean;
  /** What differs in the YAML of the two, if their texts do not show it; only on a page. */
  readonly diff: ValueDiff | null;
}

export interface ShownSide {
  readonly id: string;
  /** It was thrown, not returned. */
  readonly isError: boolean;
  /** The value on one line, of at most 100 characters. */
  readonly text: string;
  /** The value itself. Only in a `whole` view, and missing if it has a file of its own, or only a hash. */
  readonly value?: unknown;
}

/** A unified diff. */
export interface ValueDiff {
  /** Empty if there are more than a hundred: that shows nobody anything. */
  readonly lines: readonly string[];
  readonly count: number;
}

const MAX_LINES = 100;
/** A value that is no longer than this stands on one line. */
const MAX_TEXT = 100;

/**
 * Compares the executions that two ids mean. Of one id, the second is its execution, and the first
 * the one before it that ran the same task.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, OBJECT_MISSING, BAD_RECORD
 */
export async function comparisonView(
  log: IndexedLog,
  first: string,
  second: string | undefined,
  extent: Extent = "page",
): Promise<ComparisonView> {
  const [before, after] = await findPair(log, first, second);
  const comparison: Comparison = await compareExecutions(log, before, after);
  const { tags, code, tasks, call, files, jobs } = comparison;
  return {
    before: loggedExecution(before),
    after: loggedExecution(after),
    isPrevious: second === undefined,
    tags,
    code,
    tasks,
    call: call && (await shownCall(log, call, extent)),
    files,
    jobs,
  };
}

async function shownCall(
  log: IndexedLog,
  { tasks, args, result }: CallComparison,
  extent: Extent,
): Promise<ShownCallComparison> {
  const shown: ShownChange[] = [];
  for (const change of args) shown.push(await shownChange(log, change, extent));
  return { tasks, args: shown, result: result && (await shownChange(log, result, extent)) };
}

async function shownChange(
  log: IndexedLog,
  { name, before, after }: ValueChange,
  extent: Extent,
): Promise<ShownChange> {
  if (extent === "whole") {
    const side = (given: GivenValue | null) => given && sideOf(given, given.value, extent);
    return { name, before: side(before), after: side(after), isOpaque: false, diff: null };
  }
  const [was, is] = [await pageSide(log, before), await pageSide(log, after)];
  const isAlike = was?.side.text === is?.side.text && was?.side.isError === is?.side.isError;
  const isOpaque = Boolean(was?.isOpaque && is?.isOpaque && isAlike);
  // Of two errors the texts may be alike, and the stacks not.
  const isShown = isOpaque || !(was?.isLong || is?.isLong || isAlike);
  const lines = isShown ? [] : unifiedDiff(was?.yaml() ?? "", is?.yaml() ?? "");
  const diff = { lines: lines.length > MAX_LINES ? [] : lines, count: lines.length };
  return {
    name,
    before: was?.side ?? null,
    after: is?.side ?? null,
    isOpaque,
    diff: isShown ? null : diff,
  };
}

async function pageSide(log: IndexedLog, given: GivenValue | null) {
  if (!given) return null;
  const { value } = (await wholeValue(log, given)) ?? given;
  return {
    side: sideOf(given, value, "page"),
    isOpaque: value instanceof Tagged && value.tag === "opaque",
    isLong: preview(value, MAX_TEXT + 1).length > MAX_TEXT,
    yaml: () => writeYaml(value),
  };
}

function sideOf({ id, isError }: GivenValue, value: unknown, extent: Extent): ShownSide {
  const side = { id, isError, text: preview(value, MAX_TEXT) };
  return extent === "whole" && !(value instanceof StoredValue) ? { ...side, value } : side;
}
