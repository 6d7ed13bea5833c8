import { shortName } from "../record/records.ts";
import { pythonJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import { Float, type TagValue } from "../value/value.ts";
import type { Condition, FieldCondition, Order, TagCondition, ValueTest } from "./condition.ts";
import { globMatcher } from "./glob.ts";
import { parseDate, parseDuration, parseTime, type Span } from "./time.ts";

/** What conditions look at. A field that an entity does not have is left out. */
export interface Subject {
  readonly tags: readonly TagPair[];
  readonly status?: string;
  /** Times are milliseconds since 1970; null is not ended yet. */
  readonly started?: number;
  readonly ended?: number | null;
  /** Full task name. */
  readonly task?: string;
  readonly user?: string;
  /** Id of the execution. */
  readonly exec?: string;
  /** The words of the command line, or the arguments of a job as one text. */
  readonly args?: readonly string[];
  /** Ids of the commit that an execution ran, and of its tree. */
  readonly commit?: string | null;
  readonly tree?: string | null;
}

/** A test of entities. Relative times count from `now`, in milliseconds since 1970. */
export function matcher(condition: Condition, now = Date.now()): (subject: Subject) => boolean {
  switch (condition.is) {
    case "and": {
      const parts = condition.parts.map((part) => matcher(part, now));
      return (subject) => parts.every((passes) => passes(subject));
    }
    case "or": {
      const parts = condition.parts.map((part) => matcher(part, now));
      return (subject) => parts.some((passes) => passes(subject));
    }
    case "not": {
      const part = matcher(condition.part, now);
      return (subject) => !part(subject);
    }
    case "tag": {
      const passes = tagMatcher(condition, now);
      return ({ tags }) => tags.some(passes);
    }
    case "field":
      return fieldMatcher(condition, now);
    case "code": {
      const { commits, trees } = condition;
      return ({ commit, tree }) => commits.has(commit ?? "") || trees.has(tree ?? "");
    }
  }
}

/** A test of single tags. */
export function tagMatcher(
  { key, keyIsGlob, test }: TagCondition,
  now: number,
): (tag: TagPair) => boolean {
  const isKey = keyIsGlob ? globMatcher(key) : (other: string) => other === key;
  const isValue = test === null ? () => true : valueMatcher(test, now);
  return ([name, value]) => isKey(name) && isValue(value);
}

/**
 * A test of a field that is text. `exec` is the beginning of an id; a task may lack its namespace.
 */
export function textMatcher({ field, op, operand }: FieldCondition): (text: string) => boolean {
  if (op === "~") {
    const glob = globMatcher(field === "status" ? operand.toUpperCase() : operand);
    if (field !== "task") return glob;
    return (task) => glob(task) || glob(shortName(task));
  }
  if (field === "exec") return (id) => id.startsWith(operand);
  if (field === "task") return (task) => task === operand || shortName(task) === operand;
  return (text) => text === operand;
}

/** A test of a field that is text, by any of many conditions on it: most of them are looked up. */
export function anyTextMatcher(conditions: readonly FieldCondition[]): (text: string) => boolean {
  const isEqual = ({ field, op }: FieldCondition) => op === "=" && field !== "status";
  const equal = conditions.filter(isEqual);
  const words = new Set(equal.map(({ operand }) => operand));
  const others = conditions.filter((condition) => !isEqual(condition)).map(textMatcher);
  const lengths = [...new Set([...words].map(({ length }) => length))];
  const has: Readonly<Record<string, (text: string) => boolean>> = {
    exec: (id) => lengths.some((length) => length <= id.length && words.has(id.slice(0, length))),
    task: (task) => words.has(task) || words.has(shortName(task)),
  };
  const isWord = has[conditions[0]?.field ?? ""] ?? ((text) => words.has(text));
  return (text) => isWord(text) || others.some((passes) => passes(text));
}

/**
 * The moments, or durations in milliseconds, that pass: `from` included, `to` not. A day is the
 * whole day: `> 2026-11-22` begins when it is over, `<= 2026-11-22` ends when it is over.
 */
export function spanOf({ field, op, operand }: FieldCondition, now: number): Span {
  const span = field === "duration" ? parseDuration(operand)! : parseTime(operand, now)!;
  return op === "~" || op === "=" ? span : ordered(op, span);
}

function ordered(op: Order, { from, to }: Span): Span {
  if (op === "<") return { from: Number.NEGATIVE_INFINITY, to: from };
  if (op === "<=") return { from: Number.NEGATIVE_INFINITY, to };
  return { from: op === ">" ? to : from, to: Number.POSITIVE_INFINITY };
}

function fieldMatcher(condition: FieldCondition, now: number): (subject: Subject) => boolean {
  switch (condition.field) {
    case "started":
    case "ended":
    case "duration": {
      const { from, to } = spanOf(condition, now);
      const { field } = condition;
      return (subject) => {
        const time = field === "duration" ? durationOf(subject) : subject[field];
        return typeof time === "number" && time >= from && time < to;
      };
    }
    case "arg": {
      const passes = textMatcher(condition);
      return ({ args }) => args?.some(passes) ?? false;
    }
    default: {
      const passes = textMatcher(condition);
      const { field } = condition;
      return (subject) => {
        const text = subject[field];
        return text !== undefined && passes(text);
      };
    }
  }
}

function durationOf({ started, ended }: Subject): number | undefined {
  return typeof started === "number" && typeof ended === "number" ? ended - started : undefined;
}

function valueMatcher(test: ValueTest, now: number): (value: TagValue) => boolean {
  if (test.op === "=") {
    const wanted = pythonJson(test.value, { compact: true });
    return (value) =>
      typeof value === "string"
        ? value === test.value
        : pythonJson(value, { compact: true }) === wanted;
  }
  if (test.op === "~") {
    const glob = globMatcher(test.glob);
    return (value) =>
      glob(typeof value === "string" ? value : pythonJson(value, { compact: false }));
  }
  if ("time" in test) {
    const { from, to } = ordered(test.op, parseTime(test.time, now)!);
    return (value) => {
      const time = typeof value === "string" ? parseDate(value)?.from : undefined;
      return time !== undefined && time >= from && time < to;
    };
  }
  const isInOrder = ORDERS[test.op];
  const than = plainNumber(test.number)!;
  return (value) => {
    const number = plainNumber(value);
    return number !== undefined && isInOrder(number, than);
  };
}

/** JavaScript compares a bigint with a number without rounding either. */
const ORDERS: Readonly<Record<Order, (a: number | bigint, b: number | bigint) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function plainNumber(value: TagValue): number | bigint | undefined {
  if (value instanceof Float) return value.value;
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}
