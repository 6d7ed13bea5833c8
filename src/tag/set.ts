import { RedunError } from "../errors.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { isPlainObject, type TagValue } from "../value/value.ts";
import { pythonJson } from "./python-json.ts";
import type { TagPair } from "./tag.ts";
import { tagValueOf } from "./text.ts";
import { MAX_TAG, tagTooLarge } from "./value.ts";

/** Tags as programs write them: an object, or pairs where a key repeats. */
export type Tags =
  | { readonly [key: string]: TagValue }
  | readonly (readonly [key: string, value: TagValue])[];

/**
 * Tags as pairs, each value checked.
 * @throws RedunError BAD_TAG for a key that is empty or not Unicode text and for a tag that
 * is too large, BAD_VALUE for a value that is not JSON, by its name
 */
export function tagPairs(tags: Tags | undefined): TagPair[] {
  if (!tags) return [];
  if (typeof tags !== "object" || !(Array.isArray(tags) || isPlainObject(tags))) throw noTags();
  const pairs: readonly (readonly [string, unknown])[] = Array.isArray(tags)
    ? tags
    : Object.entries(tags);
  return pairs.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== "string") {
      throw noTags();
    }
    const [key, value] = pair;
    if (key === "") throw new RedunError("BAD_TAG", "A tag has an empty key.");
    if (!key.isWellFormed()) throw noText(key);
    return sized([key, tagValueOf(value, key)]);
  });
}

function sized(tag: TagPair): TagPair {
  const { length } = tagIdentity(tag);
  if (length <= MAX_TAG) return tag;
  throw tagTooLarge(tag[0], String(length));
}

/** A hash is computed from UTF-8, in which two such keys would look the same. */
function noText(key: string): RedunError {
  return new RedunError(
    "BAD_TAG",
    `The tag key ${JSON.stringify(key)} holds half of a surrogate pair: it is not Unicode text.`,
    "A text that was cut by its `length` may end like this; `key.toWellFormed()` repairs it.",
  );
}

function noTags(): RedunError {
  return new RedunError("BAD_TAG", "Tags are an object, or a list of [key, value] pairs.");
}

/** A text that equal tags have in common, and no others: values are equal as JSON. */
export function tagIdentity([key, value]: TagPair): string {
  return `${key}\0${pythonJson(value, { compact: true })}`;
}

/** Tags in groups of about so many characters; one that has more is alone in its group. */
export function tagGroups(tags: readonly TagPair[], characters: number): TagPair[][] {
  const groups: TagPair[][] = [];
  let room = 0;
  for (const tag of tags) {
    const { length } = tagIdentity(tag);
    if (length > room) {
      groups.push([]);
      room = characters;
    }
    groups.at(-1)!.push(tag);
    room -= length;
  }
  return groups;
}

/** A tag set in its canonical order, by key and then by value, without repeats. */
export function tagSet(tags: readonly TagPair[]): readonly TagPair[] {
  // As most jobs have it.
  if (tags.length === 0) return tags;
  const byIdentity = new Map(tags.map((tag) => [tagIdentity(tag), tag]));
  return [...byIdentity].sort(([a], [b]) => compareCodePoints(a, b)).map(([, tag]) => tag);
}
