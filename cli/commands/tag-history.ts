import { findEntity } from "../../src/provenance/find.ts";
import { historyView } from "../../src/views/history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_HISTORY } from "../declarations/tag.ts";
import { historyJson } from "../json/tags.ts";
import { historyPage } from "../pages/tag-history.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof TAG_HISTORY> = (workspace, [id, key], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const view = await historyView(log, await findEntity(log, id), key);
    return json ? historyJson(view) : historyPage(view, workspace.paint);
  });
};
