import { compareExecutions, findPair } from "../../src/compare/executions.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { DIFF } from "../declarations/log.ts";
import { diffJson, diffPage } from "../pages/diff.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof DIFF> = (workspace, [first, second], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const [before, after] = await findPair(log, first, second);
    const comparison = await compareExecutions(log, before, after);
    if (json) return `${jsonText(diffJson(comparison))}\n`;
    return diffPage(log, comparison, workspace.paint, { chosen: second === undefined });
  });
};
