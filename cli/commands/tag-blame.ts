import { findEntity } from "../../src/provenance/find.ts";
import { tagBlame } from "../../src/provenance/tag-history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { blameJson, blamePage } from "../pages/tag-history.ts";
import { jsonText } from "../text/json.ts";
import { page, painter } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async ([id], options) => {
  const json = isJson(options);
  const printed = await withLog(options, async (log) => {
    const entity = await findEntity(log, id!);
    const tags = await tagBlame(log, entity);
    const text = json
      ? tags.map((tag) => `${jsonText(blameJson(entity, tag))}\n`).join("")
      : blamePage(entity, tags, painter(process.stdout));
    return { text, pager: log.config.get("core.pager") };
  });
  await page(printed.text, printed.pager);
};
