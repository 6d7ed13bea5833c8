import { Log } from "../../src/log/log.ts";
import { type Fetched, fetchLog, logsOfRemote, previewFetch } from "../../src/share/fetch.ts";
import { lastSeen, type RemoteLog, remoteLog } from "../../src/share/remotes.ts";
import type { CommandFunction, Options } from "../command.ts";
import { arrivalsText, isNothing } from "../text/arrivals.ts";
import { rewrittenText } from "../text/rewritten.ts";
import { visible, write } from "../text/terminal.ts";
import { withRemote } from "../with-remote.ts";

export const command: CommandFunction = ([named], options) =>
  withRemote(options, named, "fetch", async ({ log, remote, talk }) => {
    const refs = options.allLogs ? await logsOfRemote(log, remote, talk) : [log.ref];
    if (refs.length === 0)
      await write(visible(`${remoteLog(remote, log.ref).name} has no logs.\n`));
    for (const ref of refs) {
      const [one, there] = [new Log(log.backend, ref), remoteLog(remote, ref)];
      if (options.dryRun) {
        const { arrivals } = await previewFetch(one, there, await lastSeen(one, there), talk);
        await write(
          visible(
            `Would fetch ${arrivalsText(arrivals) || "nothing"} from ${there.name} (${ref}).\n`,
          ),
        );
      } else {
        await write(
          fetchText(await fetchLog(one, there, talk), there, pullCommand(named, options)),
        );
      }
    }
  });

/** The pull that takes what this fetch brought: the same words mean the same remote and log. */
function pullCommand(remote: string | undefined, { log, ref, allLogs }: Options): string {
  const words = [remote, log && `--log ${log}`, ref && `--ref ${ref}`, allLogs && "--all-logs"];
  return ["redun-git pull", ...words.filter(Boolean)].join(" ");
}

function fetchText(
  { after, arrivals, rewritten }: Fetched,
  there: RemoteLog,
  pull: string,
): string {
  const { name, ref, tracking } = there;
  if (rewritten) process.stderr.write(rewrittenText(rewritten, there));
  if (after === null) return visible(`${name} has no ${ref}.\n`);
  if (isNothing(arrivals)) return visible(`Nothing new at ${name} (${ref}).\n`);
  const place = `It is in ${tracking}; \`${pull}\` merges it into yours.`;
  return visible(`Fetched ${arrivalsText(arrivals)} from ${name} (${ref}).\n${place}\n`);
}
