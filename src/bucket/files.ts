import { mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { writeWhole } from "../git/files/write-whole.ts";
import { File } from "../value/file.ts";
import { fileValuesIn } from "../value/files-in.ts";
import { blobId } from "../value/oid.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { Bucket } from "./bucket.ts";

/** A file that a call or an answer names, by its path from the top of the work tree and the id of its content. */
export interface NamedFile {
  readonly path: string;
  readonly hash: string;
}

/**
 * The files in the text of a call or of an answer that can go along with it: those that are known by their content and stand
 * in the work tree.
 */
export function filesIn(text: string): NamedFile[] {
  // What holds none is not read.
  if (!text.includes("!file")) return [];
  const found = new Map<string, NamedFile>();
  for (const file of fileValuesIn(readYaml(text))) {
    if (!(file instanceof File) || file.by !== "content" || file.hash === null) continue;
    const { path, hash } = file;
    if (isAbsolute(path) || path.split("/").includes("..")) continue;
    found.set(path, { path, hash });
  }
  return [...found.values()];
}

/** Writes those that are here as named, and not in the bucket yet, by their content: `files/<id>`. */
export async function sendFiles(
  bucket: Bucket,
  root: string,
  files: readonly NamedFile[],
): Promise<void> {
  for (const { path, hash } of files) {
    const bytes = contentAt(resolve(root, path), hash);
    if (bytes && !(await bucket.has(`files/${hash}`))) await bucket.put(`files/${hash}`, bytes);
  }
}

/** Writes those that are in the bucket, and not here as named. */
export async function fetchFiles(
  bucket: Bucket,
  root: string,
  files: readonly NamedFile[],
): Promise<void> {
  for (const { path, hash } of files) {
    const to = resolve(root, path);
    if (contentAt(to, hash)) continue;
    const bytes = await bucket.get(`files/${hash}`);
    if (!bytes) continue;
    mkdirSync(dirname(to), { recursive: true });
    writeWhole(to, bytes);
  }
}

/** Null where there is no such file, or another content. */
function contentAt(path: string, hash: string): Buffer | null {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  const bytes = readFileSync(path);
  return blobId(bytes, hash.length === 64 ? "sha256" : "sha1") === hash ? bytes : null;
}
