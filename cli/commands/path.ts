import { pathsOf } from "../../src/provenance/entity-paths.ts";
import { findEntities } from "../../src/provenance/find.ts";
import type { CommandFunction } from "../command.ts";
import type { PATH } from "../declarations/log.ts";
import { withLog } from "../with-log.ts";

export const command: CommandFunction<typeof PATH> = async (workspace, words) => {
  const paths = await withLog(workspace, async (log) => {
    const found = await findEntities(log, words);
    const each = await Promise.all(found.map((entity) => pathsOf(log, entity)));
    return [...new Set(each.flat())];
  });
  await workspace.write(paths.map((path) => `${path}\n`).join(""));
};
