/** The commands that take something out of a log. */
import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";
import { WHICH_EXECUTIONS } from "./log.ts";

const REASON = {
  flags: "-m, --reason <why>",
  about: "Why, for everyone to read: it stays in the log",
} as const;
const DRY_RUN = { flags: "--dry-run", about: "Show what would go; change nothing" } as const;

export const REDACT = defineCommand({
  name: "redact",
  args: "<id>",
  about: "Take an argument, result, tag or file out of the records of a log",
  options: [
    { flags: "--arg <name>", about: "This argument of a job, or of an execution's root job" },
    { flags: "--returned", about: "Its result, or its error" },
    { flags: "--tag <key>", about: "All tags of this key of an execution or job" },
    {
      flags: "--path <path>",
      about: "What a job, or an execution's jobs, took or gave that holds this file",
    },
    { flags: "--everywhere", about: "Wherever else the same value stands, too" },
    REASON,
    DRY_RUN,
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    'redact 9d095794 --arg patient -m "a name"  an argument of a job',
    "redact 6dc981d7 --tag contact        a key of an execution's tags, with its history",
    "redact d5d4a87c --everywhere         a value, wherever it was taken or given",
  ],
});

export const PRUNE = defineCommand({
  name: "prune",
  args: "[...executions]",
  about: "Take whole executions out of a log, for good",
  options: [
    ...WHICH_EXECUTIONS,
    { flags: "--keep <key=value>", about: "But not those with this tag", repeats: true },
    REASON,
    DRY_RUN,
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "prune --where 'env = test' --until 3mo --keep release --dry-run",
    'prune 6dc981d7 -m "ran on the wrong data"',
  ],
});

export const ARCHIVE = defineCommand({
  name: "archive",
  args: "",
  about: "Move old executions to a log of their own, a log for each year",
  options: [
    { flags: "--before <date>", about: "Those that began before this time: 2026-01-01, 1y, ..." },
    REASON,
    DRY_RUN,
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "archive --before 2026-01-01          to refs/redun/archive/2025 and so on",
    "log 6dc981d7                         finds what was moved, where the archive is fetched",
  ],
});
