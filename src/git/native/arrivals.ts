import { RedunError } from "../../errors.ts";
import type { ArrivalRequest, CommitFiles, Oid, Repository } from "../backend.ts";
import { shallowCommits } from "../files/shallow.ts";
import { changedFiles, MAX_TREE_BYTES, type ReadTree } from "../tree-walk.ts";
import type { CatFile } from "./cat-file.ts";
import { gitFields } from "./process.ts";

/** `git log` as a program reads it: whatever the user has set for people is taken back. */
const LOG = [
  "--literal-pathspecs",
  ...["-c", "log.follow=false", "-c", "log.showSignature=false", "-c", "diff.relative=false"],
  "log",
  // A file that came in on two branches is shown on both: the caller knows which is earlier.
  "--full-history",
  // Of a merge, only what none of its parents has.
  ...["-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-color", "--no-notes"],
  ...["--no-decorate", "--format=tformat:%H %ct"],
];

/** The commits that brought files under given paths. See `GitBackend.arrivals`. */
export async function* arrivals(
  repository: Repository,
  objects: CatFile,
  { from, to, paths: asked, since }: ArrivalRequest,
): AsyncGenerator<CommitFiles> {
  const paths: string[] = [];
  for (const path of asked) {
    if (await canBeWalked(objects, repository, from, to, path)) paths.push(path);
  }
  // Without any, git would tell of all.
  if (paths.length === 0) return;
  const range = from === null ? [to] : [to, `^${from}`];
  const ages = since === undefined ? [] : [`--max-age=${Math.floor(since)}`];
  const fields = gitFields(repository, [...LOG, ...ages, ...range, "--", ...paths]);
  const edge = shallowCommits(repository);
  let current: CommitFiles | undefined;
  let files: { path: string; oid: string }[] = [];
  for await (const field of fields) {
    const text = field.replace(/^\n/, "");
    if (text.startsWith(":")) {
      const [oid = "", status = ""] = text.split(" ").slice(-2);
      const { value: path } = await fields.next();
      if (/^A+$/.test(status)) files.push({ path: path as string, oid });
    } else if (text !== "") {
      if (current && files.length > 0) yield { ...current, files };
      const [commit = "", time] = text.split(" ");
      files = [];
      const isAtEdge = edge.has(commit) && { isAtEdge: true };
      current = { commit, time: Number(time), ...isAtEdge, files };
    }
  }
  if (current && files.length > 0) yield { ...current, files };
}

/**
 * Whether git comes to an end below a path. It walks every path of a tree: of a few folders that
 * hold one another many times nobody is told which commit brought what.
 */
async function canBeWalked(
  objects: CatFile,
  { objectFormat }: Repository,
  from: Oid | null,
  to: Oid,
  path: string,
): Promise<boolean> {
  const read: ReadTree = (tree) => objects.get(tree, MAX_TREE_BYTES);
  const after = `${to}:${path}`;
  if (!(await isTree(objects, after))) return true;
  const before =
    from !== null && (await isTree(objects, `${from}:${path}`)) ? `${from}:${path}` : null;
  for await (const { refused } of changedFiles(read, objectFormat, before, after)) {
    if (refused !== undefined) return false;
  }
  return true;
}

async function isTree(objects: CatFile, name: string): Promise<boolean> {
  try {
    return (await objects.get(name)).type === "tree";
  } catch (error) {
    if (error instanceof RedunError && ["OBJECT_MISSING", "BAD_RECORD"].includes(error.code)) {
      return false;
    }
    throw error;
  }
}
