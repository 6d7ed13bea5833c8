/** The commands that show what a log holds. */
import { defineCommand, type OptionsOf } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

export const TAG = {
  flags: "-t, --tag <key=value>",
  about: "Only entities with this tag; also key, key!=value, key~glob, key>3",
  repeats: true,
} as const;
export const WHERE = {
  flags: "--where <query>",
  about: "Only entities that match: env=prod and (cost > 3 or not user ~ ras*)",
  repeats: true,
} as const;
/** Of the execution that an entity belongs to. */
export const EXECUTION_FILTERS = [
  {
    flags: "--exec-tag <key=value>",
    about: "Only from executions with this tag",
    repeats: true,
  },
  { flags: "--since <time>", about: "Only from executions since 2026-11-22, today, 2w ago, ..." },
  {
    flags: "--until <time>",
    about: "Only from executions up to this time; a date includes the whole day",
  },
  { flags: "--author <user>", about: "Only from executions by this user (or ras*)", repeats: true },
] as const;
export const COMMIT = {
  flags: "--commit <revision>",
  about: "Only from executions of this commit or range (a..b), or of the same files",
} as const;
export const STATUS = {
  flags: "--exec-status <statuses>",
  about: "Only from executions with these statuses: FAILED,RUNNING, ...",
} as const;
export const LIMIT = {
  flags: "-n, --limit <count>",
  about: "At most this many of each type (default 50; 0 for all)",
} as const;

/** Which executions a command that has nothing else takes. */
export const WHICH_EXECUTIONS = [
  { ...TAG, about: "Only executions with this tag; also key, key!=value, key~glob, key>3" },
  { ...WHERE, about: "Only executions that match: env=prod and (cost > 3 or not user ~ ras*)" },
  ...EXECUTION_FILTERS,
  COMMIT,
  STATUS,
] as const;

export const LOG = defineCommand({
  name: "log",
  args: "[address]",
  about: "List executions, or show one execution, job, task, value or file",
  isQuick: true,
  options: [
    { flags: "--exec", about: "List executions (the default)" },
    { flags: "--job", about: "List jobs" },
    { flags: "--call-node", about: "List call nodes" },
    { flags: "--task", about: "List tasks" },
    { flags: "--value", about: "List values" },
    { flags: "--file", about: "List files" },
    { flags: "--all", about: "List all of these types" },
    TAG,
    WHERE,
    ...EXECUTION_FILTERS,
    COMMIT,
    {
      flags: "--decorate-code",
      about: "List commits with their executions; takes a range in place of the id",
    },
    { flags: "--exec-id <ids>", about: "Only from these executions: 6dc981d7,-", repeats: true },
    STATUS,
    {
      flags: "--job-status <statuses>",
      about: "Only jobs with these statuses: FAILED,CACHED, ...",
    },
    {
      flags: "--task-name <name>",
      about: "Only tasks with this name, and their jobs",
      repeats: true,
    },
    {
      flags: "--task-hash <id>",
      about: "Only this version of a task, and its jobs",
      repeats: true,
    },
    { flags: "--result <id>", about: "Only jobs with this value as their result", repeats: true },
    { flags: "--arg <id>", about: "Only jobs with this value as an argument", repeats: true },
    {
      flags: "--value-type <type>",
      about: "Only values of this type: string, int, list, ...",
      repeats: true,
    },
    {
      flags: "--file-path <pattern>",
      about: "Only files whose path matches: out/*.csv",
      repeats: true,
    },
    { flags: "--count", about: "Print only the number of each type" },
    { flags: "--detail", about: "Show the full page of each" },
    LIMIT,
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "log                                  the newest executions",
    "log -t user=rasmus -t env=prod       those with both tags",
    "log -t approved                      those with any `approved` tag",
    "log -t 'cost>3' -t 'env!=dev'        numbers and dates compare; see docs/tags.md",
    "log --where 'status=failed and (env=prod or started > 2d)'",
    "log --since yesterday --author 'ras*'",
    "log --commit main..feature           runs of a branch, even from before a rebase",
    "log --decorate-code v1..             the commits since v1, each with its executions",
    "log --job --exec-tag env=prod --job-status FAILED",
    "log --value --exec-id -              the values of the latest execution",
    "log train.fit                        a task by its full name: the version that was called last",
    "log --file-path 'out/*.csv'          then log <id> shows who used one",
    "log --all --count                    count entities of every type",
    "log 6dc981d7                         one execution, job, task, value or call",
    "log executions/6dc981d7              the same by its address, as the console takes it",
    "log 'jobs?status=failed'             the address of a list; also tags/env, history/6dc981d7",
    "log report.txt                       a file: the job that wrote it, and from what",
    "log --format json | jq .id           one JSON object per line",
  ],
});

export type LogOptions = OptionsOf<typeof LOG>;

export const DIFF = defineCommand({
  name: "diff",
  args: "<execution> [execution]",
  about: "Compare two executions: tags, code, task sources, arguments, results, jobs",
  options: [FORMAT, ...WHICH_LOG],
  examples: [
    "diff 6dc981d7 3aa7bb10               from the first to the second",
    "diff ~1 -                            the latest execution against the one before it",
    "diff 3aa7bb10                        against the previous execution of the same task",
    "diff --format json 3aa7bb10 | jq .tags",
  ],
});

export const WHY = defineCommand({
  name: "why",
  args: "<job>",
  about: "Say why a job ran, or whose result it took: a job, task or execution",
  options: [FORMAT, ...WHICH_LOG],
  examples: [
    "why 9d095794                         one job: what changed since the nearest earlier call",
    "why hello_world.main                 the newest job of a task",
    "why -                                every job of the latest execution",
  ],
});

export const PATH = defineCommand({
  name: "path",
  args: "<id> [...ids]",
  about: "Print the paths of an entity and its tag edits in the log, for use with git",
  isQuick: true,
  options: [...WHICH_LOG],
  examples: [
    "path 6dc981d7                        where its record and its tag edits are",
    "path -                               the same for the latest execution",
    "path - | xargs git log -p refs/redun/main --",
  ],
});
