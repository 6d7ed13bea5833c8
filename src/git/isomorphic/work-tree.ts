import { createHash } from "node:crypto";
import { type BigIntStats, createReadStream, lstatSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { GitConfig, Oid, Repository } from "../backend.ts";
import { objectId } from "../files/loose-object.ts";
import { hasCode } from "../files/system-errors.ts";
import { FOLDER_MODE, formatTree, isFolder, type TreeEntry } from "../tree-format.ts";
import { type IndexEntry, readIndex } from "./index-file.ts";

export interface WorkTree {
  readonly path: string;
  readonly indexPath: string;
  readonly config: GitConfig;
  /** True when the submodule in a folder is at this commit and clean, or is not checked out. */
  isSubmoduleClean(folder: string, commit: Oid): Promise<boolean>;
}

const LINK_MODE = 0o120000;
const SUBMODULE_MODE = 0o160000;
const ENTRIES_PER_TURN = 500;

/** True when the index differs from the tree of HEAD, or a tracked file from the index. */
export async function isDirty(workTree: WorkTree, headTree: Oid | null): Promise<boolean> {
  const entries = readIndex(workTree.indexPath);
  if (entries.some((entry) => entry.stage > 0 || entry.intentToAdd)) return true;
  if (headTree === null) return entries.length > 0;
  if (treeOf(entries) !== headTree) return true;
  const indexTime = modifiedTime(workTree.indexPath);
  for (const [position, entry] of entries.entries()) {
    if (position % ENTRIES_PER_TURN === 0) await nextTurn();
    if (entry.unwatched || isFolder(entry)) continue;
    if (!(await isUnchanged(workTree, entry, indexTime))) return true;
  }
  return false;
}

/** The id of the tree that `git write-tree` would write: far cheaper than reading HEAD's trees. */
function treeOf(entries: readonly IndexEntry[]): Oid {
  interface Folder {
    readonly files: TreeEntry[];
    readonly folders: Map<string, Folder>;
  }
  const empty = (): Folder => ({ files: [], folders: new Map() });
  const root = empty();
  for (const entry of entries) {
    const names = entry.path.replace(/\/$/, "").split("/");
    const name = names.pop()!;
    let folder = root;
    for (const outer of names) {
      let inner = folder.folders.get(outer);
      if (!inner) {
        inner = empty();
        folder.folders.set(outer, inner);
      }
      folder = inner;
    }
    folder.files.push({ name, mode: entry.mode, oid: entry.oid });
  }
  const idOf = (folder: Folder): Oid => {
    const folders = Array.from(folder.folders, ([name, inner]) => ({
      name,
      mode: FOLDER_MODE,
      oid: idOf(inner),
    }));
    return objectId("tree", formatTree([...folder.files, ...folders]));
  };
  return idOf(root);
}

async function isUnchanged(tree: WorkTree, entry: IndexEntry, indexTime: bigint): Promise<boolean> {
  const path = Buffer.concat([Buffer.from(`${tree.path}/`), Buffer.from(entry.path, "latin1")]);
  const stat = lstat(path);
  if (entry.mode === SUBMODULE_MODE) {
    if (!stat) return true;
    return stat.isDirectory() && tree.isSubmoduleClean(path.toString(), entry.oid);
  }
  if (!stat || !hasSameType(tree.config, entry, stat)) return false;
  const sameTimes = stat.mtimeNs === entry.modified && stat.ctimeNs === entry.changed;
  const sameSize = BigInt.asUintN(32, stat.size) === BigInt(entry.size);
  // A file written in the same instant as the index may have changed after git looked at it.
  if (sameTimes && sameSize && entry.modified < indexTime) return true;
  if (stat.isSymbolicLink()) {
    return objectId("blob", readlinkSync(path, { encoding: "buffer" })) === entry.oid;
  }
  return hasSameContent(tree.config, path, Number(stat.size), entry.oid);
}

function hasSameType(config: GitConfig, entry: IndexEntry, stat: BigIntStats): boolean {
  if (entry.mode === LINK_MODE && config.get("core.symlinks") !== "false") {
    return stat.isSymbolicLink();
  }
  if (!stat.isFile()) return false;
  if (entry.mode === LINK_MODE || config.get("core.filemode") === "false") return true;
  return Boolean(stat.mode & 0o100n) === Boolean(entry.mode & 0o100);
}

async function hasSameContent(
  config: GitConfig,
  path: Buffer,
  size: number,
  oid: Oid,
): Promise<boolean> {
  const hash = createHash("sha1").update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  if (hash.digest("hex") === oid) return true;
  if (!/^(?:true|input)$/i.test(config.get("core.autocrlf") ?? "")) return false;
  const text = (await readFile(path)).toString("latin1").replaceAll("\r\n", "\n");
  return objectId("blob", Buffer.from(text, "latin1")) === oid;
}

function lstat(path: Buffer): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return null;
    throw error;
  }
}

function modifiedTime(path: string): bigint {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;
}

/** Where git keeps the index of a work tree. */
export function indexPathOf(
  { gitDir, env }: Pick<Repository, "gitDir" | "env">,
  workTree: string,
): string {
  return env.GIT_INDEX_FILE ? join(workTree, env.GIT_INDEX_FILE) : join(gitDir, "index");
}
