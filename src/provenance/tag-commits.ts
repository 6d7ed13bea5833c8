import { RedunError } from "../errors.ts";
import type { CommitFiles, Oid } from "../git/backend.ts";
import { shallowCommits } from "../git/files/shallow.ts";
import { transaction } from "../index/database.ts";
import { loadId, storeId } from "../index/ids.ts";
import { indexedTip } from "../index/stamp.ts";
import { parsePath } from "../record/layout.ts";
import { learnClocks } from "./commit-clock.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * The commits that brought edit files, by the files' numbers: of several that brought the same
 * one, the earliest. One is missing where nobody can tell: beyond the edge of a shallow clone. The
 * index learns them when it is first asked, and later only the new ones.
 */
export async function commitsOfEdits(
  log: IndexedLog,
  edits: Iterable<number>,
): Promise<Map<number, Oid>> {
  await learnCommits(log);
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

/** Has the commits of edits, and the order of commits, looked for as far as that is not done. */
export async function learnCommits(log: IndexedLog): Promise<void> {
  const { database } = log.file;
  const tip = indexedTip(database);
  if (!tip) return;
  const edge = [...shallowCommits(log.log.backend.repository)].sort().join(" ");
  const row = database.prepare("SELECT value FROM meta WHERE key = ?").get(LEARNED);
  const learned = row ? (JSON.parse(row.value as string) as Learned) : null;
  if (learned?.tip === tip && learned.edge === edge) return;
  // A log whose commits were made anew, or cut off, is looked through anew.
  const isKept = learned !== null && learned.edge === edge && (await holds(log, tip, learned.tip));
  const from = isKept ? learned.tip : null;
  const arrived = await arrivedBetween(log, from, tip);
  const clocks = await learnClocks(log, from, tip, new Set(arrived.map(({ commit }) => commit)));
  transaction(database, () => {
    if (!isKept) {
      database.exec("UPDATE tag_edit SET commit_id = NULL, time = NULL; DELETE FROM commit_clock");
    }
    const learn = database.prepare(
      `UPDATE tag_edit SET commit_id = ?1, time = ?2 WHERE oid = ?3
         AND (time IS NULL OR time > ?2 OR (time = ?2 AND commit_id > ?1))`,
    );
    for (const { id, commit, time } of arrived) learn.run(storeId(commit), time, storeId(id));
    const keep = database.prepare(
      "INSERT OR REPLACE INTO commit_clock (commit_id, time, step) VALUES (?, ?, ?)",
    );
    for (const [commit, [time, step]] of clocks) keep.run(storeId(commit), time, step);
    database
      .prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)")
      .run(LEARNED, JSON.stringify({ tip, edge } satisfies Learned));
  });
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

async function arrivedBetween(
  { log }: IndexedLog,
  from: Oid | null,
  to: Oid,
): Promise<{ id: string; commit: Oid; time: number }[]> {
  const found: { id: string; commit: Oid; time: number }[] = [];
  const untold = new Set<string>();
  for await (const one of log.backend.additions({ from, to, paths: ["tags"] })) {
    for (const { path } of one.files) {
      const place = parsePath(path);
      if (place?.kind !== "tags") continue;
      if (one.isAtEdge) untold.add(place.id);
      else found.push({ id: place.id, commit: one.commit, time: one.time });
    }
  }
  return found.filter(({ id }) => !untold.has(id));
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
    if (found.some(({ isAtEdge }) => isAtEdge)) return null;
    // They come newest first; of one second the last one counts.
    const first = found.reduce<CommitFiles | undefined>(
      (known, one) => (known && known.time < one.time ? known : one),
      undefined,
    );
    if (first) return first.commit;
  }
  return null;
}
