import { HelperChanges } from "../../src/compare/helper-changes.ts";
import { why } from "../../src/compare/why.ts";
import type { JobRow } from "../../src/index/rows.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { wrongType } from "../../src/provenance/find-execution.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { WHY } from "../declarations/log.ts";
import { whyJson } from "../json/why.ts";
import { whyPage } from "../pages/why.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";

/** Jobs of an execution that are reported. */
const MOST_JOBS = 1000;

export const command: CommandFunction<typeof WHY> = (workspace, [word], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const told: string[] = [];
    const helpers = new HelperChanges(log);
    for (const row of await jobsMeant(log, word)) {
      const found = await why(log, row);
      const source = found.kind === "reused" ? found.source?.row : undefined;
      const execution = log.index.execution(row.execution);
      const changed = source ? await helpers.since(source, execution) : [];
      told.push(
        json
          ? `${jsonText(whyJson(row, found, changed))}\n`
          : whyPage(row, found, changed, workspace.paint),
      );
    }
    return told.join("");
  });
};

/** A job by its id; of an execution all of them, of a task (by id or full name) the newest. */
async function jobsMeant(log: IndexedLog, word: string): Promise<JobRow[]> {
  const [task] = log.index.entitiesNamed("Task", word, 1);
  if (task) return log.index.jobsOfTask(task.seq, 1);
  const found = await findEntity(log, word);
  if (found.type === "Job") return [found.row];
  if (found.type === "Execution") return log.index.jobsOf(found.row.seq).slice(0, MOST_JOBS);
  if (found.type === "Task" && found.row) return log.index.jobsOfTask(found.row.seq, 1);
  throw wrongType(
    found,
    "a Job, Task or Execution",
    "Give a job, a task (its full name will do), or an execution for all of its jobs.",
  );
}
