/** The files of a crate: which place each gets in it, and how one that is not there is referred to. */
import { basename } from "node:path";
import type { GitBackend } from "../../git/backend.ts";
import { isAddress } from "../../value/file-path.ts";
import type { Content } from "../recorded-content.ts";
import { recordedContent, sha256Of } from "../recorded-content.ts";
import type { GraphFile } from "../run-facts.ts";
import type { Entities, Ref } from "./entities.ts";

/** A file to be written, at a path within the crate. */
export interface CrateFile {
  readonly path: string;
  readonly content: Content;
}

export class CrateFiles {
  readonly #entities: Entities;
  readonly #backend: GitBackend;
  readonly #known = new Map<string, Ref>();
  /** Paths that are taken, and their folders, as a file system sees them that ignores case. */
  readonly #taken = new Set(RESERVED);
  readonly #folders = new Set<string>();
  readonly files: CrateFile[] = [];
  /** How many files are referred to, and not in the crate. */
  absent = 0;

  constructor(entities: Entities, backend: GitBackend) {
    this.#entities = entities;
    this.#backend = backend;
  }

  /** A file that a job took or gave. The same path with another content is another file. */
  async add(given: GraphFile): Promise<Ref> {
    const key = `${given.hash}\0${given.path}`;
    const known = this.#known.get(key);
    if (known) return known;
    const { file } = given;
    const content = file ? await recordedContent(file, this.#backend) : null;
    const ref = content ? await this.#included(given, content) : this.#absent(given);
    this.#known.set(key, ref);
    return ref;
  }

  /** A text that is part of the crate itself. */
  addText(path: string, text: string): string {
    const place = this.#place(path, "");
    this.files.push({ path: place, content: Buffer.from(text) });
    return uriPath(place);
  }

  async #included(given: GraphFile, content: Content): Promise<Ref> {
    const path = this.#place(given.path, given.hash ?? "");
    this.files.push({ path, content });
    const { hash, size } = await sha256Of(content);
    return this.#entities.set(uriPath(path), {
      "@type": "File",
      name: given.path,
      contentSize: String(size),
      sha256: hash,
      identifier: contentName(given),
    });
  }

  #absent(given: GraphFile): Ref {
    this.absent++;
    const { path, file } = given;
    return this.#entities.set(reference(given), {
      "@type": file?.isFolder ? "Dataset" : "File",
      name: path,
      ...(file?.size != null && !file.isFolder && { contentSize: String(file.size) }),
    });
  }

  /** The recorded path where that is free, and within the crate. */
  #place(path: string, hash: string): string {
    if (isWithin(path) && this.#claim(path)) return path;
    for (let length = 8; ; length += 8) {
      const other = `files/${hash.slice(0, length) || "text"}/${safeName(path)}`;
      if (this.#claim(other)) return other;
      if (length > hash.length) return this.#numbered(other);
    }
  }

  #numbered(path: string): string {
    for (let number = 2; ; number++)
      if (this.#claim(`${path}.${number}`)) return `${path}.${number}`;
  }

  #claim(path: string): boolean {
    const low = path.toLowerCase();
    const folders = low.split("/").map((_, at, names) => names.slice(0, at).join("/"));
    const isFree =
      !this.#taken.has(low) &&
      !this.#folders.has(low) &&
      !folders.some((one) => this.#taken.has(one));
    if (!isFree) return false;
    this.#taken.add(low);
    for (const folder of folders) this.#folders.add(folder);
    return true;
  }
}

const RESERVED = ["ro-crate-metadata.json", "ro-crate-metadata.jsonld", "ro-crate-preview.html"];

/** Names that every file system, and every reader of zips, takes for what they are. */
function isWithin(path: string): boolean {
  const names = path.split("/");
  return !/[\\:*?"<>|\p{Cc}]/u.test(path) && !names.some((name) => /^$|^\.{1,2}$|[. ]$/.test(name));
}

function safeName(path: string): string {
  const name = basename(path).replace(/[\\/:*?"<>|\p{Cc}]|[. ]+$/gu, "_");
  return name === "" || /^\.+$/.test(name) ? "file" : name;
}

function uriPath(path: string): string {
  return path
    .split("/")
    .map((name) => encodeURIComponent(name.toWellFormed()))
    .join("/");
}

/** What is not in the crate goes by its address, or by what is known of its content. */
function reference(given: GraphFile): string {
  const { path } = given;
  if (isAddress(path)) return encodeURI(path.toWellFormed()).replace(/[[\]]/g, encodeURIComponent);
  const escaped = path.toWellFormed().split("/").map(encodeURIComponent).join("/");
  const name = contentName(given);
  if (name !== undefined) return `${name};path=/${escaped.replace(/^\//, "")}`;
  return `urn:redun-git:file:${encodeURIComponent(given.hash ?? "")}:${escaped}`;
}

/** The SWHID (ISO/IEC 18670) of a content or directory: git's SHA-1 is part of it. */
function contentName({ file, hash }: GraphFile): string | undefined {
  if (!file || hash === null || hash.length !== 40) return undefined;
  return `swh:1:${file.isFolder ? "dir" : "cnt"}:${hash}`;
}
