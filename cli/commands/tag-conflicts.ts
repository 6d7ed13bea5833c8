import { tagConflicts } from "../../src/provenance/tag-history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_CONFLICTS } from "../declarations/tag.ts";
import { blameJson, blamePage } from "../pages/tag-history.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";

export const command: CommandFunction<typeof TAG_CONFLICTS> = (workspace, _words, options) => {
  const json = isJson(options);
  return pageOfLog(workspace, async (log) => {
    const { paint } = workspace;
    const parts: string[] = [];
    for await (const { entity, tags } of tagConflicts(log)) {
      if (json) parts.push(...tags.map((tag) => `${jsonText(blameJson(entity, tag))}\n`));
      else parts.push(blamePage(entity, tags, paint));
    }
    const none = json ? "" : "No tags are in conflict.\n";
    return parts.join(json ? "" : "\n") || none;
  });
};
