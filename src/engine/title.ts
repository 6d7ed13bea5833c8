import { type Execution, shortName } from "../record/records.ts";
import { redactWords } from "../redact.ts";
import { clip, shellWord } from "../value/shown-text.ts";

/** Longest argument text in a commit's subject, in characters. */
const MAX_ARGUMENTS = 60;

/**
 * The subject of a run's commit: `run hello_world.main --greet Hi4`. Arguments are those after
 * the task's name on the command line; what looks like a secret is hidden.
 */
export function runTitle({ task, argv }: Pick<Execution, "task" | "argv">): string {
  const name = shortName(task);
  const isTask = (word: string) => word === name || word === task;
  // Behind the script: an option's value before it may be the same word.
  const at = argv.findIndex((word, i) => isTask(word) && /\.[cm]?[jt]s$/.test(argv[i - 1] ?? ""));
  // Options may stand before the command's name.
  const words = at > 0 && argv.slice(0, at - 1).includes("run") ? argv.slice(at + 1) : [];
  const text = redactWords(words).map(shellWord).join(" ");
  return ["run", task || "(no task)", clip(text, MAX_ARGUMENTS)].filter(Boolean).join(" ");
}
