import { type Execution, shortName } from "../record/records.ts";

/** Longest argument text in a commit's subject, in characters. */
const MAX_ARGUMENTS = 60;

/**
 * The subject of a run's commit: `run hello_world.main --greet Hi4`. Arguments are those behind
 * the task's name on the command line.
 */
export function runTitle({ task, argv }: Pick<Execution, "task" | "argv">): string {
  const name = shortName(task);
  const isTask = (word: string) => word === name || word === task;
  // Behind the script: an option's value before it may be the same word.
  const at = argv.findIndex((word, i) => isTask(word) && /\.[cm]?[jt]s$/.test(argv[i - 1] ?? ""));
  const words = argv[0] === "run" && at > 0 ? argv.slice(at + 1) : [];
  const text = words.map(shellWord).join(" ");
  const cut = text.length > MAX_ARGUMENTS ? `${text.slice(0, MAX_ARGUMENTS - 3)}...` : text;
  return ["run", task || "(no task)", cut].filter(Boolean).join(" ");
}

/** A word as a shell would need it, on one line and without control characters. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(word)) return word;
  const visible = word.replace(
    /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `'${visible.replaceAll("'", "'\\''")}'`;
}
