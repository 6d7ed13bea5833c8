import { type Arrivals, countBetween, isNothing } from "../../src/log/arrivals.ts";
import { type Fetched, fetchLog } from "../../src/share/fetch.ts";
import { lastSeen, type RemoteLog } from "../../src/share/remotes.ts";
import type { CommandFunction, Options } from "../command.ts";
import { arrivalsText } from "../text/arrivals.ts";
import { reportRewritten } from "../text/rewritten.ts";
import { watchedLog } from "../watched-log.ts";
import { eachLogOfRemote, preview, withRemote } from "../with-remote.ts";

export const command: CommandFunction = ([named], options) =>
  withRemote(options, named, "fetch", (sharing) =>
    eachLogOfRemote(sharing, options, async (plain, there) => {
      const log = watchedLog(plain);
      if (!options.dryRun) {
        const fetched = await fetchLog(log, there, sharing.talk);
        const arrivals = await countBetween(log.backend, fetched.before, fetched.after);
        return fetchText(fetched, arrivals, there, pullCommand(named, options));
      }
      const seen = await lastSeen(log, there);
      const theirs = await preview(log, there, sharing.talk);
      const arrivals = await countBetween(log.backend, seen, theirs);
      return `Would fetch ${arrivalsText(arrivals) || "nothing"} from ${there.name} (${log.ref}).\n`;
    }),
  );

/** The pull that takes what this fetch brought: the same words mean the same remote and log. */
function pullCommand(remote: string | undefined, { log, ref, allLogs }: Options): string {
  const words = [remote, log && `--log ${log}`, ref && `--ref ${ref}`, allLogs && "--all-logs"];
  return ["redun-git pull", ...words.filter(Boolean)].join(" ");
}

function fetchText(fetched: Fetched, arrivals: Arrivals, there: RemoteLog, pull: string): string {
  const { name, ref, tracking } = there;
  reportRewritten(fetched, there);
  if (fetched.after === null) return `${name} has no ${ref}.\n`;
  if (isNothing(arrivals)) return `Nothing new at ${name} (${ref}).\n`;
  return `Fetched ${arrivalsText(arrivals)} from ${name} (${ref}).
It is in ${tracking}; \`${pull}\` merges it into yours.\n`;
}
