import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Oid, Repository } from "../backend.ts";
import { gitFailed } from "./environment.ts";
import { gitText, runGit } from "./process.ts";

/** The tracked files of a work tree as they are now, and some more. */
export interface WorkTreeState {
  /** The id of their tree: that of HEAD's where nothing was changed. */
  readonly tree: Oid;
  /** Writes them below a folder, as git would check them out. */
  writeTo(folder: string): Promise<void>;
}

/**
 * Gives `use` the state of a work tree. The user's index is not touched, and no object is added to the repository.
 * @param untracked more files, from the top of the work tree
 */
export async function withWorkTreeState<T>(
  repository: Repository,
  untracked: readonly string[],
  use: (state: WorkTreeState) => Promise<T>,
): Promise<T> {
  const path = (name: string) =>
    gitText(repository, ["rev-parse", "--path-format=absolute", "--git-path", name]);
  const [index, objects] = [await path("index"), await path("objects")];
  const folder = mkdtempSync(join(tmpdir(), "redun-git-"));
  try {
    const own = { index: join(folder, "index"), objects: join(folder, "objects") };
    mkdirSync(own.objects);
    if (existsSync(index)) copyFileSync(index, own.index);
    const others = repository.env.GIT_ALTERNATE_OBJECT_DIRECTORIES;
    const env = {
      GIT_INDEX_FILE: own.index,
      GIT_OBJECT_DIRECTORY: own.objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: others ? `${objects}:${others}` : objects,
    };
    const run = async (...args: string[]) => {
      const { status, stdout, stderr } = await runGit(repository, args, undefined, env, "work");
      if (status !== 0) throw gitFailed(args, status, stderr);
      return stdout.toString("utf8").trim();
    };
    await run("add", "--update", "--", ":(top)");
    const paths = untracked.map((name) => `:(top,literal)${name}`);
    if (paths.length > 0) await run("add", "--force", "--", ...paths);
    return await use({
      tree: await run("write-tree"),
      writeTo: async (to) => void (await run("checkout-index", "--all", `--prefix=${to}/`)),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
