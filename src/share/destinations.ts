/**
 * Where a push to a remote goes: git pushes to all of its push URLs (`remote.<name>.pushurl`, else
 * each `url`, and what `pushInsteadOf` makes of it), and fetches from the first `url` alone. Every other
 * URL is a place of its own, with a log of its own, which is merged with ours and followed like that of
 * any remote.
 */
import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { fetchUrl, pushUrls } from "../git/remote-url.ts";
import type { Log } from "../log/log.ts";
import { fetchLog, type TransferOptions } from "./fetch.ts";
import type { PushedLog } from "./push.ts";
import { type RemoteLog, remoteLogAt, remoteLogFor } from "./remotes.ts";

/** A log's counterparts at every place that a push to a remote goes to. */
export function destinations(config: GitConfig, remote: string, ref: string): RemoteLog[] {
  const own = remoteLogFor(remote, ref, config);
  const fetched = fetchUrl(config, remote);
  const places = new Map(pushUrls(config, remote).map((url) => [url.effective, url.given]));
  if (places.size === 0) return [own];
  return [...places].map(([effective, given]) => {
    if (effective !== fetched) return remoteLogAt(remote, given, ref);
    // The remote's name would mean all of them.
    return places.size === 1 ? own : { ...own, url: given };
  });
}

/** What a push to one of several places did: `pushed`, or the error. */
export type Delivery = { readonly remote: RemoteLog } & (
  | { readonly pushed: PushedLog }
  | { readonly error: RedunError }
);

/**
 * Pushes to one place after another. A failure at one does not keep the others from getting the log;
 * the next push tries it again.
 */
export async function deliver(
  log: Log,
  config: GitConfig,
  places: readonly RemoteLog[],
  push: (remote: RemoteLog) => Promise<PushedLog>,
  transfer: TransferOptions = {},
): Promise<Delivery[]> {
  const done: Delivery[] = [];
  for (const remote of places) {
    try {
      done.push({ remote, pushed: await push(remote) });
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      done.push({ remote, error });
    }
  }
  // git takes a push URL for another way to where it fetches from; only that place can tell.
  const fetched = remoteLogFor(places[0]!.remote, log.ref, config);
  if (!places.some(({ tracking }) => tracking === fetched.tracking)) {
    await fetchLog(log, fetched, transfer).catch(() => {});
  }
  return done;
}
