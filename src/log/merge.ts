import type { GitBackend, Oid, StoredFile } from "../git/backend.ts";
import { committedAt } from "../git/commit.ts";
import { FORMAT_PATH, parsePath } from "../record/layout.ts";
import { blobId } from "../value/oid.ts";
import { notALog, readFormat } from "./format.ts";
import type { Log } from "./log.ts";
import {
  assertNoDirectoryAsFile,
  assertOrdinaryFile,
  assertWalked,
  Newcomers,
  twoContents,
} from "./merge-checks.ts";
import { type Difference, isSame, withoutRemoved } from "./merge-removals.ts";
import { MERGE_AUTHOR, NOTHING, RecordCounter, type RecordCounts } from "./record-counts.ts";
import { whileContended } from "./retry.ts";
import { readTombstones, type Tombstones } from "./tombstones.ts";

/** Another log: a commit that the repository has, and what to call it in errors. */
export interface MergeSource {
  readonly commit: Oid;
  readonly name: string;
}

/**
 * How two logs stand to each other, and what merging them does:
 *
 * 1. `new`: there is no log here yet. Theirs is taken as it is.
 * 2. `ahead`: our history holds theirs, and nothing of it is gone. Nothing to do.
 * 3. `behind`: their history holds ours, and nothing of it is gone. The ref moves forward.
 * 4. `diverged`: both have what the other lacks. A merge commit holds the union.
 * 5. `equal`: the same commit. Nothing to do.
 *
 * Two more differ only in their history, and need no code of their own:
 *
 * 6. Unrelated roots are `diverged`, or `equal` as in 7: a union needs no common ancestor.
 * 7. Criss-cross: different commits that hold the same files are `equal`, and each clone keeps its
 *    own. If they were merged, three clones that pull in a ring would make commits for ever.
 *
 * After `ahead` and `diverged` a push has something to send, after the others it has not.
 */
export type Scenario = "new" | "ahead" | "behind" | "diverged" | "equal";

/** What a merge would do, or has done. */
export interface Merge {
  readonly scenario: Scenario;
  /** What our log lacked. */
  readonly arrivals: RecordCounts;
  /** Our log's commit before. */
  readonly before: Oid | null;
}

export interface Merged extends Merge {
  /** Our log's commit by now. */
  readonly after: Oid;
}

/** A merge, and the files that the commits lack of each other. */
interface Plan extends Merge {
  readonly gains: Difference;
  readonly lacks: Difference;
}

const MESSAGE = "merge logs\n";

/**
 * Makes a log the union of itself and another one. Two clones that merge the same heads get the
 * same commit; a merge of what is known already makes none. So clones that exchange their logs,
 * in any order, end with the same tree and stop. Nothing is taken where an error is thrown.
 * @throws RedunError NOT_A_LOG, FORMAT_TOO_NEW, LOG_CORRUPT, FILE_CONFLICT, BAD_RECORD,
 * OBJECT_MISSING, REF_BUSY, REPOSITORY_UNWRITABLE
 */
export function mergeLogs(log: Log, theirs: MergeSource): Promise<Merged> {
  return whileContended(async () => {
    const { gains, lacks, ...merge } = await plan(log, theirs);
    const after = await apply(log, theirs, { gains, lacks, ...merge });
    return { ...merge, after };
  });
}

/**
 * What `mergeLogs` would do.
 * @throws RedunError as `mergeLogs`
 */
export async function planMerge(log: Log, theirs: MergeSource): Promise<Merge> {
  const { scenario, arrivals, before } = await plan(log, theirs);
  return { scenario, arrivals, before };
}

async function plan(log: Log, { commit: theirs, name }: MergeSource): Promise<Plan> {
  const { backend } = log;
  const ours = await log.tip();
  const same = { before: ours, arrivals: NOTHING, gains: NO_DIFFERENCE, lacks: NO_DIFFERENCE };
  if (ours === theirs) return { ...same, scenario: "equal" };
  if ((await readFormat(backend, theirs, name)) === null) throw notALog(name);
  await log.assertMovable();

  const counter = new RecordCounter();
  const tombstones = await tombstonesOf(backend, ours, theirs);
  const [{ gains, lacks }] = await Promise.all([
    compare(log, ours, { commit: theirs, name }, tombstones, counter),
    counter.addAuthors(backend, ours, theirs),
  ]);
  const merge = { before: ours, arrivals: counter.total, gains, lacks };
  if (ours === null) return { ...merge, scenario: "new" };
  // What somebody deleted comes back with a merge commit, in either order.
  if (isSame(lacks) && (await backend.isAncestor(ours, theirs))) {
    return { ...merge, scenario: "behind" };
  }
  if (isSame(gains) && (await backend.isAncestor(theirs, ours))) {
    return { ...merge, scenario: "ahead" };
  }
  const scenario = isSame(gains) && isSame(lacks) ? "equal" : "diverged";
  if (scenario === "diverged") log.assertKept();
  return { ...merge, scenario };
}

