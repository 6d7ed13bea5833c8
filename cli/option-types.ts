/** What the text of a declaration says of the types of what a command is given. */

interface Declared {
  readonly flags: string;
  readonly repeats?: boolean;
}

/** `-n, --dry-run <x>` is `dryRun`. */
type KeyOf<Flags extends string> = Flags extends `${string}--${infer Long}`
  ? Camel<Long extends `${infer Name} ${string}` ? Name : Long>
  : never;

type Camel<Name extends string> = Name extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Name;

type ValueOf<Option extends Declared> = Option["flags"] extends `${string}<${string}`
  ? Option extends { readonly repeats: true }
    ? readonly string[]
    : string
  : boolean;

/** The values of declared options, each of which may be absent. */
export type OptionValues<Options extends readonly Declared[]> = {
  readonly [Option in Options[number] as KeyOf<Option["flags"]>]?: ValueOf<Option>;
};

type Word<Text extends string> = Text extends `[...${string}`
  ? readonly string[]
  : Text extends `<${string}`
    ? readonly [string]
    : readonly [string?];

/** The words of declared arguments: `<script> [task] [...rest]` is `[string, string?, ...string[]]`. */
export type GivenWords<Args extends string> = string extends Args
  ? readonly string[]
  : Args extends ""
    ? readonly []
    : Args extends `${infer First} ${infer Rest}`
      ? readonly [...Word<First>, ...GivenWords<Rest>]
      : Word<Args>;
