import type { Repository } from "../backend.ts";
import { gitFields, gitText } from "./process.ts";

/** Paths of one command line. */
const AT_ONCE = 500;

/** Those of some paths that are in the index. */
export async function tracked(
  repository: Repository,
  paths: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE).map((path) => `:(top,literal)${path}`);
    const listed = await gitText(repository, ["ls-files", "-z", "--full-name", "--", ...some]);
    for (const path of listed.split("\0")) if (path !== "") found.add(path);
  }
  return found;
}

/** Files that differ from HEAD or are untracked. */
export async function changedFiles(repository: Repository): Promise<readonly string[] | null> {
  if (!repository.workTree) return null;
  const files: string[] = [];
  const args = ["status", "--porcelain=v2", "--untracked-files=all", "--no-renames", "-z"];
  for await (const line of gitFields(repository, args)) {
    const [kind] = line;
    if (kind === "?") files.push(line.slice(2));
    // `1 XY sub mH mI mW hH hI path`, and of a conflict one mode and one id more.
    else if (kind === "1" || kind === "u") {
      const fields = line.split(" ");
      const path = fields.slice(kind === "1" ? 8 : 10).join(" ");
      if (fields[2]!.startsWith("N") && fields[1]![1] !== "D") files.push(path);
    }
  }
  return files;
}
