/**
 * What a task's function returned, calls included, as a record holds it, and made again from there:
 * see docs/format.md, section 5.3.
 */
import { RedunError } from "../errors.ts";
import type { TagPair } from "../tag/tag.ts";
import { tagValueOf } from "../tag/text.ts";
import { sortedKeys } from "../value/code-points.ts";
import { decodedInstance } from "../value/codecs.ts";
import { File } from "../value/file.ts";
import { FileSet } from "../value/file-set.ts";
import { plain } from "../value/plain.ts";
import {
  ErrorValue,
  Fields,
  Float,
  isPlainArray,
  isPlainObject,
  StoredValue,
  setOwn,
  Tagged,
} from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { writeYaml } from "../value/yaml-write.ts";
import { type CallOptions, settingsOf } from "./call-options.ts";
import type { CallSettings } from "./call-settings.ts";
import {
  CallExpression,
  ControlExpression,
  type Expression,
  expressionOf,
  isControlName,
  PropertyExpression,
  TagsExpression,
  type TagsToApply,
} from "./expression.ts";
import { lazy } from "./lazy.ts";
import { isPlainMap, isPlainSet, isThenable } from "./pending-parts.ts";
import { RecordedError } from "./recorded-error.ts";
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
/** The same for those that were read. */
export type ReadLazies = (Expression | null)[];

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
      // Holes are left out by `map`, and no record of what is lazy has them.
      if (Object.keys(value).length !== value.length) throw new CannotBe();
      return value.map((item) => this.value(item));
    }
    if (isPlainSet(value)) return new Set([...value].map((item) => this.value(item)));
    if (isPlainMap(value)) {
      return new Map([...value].map(([key, item]) => [this.value(key), this.value(item)]));
    }
    if (!isPlainObject(value)) return value;
    if (Object.getOwnPropertySymbols(value).length > 0) throw new CannotBe();
    const object = {};
    // In the order in which they are written: lazy values are counted.
    for (const key of sortedKeys(value)) setOwn(object, key, this.value(value[key]));
    return object;
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

/** The task of a call, and its settings in the place of the task's own. */
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

/** A value that holds nothing lazy, with what the function tagged besides. */
export function withTags(value: unknown, applied: TagsToApply): unknown {
  return lazy(new TagsExpression(value, applied));
}

/** Whether a value says something by `undefined`, which a record has no word for. */
export function holdsUndefined(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === undefined;
  const seen = new Set<object>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (next === undefined) return true;
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    try {
      if (isPlainArray(next) || isPlainSet(next)) left.push(...next);
      else if (isPlainMap(next)) for (const [key, item] of next) left.push(key, item);
      else if (isPlainObject(next)) left.push(...Object.values(next));
    } catch {
      // A getter of the user's threw.
    }
  }
  return false;
}

/** Ids of the values in a recorded one that stand in files of their own. */
export function storedIn(recorded: unknown): string[] {
  const ids: string[] = [];
  const left: unknown[] = [recorded];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    if (next instanceof StoredValue) ids.push(next.id);
    else if (next instanceof Tagged) left.push(next.value);
    else if (isPlainArray(next) || isPlainSet(next)) for (const item of next) left.push(item);
    else if (isPlainMap(next)) for (const [key, item] of next) left.push(key, item);
    else if (isPlainObject(next)) left.push(...Object.values(next));
  }
  return ids;
}

/** Whether something in a recorded value is yet to be computed. */
export function holdsLazy(
  recorded: unknown,
  stored: ReadonlyMap<string, { readonly value: unknown } | undefined>,
): boolean {
  const left: unknown[] = [recorded];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    if (next instanceof Tagged && next.tag === "lazy") return true;
    if (next instanceof StoredValue) left.push(stored.get(next.id)?.value);
    else if (isPlainArray(next) || isPlainSet(next)) for (const item of next) left.push(item);
    else if (isPlainMap(next)) for (const [key, item] of next) left.push(key, item);
    else if (isPlainObject(next)) left.push(...Object.values(next));
  }
  return false;
}

/** What a recorded value is made again with. */
export interface Materials {
  /** The task with a full name, as it is now. */
  task(fullName: string): TaskDefinition | undefined;
  /** The recorded form of a value in a file of its own; undefined where there is none. */
  stored(id: string): { readonly value: unknown } | undefined;
  /** The path of a recorded file, as it is from here. */
  path(recorded: string): string;
  /** Receives an instance that cannot be made again: what its codec threw, null where none is registered. */
  notDecoded?(name: string, error: unknown): void;
  /** Errors of whatever class may be made as mere errors of their names. */
  readonly anyError?: boolean;
}

/** A value made again from its record, and the files in it as they were recorded. */
export interface Revived {
  readonly value: unknown;
  readonly files: readonly (File | FileSet)[];
}

/**
 * What was recorded, as the program had it: a copy that may be changed. Null where that cannot be
 * made again: a class of the user's own, a value that is not there, a task that is not any more.
 */
