import { RedunError } from "../../src/errors.ts";
import { addTags } from "../../src/index/edit-tags.ts";
import { findEntities } from "../../src/index/find.ts";
import { pythonJson } from "../../src/tag/python-json.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { parseTagKeyValue } from "../../src/tag/text.ts";
import type { CommandFunction } from "../command.ts";
import { oneLine, write } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction = async (words, options) => {
  const firstPair = words.findIndex((word) => word.includes("="));
  const ids = firstPair < 0 ? words : words.slice(0, firstPair);
  // Every pair is read before anything is changed: a wrong one among several changes nothing.
  const tags: TagPair[] = words.slice(ids.length).map((text) => {
    const { key, value } = parseTagKeyValue(text, { valueRequired: true });
    return [key, value!];
  });
  if (ids.length === 0 || tags.length === 0) {
    throw new RedunError(
      "USAGE",
      ids.length === 0 ? "No id was given to tag." : "No tag was given to add.",
      "Write `redun-git tag add <id> key=value`.",
    );
  }
  const entities = await withLog(
    options,
    async (log) => {
      const found = await findEntities(log, ids);
      await addTags(log, found, tags);
      return found;
    },
    { appends: true },
  );
  const texts = tags.map(([key, value]) =>
    oneLine(`${key}=${pythonJson(value, { compact: false })}`),
  );
  const lines = entities.map(
    ({ type, id }) => `add tag ${type}:${oneLine(id)} ${texts.join(" ")}\n`,
  );
  await write(lines.join(""));
};
