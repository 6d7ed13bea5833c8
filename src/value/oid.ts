import { type HashName, hashText, newHash } from "./hash.ts";
import { writeYaml } from "./yaml-write.ts";

/**
 * The object id of a blob with this content, as `git hash-object` prints it: the hash of
 * `blob <length in bytes>\0<content>`.
 */
export function blobId(content: Uint8Array | string, format: HashName = "sha1"): string {
  if (typeof content === "string") {
    return hashText(format, `blob ${Buffer.byteLength(content)}\0${content}`);
  }
  return newHash(format).update(`blob ${content.byteLength}\0`).update(content).digest("hex");
}

/** The id of a value or record: the blob id of its canonical YAML. */
export function contentId(value: unknown, format: HashName = "sha1"): string {
  return blobId(writeYaml(value), format);
}
