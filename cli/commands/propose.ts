import { proposeTags } from "../../src/share/propose.ts";
import { assertKnown, lastSeen, remoteLogFor } from "../../src/share/remotes.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { PROPOSE } from "../declarations/sharing.ts";
import { jsonText } from "../text/json.ts";
import { visible } from "../text/terminal.ts";
import { withRemote } from "../with-remote.ts";

export const command: CommandFunction<typeof PROPOSE> = (workspace, [branch], options) => {
  const json = isJson(options);
  const named = options.remote;
  return withRemote(workspace, options, named, "fetch", async ({ log, config, remote }) => {
    const remoteLog = remoteLogFor(remote, log.ref, config);
    assertKnown(config, remoteLog, await lastSeen(log, remoteLog));
    const reason = options.message;
    const proposal = await proposeTags(log, remoteLog, branch, reason);
    if (json) return workspace.write(`${jsonText(proposal)}\n`);
    if (!proposal)
      return workspace.write(
        visible(`Nothing to propose: ${remoteLog.name} has your tag edits.\n`),
      );
    const place = `${branch} (${proposal.commit.slice(0, 8)})`;
    if (proposal.files.length === 0) {
      return workspace.write(
        visible(`Nothing new to propose: the branch ${place} has your tag edits.\n`),
      );
    }
    const edits = proposal.files.length === 1 ? "1 tag edit" : `${proposal.files.length} tag edits`;
    const lines = [
      `Proposed ${edits} on the branch ${place}.`,
      `Show them:   git show ${branch}`,
      `Push them:   git push ${remoteLog.name} ${branch}`,
      `Merge them:  redun-git merge ${branch}`,
    ];
    await workspace.write(visible(`${lines.join("\n")}\n`));
  });
};
