import type { Log } from "../log/log.ts";
import { type Merged, mergeLogs } from "../log/merge.ts";
import { bringRecords } from "../log/partial.ts";
import { type Fetched, fetchLog, type TransferOptions } from "./fetch.ts";
import type { RemoteLog } from "./remotes.ts";
import { type Dropped, dropLost } from "./rewritten.ts";

/** What a pull found and did; `merged` is null if the remote has no log. */
export interface Pulled {
  readonly fetched: Fetched;
  readonly merged: Merged | null;
}

/**
 * Fetches a remote's log and makes ours the union of both.
 * @throws RedunError as `fetchLog` and `mergeLogs`; NOT_A_LOG before anything is fetched
 */
export async function pullLog(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions = {},
): Promise<Pulled> {
  await log.assertLog();
  const fetched = await fetchLog(log, remote, transfer);
  if (fetched.after === null) return { fetched, merged: null };
  const { onProgress } = transfer;
  await bringRecords(log, fetched.after, (done, total) => {
    const end = done === total ? ", done.\n" : "\r";
    onProgress?.(`Fetching records that this clone left out: ${done}/${total}${end}`);
  });
  const theirs = { commit: fetched.after, name: `${remote.ref} of ${remote.name}` };
  return { fetched, merged: await mergeLogs(log, theirs) };
}

/**
 * Fetches a remote's log and drops from ours what it has lost: see `dropLost`.
 * @throws RedunError as `fetchLog`
 */
export async function pullAndDrop(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions = {},
): Promise<Dropped> {
  await fetchLog(log, remote, transfer);
  return dropLost(log, remote);
}
