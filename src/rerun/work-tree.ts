import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { RedunError } from "../errors.ts";
import type { Repository } from "../git/backend.ts";
import { gitOnPath } from "../git/files/git-program.ts";
import { findRepository } from "../git/files/repository.ts";
import type { File } from "../value/file.ts";

/** A work tree of one commit, beside the user's own, for as long as it is needed. */
export interface TemporaryWorkTree {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Checks a commit out into a temporary directory, as a linked work tree: its log is that of the
 * repository. `node_modules` of the user's work tree is linked into it.
 * @throws RedunError GIT_FAILED where the commit is not here, or there is no git
 */
export async function temporaryWorkTree(
  repository: Repository,
  commit: string,
): Promise<TemporaryWorkTree> {
  if (gitOnPath(repository.env) === null) {
    throw new RedunError(
      "GIT_FAILED",
      "A temporary work tree needs git, and there is none on the PATH.",
      "Check the commit out yourself, and use `--here`.",
    );
  }
  const { gitText } = await import("../git/native/process.ts");
  const folder = mkdtempSync(join(tmpdir(), "redun-git-rerun-"));
  const path = join(folder, "tree");
  // The user's hooks are for the user's work trees.
  const git = (...words: string[]) =>
    gitText(repository, ["-c", "core.hooksPath=/dev/null", "worktree", ...words]);
  const remove = async () => {
    rmSync(folder, { recursive: true, force: true });
    await git("prune");
  };
  try {
    await git("add", "--quiet", "--detach", path, commit);
  } catch (error) {
    await remove();
    throw error;
  }
  const modules = repository.workTree && join(repository.workTree, "node_modules");
  if (modules && existsSync(modules) && !existsSync(join(path, "node_modules"))) {
    symlinkSync(modules, join(path, "node_modules"));
  }
  return { path, remove };
}

/** Changes the files of a work tree as `git apply` does. @throws RedunError GIT_FAILED */
export async function applyPatch(
  tree: string,
  patch: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { gitFailed } = await import("../git/native/environment.ts");
  const { runGit } = await import("../git/native/process.ts");
  const args = ["apply", "--whitespace=nowarn", "-"];
  const { status, stderr } = await runGit(findRepository(tree, env), args, [patch], {}, "work");
  if (status !== 0) throw gitFailed(args, status, stderr);
}

/** Inputs of a run that are not in its commit as they were. */
export interface Inputs {
  /** They were copied from the user's work tree. */
  readonly copied: readonly string[];
  /** They are nowhere as they were. */
  readonly missing: readonly string[];
}

/** Sees to it that the files which a run was given are in a work tree as they were. */
export function bringInputs(inputs: readonly File[], from: string, to: string): Inputs {
  const copied = new Set<string>();
  const missing = new Set<string>();
  for (const file of inputs) {
    const { path } = file;
    // Where there was none there is nothing to bring.
    if (file.size === null || copied.has(path)) continue;
    const isAt = (place: string) => file.at(place).isUnchanged();
    if (isAbsolute(path) || path.startsWith("../")) {
      if (!isAt(path)) missing.add(path);
    } else if (!isAt(join(to, path))) {
      if (from !== to && isAt(join(from, path))) {
        mkdirSync(dirname(join(to, path)), { recursive: true });
        cpSync(join(from, path), join(to, path), { recursive: true, preserveTimestamps: true });
        copied.add(path);
      } else missing.add(path);
    }
  }
  return { copied: [...copied], missing: [...missing] };
}
