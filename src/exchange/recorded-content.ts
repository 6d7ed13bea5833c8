/** Where the content of a recorded file can be had: for writers that take files along. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { recordedBytes } from "../compare/file-texts.ts";
import type { GitBackend } from "../git/backend.ts";
import type { File } from "../value/file.ts";

/** The bytes of a content, or the path of a file on this machine that holds them. */
export type Content = Uint8Array | { readonly place: string };

/** The content of a file, not a folder, as it was recorded; null where that is no more. */
export async function recordedContent(file: File, backend: GitBackend): Promise<Content | null> {
  if (file.isFolder || file.hash === null) return null;
  const { workTree } = backend.repository;
  const here = workTree === null ? file : file.from(workTree);
  if (here.isUnchanged()) return { place: here.place };
  return recordedBytes(file, backend);
}

/** The SHA-256 of a content, in hex digits, and its size in bytes. */
export async function sha256Of(content: Content): Promise<{ hash: string; size: number }> {
  const hash = createHash("sha256");
  let size = 0;
  const pieces = content instanceof Uint8Array ? [content] : createReadStream(content.place);
  for await (const piece of pieces as AsyncIterable<Uint8Array>) {
    hash.update(piece);
    size += piece.length;
  }
  return { hash: hash.digest("hex"), size };
}
