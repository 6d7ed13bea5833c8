import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { unknownRevision } from "../git/revision.ts";
import type { Log } from "./log.ts";

/** Some commits of a log: those that led to `tip`, without those that led to `from`. */
export interface CommitRange {
  readonly from: Oid | null;
  readonly tip: Oid;
}

/**
 * The commits that `a..b`, `a..` (to the end of the log), `..b` or `b` means; all by default. Null where
 * nothing has been recorded.
 * @throws RedunError USAGE, UNKNOWN_REVISION
 */
export async function rangeOf(
  { backend, ref }: Log,
  range: string | undefined,
): Promise<CommitRange | null> {
  const tip = await backend.resolve(ref);
  if (range === undefined) return tip === null ? null : { from: null, tip };
  const [from, to, ...more] = range.split("..");
  if (more.length > 0 || to?.startsWith(".")) {
    throw new RedunError(
      "USAGE",
      `${JSON.stringify(range)} is not a range.`,
      "Write `a..b`, `a..` or one commit.",
    );
  }
  const commit = async (revision: string) => {
    for await (const { oid } of backend.history({ revision, limit: 1, alone: true })) return oid;
    throw unknownRevision(revision);
  };
  const end = to === undefined ? from! : to;
  const last = end === "" ? tip : await commit(end);
  if (last === null) return null;
  return { from: to === undefined || from === "" ? null : await commit(from!), tip: last };
}
