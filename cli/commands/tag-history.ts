import { findEntity } from "../../src/provenance/find.ts";
import { tagHistory } from "../../src/provenance/tag-history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { changeJson, historyPage } from "../pages/tag-history.ts";
import { jsonText } from "../text/json.ts";
import { page, painter } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async ([id, key], options) => {
  const json = isJson(options);
  const printed = await withLog(options, async (log) => {
    const entity = await findEntity(log, id!);
    const changes = await tagHistory(log, entity, key);
    const text = json
      ? changes.map((change) => `${jsonText(changeJson(entity, change))}\n`).join("")
      : historyPage(entity, changes, painter(process.stdout), key);
    return { text, pager: log.config.get("core.pager") };
  });
  await page(printed.text, printed.pager);
};
