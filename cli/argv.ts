import type { CommandSpec, OptionSpec, Options } from "./command.ts";
import {
  emptyWord,
  givenTwice,
  needsValue,
  takesNoValue,
  tooManyWords,
  unknownOption,
} from "./usage-errors.ts";

/** A command line in its parts. */
export interface CommandLine<Spec extends CommandSpec> {
  /** The command, where its name is one that there is. */
  readonly spec: Spec | undefined;
  /** The words that may be its name, one or two; none where there are only options. */
  readonly named: readonly string[];
  /** All other words. Options may stand before the name, as git's do. */
  readonly rest: readonly string[];
}

/** Finds the command that is meant, past the options that stand before it and their values. */
export function readCommand<Spec extends CommandSpec>(
  words: readonly string[],
  commands: readonly Spec[],
): CommandLine<Spec> {
  const valued = new Set(
    commands.flatMap(({ options }) => options.filter(takesValue).flatMap(names)),
  );
  const places: number[] = [];
  for (let at = 0; at < words.length && places.length < 2 && words[at] !== "--"; at++) {
    const option = optionIn(words[at]!, (name) => valued.has(name));
    if (!option) places.push(at);
    else if (valued.has(option.name) && option.inline === undefined) at++;
  }
  const named = places.map((at) => words[at]!);
  for (const length of [2, 1]) {
    const spec = commands.find(({ name }) => name === named.slice(0, length).join(" "));
    if (!spec) continue;
    const own = new Set(places.slice(0, length));
    return { spec, named, rest: words.filter((_, at) => !own.has(at)) };
  }
  return { spec: undefined, named, rest: words.filter((_, at) => !places.includes(at)) };
}

/**
 * Prepares the words of a command line for cac, which would turn an id like `00123456` into a
 * number, drop a lone `-`, keep only the first of `--tag a=1 -t b=2`, and know nothing of
 * two-word commands or of `-n1`. Every value crosses cac after a `=`, which it takes for plain
 * text; `unmark` takes it off again. Null where the words ask for help.
 * @throws RedunError USAGE for options and words that the command does not take
 */
export function markWords(spec: CommandSpec, words: readonly string[]): string[] | null {
  const options = new Map(spec.options.flatMap((option) => names(option).map((n) => [n, option])));
  const isValued = (name: string) => options.has(name) && takesValue(options.get(name)!);
  const given = new Set<OptionSpec>();
  const marked: string[] = [];
  const positionals: string[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at++]!;
    if (word === "--") {
      positionals.push(...words.slice(spec.keepsDashes ? at - 1 : at));
      break;
    }
    const read = optionIn(word, isValued);
    if (!read) {
      if (word === "") throw emptyWord(spec);
      positionals.push(word);
      if (spec.rawAfter === positionals.length) {
        positionals.push(...words.slice(at));
        break;
      }
      continue;
    }
    const { name, inline } = read;
    if (isHelp(name)) {
      // Behind a script, it is asked of that.
      if (!spec.rawAfter || positionals.length === 0) return null;
      positionals.push(word, ...words.slice(at));
      break;
    }
    const option = options.get(name);
    if (!option) throw unknownOption(spec, name);
    if (!takesValue(option)) {
      if (inline !== undefined) throw takesNoValue(name);
      // cac takes the word after a flag of two words (`--dry-run`) for its value.
      marked.push(`--${optionKey(option)}=true`);
      continue;
    }
    const value = inline ?? words[at++];
    if (value === undefined) throw needsValue(name, option);
    if (given.has(option) && !option.repeats) throw givenTwice(name);
    given.add(option);
    marked.push(`--${optionKey(option)}==${value}`);
  }
  if (positionals.length > mostWords(spec)) throw tooManyWords(spec, positionals[mostWords(spec)]!);
  return [spec.name, ...marked, ...positionals.map((word) => `=${word}`)];
}

/**
 * Takes the command's own options out of words that are otherwise someone else's, as far as a `--`,
 * which goes too. What `isTheirs` says is theirs stays, by its long name.
 * @throws RedunError USAGE for options that are incomplete, or given twice
 */
export function takeOptions<Given extends Options>(
  spec: CommandSpec,
  words: readonly string[],
  given: Given,
  isTheirs: (name: string) => boolean,
): { options: Given; rest: string[] } {
  const options: Record<string, Options[string]> = { ...given };
  const taken = (rest: string[]) => ({ options: options as Given, rest });
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") return taken([...rest, ...words.slice(at + 1)]);
    const found = ownOption(spec, word);
    if (!found || isTheirs(found.name)) {
      rest.push(word);
      continue;
    }
    const { option, name, inline } = found;
    const key = optionKey(option);
    if (!takesValue(option)) {
      if (inline !== undefined) throw takesNoValue(name);
      options[key] = true;
      continue;
    }
    const value = inline ?? words[++at];
    if (value === undefined) throw needsValue(name, option);
    if (options[key] !== undefined && !option.repeats) throw givenTwice(name);
    options[key] = option.repeats ? [...((options[key] as string[]) ?? []), value] : value;
  }
  return taken(rest);
}

/** The option of the command that a word is, if it is one. */
export function ownOption(spec: CommandSpec, word: string) {
  const called = (name: string) => spec.options.find((option) => names(option).includes(name));
  const read = optionIn(word, (name) => takesValue(called(name) ?? { flags: "", about: "" }));
  const option = read && called(read.name);
  return option ? { ...read, option } : null;
}

export function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

/** The text of a value that `markWords` marked. */
export function unmark(value: unknown): string {
  return String(value).slice(1);
}

/** The long name of an option, as it is written: `dry-run`. */
export function longName({ flags }: OptionSpec): string {
  return /--([\w-]+)/.exec(flags)?.[1] ?? flags;
}

/** The name of an option in `Options`: `dryRun`. cac takes a leading `no-` for a "not". */
export function optionKey(option: OptionSpec): string {
  return longName(option).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export function takesValue({ flags }: OptionSpec): boolean {
  return /[<[]/.test(flags);
}

/** The option that a word is, with the value that is attached to it: `--log=x`, `-n1`, `-n=1`. */
function optionIn(
  word: string,
  isValued: (name: string) => boolean,
): { name: string; inline: string | undefined } | null {
  const [short] = /^-[A-Za-z]/.exec(word) ?? [];
  if (short && short !== word && isValued(short)) {
    return { name: short, inline: word.slice(2).replace(/^=/, "") };
  }
  const [, name, inline] = /^(--?[A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
  return name === undefined ? null : { name, inline };
}

function names({ flags }: OptionSpec): string[] {
  return flags.match(/(?<![\w<])--?[\w-]+/g) ?? [];
}

function mostWords({ args }: CommandSpec): number {
  return args.includes("...") ? Number.POSITIVE_INFINITY : args.split(" ").filter(Boolean).length;
}
