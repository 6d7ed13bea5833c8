import { HIDDEN, holdsToken, isSecretName, redactText } from "../redact.ts";
import { File } from "./file.ts";
import { FileSet } from "./file-set.ts";
import { CUT, isCutValue } from "./redacted.ts";
import {
  ErrorValue,
  Float,
  isPlainArray,
  isPlainObject,
  StoredValue,
  setOwn,
  Tagged,
  type TagValue,
  Timestamp,
} from "./value.ts";
import { writeYaml } from "./yaml-write.ts";

/** The mark of `cut` in a tag, whose value is JSON: an object with this one key. */
const TAG_MARK = "!cut";

/** A recorded value without what looks like a secret; the same object where there was nothing of the kind. */
export function withoutSecretsIn(value: unknown, name?: string): unknown {
  const isNamed = name !== undefined && isSecretName(name);
  return cut(value, isNamed, name);
}

function cut(value: unknown, isNamed: boolean, name = ""): unknown {
  if (typeof value === "string") return cutText(value, isNamed);
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Float) {
    return cutNumber(value, isNamed && IS_PASSWORD.test(name));
  }
  if (typeof value !== "object" || value === null) return value;
  if (isPlainArray(value)) return cutArray(value, isNamed, name);
  if (isPlainObject(value)) return cutObject(value, isNamed, name);
  if (value instanceof Map) return cutMap(value, isNamed, name);
  if (value instanceof Set) {
    const items = [...value];
    const kept = items.map((item) => cut(item, isNamed, name));
    return isSame(items, kept) ? value : new Set(kept);
  }
  if (value instanceof Tagged) return cutTagged(value, isNamed, name);
  if (value instanceof ErrorValue) return cutError(value);
  if (value instanceof StoredValue || value instanceof Timestamp || value instanceof Date)
    return value;
  if (value instanceof File || value instanceof FileSet) {
    const path = value instanceof File ? value.path : value.pattern;
    const kept = redactText(path);
    return kept === path ? value : new Tagged(CUT, kept);
  }
  if (value instanceof Uint8Array) {
    return holdsToken(Buffer.from(value).toString("latin1")) ? new Tagged(CUT, HIDDEN) : value;
  }
  // Numbers, and other objects of JavaScript's own: an address, a pattern.
  if (ArrayBuffer.isView(value)) return value;
  const text = writeYaml(value);
  return redactText(text) === text ? value : new Tagged(CUT, HIDDEN);
}

/** Of these even a number is a secret: of `max_token` it is none. */
const IS_PASSWORD = /(?:pass(?:word|wd|code|phrase)|pwd|secret)$/i;

function cutText(text: string, isNamed: boolean): unknown {
  if (isNamed) return text === "" || text === HIDDEN ? text : new Tagged(CUT, HIDDEN);
  const kept = redactText(text);
  return kept === text ? text : new Tagged(CUT, kept);
}

function cutNumber(value: number | bigint | Float, isSecret: boolean): unknown {
  return isSecret && Math.abs(Number(value)) >= 1000 ? new Tagged(CUT, HIDDEN) : value;
}

/** In a list that is a command line, `--password` says what the next word is. */
function cutArray(items: readonly unknown[], isNamed: boolean, name: string): unknown {
  const kept = items.map((item, at) => {
    const before = at > 0 ? items[at - 1] : null;
    const option = typeof before === "string" ? /^--?([^=\s]+)$/.exec(before)?.[1] : undefined;
    const isValue =
      option !== undefined &&
      isSecretName(option) &&
      typeof item === "string" &&
      !item.startsWith("--");
    return cut(item, isNamed || isValue, name);
  });
  return isSame(items, kept) ? items : kept;
}

