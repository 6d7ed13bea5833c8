#!/usr/bin/env node
import { type CAC, cac } from "cac";
import { RedunError } from "../src/errors.ts";
import { didYouMean } from "../src/script/suggest.ts";
import { VERSION } from "../src/version.ts";
import { longName, markWords, takesValue, unmark } from "./argv.ts";
import type { CommandSpec, Options } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { reportError } from "./text/error.ts";

/** The one place where errors become text and an exit status. */
main(process.argv.slice(2)).catch((error) => {
  process.exitCode = reportError(error);
});

async function main(words: readonly string[]): Promise<void> {
  const cli = cac("redun-git");
  cli.version(VERSION);
  const spec = commandOf(words);
  cli.help((sections) => helpOf(spec, sections));
  const group = spec ? [] : COMMANDS.filter(({ name }) => name.startsWith(`${words[0]} `));
  for (const known of group.length > 0 ? group : COMMANDS) declare(cli, known);

  const rest = spec ? words.slice(spec.name.split(" ").length) : words;
  try {
    cli.parse(["", "", ...(spec ? markWords(spec, rest) : rest)], { run: false });
    if (cli.matchedCommand) return await cli.runMatchedCommand();
  } catch (error) {
    throw asUsageError(error, spec);
  }
  if (cli.options.help || cli.options.version) return;
  const isGroup = group.length > 0 && words.length === 1;
  if (words.length > 0 && !isGroup) throw unknownCommand(words);
  cli.outputHelp();
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

function declare(cli: CAC, spec: CommandSpec): void {
  const command = cli.command([spec.name, spec.args].join(" ").trim(), spec.about);
  // cac takes the first word for the name; a two-word command arrives as one word.
  command.name = spec.name;
  command.usage([spec.name, "[options]", spec.args].join(" "));
  for (const { flags, about } of spec.options) command.option(flags, about);
  for (const example of spec.examples) command.example(`  $ redun-git ${example}`);
  command.action(async () => {
    const { command: run } = await spec.load();
    await run(cli.args.map(unmark), optionsOf(cli, spec));
  });
}

function optionsOf(cli: CAC, spec: CommandSpec): Options {
  const options: Record<string, Options[string]> = {};
  for (const option of spec.options) {
    const name = longName(option).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const given: unknown = cli.options[name];
    if (given === undefined) continue;
    const values = [given].flat();
    if (!takesValue(option)) options[name] = Boolean(values.at(-1));
    else options[name] = option.repeats ? values.map(unmark) : unmark(values.at(-1));
  }
  return options;
}

function commandOf(words: readonly string[]): CommandSpec | undefined {
  const first = words.slice(0, 2).join(" ");
  return (
    COMMANDS.find(({ name }) => name === first) ?? COMMANDS.find(({ name }) => name === words[0])
  );
}

function unknownCommand(words: readonly string[]): RedunError {
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${words[0]} `));
  const known = (group.length > 0 ? group : COMMANDS).map(({ name }) => name).join(", ");
  const said = group.length > 0 ? words.slice(0, 2).join(" ") : words[0];
  const names = COMMANDS.map(({ name }) => name);
  return new RedunError(
    "USAGE",
    `There is no command "${said}".${didYouMean(said ?? "", names)}`,
    `The commands are: ${known}.`,
  );
}

/** cac's own complaints are misuse too. */
function asUsageError(error: unknown, spec: CommandSpec | undefined): unknown {
  if (!(error instanceof Error) || error.name !== "CACError") return error;
  const help = spec ? `redun-git ${spec.name} --help` : "redun-git --help";
  const sentence = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return new RedunError("USAGE", `${sentence}.`.replaceAll("`=", "`"), `See \`${help}\`.`);
}
