/** What `--help` and `--version` print, of the same declarations as docs/cli.md. */
import { VERSION } from "../src/version.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";

const HELP: OptionSpec = { flags: "-h, --help", about: "Display this message" };
const VERSION_OPTION: OptionSpec = { flags: "-v, --version", about: "Display version number" };

const HEAD = `redun-git/${VERSION}`;

/** The help of one command. */
export function commandHelp({ name, args, about, options, examples }: CommandSpec): string {
  const shown = options.filter(({ hidden }) => !hidden);
  return sections([
    HEAD,
    `${about}.`,
    usage([name, "[options]", args].filter(Boolean).join(" ")),
    optionList([...shown, HELP]),
    `Examples:\n${examples.map((example) => `  $ redun-git ${example}`).join("\n")}`,
  ]);
}

/** The help of all commands, or of those of a group such as `tag`. */
export function overview(commands: readonly CommandSpec[]): string {
  const rows = commands.map(({ name, args, about }) => [`${name} ${args}`.trim(), about] as const);
  return sections([
    HEAD,
    usage("<command> [options]"),
    `Commands:\n${table(rows)}`,
    optionList([VERSION_OPTION, HELP]),
  ]);
}

export function versionText(): string {
  return `${HEAD} ${process.platform}-${process.arch} node-${process.version}\n`;
}

function usage(words: string): string {
  return `Usage:\n  $ redun-git ${words}`;
}

function optionList(options: readonly OptionSpec[]): string {
  return `Options:\n${table(options.map(({ flags, about }) => [flags, about]))}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

function sections(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}
