import { RedunError } from "../src/errors.ts";
import type { LogChoice } from "../src/log/ref.ts";

export interface OptionSpec {
  /** As cac writes it: `-t, --tag <key=value>`. */
  readonly flags: string;
  readonly about: string;
  /** May be given several times; its value is then a list. */
  readonly repeats?: boolean;
  /** Only for redun-git's own use: help is silent about it. */
  readonly hidden?: boolean;
}

export interface CommandSpec {
  /** One word, or two: `tag add`. */
  readonly name: string;
  /** The positional arguments, as cac writes them: `<script> [task]`. */
  readonly args: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** From this positional on, words belong to someone else and are not looked at. */
  readonly rawAfter?: number;
  /** A `--` is handed on, because what stands before it is not what stands after it. */
  readonly keepsDashes?: boolean;
  /** Options that people may expect of it, and why it has none: `--force`. */
  readonly lacks?: Readonly<Record<string, string>>;
  /** What to do instead of giving it a word more than `args`. */
  readonly moreWords?: (word: string) => string;
  readonly load: () => Promise<{ readonly command: CommandFunction }>;
}

/** What a command is called with: all values are texts, options by their long camel-case name. */
export type CommandFunction = (words: readonly string[], options: Options) => Promise<void>;

export interface Options {
  readonly [name: string]: string | readonly string[] | boolean | undefined;
}

/** The log that `--log` or `--ref` names. */
export function logChoice({ log, ref }: Options): LogChoice {
  return { log: log as string | undefined, ref: ref as string | undefined };
}

/**
 * Whether `--format` asks for JSON.
 * @throws RedunError USAGE for a format that there is not
 */
export function isJson({ format }: Options): boolean {
  if (format === undefined || format === "text") return false;
  if (format === "json") return true;
  throw new RedunError("USAGE", `There is no format "${format}".`, "Use `text` or `json`.");
}
