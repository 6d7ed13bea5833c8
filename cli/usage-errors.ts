/** Errors for malformed command lines: what is wrong, and what was perhaps meant. */
import { RedunError } from "../src/errors.ts";
import { didYouMean, nearest } from "../src/suggest.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";

/** `named` are the words that should be a command, of which there are these. */
export function unknownCommand(
  named: readonly string[],
  commands: readonly CommandSpec[],
): RedunError {
  const group = commands.filter(({ name }) => name.startsWith(`${named[0]} `));
  const said = (group.length > 0 ? named : named.slice(0, 1)).join(" ");
  const meant = didYouMean(
    said,
    commands.map(({ name }) => name),
  );
  const known = (group.length > 0 ? group : commands).map(({ name }) => name).join(", ");
  return misuse(`There is no command "${said}".${meant}`, `The commands are: ${known}.`);
}

/** There are options, and nothing that they could be of. */
export function noCommand(words: readonly string[]): RedunError {
  return misuse(
    `No command was given, only options: \`${words.join(" ")}\`.`,
    "See `redun-git --help` for the commands.",
  );
}

export function unknownOption(spec: CommandSpec, name: string): RedunError {
  const { options, lacks = {} } = spec;
  const known = options.flatMap(({ flags, hidden }) =>
    hidden ? [] : (flags.match(/--[\w-]+/g) ?? []),
  );
  const message = `\`${spec.name}\` has no option \`${name}\`.`;
  // `-log` was meant to be `--log`.
  const wanted = name.replace(/^-(?=\w\w)/, "--");
  const [near = ""] =
    wanted in lacks ? [wanted] : nearest(wanted, [...known, ...Object.keys(lacks)]);
  if (near in lacks) return misuse(message, lacks[near]);
  return misuse(message + didYouMean(wanted, known), seeHelp(spec));
}

export function needsValue(name: string, { flags }: OptionSpec): RedunError {
  return misuse(`Option ${name} needs a value.`, `Write \`${flags}\`.`);
}

export function takesNoValue(name: string): RedunError {
  return misuse(`Option ${name} takes no value.`, `Write \`${name}\`, or leave it out.`);
}

export function givenTwice(name: string): RedunError {
  return misuse(`Option ${name} is given twice, and takes one value.`);
}

/** Mostly a variable of the shell that is not set: to go on without the word would surprise. */
export function emptyWord(spec: CommandSpec): RedunError {
  const takes = spec.args ? `, which takes ${spec.args}` : "";
  return misuse(
    `An empty word is given to \`${spec.name}\`${takes}.`,
    "Leave it out, or check for an unset shell variable.",
  );
}

export function tooManyWords(spec: CommandSpec, word: string): RedunError {
  const most = spec.args ? `no more than ${spec.args}` : "no words";
  return misuse(
    `\`${spec.name}\` takes ${most}: what is "${word}"?`,
    spec.moreWords?.(word) ?? seeHelp(spec),
  );
}

/** cac's own complaints are misuse too. */
export function asUsageError(error: unknown, spec: CommandSpec | undefined): unknown {
  if (!(error instanceof Error) || error.name !== "CACError") return error;
  if (spec && error.message.startsWith("missing required args")) {
    return misuse(`\`${spec.name}\` takes ${spec.args}: a word is missing.`, seeHelp(spec));
  }
  const sentence = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return misuse(`${sentence}.`, seeHelp(spec));
}

function seeHelp(spec: CommandSpec | undefined): string {
  return `See \`redun-git ${spec ? `${spec.name} ` : ""}--help\`.`;
}

function misuse(message: string, hint?: string): RedunError {
  return new RedunError("USAGE", message, hint);
}
