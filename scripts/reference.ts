/** `npm run docs`: writes docs/cli.md from the declarations of the commands, and docs/api.md. */
import { writeFileSync } from "node:fs";
import type { CommandSpec } from "../cli/command.ts";
import { COMMANDS } from "../cli/commands.ts";
import { apiReference } from "./api-reference.ts";

/** The whole of docs/cli.md. A test compares it with the file. */
export function commandReference(): string {
  return [
    "# Commands",
    "",
    "Generated from the declarations in `cli/` by `npm run docs`; `redun-git <command> --help` prints the same.",
    "Options may stand before the command or behind it; `--no-pager` and `-p` are those of git, and",
    "`redun-git help <command>` is `<command> --help`. Every command ends with status 0 when it did what was",
    "asked, 2 when the command line is malformed, and 1 for every other error ([errors.md](errors.md)).",
    "",
    ...COMMANDS.map(({ name, about }) => `- [\`${name}\`](#${anchor(name)}): ${about}`),
    ...COMMANDS.flatMap(section),
    "",
  ].join("\n");
}

function section({ name, args, about, options, examples }: CommandSpec): string[] {
  const shown = options.filter(({ hidden }) => !hidden);
  return [
    "",
    `## ${name}`,
    "",
    `${about}.`,
    "",
    "```",
    ["redun-git", name, "[options]", args].join(" ").trim(),
    "```",
    ...(shown.length > 0 ? ["", "| option | |", "|---|---|"] : []),
    ...shown.map(
      ({ flags, about, repeats }) =>
        `| \`${flags.replace(/\|/g, "\\|")}\` | ${cell(about)}${repeats ? " (may be repeated)" : ""} |`,
    ),
    "",
    "```",
    ...examples.map((example) => `redun-git ${example}`),
    "```",
  ];
}

function anchor(name: string): string {
  return name.replace(/ /g, "-");
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/[*_<]/g, "\\$&");
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(new URL("../docs/cli.md", import.meta.url), commandReference());
  writeFileSync(new URL("../docs/api.md", import.meta.url), apiReference());
}