async function apply({ backend, ref }: Log, theirs: MergeSource, merge: Plan): Promise<Oid> {
  const { scenario, before: expected, gains, lacks } = merge;
  if (scenario === "ahead" || scenario === "equal") return expected!;
  if (scenario !== "diverged") {
    const message = `redun-git: ${scenario === "new" ? "begin with" : "fast-forward to"} ${theirs.name}`;
    await backend.move({ ref, expected, next: theirs.commit, message });
    return theirs.commit;
  }
  const parents = [expected!, theirs.commit].sort();
  const { files, removed } = parents[0] === expected ? gains : lacks;
  const commits = await Promise.all(parents.map((parent) => backend.commit(parent)));
  // Every clone that merges the same two commits must make the same commit.
  const line = `${MERGE_AUTHOR} ${Math.max(...commits.map(committedAt))} +0000`;
  const identity = { author: line, committer: line };
  const commit = { files, removed, message: MESSAGE, parents, identity };
  return backend.append({ ref, expected, ...commit });
}

const NO_DIFFERENCE: Difference = { files: [], removed: [] };

/** Those of two logs; none where neither has a format that knows them. */
async function tombstonesOf(
  backend: GitBackend,
  ours: Oid | null,
  theirs: Oid,
): Promise<Tombstones> {
  const [mine, other] = await Promise.all([
    readTombstones(backend, ours),
    readTombstones(backend, theirs),
  ]);
  return mine.with(other);
}

/** What two commits lack of the union of their files; counts what is new to ours. */
async function compare(
  log: Log,
  ours: Oid | null,
  { commit: theirs, name }: MergeSource,
  tombstones: Tombstones,
  counter: RecordCounter,
): Promise<{ gains: Difference; lacks: Difference }> {
  const gains: StoredFile[] = [];
  const lacks: StoredFile[] = [];
  const twice: string[] = [];
  const newcomers = new Newcomers(log, name, (id) => tombstones.isStartRedacted(id));
  let allRecords = true;
  for await (const change of log.backend.changes(ours, theirs)) {
    const { path, kind, oid, mode } = change;
    const place = parsePath(path);
    allRecords &&= place !== null;
    assertWalked(change, kind === "deleted" ? log.ref : name);
    if (kind === "deleted") {
      lacks.push({ path, oid, mode });
      continue;
    }
    assertOrdinaryFile(change, name);
    await newcomers.add(path, place, oid);
    if (kind === "modified" && path !== FORMAT_PATH) {
      // One of the two may be without what was redacted.
      if (!tombstones.mayBeRedacted(place)) throw twoContents(path, log.ref, name);
      twice.push(path);
      continue;
    }
    if (kind === "modified") {
      const stays = await isOursNewer(log.backend, ours!, theirs);
      (stays ? lacks : gains).push({ path, oid: stays ?? oid });
      continue;
    }
    if (!tombstones.isRemoved(place)) counter.addFile(path);
    // A log that begins with theirs has no use for the list, which may be long.
    if (ours !== null) gains.push({ path, oid });
  }
  await newcomers.finish();
  if (ours !== null) await newcomers.assertUnclaimed(ours);
  // Paths of records never lead through one another.
  if (!allRecords) assertNoDirectoryAsFile([...gains, ...lacks]);
  if (ours === null || tombstones.isEmpty) {
    return { gains: { files: gains, removed: [] }, lacks: { files: lacks, removed: [] } };
  }
  const commits = { ours, theirs, name };
  return withoutRemoved(log, tombstones, commits, { gains, lacks, twice });
}

/** The object of our format file if it is to stay: its version is higher, or its id is lower. */
async function isOursNewer(backend: GitBackend, ours: Oid, theirs: Oid): Promise<Oid | null> {
  const [mine, other] = await Promise.all(
    [ours, theirs].map(async (commit) => ({
      version: (await readFormat(backend, commit, commit)) ?? 0,
      oid: blobId((await backend.readPath(commit, FORMAT_PATH))!, backend.repository.objectFormat),
    })),
  );
  const stays =
    mine!.version === other!.version ? mine!.oid < other!.oid : mine!.version > other!.version;
  return stays ? mine!.oid : null;
}
