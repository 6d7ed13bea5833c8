import { findEntity } from "../../src/provenance/find.ts";
import { tagHistory } from "../../src/provenance/tag-history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_HISTORY } from "../declarations/tag.ts";
import { changeJson, historyPage } from "../pages/tag-history.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof TAG_HISTORY> = (workspace, [id, key], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const entity = await findEntity(log, id);
    const changes = await tagHistory(log, entity, key);
    return json
      ? changes.map((change) => `${jsonText(changeJson(entity, change))}\n`).join("")
      : historyPage(entity, changes, workspace.paint, key);
  });
};
