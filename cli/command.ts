import { RedunError } from "../src/errors.ts";
import type { LogChoice } from "../src/log/ref.ts";
import type { GivenWords, OptionValues } from "./option-types.ts";
import { PAGER } from "./options.ts";
import type { Workspace } from "./workspace.ts";

export interface OptionSpec {
  /** As cac writes it: `-t, --tag <key=value>`. */
  readonly flags: string;
  readonly about: string;
  /** May be given several times; its value is then a list. */
  readonly repeats?: boolean;
  /** Only for redun-git's own use: help is silent about it. */
  readonly hidden?: boolean;
}

/** What a command is to its parser, its help and its documentation. */
export interface CommandSpec {
  /** One word, or two: `tag add`. */
  readonly name: string;
  /** The positional arguments, as cac writes them: `<script> [task]`. */
  readonly args: string;
  readonly about: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Waited for in milliseconds: its code is in the one file that Node starts fastest. */
  readonly isQuick?: boolean;
  /** From this positional on, words belong to someone else and are not looked at. */
  readonly rawAfter?: number;
  /** A `--` is handed on, because what stands before it is not what stands after it. */
  readonly keepsDashes?: boolean;
  /** Options that people may expect of it, and why it has none: `--force`. */
  readonly lacks?: Readonly<Record<string, string>>;
  /** What to do instead of giving it a word more than `args`. */
  readonly moreWords?: (word: string) => string;
}

/**
 * Declares a command. Its function, a `CommandFunction<typeof DECLARATION>`, gets words and options of
 * the types that the texts of `args` and `flags` say: `<id> [key]` is `[string, string?]`, `-n, --limit
 * <count>` is `limit?: string`.
 */
export function defineCommand<const Spec extends CommandSpec>(spec: Spec): Spec {
  return spec;
}

/** A command: what it does, in a workspace, with what was given to it. */
export type CommandFunction<Spec extends CommandSpec> = (
  workspace: Workspace,
  words: GivenWords<Spec["args"]>,
  options: OptionsOf<Spec>,
) => Promise<Status>;

// biome-ignore lint/suspicious/noConfusingVoidType: most commands end by doing nothing more
export type Status = number | void;

/** The options of a command, by their long names in camel case; absent where they are not given. */
export type OptionsOf<Spec extends CommandSpec> = OptionValues<Spec["options"]>;

/** Options as the parser finds them; a declaration knows more. */
export interface Options {
  readonly [name: string]: string | readonly string[] | boolean | undefined;
}

/** A declared command and its code, which loads when it runs. */
export interface Command extends CommandSpec {
  readonly load: () => Promise<{
    readonly command: (
      workspace: Workspace,
      words: readonly string[],
      options: Options,
    ) => Promise<Status>;
    /** That of the command's own bundle, if it is in another one than `main`. */
    readonly Workspace?: typeof Workspace;
  }>;
}

/** A declared command with its code, which has to take what the declaration says. */
export function withCode<Spec extends CommandSpec>(
  spec: Spec,
  load: () => Promise<{ readonly command: CommandFunction<NoInfer<Spec>> }>,
): Command {
  // `markWords` lets through only what the declaration says.
  return {
    ...spec,
    options: [...spec.options, ...PAGER],
    load: load as unknown as Command["load"],
  };
}

/** The log that `--log` or `--ref` names. */
export function logChoice({ log, ref }: LogChoice): LogChoice {
  return { log, ref };
}

/**
 * Whether `--format` asks for JSON.
 * @throws RedunError USAGE for a format that there is not
 */
export function isJson({ format }: { readonly format?: string }): boolean {
  if (format === undefined || format === "text") return false;
  if (format === "json") return true;
  throw new RedunError("USAGE", `There is no format "${format}".`, "Use `text` or `json`.");
}
