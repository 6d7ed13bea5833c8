import { hashText } from "../value/hash.ts";
import type { TagValue } from "../value/value.ts";
import { pythonJson } from "./python-json.ts";

/**
 * The hash of a tag, as redun 0.46 computes it: the first 40 hex digits of the SHA-512 of
 * `bencode(["Tag", entity id, key, json(value), sorted parents])`, with JSON as Python's
 * `json.dumps(value, sort_keys=True, separators=(",", ":"))` writes it. What kind of entity is
 * tagged is not part of the hash.
 */
export function hashTag(
  entityId: string,
  key: string,
  value: TagValue,
  parents: readonly string[] = [],
): string {
  const json = pythonJson(value, { compact: true });
  const replaced = [...parents].sort().map(bencode).join("");
  const text = `l3:Tag${bencode(entityId)}${bencode(key)}${bencode(json)}l${replaced}ee`;
  return hashText("sha512", text).slice(0, 40);
}

/** A bencoded string: its length in UTF-8 bytes, a colon, the string. */
function bencode(text: string): string {
  return `${Buffer.byteLength(text)}:${text}`;
}
