import { type Merge, mergeLogs, planMerge } from "../../src/log/merge.ts";
import { findMergeSource } from "../../src/log/merge-source.ts";
import { logName, shortRef } from "../../src/log/ref.ts";
import { shellWord } from "../../src/value/shown-text.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { conflictsAfter, conflictsText } from "../conflicts.ts";
import type { MERGE } from "../declarations/sharing.ts";
import { jsonText } from "../text/json.ts";
import { arrivalsText } from "../text/record-counts.ts";
import { visible } from "../text/terminal.ts";
import { watchedLog } from "../watched-log.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction<typeof MERGE> = async (workspace, [source], options) => {
  const json = isJson(options);
  const dryRun = Boolean(options.dryRun);
  const { merge, theirs, ref } = await withLog(workspace, async ({ log }) => {
    const theirs = await findMergeSource(log, source, workspace.io.cwd);
    const merge = await (dryRun ? planMerge : mergeLogs)(
      watchedLog(workspace.io.stderr, log),
      theirs,
    );
    return { merge, theirs, ref: log.ref };
  });
  const conflicts = dryRun ? null : await conflictsAfter(workspace, ref, merge.arrivals);
  if (json) {
    const { arrivals, ...facts } = merge;
    const { commit: from, others: otherLogs } = theirs;
    const told = { log: ref, from, ...facts, ...arrivals, conflicts, otherLogs };
    return workspace.write(`${jsonText(told)}\n`);
  }
  await workspace.write(`${sentence(merge, theirs.name, shortRef(ref), dryRun)}\n`);
  await workspace.write(conflictsText(workspace, conflicts, ref));
  for (const other of theirs.others) await workspace.write(`${alsoThere(other, source)}\n`);
};

/** What takes another log of the same file. */
function alsoThere(ref: string, source: string): string {
  const log = logName(ref);
  const command = ["redun-git", "merge", "--log", log, source].map(shellWord).join(" ");
  return visible(`The file also holds ${log}: \`${command}\`.`);
}

function sentence(
  { scenario, arrivals }: Merge,
  theirs: string,
  ours: string,
  dryRun: boolean,
): string {
  const [from, into] = [visible(theirs), visible(ours)];
  if (scenario === "ahead" || scenario === "equal") {
    return `Nothing to merge: ${into} has everything that ${from} holds.`;
  }
  const came = arrivalsText(arrivals) || "no new records, only its history";
  return `${dryRun ? "Would merge" : "Merged"} ${from} into ${into}: ${came}`;
}