export function revived(
  recorded: unknown,
  materials: Materials,
  read: ReadLazies = [],
): Revived | null {
  try {
    const reader = new ReductionReader(materials, read);
    return { value: reader.value(recorded), files: reader.files };
  } catch (error) {
    if (error instanceof CannotBe || error instanceof RedunError) return null;
    throw error;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: looked at before it is used
type Raw = any;

class ReductionReader {
  readonly files: (File | FileSet)[] = [];
  readonly #materials: Materials;
  readonly #met: ReadLazies;

  constructor(materials: Materials, met: ReadLazies) {
    this.#materials = materials;
    this.#met = met;
  }

  value(recorded: unknown): unknown {
    if (typeof recorded !== "object" || recorded === null) return recorded;
    if (isPlainArray(recorded)) return recorded.map((item) => this.value(item));
    if (isPlainObject(recorded)) {
      const object = {};
      for (const key of sortedKeys(recorded)) setOwn(object, key, this.value(recorded[key]));
      return object;
    }
    if (recorded instanceof Float) return recorded.value;
    if (recorded instanceof Tagged) return this.#tagged(recorded);
    if (recorded instanceof StoredValue) return this.#stored(recorded.id);
    if (recorded instanceof File || recorded instanceof FileSet) return this.#file(recorded);
    if (recorded instanceof ErrorValue) return this.#error(recorded);
    if (isPlainSet(recorded)) return new Set([...recorded].map((item) => this.value(item)));
    if (isPlainMap(recorded)) {
      return new Map([...recorded].map(([key, item]) => [this.value(key), this.value(item)]));
    }
    // Another one each time: its holder may change it.
    return readYaml(writeYaml(recorded));
  }

  #stored(id: string): unknown {
    const found = this.#materials.stored(id);
    if (!found) throw new CannotBe();
    return this.value(found.value);
  }

  #file<T extends File | FileSet>(file: T): T {
    const here = file.at(this.#materials.path(file instanceof File ? file.path : file.folder));
    this.files.push(here);
    return here as T;
  }

  /** An instance of a class of the user's own cannot be made here. */
  #error(error: ErrorValue): unknown {
    const { class: name, cause, errors, properties } = error.more;
    if (name !== undefined && !this.#materials.anyError) throw new CannotBe();
    const held = this.value([cause ?? null, errors ?? null, properties ?? null]);
    if (name !== RecordedError.name) return plain(error);
    const [, , { facts = {} }] = held as [unknown, unknown, Raw];
    const made = new RecordedError(error.name, error.message, facts);
    return Object.defineProperty(made, "stack", { value: error.stack, writable: true });
  }

  #tagged({ tag, value }: Tagged): unknown {
    if (tag === "undefined") return undefined;
    if (tag === "instance") return this.#instance(value);
    if (tag !== "lazy") throw new CannotBe();
    return lazy(this.#expression(value));
  }

  #instance(content: Raw): object {
    const name = content?.class;
    if (typeof name !== "string" || !isPlainObject(content)) throw new CannotBe();
    const encoded = this.value(content.value);
    try {
      const found = decodedInstance(name, encoded);
      if (found) return found.instance;
    } catch (error) {
      this.#materials.notDecoded?.(name, error);
      throw new CannotBe();
    }
    this.#materials.notDecoded?.(name, null);
    throw new CannotBe();
  }

  #expression(content: Raw): Expression {
    if (typeof content?.same === "number") {
      const same = this.#met[content.same];
      if (!same) throw new CannotBe();
      return same;
    }
    const at = this.#met.push(null) - 1;
    const expression = this.#newExpression(content);
    this.#met[at] = expression;
    return expression;
  }

  #newExpression(content: Raw): Expression {
    if (typeof content?.control === "string") return this.#control(content);
    if (typeof content?.task === "string" && Array.isArray(content.args))
      return this.#call(content);
    if (content?.of instanceof Tagged && typeof content.property === "string") {
      return new PropertyExpression(this.#expression(content.of.value), content.property);
    }
    if (typeof content !== "object" || !content || !("apply_to" in content)) throw new CannotBe();
    const { apply_to: value, tags, job_tags, execution_tags } = content;
    return new TagsExpression(this.value(value), {
      tags: tagsFrom(tags),
      jobTags: tagsFrom(job_tags),
      executionTags: tagsFrom(execution_tags),
    });
  }

  #call(content: Raw): CallExpression {
    const { task, settings } = this.#task(content);
    return new CallExpression(
      task,
      content.args.map((arg: unknown) => this.value(arg)),
      settings,
    );
  }

  #control(content: Raw): ControlExpression {
    const { control: name, of } = content;
    if (!isControlName(name) || !Array.isArray(of)) throw new CannotBe();
    const call = content.task === undefined ? null : this.#task(content);
    return new ControlExpression(
      name,
      of.map((value) => this.value(value)),
      call,
    );
  }

  #task({ task: name, tags, options }: Raw): NonNullable<ControlExpression["call"]> {
    const task = this.#materials.task(name);
    if (!task) throw new CannotBe();
    const settings: CallSettings = {
      ...(tags && { tags: tagsFrom(tags) }),
      ...settingsOf(
        (this.value(options) as CallOptions | undefined) ?? {},
        "options()",
        task.attempts.executor,
      ),
    };
    return { task, settings };
  }
}

function tagsFrom(raw: Raw): TagPair[] {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) throw new CannotBe();
  return raw.map((one) => {
    const [key] = Object.keys(one);
    if (key === undefined) throw new CannotBe();
    return [key, tagValueOf(one[key], key)];
  });
}
