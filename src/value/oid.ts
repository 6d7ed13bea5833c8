import { createHash } from "node:crypto";
import { writeYaml } from "./yaml-write.ts";

/** The hash function of a git repository. */
export type HashName = "sha1" | "sha256";

/**
 * The object id of a blob with this content, as `git hash-object` prints it: the digest of
 * `blob <length in bytes>\0<content>`.
 */
export function blobId(content: Uint8Array | string, format: HashName = "sha1"): string {
  const length = typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
  const header = `blob ${length}\0`;
  const hash = createHash(format);
  if (typeof content === "string") hash.update(header + content);
  else hash.update(header).update(content);
  return hash.digest("hex");
}

/** The id of a value or record: the blob id of its canonical YAML. */
export function contentId(value: unknown, format: HashName = "sha1"): string {
  return blobId(writeYaml(value), format);
}
