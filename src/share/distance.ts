import type { GitConfig, Oid } from "../git/backend.ts";
import { withoutCredentials } from "../git/remote-url.ts";
import { Log } from "../log/log.ts";
import { countBetween, type RecordCounts } from "../log/record-counts.ts";
import { lastSeen, remoteLogFor, trackingFolder } from "./remotes.ts";

/** A remote, and how far its logs are from ours, as of the last fetch or push. */
export interface RemoteState {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  readonly logs: readonly LogDistance[];
}

export interface LogDistance {
  readonly ref: string;
  /** Where the remote's log was; null if we never saw one, which does not mean that it has none. */
  readonly seen: Oid | null;
  /** What it lacks of ours, and ours of it. */
  readonly ahead: RecordCounts;
  readonly behind: RecordCounts;
}

/** Every configured remote with the given log and all others that we have seen there. */
export async function remoteStates(log: Log, config: GitConfig): Promise<RemoteState[]> {
  const { backend } = log;
  const states: RemoteState[] = [];
  for (const name of config.subsections("remote")) {
    const folder = trackingFolder(name, config);
    const tracked = [...(await backend.refs(folder)).keys()]
      .map((ref) => ref.slice(folder.length))
      .map((ref) => (ref.startsWith("refs/") ? ref : `refs/redun/${ref}`));
    const logs: LogDistance[] = [];
    for (const ref of new Set([log.ref, ...tracked])) {
      const one = new Log(backend, ref);
      const [tip, seen] = await Promise.all([
        one.tip(),
        lastSeen(one, remoteLogFor(name, ref, config)),
      ]);
      const ahead = await countBetween(backend, seen, tip);
      logs.push({ ref, seen, ahead, behind: await countBetween(backend, tip, seen) });
    }
    states.push({
      name,
      url: withoutCredentials(config.getAll(`remote.${name}.url`)[0] ?? ""),
      logs,
    });
  }
  return states;
}
