import { findEntity } from "../../src/index/find.ts";
import type { IndexedLog } from "../../src/index/indexed-log.ts";
import { formatTag } from "../../src/tag/text.ts";
import { compareCodePoints } from "../../src/value/code-points.ts";
import { type CommandFunction, isJson } from "../command.ts";
import { tagsJson } from "../pages/tags.ts";
import { jsonText } from "../text/json.ts";
import { CONFLICT_MARK, inConflict } from "../text/lines.ts";
import { oneLine, page } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async ([id], options) => {
  const json = isJson(options);
  const printed = await withLog(options, async (log) => ({
    text: id === undefined ? keyCounts(log, json) : await tagsOfEntity(log, id, json),
    pager: log.config.get("core.pager"),
  }));
  await page(printed.text, printed.pager);
};

async function tagsOfEntity(log: IndexedLog, prefix: string, json: boolean): Promise<string> {
  const { type, id, tags, conflicts } = await findEntity(log, prefix);
  if (json) return `${jsonText({ _type: type, id, tags: tagsJson(tags, conflicts) })}\n`;
  const lines = tags.map(
    (tag) => formatTag(...tag) + (inConflict(tag, conflicts) ? CONFLICT_MARK : ""),
  );
  const body =
    lines.length > 0
      ? lines
          .sort(compareCodePoints)
          .map((line) => `  ${oneLine(line)}\n`)
          .join("")
      : "  (no tags)\n";
  return `${type} ${oneLine(id)}\n${body}`;
}

function keyCounts(log: IndexedLog, json: boolean): string {
  const counts = log.index.keyCounts();
  if (json) return counts.map((count) => `${jsonText(count)}\n`).join("");
  if (counts.length === 0) return "No tags yet.\n";
  const byKey = new Map<string, string[]>();
  for (const { key, type, count } of counts) {
    byKey.set(key, [...(byKey.get(key) ?? []), `${count} ${type}`]);
  }
  const width = Math.max(...[...byKey.keys()].map((key) => oneLine(key).length));
  const lines = [...byKey]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, types]) => `  ${oneLine(key).padEnd(width)} (${types.join(", ")})\n`);
  return `Tags:\n${lines.join("")}`;
}
