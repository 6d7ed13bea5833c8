import { tagConflicts } from "../../src/provenance/tag-history.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { blameJson, blamePage } from "../pages/tag-history.ts";
import { jsonText } from "../text/json.ts";
import { page, painter } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async (_words, options) => {
  const json = isJson(options);
  const printed = await withLog(options, async (log) => {
    const paint = painter(process.stdout);
    const parts: string[] = [];
    for await (const { entity, tags } of tagConflicts(log)) {
      if (json) parts.push(...tags.map((tag) => `${jsonText(blameJson(entity, tag))}\n`));
      else parts.push(blamePage(entity, tags, paint));
    }
    const none = json ? "" : "No tags are in conflict.\n";
    return {
      text: parts.join(json ? "" : "\n") || none,
      pager: log.config.get("core.pager"),
    };
  });
  await page(printed.text, printed.pager);
};
