import { RedunError } from "../../src/errors.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { findExecutions } from "../../src/provenance/find-execution.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { tableView } from "../../src/views/table.ts";
import type { CommandFunction, OptionsOf } from "../command.ts";
import type { TABLE } from "../declarations/table.ts";
import { tableJson } from "../json/comparisons.ts";
import { limitOf } from "../limit.ts";
import { tableCsv, tableMarkdown, tableText } from "../pages/table.ts";
import { selectionOf } from "../selection.ts";
import { tableFormat } from "../table-format.ts";
import { pageOfLog } from "../with-log.ts";

type TableOptions = OptionsOf<typeof TABLE>;

const FORMATS = { text: tableText, md: tableMarkdown, csv: tableCsv, json: tableJson };

export const command: CommandFunction<typeof TABLE> = (workspace, ids, options) => {
  const draw = tableFormat(FORMATS, options.format);
  const { by = [], min = [], max = [], diffOnly = false } = options;
  return pageOfLog(workspace, async (log) => {
    const rows = await executions(log, ids, options);
    const view = await tableView(log, rows, { by, min, max, diffOnly });
    const names = new Set(view.columns.map(({ name }) => name));
    const unknown = [...by, ...min, ...max].filter((name) => !names.has(name));
    if (unknown.length > 0 && rows.length > 0) throw noColumn(unknown[0]!, names);
    return draw(view, workspace.paint);
  });
};

async function executions(
  log: IndexedLog,
  ids: readonly string[],
  options: TableOptions,
): Promise<ExecutionRow[]> {
  if (ids.length === 0) {
    const { where, execution } = await selectionOf(log, options);
    const isData = options.format === "csv" || options.format === "json";
    return executionsMeeting(log, { where, execution }, limitOf(options.limit, isData));
  }
  return findExecutions(log, ids);
}

function noColumn(name: string, names: ReadonlySet<string>): RedunError {
  const known = [...names].join(", ");
  return new RedunError(
    "USAGE",
    `No column is called "${name}".`,
    known === "" ? "These executions have no tags and arguments." : `There are: ${known}.`,
  );
}
