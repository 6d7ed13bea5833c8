/** The commands that bring runs from other systems, and take them there. */
import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

export const IMPORT = defineCommand({
  name: "import",
  args: "<file>",
  about: "Bring runs, tags and tag edits from another system's log",
  options: [
    { flags: "--from <system>", about: "What wrote the file: redun" },
    { flags: "--dry-run", about: "Show what would be imported; write nothing" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "import --from redun .redun/redun.db   redun's database, as it is",
    "import --from redun runs.jsonl        what `redun export --file runs.jsonl` wrote",
    "redun export | redun-git import --from redun -",
  ],
});
