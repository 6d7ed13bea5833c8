/**
 * What a task's function returned, calls included, made again from its record: see docs/format.md,
 * section 5.3.
 */
import { RedunError } from "../errors.ts";
import type { TagPair } from "../tag/tag.ts";
import { tagValueOf } from "../tag/text.ts";
import { sortedKeys } from "../value/code-points.ts";
import { decodedInstance } from "../value/codecs.ts";
import { File } from "../value/file.ts";
import { FileSet } from "../value/file-set.ts";
import { plain } from "../value/plain.ts";
import { structureOf } from "../value/structures.ts";
import {
  ErrorValue,
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
  isControlName,
  PropertyExpression,
  TagsExpression,
} from "./expression.ts";
import { lazy } from "./lazy.ts";
import { isPlainMap, isPlainSet } from "./pending-parts.ts";
import { RecordedError } from "./recorded-error.ts";
import type { TaskDefinition } from "./task-definition.ts";

class CannotBe extends Error {}

/** The lazy values that were read so far, by their numbers, where several texts follow each other. */
export type ReadLazies = (Expression | null)[];

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
 * made again: a class of the user's own, a value that is not there, a task that is gone.
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
    if (recorded instanceof Float) return recorded;
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
    if (name !== undefined && !this.#materials.anyError) {
      this.#materials.notDecoded?.(name, null);
      throw new CannotBe();
    }
    const held = this.value([cause ?? null, errors ?? null, properties ?? null]);
    if (name !== RecordedError.name) return plain(error);
    const [, , { facts = {} }] = held as [unknown, unknown, Raw];
    const made = new RecordedError(error.name, error.message, facts);
    return Object.defineProperty(made, "stack", { value: error.stack, writable: true });
  }

  #tagged(tagged: Tagged): unknown {
    const { tag, value } = tagged;
    if (tag === "undefined") return undefined;
    if (tag === "instance") return this.#instance(value);
    const structure = structureOf(tagged, (part) => this.value(part));
    if (structure) return structure;
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
