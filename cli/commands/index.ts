import { RedunError } from "../../src/errors.ts";
import { dropIndexFile, indexSize } from "../../src/index/index-file.ts";
import { IndexedLog } from "../../src/index/indexed-log.ts";
import { indexedTip } from "../../src/index/stamp.ts";
import type { CommandFunction } from "../commands.ts";
import { refresh } from "../refresh.ts";
import { jsonText } from "../text/json.ts";
import { visible, write } from "../text/terminal.ts";
import { isJson } from "./log.ts";

export const command: CommandFunction = async ([action], options) => {
  const json = isJson(options);
  const ref = options.ref as string | undefined;
  if (action === undefined) return withLog(ref, (log) => describe(log, json));
  if (action === "rebuild") return rebuild(ref, json);
  if (action === "drop") return withLog(ref, drop);
  throw new RedunError(
    "USAGE",
    `There is no action "${action}" for an index.`,
    "Write `redun-git index`, `redun-git index rebuild` or `redun-git index drop`.",
  );
};

async function withLog(
  ref: string | undefined,
  body: (log: IndexedLog) => Promise<void>,
): Promise<void> {
  const log = await IndexedLog.open({ ref });
  try {
    await body(log);
  } finally {
    await log.close();
  }
}

async function rebuild(ref: string | undefined, json: boolean): Promise<void> {
  await withLog(ref, async (log) => {
    dropIndexFile(log.log.backend.repository, log.log.ref);
  });
  await withLog(ref, async (log) => {
    await refresh(log);
    await describe(log, json);
  });
}

async function drop(log: IndexedLog): Promise<void> {
  dropIndexFile(log.log.backend.repository, log.log.ref);
  await write(`Dropped the index of ${log.log.ref}. The next query makes a new one.\n`);
}

async function describe(log: IndexedLog, json: boolean): Promise<void> {
  const tip = await log.log.tip();
  const built = indexedTip(log.file.database);
  const counts = built === undefined ? null : log.index.counts();
  const facts = {
    log: log.log.ref,
    path: log.file.path,
    bytes: indexSize(log.file.path),
    commit: built ?? null,
    tip,
    current: built === tip,
    executions: counts?.executions ?? 0,
    jobs: counts?.jobs ?? 0,
  };
  if (json) return write(`${jsonText(facts)}\n`);
  const size = `${(facts.bytes / 1024 / 1024).toFixed(1)} MB`;
  const lines = [
    `Log:      ${visible(facts.log)} at ${tip ?? "(nothing recorded yet)"}`,
    `Index:    ${visible(facts.path)}, ${size}`,
    `Built of: ${facts.commit ?? "nothing"}${facts.current ? " (up to date)" : " (the next query brings it up to date)"}`,
    `Holds:    ${facts.executions.toLocaleString("en")} executions, ${facts.jobs.toLocaleString("en")} jobs`,
  ];
  await write(`${lines.join("\n")}\n`);
}
