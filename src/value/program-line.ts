import { shellWord } from "./shown-text.ts";

/** What the text of a program's arguments begins with; that of other arguments never does. */
const PROMPT = "$ ";
/** What follows the words is a comment to a shell. */
const COMMENT = "  # ";
/** The arguments that programs have: see src/exec/program-task.ts. */
const ARGUMENTS = ["command", "directory", "env", "inputs", "found_inputs"];

/**
 * The arguments of a program as somebody types them: `$ cd sub && MODE=fast python3 train.py 2  # inputs=[...]`.
 * Null for arguments of anything else.
 */
export function programLine(
  args: ReadonlyMap<string, unknown> | readonly unknown[],
  shown: (value: unknown) => string,
): string | null {
  if (!(args instanceof Map)) return null;
  const [command, directory, env] = ["command", "directory", "env"].map((name) => args.get(name));
  if (!isWords(command) || typeof directory !== "string") return null;
  if (![...args.keys()].every((name) => ARGUMENTS.includes(name))) return null;
  const words = [...variables(env), ...command.map(shellWord)].join(" ");
  const place = directory === "." ? "" : `cd ${shellWord(directory)} && `;
  const files = [...args]
    .filter(([name]) => /inputs$/.test(name))
    .map(([name, value]) => `${name}=${shown(value)}`);
  return [PROMPT + place + words, ...files].join(COMMENT);
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}

function variables(env: unknown): string[] {
  if (typeof env !== "object" || env === null) return [];
  const pairs = env instanceof Map ? [...env] : Object.entries(env);
  return pairs.map(([name, value]) => `${name}=${shellWord(String(value))}`);
}

/** A call on one line: `greeter(greet='Hi')`; that of a program is its command line, `train: python3 train.py 2`. */
export function callLine(task: string, args: string): string {
  if (!args.startsWith(PROMPT)) return `${task}(${args})`;
  const line = WORDS.exec(args)?.[1] ?? args.slice(PROMPT.length);
  // A script in quotes may name anything.
  const isNamed = line
    .replace(/'[^']*'/g, "")
    .split(/[\s/]+/)
    .includes(task);
  return isNamed ? line : `${task}: ${line}`;
}

/** What stands before the comment, which may be in quotes as well. */
const WORDS = /^\$ ((?:\\'|'[^']*'|[^'])*?)(?: {2}# .*)?$/s;
