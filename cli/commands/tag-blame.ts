import { findEntity } from "../../src/provenance/find.ts";
import { tagBlame } from "../../src/provenance/tag-history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_BLAME } from "../declarations/tag.ts";
import { blameJson, blamePage } from "../pages/tag-history.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof TAG_BLAME> = (workspace, [id], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const entity = await findEntity(log, id);
    const tags = await tagBlame(log, entity);
    return json
      ? tags.map((tag) => `${jsonText(blameJson(entity, tag))}\n`).join("")
      : blamePage(entity, tags, workspace.paint);
  });
};
