import { RedunError } from "../src/errors.ts";
import type { RecordCounts } from "../src/log/record-counts.ts";
import { logWords } from "../src/log/ref.ts";
import { entitiesInConflict } from "../src/provenance/find.ts";
import { withLog } from "./with-log.ts";
import type { Workspace } from "./workspace.ts";

/**
 * How many entities of a log have tags in conflict, now that something came into it. The index is
 * brought up to date for that, as the next query would do. Where no tag edits came, no conflict is
 * new: then it is not opened, and null is given.
 */
export async function conflictsAfter(
  workspace: Workspace,
  ref: string,
  { tagEdits }: RecordCounts,
): Promise<number | null> {
  if (tagEdits === 0) return null;
  try {
    return await withLog(workspace, async (log) => entitiesInConflict(log).length, { ref });
  } catch (error) {
    // What came is there all the same; the next query says what is wrong.
    if (error instanceof RedunError) return null;
    throw error;
  }
}

/** A line that says so; empty where there are none. */
export function conflictsText(workspace: Workspace, count: number | null, ref: string): string {
  if (!count) return "";
  const [have, them] = count === 1 ? ["entity has", "it"] : ["entities have", "them"];
  const command = `redun-git tag conflicts${logWords(ref, workspace.config)}`;
  return `${count.toLocaleString("en")} ${have} tags in conflict: \`${command}\` shows ${them}.\n`;
}
