import { RedunError } from "../../src/errors.ts";
import type { Log } from "../../src/log/log.ts";
import {
  countBetween,
  isNothing,
  NOTHING,
  type RecordCounts,
} from "../../src/log/record-counts.ts";
import { readTombstones } from "../../src/log/tombstones.ts";
import { type Pulled, pullAndDrop, pullLog } from "../../src/share/pull.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import type { Dropped } from "../../src/share/rewritten.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { conflictsAfter, conflictsText } from "../conflicts.ts";
import type { PULL } from "../declarations/sharing.ts";
import { arrivalsText } from "../text/record-counts.ts";
import { rewrittenText } from "../text/rewritten.ts";
import { eachLogOfRemote, factsJson, preview, withRemote } from "../with-remote.ts";

export const command: CommandFunction<typeof PULL> = (workspace, [named], options) => {
  const json = isJson(options);
  if (options.drop && options.dryRun) throw dropsAtOnce();
  return withRemote(workspace, options, named, "fetch", (sharing) =>
    eachLogOfRemote(sharing, options, async (log, remoteLog) => {
      if (options.drop) {
        const dropped = await pullAndDrop(log, remoteLog, sharing.transfer);
        // The index learns now what is gone, so that no query warns of it.
        await workspace.indexedLog(remoteLog.ref).catchUp();
        return json ? factsJson(remoteLog, dropped) : dropText(dropped, remoteLog);
      }
      if (!options.dryRun) {
        const pulled = await pullLog(log, remoteLog, sharing.transfer);
        workspace.tell(rewrittenText(pulled.fetched, remoteLog));
        const conflicts =
          pulled.merged && (await conflictsAfter(workspace, remoteLog.ref, pulled.merged.arrivals));
        if (json) return pullJson(pulled, conflicts, remoteLog);
        const told = conflictsText(workspace, conflicts, remoteLog.ref);
        return pullText(pulled, told, remoteLog, await takenOut(log, pulled));
      }
      const theirs = await preview(sharing, log, remoteLog);
      const before = await log.tip();
      const arrivals = await countBetween(log.backend, before, theirs);
      if (json) return factsJson(remoteLog, { before, theirs, arrivals });
      return `Would pull ${arrivalsText(arrivals) || "nothing"} from ${remoteLog.name} (${log.ref}).\n`;
    }),
  );
};

function pullText(
  { merged }: Pulled,
  conflicts: string,
  { name, ref }: RemoteLog,
  gone: RecordCounts,
): string {
  if (merged === null) return `${name} has no ${ref}.\n`;
  const out = arrivalsText({ ...gone, people: [] });
  const taken = isNothing(gone) ? "" : `Tombstones of ${name} took out ${out}, or parts of them.\n`;
  const came = arrivalsText(merged.arrivals);
  if (came === "") return taken || `Nothing new at ${name} (${ref}).\n`;
  return `Pulled ${came} from ${name} into ${ref}.\n${taken}${conflicts}`;
}

/** What of ours went with the pull: only tombstones can take out anything. */
async function takenOut({ backend }: Log, { merged }: Pulled): Promise<RecordCounts> {
  if (!merged?.before || merged.before === merged.after) return NOTHING;
  const [old, now] = [
    await readTombstones(backend, merged.before),
    await readTombstones(backend, merged.after),
  ];
  return old.byId.size === now.byId.size
    ? NOTHING
    : countBetween(backend, merged.after, merged.before);
}

/** `theirs` is where the remote's log is; `before` and `after`, where ours was and is. */
function pullJson(
  { fetched, merged }: Pulled,
  conflicts: number | null,
  remoteLog: RemoteLog,
): string {
  const { after: theirs, rewritten } = fetched;
  return factsJson(remoteLog, { ...merged, theirs, rewritten, conflicts });
}

function dropText({ before, dropped }: Dropped, { name, ref }: RemoteLog): string {
  if (isNothing(dropped)) return `There is nothing to drop: ${name} has lost nothing of ${ref}.\n`;
  return `Dropped ${arrivalsText({ ...dropped, people: [] })} from ${ref}, as ${name} has.
It was at ${before} before; until git collects that, \`git update-ref ${ref} ${before}\` takes it back.\n`;
}

function dropsAtOnce(): RedunError {
  return new RedunError(
    "USAGE",
    "--drop and --dry-run cannot be combined.",
    "`redun-git fetch` says what the remote has lost, and --drop says how to take it back.",
  );
}
