/** Every command of the command line. Their code loads when they run. */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { FORMAT, PAGER, WHICH_LOG } from "./options.ts";
import { RUN } from "./run-command.ts";
import { SHARING_COMMANDS } from "./sharing-commands.ts";

const TAG: OptionSpec = {
  flags: "-t, --tag <key=value>",
  about: "Only what has this tag; also key, key!=value, key~glob, key>3",
  repeats: true,
};
const WHERE: OptionSpec = {
  flags: "--where <query>",
  about: "Only what meets a query: env=prod and (cost > 3 or not user ~ ras*)",
  repeats: true,
};
/** Of the execution that an entity belongs to. */
const EXECUTION_FILTERS: readonly OptionSpec[] = [
  {
    flags: "--exec-tag <key=value>",
    about: "Only of executions that have this tag",
    repeats: true,
  },
  { flags: "--since <time>", about: "Only of executions since 2026-11-22, today, 2w ago, ..." },
  { flags: "--until <time>", about: "Only of executions until then; a day is the whole day" },
  { flags: "--author <user>", about: "Only of executions by this user (or ras*)", repeats: true },
];
/** Of the commands that change tags. */
const EDIT_OPTIONS: readonly OptionSpec[] = [
  { flags: "-m, --message <why>", about: "The reason, kept in the commit message" },
  { flags: "--dry-run", about: "Say what would change, and change nothing" },
  ...WHICH_LOG,
];

const ALL: readonly CommandSpec[] = [
  RUN,
  {
    name: "log",
    args: "[id]",
    about: "List executions, or show one execution, job, task or value",
    options: [
      { flags: "--exec", about: "List executions (which it does without another type)" },
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
        about: "Only of executions of these commits (one, or a..b), or of the same files",
      },
      {
        flags: "--decorate-code",
        about: "List commits (of a range, given as the id), each with its executions",
      },
      { flags: "--exec-id <ids>", about: "Only of these executions: 6dc981d7,-", repeats: true },
      {
        flags: "--exec-status <statuses>",
        about: "Only of executions that are FAILED,RUNNING, ...",
      },
      { flags: "--job-status <statuses>", about: "Only jobs that are FAILED,CACHED, ..." },
      {
        flags: "--task-name <name>",
        about: "Only tasks of this name, and their jobs",
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
        about: "Only values that are string, int, list, ...",
        repeats: true,
      },
      {
        flags: "--file-path <pattern>",
        about: "Only files whose path matches: out/*.csv",
        repeats: true,
      },
      { flags: "--count", about: "Only say how many there are of each type" },
      { flags: "--detail", about: "The whole page of each" },
      {
        flags: "-n, --limit <count>",
        about: "At most so many of each type (default 50; 0 is all)",
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
      "log --commit main..feature           what ran a branch, before its rebase too",
      "log --decorate-code v1..             the commits since v1, each with its executions",
      "log --job --exec-tag env=prod --job-status FAILED",
      "log --value --exec-id -              the values of the latest execution",
      "log --file-path 'out/*.csv'          who has the files: log <id> of one",
      "log --all --count                    how many there are of everything",
      "log 6dc981d7                         one execution, job, task, value or call",
      "log --format json | jq .id           for programs",
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
      "diff ~1 -                            the newest execution with the one before it",
      "diff 3aa7bb10                        with the previous execution of the same task",
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
    about: "Put tags in the place of the current ones of the same keys",
    keepsDashes: true,
    options: EDIT_OPTIONS,
    examples: [
      "tag update 6dc981d7 env=prod         whatever env was, it is now prod",
      "tag update - owner=ada owner=bob     two values of one key",
      "tag update - env=prod --dry-run      say what would change, and change nothing",
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
      "tag rm 6dc981d7 9d095794 env         later words of 6 or more digits, -, ~1 are ids",
      "tag rm 6dc981d7 -- env               `--` says where the ids end",
    ],
    load: () => import("./commands/tag-rm.ts"),
  },
  {
    name: "tag history",
    args: "<id> [key]",
    about: "Every change of an entity's tags: when, by whom, in which commit, why",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "tag history 6dc981d7                 what its run recorded first, then every edit",
      "tag history 6dc981d7 env             of one key",
      "tag history - --format json          of the latest execution, for programs",
    ],
    load: () => import("./commands/tag-history.ts"),
  },
  {
    name: "tag blame",
    args: "<id>",
    about: "Each current tag of an entity, with who set it, when and in which commit",
    options: [FORMAT, ...WHICH_LOG],
    examples: ["tag blame 6dc981d7                   by any unambiguous prefix of an id"],
    load: () => import("./commands/tag-blame.ts"),
  },
  {
    name: "tag conflicts",
    args: "",
    about: "List tags that two clones changed at once; `tag update` resolves them",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "tag conflicts                        both values, who set them and when",
      "tag update 6dc981d7 env=prod         resolve one",
    ],
    load: () => import("./commands/tag-conflicts.ts"),
  },
  {
    name: "path",
    args: "<id> [...ids]",
    about: "Print the paths of an entity and of its tag edits in the log, for plain git",
    options: [...WHICH_LOG],
    examples: [
      "path 6dc981d7                        where its record and its tag edits are",
      "path -                               those of the latest execution",
      "path - | xargs git log -p refs/redun/main --",
    ],
    load: () => import("./commands/path.ts"),
  },
  {
    name: "tag list",
    args: "[...id-or-tags]",
    about: "List the keys in use, what carries a tag, or the tags of one entity",
    options: [
      { flags: "--values", about: "List tags with their values, and how often each is used" },
      { flags: "-n, --limit <count>", about: "At most so many entities (default 50; 0 is all)" },
      FORMAT,
      ...WHICH_LOG,
    ],
    examples: [
      "tag list                             every key, and how often it is used",
      "tag list --values env                every value of `env`, and how often it is used",
      "tag list env=prod approved           everything that carries both tags, the newest first",
      "tag list 'cost>3'                    conditions are those of `log --tag`",
      "tag list 6dc981d7                    the tags of one entity",
    ],
    load: () => import("./commands/tag-list.ts"),
  },
  ...SHARING_COMMANDS,
  {
    name: "recover",
    args: "[execution]",
    about: "List runs that are not wholly in their logs, or record one whose process is dead",
    options: [
      { flags: "--force", about: "Also one whose process runs" },
      { flags: "--dry-run", about: "Only say what would be recorded" },
      FORMAT,
      ...WHICH_LOG,
    ],
    examples: [
      "recover                              which runs go on, wait, or may be dead",
      "recover 6dc981d7                     one of another machine or container that is dead",
      "recover 6dc981d7 --dry-run           what is known of it",
    ],
    load: () => import("./commands/recover.ts"),
  },
  {
    name: "index",
    args: "[action]",
    about: "Show the local index of a log; `rebuild` or `drop` it",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "index                                where it is, how big, and of which commit",
      "index rebuild                        throw it away and make it anew from the log",
      "index drop                           throw it away; the next query makes a new one",
    ],
    load: () => import("./commands/index.ts"),
  },
];

export const COMMANDS: readonly CommandSpec[] = ALL.map((spec) => ({
  ...spec,
  options: [...spec.options, ...PAGER],
}));
