/** The commands that bring logs together: within this repository, and over remotes. */
import type { CommandSpec, OptionSpec } from "./command.ts";
import { FORMAT, WHICH_LOG } from "./options.ts";

/** Of every command that talks with a remote. */
const SHARING: readonly OptionSpec[] = [
  { flags: "--all-logs", about: "Every log, not just one" },
  { flags: "--dry-run", about: "Say what would move, and move nothing" },
  FORMAT,
  ...WHICH_LOG,
];

/** git takes a branch behind the remote. */
const oneRemote = (word: string) => `It takes one remote; a log is chosen by \`--log ${word}\`.`;

const NEVER_FORCES =
  "A push never forces: it merges what the remote has, which cannot conflict, and pushes both.";

/** Of the commands that list what a remote and the log lack of each other. */
const CHANGES: readonly OptionSpec[] = [
  { flags: "--fetch", about: "Fetch the remote's log before" },
  FORMAT,
  ...WHICH_LOG,
];

export const SHARING_COMMANDS: readonly CommandSpec[] = [
  {
    name: "merge",
    args: "<from>",
    about: "Take everything that another log holds into this one",
    options: [
      { flags: "--dry-run", about: "Say what would come, and change nothing" },
      FORMAT,
      ...WHICH_LOG,
    ],
    examples: [
      "merge nightly                        another log of this repository",
      "merge --log nightly main             the other way round",
      "merge redun/remotes/origin/main      what the last fetch brought",
      "merge refs/heads/tags-of-ann         a branch that holds records, after its review",
      "merge 3aa7bb10                       a commit by its id: a state that no ref holds any more",
      "merge stick.bundle                   a file made by `git bundle create stick.bundle redun/main`",
    ],
    load: () => import("./commands/merge.ts"),
  },
  {
    name: "logs",
    args: "",
    about: "List the logs of this repository, and what its remotes had at the last fetch or push",
    options: [FORMAT, ...WHICH_LOG],
    examples: [
      "logs                                 a * stands before the log that commands use",
      "logs --format json",
    ],
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "push",
    args: "[remote]",
    about: "Push your log to a remote; merges what others pushed, never forces",
    options: [
      ...SHARING,
      { flags: "--give-back", about: "Give a remote that was rewritten what it has lost" },
      { flags: "--hook", about: "For a pre-push hook: only to a remote that `init` has set up" },
      {
        flags: "--background",
        about: "Ask and say nothing; a failure is told by the next command",
        hidden: true,
      },
    ],
    moreWords: oneRemote,
    lacks: { "--force": NEVER_FORCES, "-f": NEVER_FORCES },
    examples: [
      "push                                 to the branch's remote, else origin",
      "push --dry-run                       what would be pushed",
      "push /media/stick/log.git            a path or a URL will do",
    ],
    load: () => import("./commands/push.ts"),
  },
  {
    name: "fetch",
    args: "[remote]",
    about: "Fetch a remote's log, and leave yours as it is",
    options: SHARING,
    moreWords: oneRemote,
    examples: [
      "fetch                                from the branch's remote, else origin",
      "fetch --all-logs                     every log that the remote has",
    ],
    load: () => import("./commands/fetch.ts"),
  },
  {
    name: "pull",
    args: "[remote]",
    about: "Fetch a remote's log and merge it into yours; it cannot conflict",
    options: [
      ...SHARING,
      { flags: "--drop", about: "Drop what a remote that was rewritten has lost" },
    ],
    moreWords: oneRemote,
    examples: [
      "pull                                 from the branch's remote, else origin",
      "pull --dry-run                       what would come",
      "pull https://example.com/team.git    from a URL",
    ],
    load: () => import("./commands/pull.ts"),
  },
  {
    name: "incoming",
    args: "[remote]",
    about: "Show the runs and tag changes that a remote has and you lack",
    options: CHANGES,
    moreWords: oneRemote,
    examples: [
      "incoming                             as of the last fetch",
      "incoming --fetch                     ask the remote first",
      "incoming --format json | jq .tags    for programs",
    ],
    load: () => import("./commands/incoming.ts"),
  },
  {
    name: "outgoing",
    args: "[remote]",
    about: "Show the runs and tag changes that you have and a remote lacks",
    options: CHANGES,
    moreWords: oneRemote,
    examples: [
      "outgoing                             what `push` would send, as of the last fetch",
      "outgoing --fetch backup              ask the remote `backup` first",
    ],
    load: () => import("./commands/outgoing.ts"),
  },
  {
    name: "propose",
    args: "<branch>",
    about: "Put your tag edits on a branch for review, as one commit on the remote's log",
    options: [
      { flags: "-m, --message <why>", about: "The reason, instead of those that the edits have" },
      { flags: "--remote <name>", about: "The remote whose log it is based on" },
      FORMAT,
      ...WHICH_LOG,
    ],
    examples: [
      'propose approve-june -m "Approve the June runs"',
      "merge approve-june                   take it after its review",
    ],
    load: () => import("./commands/propose.ts"),
  },
  {
    name: "remote",
    args: "",
    about: "List the remotes, and how far their logs are from yours",
    options: [FORMAT, ...WHICH_LOG],
    examples: ["remote                               as of the last fetch or push"],
    load: () => import("./commands/remote.ts"),
  },
  {
    name: "init",
    args: "",
    about: "Let plain `git fetch` and `git push` carry the log as well",
    options: [
      { flags: "--remote <name>", about: "The remote (default: origin; all with --undo)" },
      { flags: "--auto-push", about: "Also push after each run, in the background" },
      { flags: "--undo", about: "Take back what an earlier `init` wrote" },
      { flags: "--dry-run", about: "Only show what would be written" },
    ],
    examples: [
      "init                                 git fetch and git push carry the log",
      "init --auto-push                     and every run is pushed when it ends",
      "init --remote backup                 the same with another remote, and no other",
      "init --undo                          as it was before",
    ],
    load: () => import("./commands/init.ts"),
  },
];
