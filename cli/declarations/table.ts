import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";
import { LIMIT, WHICH_EXECUTIONS } from "./log.ts";

export const TABLE = defineCommand({
  name: "table",
  args: "[...executions]",
  about: "Compare many executions: a row for each, a column for each tag and argument",
  options: [
    ...WHICH_EXECUTIONS,
    { ...LIMIT, about: "At most this many executions (default 50; 0 for all)" },
    {
      flags: "--by <name>",
      about: "Sort and group by this tag or argument",
      repeats: true,
    },
    { flags: "--diff-only", about: "Only the columns whose values differ" },
    { flags: "--min <name>", about: "Mark the smallest value of this column", repeats: true },
    { flags: "--max <name>", about: "Mark the largest value of this column", repeats: true },
    { flags: "--format <format>", about: "text, md, csv, or json: one object per line" },
    ...WHICH_LOG,
  ],
  examples: [
    "table -t project=train --min loss    a sweep, the best run marked",
    "table --by model --diff-only          grouped by model, only what differs",
    "table 6dc981d7 3aa7bb10 -            these three",
    "table --since 1w --format csv > runs.csv",
  ],
});
