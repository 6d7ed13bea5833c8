import { fetchLog } from "../src/share/fetch.ts";
import { assertKnown, chooseRemote, lastSeen, remoteLogFor } from "../src/share/remotes.ts";
import { changesView } from "../src/views/changes.ts";
import { isJson, type OptionsOf } from "./command.ts";
import type { INCOMING } from "./declarations/sharing.ts";
import { changesJson } from "./json/comparisons.ts";
import { limitOf } from "./limit.ts";
import { changesPage } from "./pages/changes.ts";
import { rewrittenText } from "./text/rewritten.ts";
import { pageOfLog } from "./with-log.ts";
import { terminalTransfer } from "./with-remote.ts";
import type { Workspace } from "./workspace.ts";

/** `incoming` and `outgoing`. */
export function showChanges(
  workspace: Workspace,
  direction: "incoming" | "outgoing",
  named: string | undefined,
  options: OptionsOf<typeof INCOMING>,
): Promise<void> {
  const json = isJson(options);
  const limit = limitOf(options.limit, json);
  const asks = options.fetch === true;
  return pageOfLog(workspace, async (indexed) => {
    const { log, config } = indexed;
    const remote = chooseRemote(log, config, named, direction === "incoming" ? "fetch" : "push");
    const remoteLog = remoteLogFor(remote, log.ref, config);
    if (asks) {
      const fetched = await fetchLog(log, remoteLog, terminalTransfer(workspace));
      workspace.tell(rewrittenText(fetched, remoteLog));
    } else assertKnown(config, remoteLog, await lastSeen(log, remoteLog));
    const bar = workspace.progress("Reading", "records");
    const given = { limit, progress: bar.update };
    const view = await changesView(indexed, remoteLog, direction, given).finally(bar.end);
    return json ? changesJson(view) : changesPage(view, asks, workspace);
  });
}
