import { defineCommand } from "../command.ts";
import { WHICH_LOG } from "../options.ts";

export const SQL = defineCommand({
  name: "sql",
  args: "[query]",
  about: "Ask the log by SQL, read-only; without a query, list the tables",
  options: [
    { flags: "-n, --limit <count>", about: "At most this many rows (default 1000; 0 for all)" },
    { flags: "--timeout <seconds>", about: "Give up after this time (default 30)" },
    { flags: "--format <format>", about: "text, md, csv, or json: one object per line" },
    ...WHICH_LOG,
  ],
  examples: [
    "sql                                  the tables and their columns",
    'sql "select status, count(*) from jobs group by status"',
    "sql \"select * from tags where key = 'env'\" --format csv",
    'sql "$(cat report.sql)" --format md  a query from a file',
  ],
});
