/** Files of DVC's, as ours where their content is here: in the experiment's commit, or in DVC's cache. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { GitBackend } from "../../git/backend.ts";
import { File } from "../../value/file.ts";
import { fileState } from "../../value/file-state.ts";
import { blobId } from "../../value/oid.ts";
import type { LockedFile, ReadFile } from "./lock.ts";

export class DvcFiles {
  readonly read: ReadFile;
  readonly #folder: string;
  readonly #backend: GitBackend;
  readonly #prefix: string;

  constructor(read: ReadFile, folder: string, backend: GitBackend, prefix: string) {
    this.read = read;
    this.#folder = folder;
    this.#backend = backend;
    this.#prefix = prefix;
  }

  /** A file by its git object id; what DVC says of it where the content is not here, or it is a directory. */
  async value({ path, md5, size }: LockedFile): Promise<unknown> {
    const name = `${this.#prefix}${path}`;
    const format = this.#backend.repository.objectFormat;
    if (md5 !== null && /^[0-9a-f]{32}$/.test(md5)) {
      const bytes = await this.read(path);
      if (bytes && createHash("md5").update(bytes).digest("hex") === md5) {
        return File.recorded(name, { hash: blobId(bytes, format), size: bytes.length });
      }
      const cached = join(this.#folder, ".dvc/cache/files/md5", md5.slice(0, 2), md5.slice(2));
      const state = fileState(cached, format);
      if (state) return File.recorded(name, state);
    }
    return { path: name, ...(md5 !== null && { md5 }), ...(size !== null && { size }) };
  }
}
