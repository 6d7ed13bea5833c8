import { type JournaledRun, journaledRuns } from "../../src/log/journals.ts";
import type { Log } from "../../src/log/log.ts";
import { assertRecoverable, journaledRunWithId, recoverByHand } from "../../src/log/uncommitted.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import type { RECOVER } from "../declarations/upkeep.ts";
import { jsonText } from "../text/json.ts";
import { localTime } from "../text/lines.ts";
import { journaledName, recoveredText } from "../text/recovery.ts";
import { oneLine, visible } from "../text/terminal.ts";

export const command: CommandFunction<typeof RECOVER> = async (workspace, [id], options) => {
  const json = isJson(options);
  const { log, repository } = workspace;
  const runs = journaledRuns(repository.commonDir);
  const text =
    id === undefined ? list(runs, json) : await recover(log, journaledRunWithId(runs, id), options);
  await workspace.write(text);
};

async function recover(
  log: Log,
  run: JournaledRun,
  options: OptionsOf<typeof RECOVER>,
): Promise<string> {
  const force = options.force === true;
  if (options.dryRun) {
    assertRecoverable(run, force);
    return isJson(options) ? `${jsonText(facts(run))}\n` : `Would record ${line(run)}\n`;
  }
  const recovered = await recoverByHand(log, run, force);
  if (isJson(options))
    return `${jsonText(recovered ?? { execution: run.execution, status: null })}\n`;
  return recovered
    ? `${recoveredText(recovered)}\n`
    : `${journaledName(run)} is recorded already, or another process is at it.\n`;
}

function list(runs: readonly JournaledRun[], json: boolean): string {
  if (json) return runs.map((run) => `${jsonText(facts(run))}\n`).join("");
  if (runs.length === 0)
    return "No run has a journal: none is running, and none waits to be recorded.\n";
  return `Runs that are not yet fully recorded:\n\n${runs.map((run) => `${line(run)}\n`).join("")}`;
}

function line(run: JournaledRun): string {
  const { head, fate, written, bytes } = run;
  const begun = head ? localTime(Date.parse(head.started)) : "?";
  return visible(
    `${journaledName(run)}\n  ${STATES[fate.state]}: ${oneLine(fate.why)}; begun ${begun}, last written ${localTime(written.getTime())}, ${size(bytes)}`,
  );
}

const STATES = { alive: "goes on", dead: "waits to be recorded", unknown: "may go on or be dead" };

function size(bytes: number): string {
  return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;
}

function facts({ execution, head, fate, written, bytes, files }: JournaledRun): object {
  return {
    id: execution,
    title: head?.title ?? null,
    ref: head?.ref ?? null,
    start_time: head?.started ?? null,
    host: head?.owner.host ?? null,
    pid: head?.owner.pid ?? null,
    state: fate.state,
    why: fate.why,
    written: written.toISOString(),
    bytes,
    files: files.map(({ path }) => path),
  };
}
