import type { JournalState } from "../../src/views/execution.ts";
import { shortId } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";

/** Notes about an execution that is in its journal; none if the log has it. */
export function journalNotes(journal: JournalState | null, execution: string): string[] {
  return journal ? NOTES[journal.state](oneLine(journal.why), shortId(execution)) : [];
}

const NOTES: Readonly<Record<JournalState["state"], (why: string, id: string) => string[]>> = {
  alive: (why) => [`It is running (${why}), and is in its journal until it is committed.`],
  dead: (why) => [
    `It waits in its journal to be recorded: ${why}.`,
    "The next command that can write the log records it.",
  ],
  unknown: (why, id) => [
    `It may be running or dead: ${why}.`,
    `If it is dead: \`redun-git recover ${id}\`.`,
  ],
};
