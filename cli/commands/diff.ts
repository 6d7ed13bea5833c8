import { comparisonView } from "../../src/views/comparison.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { DIFF } from "../declarations/log.ts";
import { diffJson } from "../json/comparisons.ts";
import { diffPage } from "../pages/diff.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof DIFF> = (workspace, [first, second], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const view = await comparisonView(log, first, second, json ? "whole" : "page");
    return json ? `${jsonText(diffJson(view))}\n` : diffPage(view, workspace.paint);
  });
};
