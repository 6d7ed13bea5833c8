import { RedunError } from "../../src/errors.ts";
import { indexSize } from "../../src/index/index-file.ts";
import { indexedTip } from "../../src/index/stamp.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { INDEX } from "../declarations/upkeep.ts";
import { jsonText } from "../text/json.ts";
import { visible } from "../text/terminal.ts";
import { refresh } from "../with-log.ts";

export const command: CommandFunction<typeof INDEX> = async (workspace, [action], options) => {
  const json = isJson(options);
  // Without `withLog`: it is looked at as it is, not brought up to date.
  const log = workspace.indexedLog();
  if (action === undefined) return workspace.write(await describe(log, json));
  if (action === "drop") return workspace.write(drop(log, json));
  if (action === "rebuild") {
    log.discardIndex();
    await refresh(workspace, log);
    return workspace.write(await describe(log, json));
  }
  throw new RedunError(
    "USAGE",
    `There is no action "${action}" for an index.`,
    "Write `redun-git index`, `redun-git index rebuild` or `redun-git index drop`.",
  );
};

function drop(log: IndexedLog, json: boolean): string {
  log.discardIndex();
  if (log.file.temporary) {
    throw new RedunError(
      "REPOSITORY_UNWRITABLE",
      `The git directory cannot be written: the index of ${log.log.ref} stays.`,
      "Queries use a temporary index where it would have to be changed.",
    );
  }
  if (json) return `${jsonText({ log: log.log.ref, path: log.file.path, dropped: true })}\n`;
  return `Dropped the index of ${visible(log.log.ref)}. The next query builds a new one.\n`;
}

async function describe(log: IndexedLog, json: boolean): Promise<string> {
  const tip = await log.log.tip();
  const built = indexedTip(log.file.database);
  const facts = {
    log: log.log.ref,
    tip,
    path: log.file.path,
    temporary: log.file.temporary !== null,
    bytes: indexSize(log.file.path),
    commit: built ?? null,
    current: built === tip,
    behind: built && tip ? await filesBetween(log, built, tip) : null,
    ...(built === undefined ? { executions: 0, jobs: 0 } : log.index.counts()),
  };
  if (json) return `${jsonText(facts)}\n`;
  const count = (n: number) => n.toLocaleString("en");
  const behind = facts.behind === null ? "" : `${count(facts.behind)} files behind, `;
  const state = facts.current ? "up to date" : `${behind}the next query brings it up to date`;
  return `${[
    `Log:      ${visible(facts.log)} at ${tip ?? "(nothing recorded yet)"}`,
    `Index:    ${visible(facts.path)}${facts.temporary ? " (temporary)" : ""}, ${(facts.bytes / 1024 / 1024).toFixed(1)} MB`,
    `Built at: ${facts.commit ?? "nothing"} (${state})`,
    `Holds:    ${count(facts.executions)} executions, ${count(facts.jobs)} jobs`,
  ].join("\n")}\n`;
}

/** Files that the log has and its index lacks. */
async function filesBetween({ log }: IndexedLog, from: string, to: string): Promise<number> {
  let files = 0;
  for await (const _ of log.backend.changes(from, to)) files++;
  return files;
}
