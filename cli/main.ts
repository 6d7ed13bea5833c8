#!/usr/bin/env node
import { type CAC, cac } from "cac";
import { VERSION } from "../src/version.ts";
import { markWords, optionKey, readCommand, takesValue, unmark } from "./argv.ts";
import type { Command, CommandSpec, Options } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { reportError } from "./text/error.ts";
import { showNotices, watchOutput } from "./text/output.ts";
import { asUsageError, noCommand, unknownCommand } from "./usage-errors.ts";

watchOutput();
showNotices();

/** The one place where errors become text and an exit status. Resolves when the command is done. */
export const done = main(process.argv.slice(2)).catch((error) => {
  process.exitCode = reportError(error);
});

async function main(words: readonly string[]): Promise<void> {
  const { spec, named, rest } = readCommand(words, COMMANDS);
  // `help log` is `log --help`.
  if (!spec && named[0] === "help") return helpOn(words.toSpliced(words.indexOf("help"), 1));
  const group = spec ? [] : COMMANDS.filter(({ name }) => name.startsWith(`${named[0]} `));
  const cli = cac("redun-git");
  cli.version(VERSION);
  cli.help((sections) => helpOf(spec, sections));
  for (const known of group.length > 0 ? group : COMMANDS) declare(cli, known);
  try {
    cli.parse(["", "", ...(spec ? markWords(spec, rest) : rest.filter(asksForHelp))], {
      run: false,
    });
    if (cli.matchedCommand) return await cli.runMatchedCommand();
  } catch (error) {
    throw asUsageError(error, spec);
  }
  if (cli.options.help || cli.options.version) return;
  const isGroup = group.length > 0 && named.length === 1;
  if (named.length > 0 && !isGroup) throw unknownCommand(named, COMMANDS);
  if (named.length === 0 && rest.length > 0) throw noCommand(rest);
  cli.outputHelp();
}

async function helpOn(words: readonly string[]): Promise<void> {
  const { spec, named } = readCommand(words, COMMANDS);
  const isKnown =
    spec || named.length === 0 || COMMANDS.some(({ name }) => name.startsWith(`${named[0]} `));
  if (!isKnown) throw unknownCommand(named, COMMANDS);
  return main([...words, "--help"]);
}

function asksForHelp(word: string): boolean {
  return ["-h", "--help", "-v", "--version"].includes(word);
}

/** cac's help, with what the command does above its usage. */
function helpOf(
  spec: CommandSpec | undefined,
  [head, ...sections]: { title?: string; body: string }[],
): { title?: string; body: string }[] {
  const all = [
    ...(head ? [head] : []),
    ...(spec ? [{ body: `${spec.about}.` }] : []),
    ...sections.filter(({ title }) => !title?.startsWith("For more info")),
  ];
  return all.map((section) => ({ ...section, body: section.body.replace(/ +$/gm, "") }));
}

function declare(cli: CAC, spec: Command): void {
  const command = cli.command([spec.name, spec.args].join(" ").trim(), spec.about);
  // cac takes the first word for the name; a two-word command arrives as one word.
  command.name = spec.name;
  command.usage([spec.name, "[options]", spec.args].join(" "));
  // `markWords` has looked at the options already; these are for help.
  command.allowUnknownOptions();
  for (const { flags, about, hidden } of spec.options) {
    if (!hidden) command.option(flags, about);
  }
  for (const example of spec.examples) command.example(`  $ redun-git ${example}`);
  command.action(async () => {
    const { command: run } = await spec.load();
    const options = optionsOf(cli, spec);
    // As git tells its own commands.
    if (options.noPager && !spec.rawAfter) process.env.GIT_PAGER = "cat";
    const words = cli.args.map(unmark);
    // A workflow's errors end its run, which has to be recorded: see `Interrupts`.
    await (spec.name === "run" ? run(words, options) : orUncaught(() => run(words, options)));
  });
}

/** What a stream, a timer or a program raises beside the command's own work ends the process, too. */
async function orUncaught(work: () => Promise<void>): Promise<void> {
  const onUncaught = (error: unknown) => process.exit(reportError(error));
  process.on("uncaughtException", onUncaught);
  try {
    await work();
  } finally {
    process.off("uncaughtException", onUncaught);
  }
}

function optionsOf(cli: CAC, spec: CommandSpec): Options {
  const options: Record<string, Options[string]> = {};
  for (const option of spec.options) {
    const name = optionKey(option);
    const given: unknown = cli.options[name];
    if (given === undefined) continue;
    const values = [given].flat();
    if (!takesValue(option)) options[name] = Boolean(values.at(-1));
    else options[name] = option.repeats ? values.map(unmark) : unmark(values.at(-1));
  }
  return options;
}
