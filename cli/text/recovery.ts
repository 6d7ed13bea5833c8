import type { JournaledRun } from "../../src/log/journals.ts";
import type { Recovered, Recovery, Waiting } from "../../src/log/recover.ts";
import { titleOf } from "../../src/log/uncommitted.ts";
import { counted, shortId } from "./lines.ts";
import { oneLine, visible } from "./terminal.ts";

/** So many runs of unknown fate are listed one by one. */
const TOLD = 3;

/** Lines that say which runs were recovered, and which stay in their journals. */
export function recoveryText({ recovered, waiting }: Recovery): string {
  if (recovered.length + waiting.length === 0) return "";
  const blocked = waiting.filter(({ error }) => error !== null);
  const unknown = waiting.filter(({ error }) => error === null);
  const more = blocked.length - TOLD;
  const lines = [
    ...recovered.map(recoveredText),
    ...blocked.slice(0, TOLD).map(waitingText),
    ...(more > 0 ? [`note: and ${more} more; \`redun-git recover\` lists them`] : []),
    ...(unknown.length <= TOLD ? unknown.map(waitingText) : [manyUnknown(unknown.length)]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function manyUnknown(count: number): string {
  return `note: of ${count} runs nobody here can know whether they go on; \`redun-git recover\` lists them`;
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
  const name = journaledName(run);
  if (newer !== null) {
    return `note: ${name} is left as it is: ${fate.why}.\n  Update redun-git to see and record it.`;
  }
  if (error === null) {
    return visible(
      `note: ${name} may be running or dead: ${fate.why}.\n  If it is dead: \`redun-git recover ${shortId(execution)}\`.`,
    );
  }
  return visible(
    `warning: ${name} waits in its journal: ${error.message}\n  What it holds is kept: the next command that can write records it.`,
  );
}

/** `6dc981d7 run main`, or what is known. */
export function journaledName(run: JournaledRun): string {
  return oneLine(`${shortId(run.execution)} ${titleOf(run)}`);
}
