import { compareExecutions, findPair } from "../../src/compare/executions.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { diffJson, diffPage } from "../pages/diff.ts";
import { jsonText } from "../text/json.ts";
import { page, painter } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async ([first, second], options) => {
  const json = isJson(options);
  const printed = await withLog(options, async (log) => {
    const [before, after] = await findPair(log, first!, second);
    const comparison = await compareExecutions(log, before, after);
    const text = json
      ? `${jsonText(diffJson(comparison))}\n`
      : await diffPage(log, comparison, painter(process.stdout), { chosen: second === undefined });
    return { text, pager: log.config.get("core.pager") };
  });
  await page(printed.text, printed.pager);
};
