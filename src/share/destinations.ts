/**
 * Where a push to a remote goes: git pushes to all of its push URLs (`remote.<name>.pushurl`, else
 * each `url`), and fetches from the first `url` alone. Each URL but that one is a place of its own,
 * with a log of its own, which is merged with ours and followed like that of any remote.
 */
import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { fetchLog, type Talk } from "./fetch.ts";
import type { PushedLog } from "./push.ts";
import { type RemoteLog, remoteLog, remoteLogAt } from "./remotes.ts";

/** A log's counterparts at every place that a push to a remote goes to. */
export function destinations(config: GitConfig, remote: string, ref: string): RemoteLog[] {
  const own = remoteLog(remote, ref, config);
  const urls = valuesOf(config, `remote.${remote}.url`);
  const pushUrls = valuesOf(config, `remote.${remote}.pushurl`);
  const places = new Set(pushUrls.length > 0 ? pushUrls : urls);
  if (places.size === 0) return [own];
  // The remote's name would mean all of them.
  const named = places.size === 1 ? own : { ...own, url: urls[0] };
  return [...places].map((url) => (url === urls[0] ? named : remoteLogAt(remote, url, ref)));
}

/** The values of a list in git's configuration: an empty one begins it anew. */
function valuesOf(config: GitConfig, key: string): readonly string[] {
  const values = config.getAll(key);
  return values.slice(values.lastIndexOf("") + 1);
}

/** What a push to one of several places did: `pushed`, or the error. */
export type Delivery = { readonly there: RemoteLog } & (
  | { readonly pushed: PushedLog }
  | { readonly error: RedunError }
);

/**
 * Pushes to one place after the other. One that fails does not keep the others from getting theirs,
 * and gets it with the next push.
 */
export async function deliver(
  log: Log,
  config: GitConfig,
  places: readonly RemoteLog[],
  push: (there: RemoteLog) => Promise<PushedLog>,
  talk: Talk = {},
): Promise<Delivery[]> {
  const done: Delivery[] = [];
  for (const there of places) {
    try {
      done.push({ there, pushed: await push(there) });
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      done.push({ there, error });
    }
  }
  // git takes a push URL for another way to where it fetches from; only that place can tell.
  const fetched = remoteLog(places[0]!.remote, log.ref, config);
  if (!places.some(({ tracking }) => tracking === fetched.tracking)) {
    await fetchLog(log, fetched, talk).catch(() => {});
  }
  return done;
}
