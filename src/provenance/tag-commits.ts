import { RedunError } from "../errors.ts";
import type { CommitFiles, Oid } from "../git/backend.ts";
import { shallowCommits } from "../git/files/shallow.ts";
import { transaction } from "../index/database.ts";
import { loadId, storeId } from "../index/ids.ts";
import type { Database } from "../index/sqlite-types.ts";
import { indexedTip } from "../index/stamp.ts";
import { parsePath } from "../record/layout.ts";
import { learnClocks } from "./commit-clock.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * The commits that brought edit files, by the files' numbers: of several that brought the same
 * one, the earliest. One is missing where nobody can tell: beyond the edge of a shallow clone, or
 * where `learnCommits` has not got to it. Call that first.
 */
export function commitsOfEdits(log: IndexedLog, edits: Iterable<number>): Map<number, Oid> {
  const find = log.file.database.prepare("SELECT commit_id FROM tag_edit WHERE seq = ?");
  const found = new Map<number, Oid>();
  for (const edit of edits) {
    const row = find.get(edit) as { commit_id: unknown } | undefined;
    if (row?.commit_id) found.set(edit, loadId(row.commit_id));
  }
  return found;
}

/** Up to where edit files have been looked for, as it stands in the index. */
interface Learned {
  readonly tip: Oid;
  /** The edge of the clone: when it moves, more or less can be told. */
  readonly edge: string;
}

/** The meta key of `Learned`. */
const LEARNED = "edits_learned";

/**
 * Has the commits of edits, and the order of commits, looked for as far as that is not done. What
 * this process or another one appended is known from then (see `applyAppended`). Each commit
 * otherwise takes a comparison of folders, which may be large: what is left when much was compared
 * is left to the next call.
 * @returns whether all that can be told is known now
 */
export async function learnCommits(log: IndexedLog): Promise<boolean> {
  const { database } = log.file;
  const tip = indexedTip(database);
  if (!tip) return true;
  const edge = [...shallowCommits(log.log.backend.repository)].sort().join(" ");
  const row = database.prepare("SELECT value FROM meta WHERE key = ?").get(LEARNED);
  const learned = row ? (JSON.parse(row.value as string) as Learned) : null;
  if (learned?.tip === tip && learned.edge === edge) return true;
  // A log whose commits were made again, or cut off, is looked through anew.
  const isKept = learned !== null && learned.edge === edge && (await holds(log, tip, learned.tip));
  const isAnew = learned !== null && !isKept;
  const from = isKept ? learned.tip : null;
  const known = isAnew ? new Set<Oid>() : knownCommits(database);
  const { arrived, commits, isWhole } = await arrivedBetween(log, from, tip, known);
  const clocks = await learnClocks(log, from, tip, new Set(commits.keys()));
  transaction(database, () => {
    if (isAnew) {
      database.exec("UPDATE tag_edit SET commit_id = NULL, time = NULL; DELETE FROM commit_clock");
      database.prepare("DELETE FROM meta WHERE key = ?").run(LEARNED);
    }
    dateNotes(database, known, commits);
    const learn = database.prepare(
      `UPDATE tag_edit SET commit_id = ?1, time = ?2 WHERE oid = ?3
         AND (time IS NULL OR time > ?2 OR (time = ?2 AND commit_id > ?1))`,
    );
    for (const { id, commit, time } of arrived) learn.run(storeId(commit), time, storeId(id));
    const keep = database.prepare(
      "INSERT OR REPLACE INTO commit_clock (commit_id, time, step) VALUES (?, ?, ?)",
    );
    for (const [commit, [time, step]] of clocks) keep.run(storeId(commit), time, step);
    if (!isWhole) return;
    database
      .prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
      .run(LEARNED, JSON.stringify({ tip, edge } satisfies Learned));
  });
  return isWhole;
}

/** Gives the edits that were noted as they were appended the times of their commits. */
function dateNotes(
  database: Database,
  known: ReadonlySet<Oid>,
  commits: ReadonlyMap<Oid, number>,
): void {
  const notes = database
    .prepare("SELECT seq, commit_id FROM tag_edit WHERE commit_id IS NOT NULL AND time IS NULL")
    .all() as { seq: number; commit_id: unknown }[];
  const set = database.prepare("UPDATE tag_edit SET commit_id = ?, time = ? WHERE seq = ?");
  for (const { seq, commit_id } of notes) {
    const commit = loadId(commit_id);
    const time = commits.get(commit);
    if (time !== undefined) set.run(storeId(commit), time, seq);
    // The log has that commit no longer.
    else if (known.has(commit)) set.run(null, null, seq);
  }
}

/** Commits of which all edit files are known. */
function knownCommits(database: Database): Set<Oid> {
  const rows = database
    .prepare("SELECT DISTINCT commit_id FROM tag_edit WHERE commit_id IS NOT NULL")
    .all() as { commit_id: unknown }[];
  return new Set(rows.map(({ commit_id }) => loadId(commit_id)));
}

async function holds({ log }: IndexedLog, tip: Oid, older: Oid): Promise<boolean> {
  try {
    return await log.backend.isAncestor(older, tip);
  } catch (error) {
    // It is gone.
    if (error instanceof RedunError) return false;
    throw error;
  }
}

interface Arrivals {
  readonly arrived: { id: string; commit: Oid; time: number }[];
  /** The commits that brought them or are known already, with their times. */
  readonly commits: Map<Oid, number>;
  /** False where some are left to the next time, and there was something that it need not repeat. */
  readonly isWhole: boolean;
}

async function arrivedBetween(
  { log }: IndexedLog,
  from: Oid | null,
  to: Oid,
  known: ReadonlySet<Oid>,
): Promise<Arrivals> {
  const found: Arrivals["arrived"] = [];
  const commits = new Map<Oid, number>();
  const atEdge = new Set<string>();
  let isCut = false;
  for await (const one of log.backend.additions({ from, to, paths: ["tags"], known })) {
    const { commit, time } = one;
    if (one.isUntold) isCut = true;
    else commits.set(commit, time);
    for (const { path } of one.files) {
      const place = parsePath(path);
      if (place?.kind !== "tags") continue;
      if (one.isAtEdge) atEdge.add(place.id);
      else found.push({ id: place.id, commit, time });
    }
  }
  const arrived = found.filter(({ id }) => !atEdge.has(id));
  return { arrived, commits, isWhole: !isCut || arrived.length === 0 };
}

const A_DAY = 86_400;

/**
 * The commit that first brought a file of a run, which began at `started` (milliseconds); null where
 * that cannot be told. Clocks may differ by a day before all of the log is looked through.
 */
export async function commitOfFile(
  { log, file }: IndexedLog,
  path: string,
  started: number,
): Promise<Oid | null> {
  const to = indexedTip(file.database);
  if (!to) return null;
  for (const since of [Math.floor(started / 1000) - A_DAY, undefined]) {
    const found: CommitFiles[] = [];
    for await (const one of log.backend.additions({ from: null, to, paths: [path], since })) {
      found.push(one);
    }
    if (found.some(({ isAtEdge, isUntold }) => isAtEdge || isUntold)) return null;
    // They come newest first; of one second the last one counts.
    const first = found.reduce<CommitFiles | undefined>(
      (known, one) => (known && known.time < one.time ? known : one),
      undefined,
    );
    if (first) return first.commit;
  }
  return null;
}
