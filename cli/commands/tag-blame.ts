import { findEntity } from "../../src/provenance/find.ts";
import { blameView } from "../../src/views/history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_BLAME } from "../declarations/tag.ts";
import { blameJson } from "../json/tags.ts";
import { blamePage } from "../pages/tag-history.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof TAG_BLAME> = (workspace, [id], options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const view = await blameView(log, await findEntity(log, id));
    return json ? blameJson(view) : blamePage(view, workspace.paint);
  });
};
