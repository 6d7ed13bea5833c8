import { readFile } from "node:fs/promises";
import type { GitBackend } from "../git/backend.ts";
import type { File } from "../value/file.ts";

/** Bytes of a content that is still read to be compared. */
const MAX_BYTES = 32 * 1024 * 1024;

/** As `recordedBytes`, as text. */
export async function recordedText(file: File, backend: GitBackend): Promise<string | null> {
  const bytes = await recordedBytes(file, backend);
  return bytes && Buffer.from(bytes).toString();
}

/**
 * The content of a file as it was recorded: git's, where it has that content, or that of the work tree, where
 * the file is still the same; null where both are no more, and for what is large.
 */
export async function recordedBytes(file: File, backend: GitBackend): Promise<Uint8Array | null> {
  if (file.hash === null || file.isFolder || (file.size ?? 0) > MAX_BYTES) return null;
  const [size] = await backend.sizes([file.hash]);
  if (size != null && size <= MAX_BYTES) {
    for await (const { bytes } of backend.read([file.hash])) return bytes;
  }
  const { workTree } = backend.repository;
  const here = workTree === null ? file : file.from(workTree);
  try {
    return here.isUnchanged() ? await readFile(here.place) : null;
  } catch {
    return null;
  }
}
