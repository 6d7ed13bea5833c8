/**
 * What a task's function returned, calls included, as a record holds it: see docs/format.md, section 5.3.
 */
import { isSecretName } from "../redact.ts";
import type { TagPair } from "../tag/tag.ts";
import { sortedKeys } from "../value/code-points.ts";
import { hasHidden } from "../value/hidden-properties.ts";
import { hasMore } from "../value/list-properties.ts";
import { objectForm, sparseForm } from "../value/structures.ts";
import { Fields, isPlainArray, isPlainObject, setOwn, Tagged } from "../value/value.ts";
import {
  type CallExpression,
  type ControlExpression,
  type Expression,
  expressionOf,
  TagsExpression,
  type TagsToApply,
} from "./expression.ts";
import { lazy } from "./lazy.ts";
import { isPlainMap, isPlainSet, isThenable } from "./pending-parts.ts";
import type { TaskDefinition } from "./task-definition.ts";

/**
 * Levels of a record that what a function returned may have, of the 1000 that there are: each is indented,
 * so that its text grows with their square (120 kB for 250 calls in each other).
 */
const MAX_LEVELS = 500;
/** Containers and calls that are written: what stands in many places may have no end. */
const MAX_STEPS = 2_000_000;

class CannotBe extends Error {}

/** What is needed to write down what a function returned. */
export interface ReductionMeans {
  /** What stands for an argument that holds nothing lazy: itself, or its id if it is large. */
  keep(argument: unknown): unknown;
  /** Whether a task can be found again by its name. */
  isNamed(task: TaskDefinition): boolean;
  /** What is written stays between processes of one run: secrets may be in it. */
  readonly isPrivate?: boolean;
}

/** The lazy values that were written so far, by their numbers, where several texts follow each other. */
export type WrittenLazies = Map<Expression, number>;

/**
 * The form in which a record holds what a function returned; undefined where it has none, because
 * it holds a promise, arguments that are recorded by their hash alone, or is nested too deep.
 */
export function recordedReduction(
  value: unknown,
  means: ReductionMeans,
  written: WrittenLazies = new Map(),
): unknown {
  try {
    return new ReductionWriter(means, written).value(value);
  } catch (error) {
    if (error instanceof CannotBe) return undefined;
    throw error;
  }
}

class ReductionWriter {
  readonly #means: ReductionMeans;
  /** The lazy values so far, by their numbers. */
  readonly #met: WrittenLazies;
  readonly #kept = new Map<unknown, unknown>();
  /** Containers without anything lazy in them, which may stand in many places. */
  readonly #plain = new Map<object, unknown>();
  #steps = 0;
  /** How often something lazy was written. */
  #lazies = 0;
  #levels = 0;

  constructor(means: ReductionMeans, met: WrittenLazies) {
    this.#means = means;
    this.#met = met;
  }

  value(value: unknown): unknown {
    if (value === undefined) return new Tagged("undefined", null);
    if (typeof value !== "object" || value === null) return value;
    const known = this.#plain.get(value);
    if (known !== undefined) return known;
    if (++this.#steps > MAX_STEPS) throw new CannotBe();
    const before = this.#lazies;
    const expression = expressionOf(value);
    const written = expression
      ? this.#lazy(expression)
      : this.#within(1, () => this.#container(value));
    if (this.#lazies === before) this.#plain.set(value, written);
    return written;
  }

  #container(value: object): unknown {
    if (isThenable(value)) throw new CannotBe();
    if (isPlainArray(value)) {
      const isWhole = Object.keys(value).length === value.length && !hasMore(value);
      return isWhole ? value.map((item) => this.value(item)) : this.#structure(value);
    }
    const isPlain = isPlainSet(value) || isPlainMap(value) || isPlainObject(value);
    if (!isPlain) return value;
    if (hasHidden(value)) throw new CannotBe();
    if (isPlainSet(value)) return new Set([...value].map((item) => this.value(item)));
    if (isPlainMap(value)) {
      return new Map([...value].map(([key, item]) => [this.value(key), this.value(item)]));
    }
    const isBare = Object.getPrototypeOf(value) === null;
    if (isBare || Object.getOwnPropertySymbols(value).length > 0) return this.#structure(value);
    const object = {};
    // In the order in which they are written: lazy values are counted.
    for (const key of sortedKeys(value)) setOwn(object, key, this.value(value[key]));
    return object;
  }

  /** A list or object that a plain one would not say all of: one with holes, say. */
  #structure(value: object): Tagged {
    const form = (part: unknown) => this.value(part);
    if (!isPlainArray(value)) return objectForm(value as Record<PropertyKey, unknown>, form);
    if (Object.getOwnPropertySymbols(value).length > 0) throw new CannotBe();
    return sparseForm(value, form);
  }

