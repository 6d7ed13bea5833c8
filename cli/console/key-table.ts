/** The keys of the console. The help and the line at the bottom are made of this table. */

export type Command =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "open"
  | "back"
  | "next"
  | "previous"
  | "side"
  | "fold"
  | "filter"
  | "go"
  | "search"
  | "tags"
  | "executions"
  | "mark"
  | "compare"
  | "differ"
  | "add"
  | "update"
  | "remove"
  | "resolve"
  | "undo"
  | "history"
  | "copy"
  | "copy-id"
  | "reload"
  | "help"
  | "suspend"
  | "quit";

export interface KeyBinding {
  readonly command: Command;
  readonly keys: readonly string[];
  /** What it does, for the help. */
  readonly about: string;
  /** One word for the line at the bottom; without it the key is in the help alone. */
  readonly word?: string;
}

export interface KeyGroup {
  readonly title: string;
  readonly bindings: readonly KeyBinding[];
}

export const KEY_TABLE: readonly KeyGroup[] = [
  {
    title: "Move",
    bindings: [
      { command: "up", keys: ["up", "k"], about: "one line up" },
      { command: "down", keys: ["down", "j"], about: "one line down" },
      { command: "page-up", keys: ["pageup", "ctrl-b"], about: "one page up" },
      { command: "page-down", keys: ["pagedown", "ctrl-f", "ctrl-d"], about: "one page down" },
      { command: "first", keys: ["home", "g"], about: "the first line" },
      { command: "last", keys: ["end", "G"], about: "the last line" },
      { command: "next", keys: ["right", "l"], about: "the next id, count or link of the line" },
      { command: "previous", keys: ["left", "h"], about: "the one before" },
      {
        command: "side",
        keys: ["tab", "backtab"],
        about: "to the facets and back; else to the next part",
      },
    ],
  },
  {
    title: "Look",
    bindings: [
      { command: "open", keys: ["enter"], about: "open what the cursor is on", word: "open" },
      { command: "back", keys: ["escape", "backspace", "b"], about: "back", word: "back" },
      { command: "fold", keys: ["z", " "], about: "fold or unfold a job's calls; on a list: mark" },
      { command: "filter", keys: ["/"], about: "filter: env=prod and cost > 3", word: "filter" },
      { command: "go", keys: [":"], about: "go to an address or id", word: "go" },
      { command: "search", keys: ["S"], about: "search entities of every type" },
      { command: "executions", keys: ["E"], about: "all executions" },
      { command: "tags", keys: ["T"], about: "all tags", word: "tags" },
      { command: "history", keys: ["H"], about: "how the tags changed here" },
      { command: "reload", keys: ["r", "ctrl-l"], about: "read again, and draw anew" },
    ],
  },
  {
    title: "Compare",
    bindings: [
      { command: "mark", keys: ["m"], about: "mark an execution, or no longer", word: "mark" },
      { command: "compare", keys: ["c"], about: "compare the marked executions", word: "compare" },
      { command: "differ", keys: ["d"], about: "all that separates it from the one before it" },
    ],
  },
  {
    title: "Tags",
    bindings: [
      { command: "add", keys: ["+", "a"], about: "add a tag: key=value, and why", word: "tag" },
      { command: "update", keys: ["="], about: "set a tag, replacing its key's values" },
      { command: "remove", keys: ["-", "x"], about: "remove a tag: key, or key=value" },
      { command: "resolve", keys: ["!"], about: "choose between tags in conflict" },
      {
        command: "undo",
        keys: ["u"],
        about: "undo the last edit made here, by one that inverts it",
      },
    ],
  },
  {
    title: "Other",
    bindings: [
      { command: "copy", keys: ["y"], about: "copy the address of what the cursor is on" },
      { command: "copy-id", keys: ["Y"], about: "copy its id, whole" },
      { command: "help", keys: ["?", "f1"], about: "this help", word: "help" },
      { command: "suspend", keys: ["ctrl-z"], about: "suspend; the shell's `fg` continues" },
      { command: "quit", keys: ["q", "ctrl-c"], about: "quit", word: "quit" },
    ],
  },
];

const BY_KEY: ReadonlyMap<string, Command> = new Map(
  KEY_TABLE.flatMap(({ bindings }) =>
    bindings.flatMap(({ command, keys }) => keys.map((key) => [key, command] as const)),
  ),
);

export function commandOf(key: string): Command | undefined {
  return BY_KEY.get(key);
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ up: "↑", down: "↓", left: "←", right: "→", enter: "Enter", escape: "Esc", " ": "Space" },
  ...{ pageup: "PgUp", pagedown: "PgDn", home: "Home", end: "End", tab: "Tab" },
  ...{ backtab: "Shift-Tab", backspace: "Backspace", f1: "F1" },
};

/** A key as people know it: `Ctrl-C`, `PgUp`. */
export function keyName(key: string): string {
  return NAMES[key] ?? key.replace(/^ctrl-(.)$/, (_, letter) => `Ctrl-${letter.toUpperCase()}`);
}
