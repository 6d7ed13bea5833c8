import type { Oid } from "../git/backend.ts";
import type { Database } from "./database.ts";
import { INDEX_VERSION } from "./schema.ts";

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

/** Stamps the index with the commit that it now holds. */
export function setTip(database: Database, tip: Oid): void {
  database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('tip', ?)").run(tip);
}
