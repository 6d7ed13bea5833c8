/** The commands that combine logs, within this repository and across remotes. */
import { defineCommand } from "../command.ts";
import { FORMAT, WHICH_LOG } from "../options.ts";
import { LIMIT } from "./log.ts";

/** Options of every command that transfers data to or from a remote. */
const SHARING = [
  { flags: "--all-logs", about: "Every log, not just the current one" },
  { flags: "--dry-run", about: "Show what would be transferred; transfer nothing" },
  FORMAT,
  ...WHICH_LOG,
] as const;

/** `git push` takes a branch after the remote; these commands take none. */
const oneRemote = (word: string) => `Expected one remote. To choose a log, use \`--log ${word}\`.`;

const NEVER_FORCES =
  "A push never forces: it merges the remote log, which cannot conflict, and pushes the result.";

/** Options of the commands that list what differs between a log and its remote log. */
const CHANGES = [
  { flags: "--fetch", about: "Fetch the remote log first" },
  { ...LIMIT, about: "At most this many executions, the newest (default 50; 0 for all)" },
  FORMAT,
  ...WHICH_LOG,
] as const;

export const MERGE = defineCommand({
  name: "merge",
  args: "<from>",
  about: "Merge another log into this one",
  options: [
    { flags: "--dry-run", about: "Show what would be merged; change nothing" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    "merge nightly                        another log of this repository",
    "merge --log nightly main             the other way round",
    "merge redun/remotes/origin/main      what the last fetch brought",
    "merge refs/heads/tags-of-ann         a branch of records, once it is reviewed",
    "merge 3aa7bb10                       a commit that no ref points to",
    "merge stick.bundle                   a file made by `git bundle create stick.bundle redun/main`",
  ],
});

export const LOGS = defineCommand({
  name: "logs",
  args: "",
  about: "List the logs of this repository, and those of its remotes as last seen",
  options: [FORMAT, ...WHICH_LOG],
  examples: [
    "logs                                 * marks the log that commands use",
    "logs --format json",
  ],
});

export const PUSH = defineCommand({
  name: "push",
  args: "[remote]",
  about: "Push your log to a remote, merging what others pushed; never forces",
  options: [
    ...SHARING,
    { flags: "--give-back", about: "Restore to a rewritten remote what it lost" },
    { flags: "--hook", about: "For a pre-push hook: push only to a remote that `init` set up" },
    {
      flags: "--background",
      about: "Never prompt or print; the next command reports a failure",
      hidden: true,
    },
  ],
  moreWords: oneRemote,
  lacks: { "--force": NEVER_FORCES, "-f": NEVER_FORCES },
  examples: [
    "push                                 to the branch's remote, or origin",
    "push --dry-run                       what would be pushed",
    "push /media/stick/log.git            a path or URL works too",
  ],
});

export const FETCH = defineCommand({
  name: "fetch",
  args: "[remote]",
  about: "Fetch a remote log without changing yours",
  options: SHARING,
  moreWords: oneRemote,
  examples: [
    "fetch                                from the branch's remote, or origin",
    "fetch --all-logs                     every log of the remote",
  ],
});

export const PULL = defineCommand({
  name: "pull",
  args: "[remote]",
  about: "Fetch a remote log and merge it into yours; it cannot conflict",
  options: [
    ...SHARING,
    { flags: "--drop", about: "Drop from your log what a rewritten remote lost" },
  ],
  moreWords: oneRemote,
  examples: [
    "pull                                 from the branch's remote, or origin",
    "pull --dry-run                       what would be merged",
    "pull https://example.com/team.git    from a URL",
  ],
});

export const INCOMING = defineCommand({
  name: "incoming",
  args: "[remote]",
  about: "Show the runs and tag changes that a remote has and you do not",
  options: CHANGES,
  moreWords: oneRemote,
  examples: [
    "incoming                             as of the last fetch",
    "incoming --fetch                     ask the remote first",
    "incoming --format json | jq .tags    as JSON",
  ],
});

export const OUTGOING = defineCommand({
  name: "outgoing",
  args: "[remote]",
  about: "Show the runs and tag changes that you have and a remote does not",
  options: CHANGES,
  moreWords: oneRemote,
  examples: [
    "outgoing                             what `push` would send, as of the last fetch",
    "outgoing --fetch backup              ask the remote `backup` first",
  ],
});

export const PROPOSE = defineCommand({
  name: "propose",
  args: "<branch>",
  about: "Put your tag edits on a branch for review, as one commit on top of the remote log",
  options: [
    { flags: "-m, --message <why>", about: "The reason, in place of the reasons of the edits" },
    { flags: "--remote <name>", about: "The remote whose log to build on" },
    FORMAT,
    ...WHICH_LOG,
  ],
  examples: [
    'propose approve-june -m "Approve the June runs"',
    "merge approve-june                   merge it once it is reviewed",
  ],
});

export const REMOTE = defineCommand({
  name: "remote",
  args: "",
  about: "List the remotes, and how far their logs differ from yours",
  options: [FORMAT, ...WHICH_LOG],
  examples: ["remote                               as of the last fetch or push"],
});

export const INIT = defineCommand({
  name: "init",
  args: "",
  about: "Make plain `git fetch` and `git push` carry the log too",
  options: [
    {
      flags: "--remote <name>",
      about: "The remote to set up (default: origin; with --undo: all)",
    },
    { flags: "--auto-push", about: "Also push after every run, in the background" },
    { flags: "--undo", about: "Undo what an earlier `init` wrote" },
    { flags: "--dry-run", about: "Show what would be written; write nothing" },
  ],
  examples: [
    "init                                 git fetch and git push carry the log",
    "init --auto-push                     and every run is pushed when it ends",
    "init --remote backup                 the same, for this remote only",
    "init --undo                          restore the previous configuration",
  ],
});
