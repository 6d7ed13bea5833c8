import type { Oid } from "../git/backend.ts";
import { Namer } from "./names.ts";
import { INDEX_VERSION } from "./schema.ts";
import type { Database } from "./sqlite-types.ts";

/** The commit that the index was built from; undefined when there is no usable index. */
export function indexedTip(database: Database): Oid | null | undefined {
  try {
    const rows = database.prepare("SELECT key, value FROM meta").all() as {
      key: string;
      value: unknown;
    }[];
    const meta = new Map(rows.map(({ key, value }) => [key, value]));
    if (meta.get("version") !== INDEX_VERSION) return undefined;
    return (meta.get("tip") as Oid | null | undefined) ?? null;
  } catch {
    return undefined;
  }
}

/** The commit that the index was built from, if it has seen that the log is of the plain format. */
export function checkedTip(database: Database): Oid | null {
  const tip = indexedTip(database);
  if (!tip) return null;
  return database.prepare("SELECT 1 FROM meta WHERE key = 'format'").get() ? tip : null;
}

/** Notes that the log has a format file that is ours, and whether it is of the plain format. */
export function setFormatChecked(database: Database, isPlain = true): void {
  if (!isPlain) database.exec("DELETE FROM meta WHERE key = 'format'");
  else database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('format', 1)").run();
}

/** Stamps the index with the commit that it now holds. */
export function setTip(database: Database, tip: Oid): void {
  database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('tip', ?)").run(tip);
}

/** How many records of the log a partial clone lacked when the index was made; they are not in it. */
export function absentRecords(database: Database): number {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'absent'").get();
  return row ? Number(row.value) : 0;
}

/** Notes how many records are not in the index because they are not here, and when to ask again. */
export function setAbsent(database: Database, count: number, askAgain: number): void {
  const set = database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
  set.run("absent", count);
  set.run("askAgain", askAgain);
}

/** From when on the remote is to be asked again for what is absent, in milliseconds since 1970. */
export function askAgainAt(database: Database): number {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'askAgain'").get();
  return row ? Number(row.value) : 0;
}

/** What makes the names of ids in this index. */
export function namerOf(database: Database): Namer {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'secret'").get();
  return new Namer(JSON.parse(row!.value as string));
}
