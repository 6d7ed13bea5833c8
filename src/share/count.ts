import type { GitBackend, Oid } from "../git/backend.ts";
import { ArrivalCounter, type Arrivals, NOTHING } from "../log/arrivals.ts";
import { MERGE_AUTHOR } from "../log/merge.ts";

/**
 * What the log at `to` holds and the one at `from` (null: none) lacks, and who made it.
 * It takes as long as the two are far apart.
 */
export async function countBetween(
  backend: GitBackend,
  from: Oid | null,
  to: Oid | null,
): Promise<Arrivals> {
  if (to === null || from === to) return NOTHING;
  const counter = new ArrivalCounter();
  for await (const { path, kind } of backend.changes(from, to)) {
    if (kind === "added") counter.addFile(path);
  }
  const revision = from === null ? to : `${from}..${to}`;
  for await (const { author } of backend.history({ revision })) {
    if (author !== MERGE_AUTHOR) counter.addAuthor(author);
  }
  return counter.total;
}
