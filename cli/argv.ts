import { RedunError } from "../src/errors.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";

/**
 * Prepares the words of a command line for cac, which would turn an id like `00123456` into a
 * number, drop a lone `-`, keep only the first of `--tag a=1 -t b=2`, and know nothing of
 * two-word commands. Every value crosses cac behind a `=`, which it takes for plain text; `unmark`
 * takes it off again.
 */
export function markWords(spec: CommandSpec, words: readonly string[]): string[] {
  const options = new Map(spec.options.flatMap((option) => names(option).map((n) => [n, option])));
  const marked: string[] = [];
  const positionals: string[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at++]!;
    if (word === "--") {
      positionals.push(...words.slice(spec.keepsDashes ? at - 1 : at));
      break;
    }
    const [, name, inline] = /^(--?[A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      positionals.push(word);
      if (spec.rawAfter === positionals.length) {
        positionals.push(...words.slice(at));
        break;
      }
      continue;
    }
    const option = options.get(name);
    if (!option || !takesValue(option)) {
      // cac takes the word after a flag of two words (`--dry-run`) for its value.
      marked.push(option ? `--${longName(option)}=true` : word);
      continue;
    }
    const value = inline ?? words[at++];
    if (value === undefined) {
      throw new RedunError("USAGE", `Option ${name} needs a value.`, `Write \`${option.flags}\`.`);
    }
    marked.push(`--${longName(option)}==${value}`);
  }
  return [spec.name, ...marked, ...positionals.map((word) => `=${word}`)];
}

/** The text of a value that `markWords` marked. */
export function unmark(value: unknown): string {
  return String(value).slice(1);
}

/** The long name of an option, as it is written: `dry-run`. */
export function longName({ flags }: OptionSpec): string {
  return /--([\w-]+)/.exec(flags)?.[1] ?? flags;
}

export function takesValue({ flags }: OptionSpec): boolean {
  return /[<[]/.test(flags);
}

function names({ flags }: OptionSpec): string[] {
  return flags.match(/(?<![\w<])--?[\w-]+/g) ?? [];
}
