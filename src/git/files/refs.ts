import { readdirSync, readFileSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { RedunError } from "../../errors.ts";
import type { Oid, Repository } from "../backend.ts";
import { hasCode } from "./system-errors.ts";

/** A ref after following symbolic refs: the name that a commit would move, and where it points. */
export interface ResolvedRef {
  readonly name: string;
  readonly oid: Oid | null;
}

/**
 * Reads a ref, following symbolic refs. The loose file counts before `packed-refs`, and is read
 * first: git packs a ref by writing `packed-refs` and then deleting the file, so this order never
 * misses a ref that exists.
 * @throws RedunError BAD_REF
 */
export function readRef(repository: Repository, ref: string): ResolvedRef {
  assertRefName(ref);
  let name = ref;
  for (let depth = 0; depth < MAX_SYMBOLIC_DEPTH; depth++) {
    const text = readLoose(refPath(repository, name));
    if (text === null) return { name, oid: readPacked(repository, name) };
    const target = /^ref:\s*(.*?)\s*$/.exec(text)?.[1];
    if (target === undefined) {
      const oid = /^([0-9a-f]{40})(?:\s|$)/.exec(text)?.[1];
      if (oid) return { name, oid };
      throw badRef(name, "its file does not hold an object id", "Restore it from its reflog.");
    }
    assertRefName(target);
    name = target;
  }
  throw badRef(ref, "it is a chain of too many symbolic refs");
}

/** git's own limit. */
const MAX_SYMBOLIC_DEPTH = 5;

/** The branch or other ref that HEAD names, or null when it is detached. */
export function headRef(repository: Repository): string | null {
  const text = readLoose(join(repository.gitDir, "HEAD")) ?? "";
  return /^ref:\s*(.*?)\s*$/.exec(text)?.[1] ?? null;
}

/** Path of a ref's loose file. A few refs belong to one work tree, all others are shared. */
export function refPath(repository: Repository, ref: string): string {
  return join(refRoot(repository, ref), ref);
}

/** The folder that holds the `refs` and `logs` of a ref. */
export function refRoot(repository: Repository, ref: string): string {
  const own = !ref.startsWith("refs/") || /^refs\/(?:bisect|worktree|rewritten)\//.test(ref);
  return own ? repository.gitDir : repository.commonDir;
}

/** Whether `git check-ref-format` takes a name, and it is HEAD or below `refs/`. */
export function isRefName(ref: string): boolean {
  const parts = ref.split("/");
  return (
    parts.every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock")) &&
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\.$/.test(ref) &&
    (ref === "HEAD" || (parts[0] === "refs" && parts.length > 2))
  );
}

/** @throws RedunError BAD_REF for what is not a ref name */
export function assertRefName(ref: string): void {
  if (isRefName(ref)) return;
  throw badRef(
    ref,
    "git does not allow the name",
    "A ref has a full name such as refs/redun/main; see `git help check-ref-format`.",
  );
}

/**
 * Makes sure that a ref which does not exist could: a ref is a file, so none may have the name of
 * another's folder. Empty folders that deleted refs leave behind are removed, as git does.
 * @throws RedunError BAD_REF
 */
export function assertCreatable(repository: Repository, ref: string): void {
  const path = refPath(repository, ref);
  const parts = ref.split("/");
  for (let length = 2; length < parts.length; length++) {
    const parent = parts.slice(0, length).join("/");
    const isFile = statSync(refPath(repository, parent), { throwIfNoEntry: false })?.isFile();
    if (isFile || readPacked(repository, parent)) throw taken(ref, parent);
  }
  removeEmptyFolders(path);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder || packedRefs(repository).includes(` ${ref}/`)) throw taken(ref, `${ref}/...`);
}

/** The refs whose full names begin so, in order of name. Broken ones are left out, as git does. */
export function listRefs(repository: Repository, prefix: string): ReadonlyMap<string, Oid> {
  const names = new Set(looseRefs(repository, prefix.slice(0, prefix.lastIndexOf("/"))));
  for (const [, name] of packedRefs(repository)
    .toString("latin1")
    .matchAll(/^[0-9a-f]{40} (\S+)$/gm)) {
    names.add(name!);
  }
  const found = new Map<string, Oid>();
  for (const name of [...names].filter((one) => one.startsWith(prefix)).sort()) {
    try {
      const { oid } = readRef(repository, name);
      if (oid) found.set(name, oid);
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
    }
  }
  return found;
}

function looseRefs(repository: Repository, folder: string): string[] {
  try {
    const entries = readdirSync(refPath(repository, folder), { withFileTypes: true });
    return entries.flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      return entry.isDirectory() ? looseRefs(repository, name) : [name];
    });
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

function removeEmptyFolders(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const name of readdirSync(path)) removeEmptyFolders(join(path, name));
  try {
    rmdirSync(path);
  } catch {
    // Not empty: it holds refs, which the caller finds out.
  }
}

function readLoose(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return null;
    throw error;
  }
}

function readPacked(repository: Repository, ref: string): Oid | null {
  const packed = packedRefs(repository);
  // No search for the line's start: a name cannot hold a space, so what precedes it is the id.
  const at = packed.indexOf(` ${ref}\n`);
  return at < 40 ? null : packed.toString("latin1", at - 40, at);
}

/** The bytes of `packed-refs`: `<id> <full name>` lines, names as bytes; none where it is missing. */
export function packedRefs(repository: Repository): Buffer {
  try {
    return readFileSync(join(repository.commonDir, "packed-refs"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return Buffer.alloc(0);
    throw error;
  }
}

function taken(ref: string, other: string): RedunError {
  return badRef(ref, `the ref ${other} exists`, "Choose another name, or delete the other ref.");
}

function badRef(ref: string, why: string, hint?: string): RedunError {
  return new RedunError("BAD_REF", `The ref ${JSON.stringify(ref)} cannot be used: ${why}.`, hint);
}