  #lazy(expression: Expression): Tagged {
    this.#lazies++;
    const same = this.#met.get(expression);
    if (same !== undefined) return new Tagged("lazy", { same });
    this.#met.set(expression, this.#met.size);
    // Arguments stand in a list of their own.
    const levels = expression.kind === "property" ? 1 : 2;
    return this.#within(levels, () => new Tagged("lazy", this.#content(expression)));
  }

  #within<T>(levels: number, write: () => T): T {
    this.#levels += levels;
    if (this.#levels > MAX_LEVELS) throw new CannotBe();
    const written = write();
    this.#levels -= levels;
    return written;
  }

  #content(expression: Expression): Record<string, unknown> {
    switch (expression.kind) {
      case "call":
        return this.#call(expression);
      case "property":
        return { of: this.#lazy(expression.of), property: expression.key };
      case "tags": {
        const { value, applied } = expression;
        return { apply_to: this.value(value), ...tagLists(applied) };
      }
      case "control": {
        const { name, of, call } = expression;
        if (call && !this.#means.isNamed(call.task)) throw new CannotBe();
        if (call?.task.hashOnly.args && !this.#means.isPrivate) throw new CannotBe();
        const values = of.map((value) => this.#argument(value));
        return { control: name, of: values, ...(call && callFields(call)) };
      }
    }
  }

  #call({ task, args, settings }: CallExpression): Record<string, unknown> {
    if (args.length > 0 && task.hashOnly.args && !this.#means.isPrivate) throw new CannotBe();
    if (!this.#means.isNamed(task)) throw new CannotBe();
    if (!this.#means.isPrivate && takesSecret(task, args.length)) throw new CannotBe();
    return {
      args: args.map((arg) => this.#argument(arg)),
      ...callFields({ task, settings }),
    };
  }

  #argument(arg: unknown): unknown {
    const known = this.#kept.get(arg);
    if (known !== undefined) return known;
    const before = this.#lazies;
    const written = this.value(arg);
    if (this.#lazies > before) return written;
    const kept = this.#means.keep(written);
    if (typeof arg === "object") this.#kept.set(arg, kept);
    return kept;
  }
}

/** Whether a parameter that is given has the name of a secret: what it is given is cut from the job's record. */
function takesSecret({ source }: TaskDefinition, count: number): boolean {
  return source.parameters.slice(0, count).some(({ name }) => isSecretName(name));
}

/** The task of a call, and its settings instead of the task's own. */
function callFields({ task, settings }: NonNullable<ControlExpression["call"]>) {
  const { tags, executorOptions, ...others } = settings;
  const options = { ...executorOptions, ...others };
  return {
    ...(Object.keys(options).length > 0 && { options }),
    ...(tags && { tags: tagList(tags) }),
    task: task.fullName,
  };
}

function tagLists({ tags, jobTags, executionTags }: TagsToApply) {
  return {
    ...(executionTags.length > 0 && { execution_tags: tagList(executionTags) }),
    ...(jobTags.length > 0 && { job_tags: tagList(jobTags) }),
    ...(tags.length > 0 && { tags: tagList(tags) }),
  };
}

function tagList(tags: readonly TagPair[]): Fields[] {
  return tags.map((pair) => new Fields([pair]));
}

/** A value that holds nothing lazy, with what else the function tagged. */
export function withTags(value: unknown, applied: TagsToApply): unknown {
  return lazy(new TagsExpression(value, applied));
}
