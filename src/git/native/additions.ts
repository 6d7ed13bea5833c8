import { RedunError } from "../../errors.ts";
import {
  type Difference,
  type FolderPair,
  findAdditions,
  type LoggedCommit,
} from "../additions.ts";
import type { AdditionsRequest, CommitFiles, Oid, Repository } from "../backend.ts";
import { shallowCommits } from "../files/shallow.ts";
import { ByteBudget, folderDifferences, MAX_COMPARED } from "../folder-differences.ts";
import { isFolder } from "../tree-format.ts";
import { MAX_TREE_BYTES } from "../tree-walk.ts";
import { objectMissing } from "./cat-file.ts";
import { gitFailed } from "./environment.ts";
import type { Objects } from "./objects.ts";
import { gitFields, runGit } from "./process.ts";

/** The commits that added files under given paths. See `GitBackend.additions`. */
export function additions(
  repository: Repository,
  objects: Objects,
  request: AdditionsRequest,
): AsyncGenerator<CommitFiles> {
  const budget = new ByteBudget(MAX_COMPARED.native);
  const reader = {
    commits: () => commits(repository, request),
    async entriesAt(commits: readonly Oid[], path: string) {
      const names = commits.map((commit) => `${commit}:${path}`);
      const found = await check(repository, names);
      return found.map((one) => one && { oid: one.oid, isFolder: one.type === "tree" });
    },
    differences: (pairs: readonly FolderPair[]) => differences(repository, objects, pairs, budget),
  };
  return findAdditions(reader, request, shallowCommits(repository));
}

/** `rev-list`, because the user's settings shape `git log`. */
async function* commits(
  repository: Repository,
  { from, to, since }: AdditionsRequest,
): AsyncGenerator<LoggedCommit> {
  const range = from === null ? [to] : [to, `^${from}`];
  const ages = since === undefined ? [] : [`--max-age=${Math.floor(since)}`];
  const args = ["rev-list", "--parents", "--timestamp", ...ages, ...range, "--"];
  for await (const line of gitFields(repository, args, { separator: "\n" })) {
    const [time, oid = "", ...parents] = line.split(" ");
    yield { oid, parents, time: Number(time) };
  }
}

interface Checked {
  readonly oid: Oid;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** What objects are, without reading them; null for what there is not. */
async function check(
  repository: Repository,
  names: readonly string[],
): Promise<(Checked | null)[]> {
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"];
  const input = names.map((name) => `${name}\n`);
  const { status, stdout, stderr } = await runGit(repository, args, input);
  if (status !== 0) throw gitFailed(args, status, stderr);
  const lines = stdout.toString("utf8").split("\n");
  return names.map((_, at) => {
    const [, oid, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(lines[at]!) ?? [];
    return oid === undefined ? null : { oid, type: type!, size: Number(size) };
  });
}

/** Bytes of folders that one git compares: it holds all of them until it ends. */
const COMPARED_AT_ONCE = 2 ** 26;

async function* differences(
  repository: Repository,
  objects: Objects,
  pairs: readonly FolderPair[],
  budget: ByteBudget,
): AsyncGenerator<readonly Difference[] | null> {
  const trees = [...new Set(pairs.flatMap(({ before, after }) => [before ?? after, after]))];
  const checked = await check(repository, trees);
  const missing = checked.indexOf(null);
  if (missing >= 0) throw objectMissing(trees[missing]!);
  const known = new Map(trees.map((tree, at) => [tree, checked[at]!]));
  const batches: FolderPair[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  let left = pairs.length;
  for (const pair of pairs) {
    const { before, after } = pair;
    const size = (before === null ? 0 : known.get(before)!.size) + known.get(after)!.size;
    budget.take(size);
    if (!budget.isKept) break;
    if (bytes + size > COMPARED_AT_ONCE) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(pair);
    bytes += size;
    left--;
  }
  for (const batch of batches) yield* compare(repository, objects, batch, known);
  for (; left > 0; left--) yield null;
}

/** git compares folders: what it takes for none, ends at, or would need much memory for is ours. */
async function* compare(
  repository: Repository,
  objects: Objects,
  pairs: readonly FolderPair[],
  known: ReadonlyMap<Oid, Checked>,
): AsyncGenerator<readonly Difference[]> {
  const isGood = (tree: Oid | null) => {
    if (tree === null) return true;
    const { type, size } = known.get(tree)!;
    return type === "tree" && size <= MAX_TREE_BYTES;
  };
  let done = 0;
  try {
    const asked = pairs.filter(({ before, after }) => isGood(before) && isGood(after));
    const answers = gitDifferences(repository, asked);
    for (const { before, after } of pairs) {
      const isAsked = isGood(before) && isGood(after);
      const answer = isAsked ? (await answers.next()).value! : [];
      done++;
      yield answer;
    }
    return;
  } catch (error) {
    // A tree that git cannot read ends it.
    if (!(error instanceof RedunError && error.code === "GIT_FAILED")) throw error;
  }
  const read = (tree: Oid) => objects.get(tree, MAX_TREE_BYTES);
  for (const pair of pairs.slice(done)) {
    yield await folderDifferences(read, repository.objectFormat, pair);
  }
}

// The later folder first (`-R`): git checks the id of the first one of a pair, unless it was read before,
// as most were that a newer commit replaced.
const DIFF_TREE = [
  ...["diff-tree", "--stdin", "-z", "--raw", "--no-renames", "--no-abbrev", "-R"],
  "--ignore-submodules=none",
];
const EMPTY_TREE = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

/** One `git diff-tree` without `-r`: of each two trees it compares one level. */
async function* gitDifferences(
  repository: Repository,
  pairs: readonly FolderPair[],
): AsyncGenerator<readonly Difference[], undefined> {
  if (pairs.length === 0) return;
  const empty = EMPTY_TREE[repository.objectFormat];
  const input = pairs.map(({ before, after }) => `${after} ${before ?? empty}\n`);
  let current: Difference[] | null = null;
  const fields = gitFields(repository, DIFF_TREE, { input });
  // A line of the two trees comes before what differs in them, also where nothing does.
  for await (const field of fields) {
    const lines = field.split("\n");
    const entry = lines.pop()!;
    for (const _ of lines) {
      if (current) yield current;
      current = [];
    }
    const [was = "", is = "", before = "", after = ""] = entry.slice(1).split(" ");
    const { value: name } = await fields.next();
    if (Number.parseInt(is, 8) === 0) continue;
    current!.push({ name: name as string, was: entryOf(was, before), is: entryOf(is, after)! });
  }
  // What is left is of pairs that have no difference.
  yield current ?? [];
  for (;;) yield [];
}

/** null for mode 0: there is nothing. */
function entryOf(mode: string, oid: Oid) {
  const number = Number.parseInt(mode, 8);
  return number === 0 ? null : { oid, isFolder: isFolder({ mode: number }) };
}
