import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";
import { COMMIT, EXECUTION_FILTERS, LIMIT, STATUS, TAG, WHERE } from "./log.ts";

export const TABLE = defineCommand({
  name: "table",
  args: "[...executions]",
  about: "Compare many executions: a row for each, a column for each tag and argument",
  options: [
    TAG,
    WHERE,
    ...EXECUTION_FILTERS,
    COMMIT,
    STATUS,
    LIMIT,
    {
      flags: "--by <name>",
      about: "Sort and group by this tag or argument (repeatable)",
      repeats: true,
    },
    { flags: "--diff-only", about: "Only columns in which they differ" },
    { flags: "--min <name>", about: "Mark the smallest value of this column", repeats: true },
    { flags: "--max <name>", about: "Mark the largest value of this column", repeats: true },
    { flags: "--format <format>", about: "text, md, csv, or json: one object per line" },
    ...WHICH_LOG,
  ],
  examples: [
    "table -t project=train --min loss    a sweep, and which run of it was the best",
    "table --by model --by lr --diff-only grouped by model, only what differs",
    "table 6dc981d7 3aa7bb10 -            these three",
    "table --since 1w --format csv > runs.csv",
  ],
});
