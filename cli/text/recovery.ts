import type { JournaledRun } from "../../src/log/journals.ts";
import type { Recovered, Recovery, Waiting } from "../../src/log/recover.ts";
import { titleOf } from "../../src/log/uncommitted.ts";
import { counted, shortId } from "./lines.ts";
import { oneLine, visible } from "./terminal.ts";

/** So many runs that nobody knows the fate of are told one by one. */
const TOLD = 3;

/** Tells on stderr which runs were recovered, and which stay in their journals. */
export function reportRecovery({ recovered, waiting }: Recovery): void {
  for (const run of recovered) process.stderr.write(`${recoveredText(run)}\n`);
  const blocked = waiting.filter(({ error }) => error !== null);
  const unknown = waiting.filter(({ error }) => error === null);
  for (const one of blocked.slice(0, TOLD)) process.stderr.write(`${waitingText(one)}\n`);
  if (blocked.length > TOLD)
    say(`and ${blocked.length - TOLD} more; \`redun-git recover\` lists them`);
  if (unknown.length <= TOLD) {
    for (const one of unknown) process.stderr.write(`${waitingText(one)}\n`);
  } else {
    say(
      `of ${unknown.length} runs nobody here can know whether they go on; \`redun-git recover\` lists them`,
    );
  }
}

function say(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}

/** `Recorded an interrupted run: 6dc981d7 run main (2 jobs)` */
export function recoveredText({ execution, title, status, jobCount, lost }: Recovered): string {
  const what = status === "INTERRUPTED" ? "an interrupted run" : "a run that had ended";
  const jobs = counted(jobCount, "job");
  const damage = lost > 0 ? `; ${counted(lost, "line")} of its journal lost` : "";
  return `Recorded ${what}: ${shortId(execution)} ${oneLine(title)} [${status}] (${jobs}${damage})`;
}

function waitingText({ run, error }: Waiting): string {
  const { execution, fate, newer } = run;
  const name = nameOf(run);
  if (newer !== null) {
    return `note: ${name} is left as it is: ${fate.why}.\n  Update redun-git to see and record it.`;
  }
  if (error === null) {
    return visible(
      `note: ${name} may go on or be dead: ${fate.why}.\n  If it is dead: \`redun-git recover ${shortId(execution)}\`.`,
    );
  }
  return visible(
    `warning: ${name} waits in its journal: ${error.message}\n  What it holds is kept: the next command that can write records it.`,
  );
}

/** `6dc981d7 run main`, or what is known. */
export function nameOf(run: JournaledRun): string {
  return oneLine(`${shortId(run.execution)} ${titleOf(run)}`);
}
