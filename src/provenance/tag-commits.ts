import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { transaction } from "../index/database.ts";
import { loadId, storeId } from "../index/ids.ts";
import { indexedTip } from "../index/stamp.ts";
import { parsePath } from "../record/layout.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * The commit of an edit, and its place among all that are known: a later one has a higher place.
 */
export interface EditCommit {
  readonly oid: Oid;
  readonly place: number;
}

/**
 * The commits that brought edit files, by the files' numbers: of several that brought the same
 * one, the earliest. The index learns them when it is first asked, and later only the new ones.
 */
export async function commitsOfEdits(
  log: IndexedLog,
  edits: Iterable<number>,
): Promise<Map<number, EditCommit>> {
  await learnCommits(log);
  const find = log.file.database.prepare("SELECT commit_id, place FROM tag_edit WHERE seq = ?");
  const found = new Map<number, EditCommit>();
  for (const edit of edits) {
    const row = find.get(edit) as { commit_id: unknown; place: number } | undefined;
    if (row?.commit_id) found.set(edit, { oid: loadId(row.commit_id), place: row.place });
  }
  return found;
}

/** The meta key of the commit up to which edit files have been looked for. */
const LEARNED = "edits_learned";

async function learnCommits(log: IndexedLog): Promise<void> {
  const { database } = log.file;
  const tip = indexedTip(database);
  const row = database.prepare("SELECT value FROM meta WHERE key = ?").get(LEARNED);
  const learned = (row?.value as Oid | undefined) ?? null;
  if (!tip || learned === tip) return;
  const arrived = await arrivedBetween(log, learned, tip);
  transaction(database, () => {
    const learn = database.prepare(
      `UPDATE tag_edit SET commit_id = ?1, time = ?2, place = ?4 WHERE oid = ?3
         AND (time IS NULL OR time > ?2 OR (time = ?2 AND commit_id > ?1))`,
    );
    let { place } = database
      .prepare("SELECT ifnull(max(place), 0) AS place FROM tag_edit")
      .get() as { place: number };
    // They come newest first, and even those of one second in their order.
    for (const { id, commit, time } of arrived.reverse()) {
      learn.run(storeId(commit), time, storeId(id), ++place);
    }
    database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)").run(LEARNED, tip);
  });
}

async function arrivedBetween(
  log: IndexedLog,
  from: Oid | null,
  to: Oid,
): Promise<{ id: string; commit: Oid; time: number }[]> {
  const found: { id: string; commit: Oid; time: number }[] = [];
  try {
    for await (const { commit, time, files } of log.log.backend.arrivals({
      from,
      to,
      paths: ["tags"],
    })) {
      for (const { path } of files) {
        const place = parsePath(path);
        if (place?.kind === "tags") found.push({ id: place.id, commit, time });
      }
    }
    return found;
  } catch (error) {
    // The commit where it ended last time may be gone.
    if (from === null || !(error instanceof RedunError)) throw error;
    return arrivedBetween(log, null, to);
  }
}

const A_DAY = 86_400;

/**
 * The commit that first brought a file of a run, which began at `started` (milliseconds). Clocks
 * may differ by a day before all of the log is looked through.
 */
export async function commitOfFile(
  { log, file }: IndexedLog,
  path: string,
  started: number,
): Promise<Oid | null> {
  const to = indexedTip(file.database);
  if (!to) return null;
  for (const since of [Math.floor(started / 1000) - A_DAY, undefined]) {
    let first: { commit: Oid; time: number } | undefined;
    for await (const found of log.backend.arrivals({ from: null, to, paths: [path], since })) {
      if (!first || found.time <= first.time) first = found;
    }
    if (first) return first.commit;
  }
  return null;
}
