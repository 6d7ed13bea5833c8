import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Repository } from "../backend.ts";
import { gitFailed } from "./environment.ts";
import { gitText, runGit } from "./process.ts";

/**
 * What `git diff HEAD` says, untracked files of the list included, for `git apply`; null if it is not
 * text in UTF-8. The user's index is not touched: a copy of it is.
 */
export async function patch(
  repository: Repository,
  untracked: readonly string[],
): Promise<string | null> {
  const index = await gitText(repository, [
    "rev-parse",
    "--path-format=absolute",
    "--git-path",
    "index",
  ]);
  const folder = mkdtempSync(join(tmpdir(), "redun-git-"));
  try {
    const copy = join(folder, "index");
    if (existsSync(index)) copyFileSync(index, copy);
    const env = { GIT_INDEX_FILE: copy };
    const run = async (...args: string[]) => {
      const { status, stdout, stderr } = await runGit(repository, args, undefined, env, "work");
      if (status !== 0) throw gitFailed(args, status, stderr);
      return stdout;
    };
    const paths = untracked.map((path) => `:(top,literal)${path}`);
    if (paths.length > 0) await run("add", "--force", "--intent-to-add", "--", ...paths);
    const said = await run(
      "diff",
      "--binary",
      "--full-index",
      "--no-color",
      "--no-ext-diff",
      "--no-textconv",
      "--src-prefix=a/",
      "--dst-prefix=b/",
      "HEAD",
    );
    const text = said.toString("utf8");
    return Buffer.from(text).equals(said) ? text : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
