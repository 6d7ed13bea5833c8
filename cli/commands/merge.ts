import { type Merge, mergeLogs, planMerge } from "../../src/log/merge.ts";
import { shortRef } from "../../src/log/ref.ts";
import { findTheirs } from "../../src/log/theirs.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { arrivalsText } from "../text/arrivals.ts";
import { jsonText } from "../text/json.ts";
import { visible, write } from "../text/terminal.ts";
import { watchedLog } from "../watched-log.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async ([source], options) => {
  const json = isJson(options);
  const dryRun = Boolean(options.dryRun);
  const text = await withLog(options, async ({ log }) => {
    const theirs = await findTheirs(log, source!);
    const merge = await (dryRun ? planMerge : mergeLogs)(watchedLog(log), theirs);
    if (!json) return sentence(merge, theirs.name, shortRef(log.ref), dryRun);
    const { arrivals, ...facts } = merge;
    return jsonText({ log: log.ref, from: theirs.commit, ...facts, ...arrivals });
  });
  await write(`${text}\n`);
};

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
