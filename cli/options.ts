/** Options shared by many commands. */

/** Options of every command that reads or writes a log. */
export const WHICH_LOG = [
  { flags: "--log <name>", about: "The log to use (default: git config redun.log, then main)" },
  { flags: "--ref <ref>", about: "The log to use, by the full name of its ref, such as a branch" },
] as const;

export const FORMAT = {
  flags: "--format <format>",
  about: "text, or json: one object per line",
} as const;

/** What a command that records an execution tags it with. */
export const TAG_EXECUTION = {
  flags: "-t, --tag <key=value>",
  about: "Tag the execution",
  repeats: true,
} as const;

export const DESCRIBE_EXECUTION = [
  {
    flags: "--project <name>",
    about: "The project tag (default: the task's namespace, or its name)",
  },
  { flags: "--doc <text>", about: "Describe the purpose of this run" },
  {
    flags: "-u, --user <name>",
    about: "The user tag (default: $REDUN_USER, then your user name)",
  },
] as const;

/** Options of every command, as in git. Long output on a terminal is paged by default. */
export const PAGER = [
  { flags: "-p, --paginate", about: "Page output that is longer than the terminal", hidden: true },
  { flags: "--no-pager", about: "Do not page", hidden: true },
] as const;
