/** Options that commands of every kind have. */
import type { OptionSpec } from "./command.ts";

/** Of every command that reads or writes a log. */
export const WHICH_LOG: readonly OptionSpec[] = [
  { flags: "--log <name>", about: "Another log than main (or than git config redun.log)" },
  { flags: "--ref <ref>", about: "The same by the full name of its ref, such as a branch's" },
];

export const FORMAT: OptionSpec = {
  flags: "--format <format>",
  about: "text, or json: one object a line",
};

/** Of every command, as of git's. Long texts are paged on a terminal anyhow. */
export const PAGER: readonly OptionSpec[] = [
  { flags: "-p, --paginate", about: "Page what is longer than the terminal", hidden: true },
  { flags: "--no-pager", about: "Do not page", hidden: true },
];