function cutObject(value: Readonly<Record<string, unknown>>, isNamed: boolean, name: string) {
  const entries = Object.entries(value);
  const kept = entries.map(([key, item]) => cutField(key, item, isNamed, name));
  if (entries.every(([key, item], at) => kept[at]![0] === key && kept[at]![1] === item))
    return value;
  const object = Object.create(Object.getPrototypeOf(value));
  for (const [key, item] of kept) setOwn(object, key, item);
  return object;
}

function cutField(key: string, item: unknown, isNamed: boolean, name: string): [string, unknown] {
  const isSecret = isSecretName(key);
  return [redactText(key), cut(item, isNamed || isSecret, isSecret ? key : name)];
}

function cutMap(value: ReadonlyMap<unknown, unknown>, isNamed: boolean, name: string): unknown {
  const flat = [...value].flat();
  const kept = [...value].flatMap(([key, item]) => {
    const isSecret = typeof key === "string" && isSecretName(key);
    return [cut(key, false), cut(item, isNamed || isSecret, isSecret ? String(key) : name)];
  });
  if (isSame(flat, kept)) return value;
  return new Map(kept.flatMap((key, at) => (at % 2 === 0 ? [[key, kept[at + 1]] as const] : [])));
}

function cutTagged(value: Tagged, isNamed: boolean, name: string): Tagged {
  if (value.tag === CUT || value.tag === "opaque" || value.tag === "redacted") return value;
  const kept = cut(value.value, isNamed, name);
  if (kept === value.value) return value;
  // A node has one tag.
  return kept instanceof Tagged ? kept : new Tagged(value.tag, kept);
}

/** Its texts stay texts: they are for people, and nobody takes them for a value. */
function cutError(error: ErrorValue): ErrorValue {
  const { name, message, stack, more } = error;
  const { cause, errors, properties } = more;
  const kept = {
    ...more,
    ...(cause !== undefined && { cause: cut(cause, false) }),
    ...(errors !== undefined && { errors: errors.map((one) => cut(one, false)) }),
    ...(properties !== undefined && {
      properties: cut(properties, false) as Record<string, unknown>,
    }),
  };
  const texts = [name, message, stack ?? ""].map((text) => redactText(text));
  const isKept =
    isSame([name, message, stack ?? ""], texts) &&
    kept.cause === cause &&
    kept.properties === properties &&
    isSame(errors ?? [], kept.errors ?? []);
  if (isKept) return error;
  return new ErrorValue(texts[0]!, texts[1]!, stack === undefined ? undefined : texts[2], kept);
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((item, at) => Object.is(item, b[at]));
}

/** Tags without what looks like a secret, by their keys too; the same list where there was none. */
export function withoutSecretTags<T extends readonly (readonly [string, TagValue])[]>(tags: T): T {
  if (tags.length === 0) return tags;
  const kept = tags.map((tag) => {
    const value = asJson(withoutSecretsIn(tag[1], tag[0]));
    return value === tag[1] ? tag : ([tag[0], value] as const);
  });
  return isSame(tags, kept) ? tags : (kept as readonly (readonly [string, TagValue])[] as T);
}

/** What remained of a tag's value of which something was cut; undefined of any other. */
export function cutTagText(value: TagValue): string | undefined {
  if (typeof value !== "object" || value === null || !isPlainObject(value)) return undefined;
  const text = value[TAG_MARK];
  return typeof text === "string" && Object.keys(value).length === 1 ? text : undefined;
}

/** A tag's value is JSON: there the mark is an object with one key. */
function asJson(value: unknown): TagValue {
  if (typeof value !== "object" || value === null || value instanceof Float) {
    return value as TagValue;
  }
  if (isCutValue(value)) return { [TAG_MARK]: String(value.value) };
  if (isPlainArray(value)) {
    const items = value.map(asJson);
    return (isSame(value, items) ? value : items) as TagValue;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, asJson(item)] as const);
  if (entries.every(([key, item]) => (value as Record<string, unknown>)[key] === item)) {
    return value as TagValue;
  }
  const object = {};
  for (const [key, item] of entries) setOwn(object, key, item);
  return object as TagValue;
}
