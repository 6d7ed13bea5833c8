import { countBetween } from "../../src/log/arrivals.ts";
import { previewFetch } from "../../src/share/fetch.ts";
import { type Pulled, pullLog } from "../../src/share/pull.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import type { CommandFunction } from "../command.ts";
import { arrivalsText, isNothing } from "../text/arrivals.ts";
import { reportRewritten } from "../text/rewritten.ts";
import { watchedLog } from "../watched-log.ts";
import { eachLogOfRemote, withRemote } from "../with-remote.ts";

export const command: CommandFunction = ([named], options) =>
  withRemote(options, named, "fetch", (sharing) =>
    eachLogOfRemote(sharing, options, async (plain, there) => {
      const log = watchedLog(plain);
      if (!options.dryRun) return pullText(await pullLog(log, there, sharing.talk), there);
      const theirs = await previewFetch(log, there, sharing.talk);
      const arrivals = await countBetween(log.backend, await log.tip(), theirs);
      return `Would pull ${arrivalsText(arrivals) || "nothing"} from ${there.name} (${log.ref}).\n`;
    }),
  );

function pullText({ fetched, merged }: Pulled, there: RemoteLog): string {
  const { name, ref } = there;
  reportRewritten(fetched, there);
  if (merged === null) return `${name} has no ${ref}.\n`;
  if (isNothing(merged.arrivals)) return `Nothing new at ${name} (${ref}).\n`;
  return `Pulled ${arrivalsText(merged.arrivals)} from ${name} into ${ref}.\n`;
}
