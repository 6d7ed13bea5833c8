/** Every command of the command line. Their code loads when they run. */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { FORMAT, PAGER, WHICH_LOG } from "./options.ts";
import { RUN } from "./run-command.ts";
import { SHARING_COMMANDS } from "./sharing-commands.ts";

const TAG: OptionSpec = {
  flags: "-t, --tag <key=value>",
  about: "Only entities with this tag; also key, key!=value, key~glob, key>3",
  repeats: true,
};
const WHERE: OptionSpec = {
  flags: "--where <query>",
  about: "Only entities that match: env=prod and (cost > 3 or not user ~ ras*)",
  repeats: true,
};
/** Of the execution that an entity belongs to. */
const EXECUTION_FILTERS: readonly OptionSpec[] = [
  {
    flags: "--exec-tag <key=value>",
    about: "Only from executions with this tag",
    repeats: true,
  },
  { flags: "--since <time>", about: "Only from executions since 2026-11-22, today, 2w ago, ..." },
  {
    flags: "--until <time>",
    about: "Only from executions up to then; a date includes the whole day",
  },
  { flags: "--author <user>", about: "Only from executions by this user (or ras*)", repeats: true },
];
/** Of the commands that change tags. */
const EDIT_OPTIONS: readonly OptionSpec[] = [
  { flags: "-m, --message <why>", about: "The reason, kept in the commit message" },
  { flags: "--dry-run", about: "Show what would change; change nothing" },
  ...WHICH_LOG,
];

const ALL: readonly CommandSpec[] = [
  RUN,
  {
    name: "log",
    args: "[id]",
    about: "List executions, or show one execution, job, task or value",
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
      {
        flags: "--commit <revision>",
        about: "Only from executions of this commit or range (a..b), or of identical files",
      },
      {
        flags: "--decorate-code",
        about: "List commits with their executions; takes a range in place of the id",
      },
      { flags: "--exec-id <ids>", about: "Only from these executions: 6dc981d7,-", repeats: true },
      {
        flags: "--exec-status <statuses>",
        about: "Only from executions with these statuses: FAILED,RUNNING, ...",
      },
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
      {
        flags: "-n, --limit <count>",
        about: "At most this many of each type (default 50; 0 for all)",
      },
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
      "log --file-path 'out/*.csv'          then log <id> shows who used one",
      "log --all --count                    count entities of every type",
      "log 6dc981d7                         one execution, job, task, value or call",
      "log --format json | jq .id           one JSON object a line",
    ],
    load: () => import("./commands/log.ts"),
  },
  {
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
    load: () => import("./commands/diff.ts"),
  },
  {
    name: "tag add",
    args: "<id> [...ids-and-tags]",
    about: "Add tags to executions, jobs, tasks, values, files or calls",
    keepsDashes: true,
    options: EDIT_OPTIONS,
    examples: [
      "tag add 6dc981d7 approved=true       by any unambiguous prefix of an id",
      "tag add - ~1 env=prod n=1            the latest execution and the one before, two tags",
      "tag add report.txt rows=12           the recorded value of a file",
      "tag add 6dc981d7 'cfg={\"a\": [1]}'     any JSON value",
      'tag add - ok=true -m "QA passed"      with the reason in the commit',
    ],
    load: () => import("./commands/tag-add.ts"),
  },
  {
    name: "tag update",
    args: "<id> [...ids-and-tags]",
    about: "Set tags, replacing the current values of their keys",
    keepsDashes: true,
    options: EDIT_OPTIONS,
    examples: [
      "tag update 6dc981d7 env=prod         whatever env was, it is now prod",
      "tag update - owner=ada owner=bob     one key with two values",
      "tag update - env=prod --dry-run      show what would change; change nothing",
    ],
    load: () => import("./commands/tag-update.ts"),
  },
  {
    name: "tag rm",
    args: "<id> [...ids-and-tags]",
    about: "Remove tags by key, or by key=value",
    keepsDashes: true,
    options: EDIT_OPTIONS,
    examples: [
      "tag rm 6dc981d7 env=dev              this value only (env= or env=null is null)",
      "tag rm 6dc981d7 env note             every value of these keys",
      "tag rm 6dc981d7 9d095794 env         words of 6 or more hex digits, - and ~1 are ids",
      "tag rm 6dc981d7 -- env               `--` ends the list of ids",
    ],
    load: () => import("./commands/tag-rm.ts"),
  },
  {
    name: "tag history",
    args: "<id> [key]",
    about: "Show every change to an entity's tags: when, by whom, in which commit, why",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "tag history 6dc981d7                 what its run recorded, then every edit",
      "tag history 6dc981d7 env             for one key",
      "tag history - --format json          the latest execution, as JSON",
    ],
    load: () => import("./commands/tag-history.ts"),
  },
  {
    name: "tag blame",
    args: "<id>",
    about: "Show who set each current tag of an entity, when and in which commit",
    options: [FORMAT, ...WHICH_LOG],
    examples: ["tag blame 6dc981d7                   by any unambiguous prefix of an id"],
    load: () => import("./commands/tag-blame.ts"),
  },
  {
    name: "tag conflicts",
    args: "",
    about: "List tags that two clones changed concurrently; `tag update` resolves them",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "tag conflicts                        both values, and who set each when",
      "tag update 6dc981d7 env=prod         resolve one",
    ],
    load: () => import("./commands/tag-conflicts.ts"),
  },
  {
    name: "path",
    args: "<id> [...ids]",
    about: "Print the paths of an entity and its tag edits in the log, for use with git",
    options: [...WHICH_LOG],
    examples: [
      "path 6dc981d7                        where its record and its tag edits are",
      "path -                               the same for the latest execution",
      "path - | xargs git log -p refs/redun/main --",
    ],
    load: () => import("./commands/path.ts"),
  },
  {
    name: "tag list",
    args: "[...id-or-tags]",
    about: "List tag keys, the entities with a tag, or the tags of one entity",
    options: [
      { flags: "--values", about: "List tags with their values and counts" },
      { flags: "-n, --limit <count>", about: "At most this many entities (default 50; 0 for all)" },
      FORMAT,
      ...WHICH_LOG,
    ],
    examples: [
      "tag list                             every key, with its count",
      "tag list --values env                every value of `env`, with its count",
      "tag list env=prod approved           everything with both tags, newest first",
      "tag list 'cost>3'                    takes the conditions of `log --tag`",
      "tag list 6dc981d7                    the tags of one entity",
    ],
    load: () => import("./commands/tag-list.ts"),
  },
  ...SHARING_COMMANDS,
  {
    name: "recover",
    args: "[execution]",
    about: "List runs not yet fully recorded, or record one whose process died",
    options: [
      { flags: "--force", about: "Even if its process is still running" },
      { flags: "--dry-run", about: "Show what would be recorded; record nothing" },
      FORMAT,
      ...WHICH_LOG,
    ],
    examples: [
      "recover                              which runs are active, waiting, or may be dead",
      "recover 6dc981d7                     record one that died on another machine or container",
      "recover 6dc981d7 --dry-run           show what is known about it",
    ],
    load: () => import("./commands/recover.ts"),
  },
  {
    name: "index",
    args: "[action]",
    about: "Show the local index of a log; `rebuild` or `drop` it",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "index                                its path, its size, and the commit it covers",
      "index rebuild                        delete it and build it again from the log",
      "index drop                           delete it; the next query builds it again",
    ],
    load: () => import("./commands/index.ts"),
  },
];

export const COMMANDS: readonly CommandSpec[] = ALL.map((spec) => ({
  ...spec,
  options: [...spec.options, ...PAGER],
}));
