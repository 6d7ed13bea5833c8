import { countBetween, isNothing, type RecordCounts } from "../../src/log/record-counts.ts";
import { type Fetched, fetchLog } from "../../src/share/fetch.ts";
import { lastSeen, type RemoteLog } from "../../src/share/remotes.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import type { FETCH } from "../declarations/sharing.ts";
import { arrivalsText } from "../text/record-counts.ts";
import { rewrittenText } from "../text/rewritten.ts";
import { eachLogOfRemote, factsJson, preview, withRemote } from "../with-remote.ts";

export const command: CommandFunction<typeof FETCH> = (workspace, [named], options) => {
  const json = isJson(options);
  return withRemote(workspace, options, named, "fetch", (sharing) =>
    eachLogOfRemote(sharing, options, async (log, remoteLog) => {
      if (!options.dryRun) {
        const fetched = await fetchLog(log, remoteLog, sharing.transfer);
        const arrivals = await countBetween(log.backend, fetched.before, fetched.after);
        workspace.tell(rewrittenText(fetched, remoteLog));
        if (json) return factsJson(remoteLog, { ...fetched, arrivals });
        return fetchText(fetched, arrivals, remoteLog, pullCommand(named, options));
      }
      const seen = await lastSeen(log, remoteLog);
      const theirs = await preview(sharing, log, remoteLog);
      const arrivals = await countBetween(log.backend, seen, theirs);
      if (json) return factsJson(remoteLog, { before: seen, after: theirs, arrivals });
      return `Would fetch ${arrivalsText(arrivals) || "nothing"} from ${remoteLog.name} (${log.ref}).\n`;
    }),
  );
};

/** The pull that takes what this fetch brought: the same words mean the same remote and log. */
function pullCommand(
  remote: string | undefined,
  { log, ref, allLogs }: OptionsOf<typeof FETCH>,
): string {
  const words = [remote, log && `--log ${log}`, ref && `--ref ${ref}`, allLogs && "--all-logs"];
  return ["redun-git pull", ...words.filter(Boolean)].join(" ");
}

function fetchText(
  fetched: Fetched,
  arrivals: RecordCounts,
  remoteLog: RemoteLog,
  pull: string,
): string {
  const { name, ref, tracking } = remoteLog;
  if (fetched.after === null) return `${name} has no ${ref}.\n`;
  if (isNothing(arrivals)) return `Nothing new at ${name} (${ref}).\n`;
  return `Fetched ${arrivalsText(arrivals)} from ${name} (${ref}).
It is in ${tracking}; \`${pull}\` merges it into yours.\n`;
}
