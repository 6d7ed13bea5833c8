import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { RedunError } from "../../src/errors.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { findExecutions } from "../../src/provenance/find-execution.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { comparisonView } from "../../src/views/comparison.ts";
import { executionView } from "../../src/views/execution.ts";
import { tableView } from "../../src/views/table.ts";
import type { CommandFunction, OptionsOf } from "../command.ts";
import type { REPORT } from "../declarations/web.ts";
import { limitOf } from "../limit.ts";
import { runMarkdown, runsMarkdown } from "../pages/report.ts";
import { selectionOf } from "../selection.ts";
import { reportHtml } from "../web/report.ts";
import { withLog } from "../with-log.ts";

type ReportOptions = OptionsOf<typeof REPORT>;

export const command: CommandFunction<typeof REPORT> = async (workspace, words, options) => {
  const { format = "html", output } = options;
  if (format !== "html" && format !== "md") {
    throw new RedunError("USAGE", `There is no format "${format}".`, "Use `html` or `md`.");
  }
  if (format === "html" && output === undefined && workspace.io.stdout.isTTY) {
    throw new RedunError("USAGE", "A page is not for a terminal.", "Write `-o run.html`.");
  }
  const text = await withLog(workspace, async (log) => {
    const executions = await chosen(log, words, options);
    if (executions.length === 0) {
      throw new RedunError("USAGE", "No execution matches.", "`redun-git log` lists them.");
    }
    return format === "html" ? reportHtml(log, executions) : markdown(log, executions);
  });
  if (output === undefined) return workspace.write(text);
  const path = resolve(workspace.io.cwd, output);
  try {
    writeFileSync(path, text);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code;
    throw new RedunError("OUTPUT_FAILED", `${output} cannot be written: ${why}.`, "", {
      cause: error,
    });
  }
};

async function chosen(
  log: IndexedLog,
  words: readonly string[],
  options: ReportOptions,
): Promise<ExecutionRow[]> {
  if (words.length > 0) return findExecutions(log, words);
  const { output: _, format: __, limit, ...filters } = options;
  const { where, execution } = await selectionOf(log, filters);
  const isFiltered = Object.keys(filters).some((name) => name !== "log" && name !== "ref");
  // Without anything said, the latest.
  const found = executionsMeeting(
    log,
    { where, execution },
    isFiltered ? limitOf(limit, false) : 1,
  );
  // Of two the older one is what the other is compared with.
  return found.length === 2 ? found.reverse() : found;
}

async function markdown(log: IndexedLog, executions: readonly ExecutionRow[]): Promise<string> {
  const [first, second, third] = executions;
  if (!second) return runMarkdown(await executionView(log, first!));
  const comparison = third ? null : await comparisonView(log, first!.id, second.id);
  return runsMarkdown(await tableView(log, executions, { diffOnly: true }), comparison);
}
