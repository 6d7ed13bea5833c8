import type { Oid } from "../git/backend.ts";
import type { IndexFile } from "../index/index-file.ts";
import { notALog, readFormat } from "../log/format.ts";
import type { Log } from "../log/log.ts";
import { isPartial } from "../log/partial.ts";
import { type CommitRange, rangeOf } from "../log/range.ts";
import { readTombstones } from "../log/tombstones.ts";
import { checkContents } from "./contents.ts";
import { type CheckedHistory, checkHistory } from "./history.ts";
import { type CheckedJournals, checkJournals } from "./journals.ts";
import { CheckedObjects } from "./objects.ts";
import { type CheckName, type Problem, Problems } from "./problem.ts";
import {
  checkIndex,
  checkRecords,
  type IndexState,
  type Unresolved,
  unresolved,
} from "./records.ts";
import { checkSignatures } from "./signatures.ts";

export interface VerifyOptions {
  /** `a..b`, `a..` or `b`, of commits of the log; all of it by default. */
  readonly range?: string | undefined;
  /** Whether each commit that brought files must have a signature that git takes for good. */
  readonly signatures?: boolean;
  /** The index that queries use. It is compared where the whole log is verified. */
  readonly index?: IndexFile;
  /** Told how far a step is: its name, how many are done, of how many. */
  readonly onProgress?: (
    step: "commits" | "files" | "records",
    done: number,
    total: number | null,
  ) => void;
}

/** What came of verifying a log. */
export interface Verification {
  readonly ref: string;
  /** The commit that the range begins after, and its last one; null for none. */
  readonly from: Oid | null;
  readonly tip: Oid | null;
  readonly commits: number;
  readonly files: number;
  readonly records: number;
  readonly executions: readonly string[];
  /** Call nodes that were computed again. */
  readonly calls: number;
  readonly unresolved: Unresolved;
  /** Null where a range was verified. */
  readonly index: IndexState | null;
  readonly journals: CheckedJournals | null;
  /** Commits with a good signature, and those that need none; null where they were not checked. */
  readonly signatures: { readonly good: number; readonly needless: number } | null;
  /** Commits whose parents this clone does not have: what they brought cannot be told. */
  readonly edges: number;
  /** Tombstones of the log: what they cover may be gone. */
  readonly tombstones: number;
  /** How many problems each check has found; `problems` holds 1000 of each at most. */
  readonly counts: Readonly<Partial<Record<CheckName, number>>>;
  /** In the order of the commits that brought them, the oldest first. */
  readonly problems: readonly Problem[];
}

/**
 * Checks a log, or what some of its commits brought, and changes nothing. A problem is part of what is
 * returned; what is thrown kept the log from being looked at.
 * @throws RedunError UNKNOWN_REVISION, NOT_A_LOG, FORMAT_TOO_NEW, BAD_RECORD; UNSUPPORTED_REPOSITORY where
 * signatures are to be checked without git
 */
export async function verifyLog(log: Log, options: VerifyOptions = {}): Promise<Verification> {
  const range = await rangeOf(log, options.range);
  return range ? verifyRange(log, range, options) : nothing(log);
}

async function verifyRange(
  log: Log,
  range: CommitRange,
  { range: asked, signatures = false, index, onProgress }: VerifyOptions,
): Promise<Verification> {
  const { backend, ref } = log;
  if ((await readFormat(backend, range.tip, ref)) === null) throw notALog(ref);
  if (isPartial(backend.repository)) await backend.bring([...(await backend.missing(range.tip))]);
  const problems = new Problems();
  const objects = new CheckedObjects(backend);
  const told =
    (step: "commits" | "files" | "records") =>
    (done: number, total: number | null = null) =>
      onProgress?.(step, done, total);
  const history = await checkHistory(backend, objects, range, problems, told("commits"));
  const treeOf = async (commit: Oid) =>
    history.commits.get(commit)?.tree ?? (await backend.commit(commit)).tree;
  const trees = {
    before: range.from && (await treeOf(range.from)),
    after: await treeOf(range.tip),
  };
  const { executions, ...contents } = await checkContents(
    backend,
    objects,
    trees,
    problems,
    told("files"),
  );
  const anew = await checkRecords(log, range, problems, told("records"));
  const isWhole = asked === undefined;
  try {
    const found = {
      ref,
      ...range,
      ...contents,
      executions,
      commits: history.commits.size,
      tombstones: (await readTombstones(backend, range.tip)).byId.size,
      edges: [...history.edge].filter((oid) => history.commits.has(oid)).length,
      unresolved: unresolved(anew?.database),
      index: isWhole ? checkIndex(index, anew, range.tip, problems) : null,
      journals: isWhole ? checkJournals(log, problems) : null,
      signatures: signatures ? await checkSignatures(backend, history, problems) : null,
    };
    const counts = problems.counts;
    return { ...found, counts, problems: await withCommits(log, range, history, problems.kept) };
  } finally {
    anew?.close();
  }
}

/** Names the commit that brought each file with a problem, and puts the oldest first. */
async function withCommits(
  { backend }: Log,
  { from, tip }: CommitRange,
  { commits }: CheckedHistory,
  problems: readonly Problem[],
): Promise<Problem[]> {
  const paths = problems.flatMap(({ path, commit, check }) =>
    path !== null && commit === null && check !== "journals" ? [path] : [],
  );
  const brought = new Map<string, Oid>();
  const changed = new Map<string, Oid>();
  for (const { path, commit, check } of problems) {
    if (check === "history" && path !== null && commit !== null) changed.set(path, commit);
  }
  const asked = [...new Set(paths)].slice(0, SOUGHT);
  if (asked.length > 0) {
    for await (const { commit, files } of backend.additions({ from, to: tip, paths: asked })) {
      // The newest come first.
      for (const { path } of files) brought.set(path, changed.get(path) ?? commit);
    }
  }
  const age = new Map([...commits.keys()].map((oid, at) => [oid, commits.size - at]));
  const order = ({ commit }: Problem) => age.get(commit ?? "") ?? Number.POSITIVE_INFINITY;
  return problems
    .map((problem) => ({
      ...problem,
      commit: problem.commit ?? brought.get(problem.path ?? "") ?? null,
    }))
    .sort((a, b) => order(a) - order(b) || 0);
}

/** Files whose commits are looked for. */
const SOUGHT = 100;

function nothing({ ref }: Log): Verification {
  return {
    ref,
    from: null,
    tip: null,
    commits: 0,
    files: 0,
    records: 0,
    executions: [],
    calls: 0,
    unresolved: { records: 0, tasks: 0 },
    index: null,
    journals: null,
    signatures: null,
    edges: 0,
    tombstones: 0,
    counts: {},
    problems: [],
  };
}
