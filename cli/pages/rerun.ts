import { type ComparedOutput, isSame, type Rerun } from "../../src/rerun/outcome.ts";
import type { RerunPlan } from "../../src/rerun/plan.ts";
import { commandLine, shortId } from "../text/lines.ts";
import { oneLine, type Paint, visible } from "../text/terminal.ts";

/** Reasons why the code of a rerun may differ from that of the run. */
export function warnings({ row, commit, isDirty, patch, uncommitted }: RerunPlan): string[] {
  const id = shortId(row.id);
  if (commit === null) return [`execution ${id} ran code of no commit`];
  if (!isDirty || patch !== null) return [];
  const names = uncommitted.map(({ path }) => visible(path)).join(", ");
  const what = names === "" ? "changes that were not committed" : `${names} as no commit has it`;
  return [`execution ${id} ran ${what}: its commit ${commit.slice(0, 8)} may give something else`];
}

/** One line for each output, and a summary. */
export function rerunText({ before, after, outputs }: Rerun, paint: Paint): string {
  const title = `Rerun of ${shortId(before.id)}:  ${commandLine(before.argv)}`;
  if (!after) return `${title}\n  It could not begin, and nothing was recorded.\n`;
  const same = outputs.filter(isSame).length;
  const sum =
    outputs.length === 0
      ? "Nothing came out of either that could be compared"
      : `${same} of ${outputs.length} came out the same`;
  const statuses =
    before.status === after.status ? "" : `; it was ${before.status}, and is ${after.status} now`;
  const lines = outputs.map((output) => outputLine(output, paint));
  return [title, ...lines, `${sum}${statuses}: Exec ${shortId(after.id)}`, ""].join("\n");
}

function outputLine(output: ComparedOutput, paint: Paint): string {
  const { name, before, after } = output;
  const isEqual = isSame(output);
  const word = isEqual
    ? "same"
    : before === null
      ? "new"
      : after === null
        ? "missing"
        : "different";
  const ids =
    isEqual || before === null || after === null ? "" : `  ${shortId(before)} -> ${shortId(after)}`;
  return `  ${paint(isEqual ? "green" : "red", word.padEnd(9))}  ${oneLine(name)}${ids}`;
}
