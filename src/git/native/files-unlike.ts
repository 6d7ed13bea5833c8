import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RedunError } from "../../errors.ts";
import { blobId } from "../../value/oid.ts";
import type { Oid, Repository, StoredFile, WorkTreeFile } from "../backend.ts";
import { byNestedRepository, within } from "../files/nested.ts";
import { askRepository } from "./ask.ts";
import { gitFailed } from "./environment.ts";
import { runGit } from "./process.ts";

/** Two short git processes where all is as the commit has it: one, and one more for what is not. */
export async function filesUnlike(
  repository: Repository,
  commit: Oid,
  files: readonly WorkTreeFile[],
): Promise<StoredFile[]> {
  const unlike: StoredFile[] = [];
  for (const [folder, group] of byNestedRepository(repository.workTree!, files)) {
    unlike.push(
      ...(folder === ""
        ? await differing(repository, commit, group)
        : await nested(repository, commit, folder, group)),
    );
  }
  return unlike;
}

/** Of a submodule the commit holds which of its commits belongs there. */
async function nested(
  repository: Repository,
  commit: Oid,
  folder: string,
  files: readonly WorkTreeFile[],
): Promise<StoredFile[]> {
  const entry = (await entriesAt(repository, commit, [folder])).get(folder);
  const inner = files.map((file) => within(folder, file));
  const found = innerRepository(repository, folder);
  const has = found && entry?.mode === "160000" && (await hasCommit(found, entry.oid));
  const unlike = has
    ? await filesUnlike(found, entry.oid, inner)
    : inner.map(({ path, bytes }) => ({ path, oid: blobId(bytes, repository.objectFormat) }));
  return unlike.map(({ path, oid }) => ({ path: `${folder}/${path}`, oid }));
}

function innerRepository(outer: Repository, path: string): Repository | null {
  const folder = join(outer.workTree!, path);
  try {
    const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_COMMON_DIR: ___, ...env } = outer.env;
    const found = askRepository(folder, env);
    return found.workTree === folder ? found : null;
  } catch (error) {
    if (error instanceof RedunError) return null;
    throw error;
  }
}

async function hasCommit(repository: Repository, commit: Oid): Promise<boolean> {
  return (await runGit(repository, ["cat-file", "-e", `${commit}^{commit}`])).status === 0;
}

async function differing(
  repository: Repository,
  commit: Oid,
  files: readonly WorkTreeFile[],
): Promise<StoredFile[]> {
  const entries = await entriesAt(
    repository,
    commit,
    files.map(({ path }) => path),
  );
  const raw = (file: WorkTreeFile) => blobId(file.bytes, repository.objectFormat);
  const others = files.filter((file) => raw(file) !== entries.get(file.path)?.oid);
  const ids = await idsInGit(repository, others);
  return others
    .map((file, at) => ({ path: file.path, oid: ids[at] ?? raw(file) }))
    .filter(({ path, oid }) => oid !== entries.get(path)?.oid);
}

/** What a commit's tree has at some paths: files, and the commits of submodules. */
async function entriesAt(
  repository: Repository,
  commit: Oid,
  paths: readonly string[],
): Promise<Map<string, { mode: string; oid: Oid }>> {
  const found = new Map<string, { mode: string; oid: Oid }>();
  // As many as a command line surely takes.
  for (let at = 0; at < paths.length; at += 500) {
    const args = ["ls-tree", "-z", "--full-tree", commit, "--", ...paths.slice(at, at + 500)];
    const { status, stdout, stderr } = await runGit(repository, args);
    if (status !== 0) throw gitFailed(["ls-tree", "-z", commit], status, stderr);
    for (const line of stdout.toString("utf8").split("\0")) {
      const [, mode, oid, path] = /^(\d+) \w+ (\w+)\t(.+)$/s.exec(line) ?? [];
      if (path !== undefined) found.set(path, { mode: mode!, oid: oid! });
    }
  }
  return found;
}

/**
 * The ids that git would give to files, through its filters (line ends, LFS). Undefined for those
 * that have changed since they were read, and where a filter fails: their bytes say what they were.
 */
async function idsInGit(
  repository: Repository,
  files: readonly WorkTreeFile[],
): Promise<readonly (Oid | undefined)[]> {
  const same = files.filter(({ path, bytes }) => {
    if (path.includes("\n") || path.startsWith('"')) return false;
    try {
      return readFileSync(join(repository.workTree!, path)).equals(bytes);
    } catch {
      return false;
    }
  });
  if (same.length === 0) return [];
  const args = ["hash-object", "--stdin-paths"];
  const lines = same.map(({ path }) => `${path}\n`);
  const { status, stdout } = await runGit(repository, args, lines, {}, "work");
  const ids = stdout.toString("latin1").split("\n");
  if (status !== 0) return [];
  const byFile = new Map(same.map((file, at) => [file, ids[at]]));
  return files.map((file) => byFile.get(file));
}
