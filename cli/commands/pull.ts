import { Log } from "../../src/log/log.ts";
import { logsOfRemote, previewFetch } from "../../src/share/fetch.ts";
import { type Pulled, pullLog } from "../../src/share/pull.ts";
import { type RemoteLog, remoteLog } from "../../src/share/remotes.ts";
import type { CommandFunction } from "../command.ts";
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
        const { arrivals } = await previewFetch(one, there, await one.tip(), talk);
        await write(
          visible(
            `Would pull ${arrivalsText(arrivals) || "nothing"} from ${there.name} (${ref}).\n`,
          ),
        );
      } else await write(pullText(await pullLog(one, there, talk), there));
    }
  });

function pullText({ fetched, merged }: Pulled, there: RemoteLog): string {
  const { name, ref } = there;
  if (fetched.rewritten) process.stderr.write(rewrittenText(fetched.rewritten, there));
  if (merged === null) return visible(`${name} has no ${ref}.\n`);
  if (isNothing(merged.arrivals)) return visible(`Nothing new at ${name} (${ref}).\n`);
  return visible(`Pulled ${arrivalsText(merged.arrivals)} from ${name} into ${ref}.\n`);
}
