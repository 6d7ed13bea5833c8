import { RedunError } from "../../src/errors.ts";
import { countBetween, isNothing } from "../../src/log/arrivals.ts";
import { type Pulled, pullAndDrop, pullLog } from "../../src/share/pull.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import type { Dropped } from "../../src/share/rewritten.ts";
import type { CommandFunction } from "../command.ts";
import { conflictsAfter, conflictsText } from "../conflicts.ts";
import { arrivalsText } from "../text/arrivals.ts";
import { reportRewritten } from "../text/rewritten.ts";
import { watchedLog } from "../watched-log.ts";
import { eachLogOfRemote, preview, withRemote } from "../with-remote.ts";

export const command: CommandFunction = ([named], options) => {
  if (options.drop && options.dryRun) throw dropsAtOnce();
  return withRemote(options, named, "fetch", (sharing) =>
    eachLogOfRemote(sharing, options, async (plain, there) => {
      const log = watchedLog(plain);
      if (options.drop) return dropText(await pullAndDrop(log, there, sharing.talk), there);
      if (!options.dryRun) return pullText(await pullLog(log, there, sharing.talk), there);
      const theirs = await preview(log, there, sharing.talk);
      const arrivals = await countBetween(log.backend, await log.tip(), theirs);
      return `Would pull ${arrivalsText(arrivals) || "nothing"} from ${there.name} (${log.ref}).\n`;
    }),
  );
};

async function pullText({ fetched, merged }: Pulled, there: RemoteLog): Promise<string> {
  const { name, ref } = there;
  reportRewritten(fetched, there);
  if (merged === null) return `${name} has no ${ref}.\n`;
  if (isNothing(merged.arrivals)) return `Nothing new at ${name} (${ref}).\n`;
  const conflicts = conflictsText(await conflictsAfter(ref, merged.arrivals), ref);
  return `Pulled ${arrivalsText(merged.arrivals)} from ${name} into ${ref}.\n${conflicts}`;
}

function dropText({ before, dropped }: Dropped, { name, ref }: RemoteLog): string {
  if (isNothing(dropped)) return `There is nothing to drop: ${name} has lost nothing of ${ref}.\n`;
  return `Dropped ${arrivalsText({ ...dropped, people: [] })} from ${ref}, as ${name} has.
It was at ${before} before; until git collects that, \`git update-ref ${ref} ${before}\` takes it back.\n`;
}

function dropsAtOnce(): RedunError {
  return new RedunError(
    "USAGE",
    "--drop cannot be tried with --dry-run.",
    "`redun-git fetch` says what the remote has lost, and --drop says how to take it back.",
  );
}
