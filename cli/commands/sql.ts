import { RedunError } from "../../src/errors.ts";
import { DEFAULT_ROWS, DEFAULT_SECONDS, queryIndex } from "../../src/sql/query.ts";
import type { CommandFunction } from "../command.ts";
import type { SQL } from "../declarations/sql.ts";
import { countOf } from "../limit.ts";
import {
  sqlCsv,
  sqlJson,
  sqlMarkdown,
  sqlTablesJson,
  sqlTablesPage,
  sqlText,
} from "../pages/sql.ts";
import { tableFormat } from "../table-format.ts";
import { pageOfLog } from "../with-log.ts";

const FORMATS = { text: sqlText, md: sqlMarkdown, csv: sqlCsv, json: sqlJson };

export const command: CommandFunction<typeof SQL> = async (workspace, [query], options) => {
  const draw = tableFormat(FORMATS, options.format);
  if (query === undefined) {
    const tables = options.format === "json" ? sqlTablesJson() : sqlTablesPage(workspace.paint);
    return workspace.write(tables);
  }
  const limit = countOf(options.limit) ?? DEFAULT_ROWS;
  const timeout = secondsOf(options.timeout);
  await pageOfLog(workspace, async ({ file }) => {
    const result = await queryIndex(file.path, query, { limit, timeout });
    if (result.isCut) {
      const rows = limit === 1 ? "row" : `${limit} rows`;
      workspace.tell(`note: only the first ${rows}; \`--limit 0\` gives all.\n`);
    }
    return draw(result, workspace.paint);
  });
};

function secondsOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS;
  const seconds = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || seconds <= 0 || seconds > 86_400) {
    throw new RedunError("USAGE", `--timeout is "${text}", which is not a number of seconds.`);
  }
  return seconds;
}
