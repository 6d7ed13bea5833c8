import { conflictViews } from "../../src/views/history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_CONFLICTS } from "../declarations/tag.ts";
import { blameJson } from "../json/tags.ts";
import { blamePage } from "../pages/tag-history.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof TAG_CONFLICTS> = (workspace, _words, options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const parts: string[] = [];
    for await (const view of conflictViews(log)) {
      parts.push(json ? blameJson(view) : blamePage(view, workspace.paint));
    }
    const none = json ? "" : "No tags are in conflict.\n";
    return parts.join(json ? "" : "\n") || none;
  });
};
