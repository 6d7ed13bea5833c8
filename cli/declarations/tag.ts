/** The commands about tags. */
import { defineCommand, type OptionsOf } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";

/** Of the commands that change tags. */
const EDIT_OPTIONS = [
  { flags: "-m, --message <why>", about: "The reason, kept in the commit message" },
  { flags: "--dry-run", about: "Show what would change; change nothing" },
  ...WHICH_LOG,
] as const;

export const TAG_ADD = defineCommand({
  name: "tag add",
  args: "<id> [...ids-and-tags]",
  about: "Add tags to executions, jobs, tasks, values, files or calls",
  isQuick: true,
  keepsDashes: true,
  options: EDIT_OPTIONS,
  examples: [
    "tag add 6dc981d7 approved=true       by any unambiguous prefix of an id",
    "tag add - ~1 env=prod n=1            the latest execution and the one before, two tags",
    "tag add report.txt rows=12           the recorded value of a file",
    "tag add 6dc981d7 'cfg={\"a\": [1]}'    any JSON value",
    'tag add - ok=true -m "QA passed"     with the reason in the commit',
  ],
});

export const TAG_UPDATE = defineCommand({
  name: "tag update",
  args: "<id> [...ids-and-tags]",
  about: "Set tags, replacing the current values of their keys",
  isQuick: true,
  keepsDashes: true,
  options: EDIT_OPTIONS,
  examples: [
    "tag update 6dc981d7 env=prod         whatever env was, it is now prod",
    "tag update - owner=ada owner=bob     one key with two values",
    "tag update - env=prod --dry-run      show what would change; change nothing",
  ],
});

export const TAG_RM = defineCommand({
  name: "tag rm",
  args: "<id> [...ids-and-tags]",
  about: "Remove tags by key, or by key=value",
  isQuick: true,
  keepsDashes: true,
  options: EDIT_OPTIONS,
  examples: [
    "tag rm 6dc981d7 env=dev              this value only (env= or env=null is null)",
    "tag rm 6dc981d7 env note             every value of these keys",
    "tag rm 6dc981d7 9d095794 env         words of 6 or more hex digits, - and ~1 are ids",
    "tag rm 6dc981d7 -- env               `--` ends the list of ids",
  ],
});

/** Those of `tag update` and `tag rm`, too. */
export type EditOptions = OptionsOf<typeof TAG_ADD>;

export const TAG_HISTORY = defineCommand({
  name: "tag history",
  args: "<id> [key]",
  about: "Show every change to an entity's tags: when, by whom, in which commit, why",
  options: [FORMAT, ...WHICH_LOG],
  examples: [
    "tag history 6dc981d7                 what its run recorded, then every edit",
    "tag history 6dc981d7 env             for one key",
    "tag history - --format json          the latest execution, as JSON",
  ],
});

export const TAG_BLAME = defineCommand({
  name: "tag blame",
  args: "<id>",
  about: "Show who set each current tag of an entity, when and in which commit",
  options: [FORMAT, ...WHICH_LOG],
  examples: ["tag blame 6dc981d7                   by any unambiguous prefix of an id"],
});

export const TAG_CONFLICTS = defineCommand({
  name: "tag conflicts",
  args: "",
  about: "List tags that two clones changed concurrently; `tag update` resolves them",
  options: [FORMAT, ...WHICH_LOG],
  examples: [
    "tag conflicts                        both values, and who set each when",
    "tag update 6dc981d7 env=prod         resolve one",
  ],
});

export const TAG_LIST = defineCommand({
  name: "tag list",
  args: "[...id-or-tags]",
  about: "List tag keys, the entities with a tag, or the tags of one entity",
  isQuick: true,
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
});
