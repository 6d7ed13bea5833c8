import { compareExecutions, findPair } from "../../src/compare/executions.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { DIFF } from "../declarations/log.ts";
import { diffJson, diffPage } from "../pages/diff.ts";
import { jsonText } from "../text/json.ts";
import { painter } from "../text/terminal.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof DIFF> = ([first, second], options) => {
  const json = isJson(options);
  return pageOfLog(options, async (log) => {
    const [before, after] = await findPair(log, first, second);
    const comparison = await compareExecutions(log, before, after);
    if (json) return `${jsonText(diffJson(comparison))}\n`;
    return diffPage(log, comparison, painter(process.stdout), { chosen: second === undefined });
  });
};
