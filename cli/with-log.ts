import { isPartial } from "../src/log/partial.ts";
import type { IndexedLog } from "../src/provenance/indexed-log.ts";
import { page, pageInPieces } from "./text/pager.ts";
import { recoveryText } from "./text/recovery.ts";
import { visible } from "./text/terminal.ts";
import type { Workspace } from "./workspace.ts";

export interface Query {
  /** The log, where it is not the workspace's own. */
  readonly ref?: string;
  /** Something may be appended to it. */
  readonly appends?: boolean;
}

/**
 * Brings the index of the log up to date, and gives the log to `body`. An index that turns out to be
 * damaged, or not to be writable, is replaced, and `body` begins again: it must print nothing.
 */
export async function withLog<T>(
  workspace: Workspace,
  body: (log: IndexedLog) => Promise<T>,
  { ref, appends = false }: Query = {},
): Promise<T> {
  const log = workspace.indexedLog(ref);
  if (appends) log.prepareAppend();
  await refresh(workspace, log);
  try {
    return await body(log);
  } catch (error) {
    if (!log.replaceIndex(error)) throw error;
    await refresh(workspace, log);
    return await body(log);
  }
}

/** Characters of a page that are kept until its log is closed; what is longer is printed in pieces. */
const MAX_KEPT = 1_000_000;

/**
 * As `withLog`; the text that `body` gives, whole or piece by piece, is printed, through the user's
 * pager if it is long.
 */
export async function pageOfLog(
  workspace: Workspace,
  body: (log: IndexedLog) => Promise<string | AsyncGenerator<string>>,
  query: Query = {},
): Promise<void> {
  const { io, pager } = workspace;
  const shown = async (log: IndexedLog) => {
    const given = await body(log);
    if (typeof given === "string") return given;
    let text = "";
    for (let next = await given.next(); !next.done; next = await given.next()) {
      text += next.value;
      if (text.length < MAX_KEPT) continue;
      await pageInPieces(io, text, given, pager);
      return null;
    }
    return text;
  };
  const short = await withLog(workspace, shown, query);
  if (short === null) return;
  // People may read for hours.
  await workspace.close();
  await page(io, short, pager);
}

/** Brings a log up to date, and tells on stderr what its user should know. */
export async function refresh(workspace: Workspace, log: IndexedLog): Promise<void> {
  const before = log.file.temporary;
  tellTemporary(workspace, log);
  const bar = workspace.progress("Indexing", "records");
  // Only someone who watches needs to know how far it is.
  const progress = workspace.io.stderr.isTTY ? bar.update : undefined;
  const recovering = workspace.progress("Recovering a run", "records");
  let recovered = 0;
  const onRecovered = () => recovering.update(++recovered, null);
  const fetching = workspace.progress("Fetching what this clone left out", "records");
  const { bad, absent, lost, ...recovery } = await log
    .refresh(progress, onRecovered, fetching.update)
    .finally(() => {
      recovering.end();
      fetching.end();
      bar.end();
    });
  if (!before) tellTemporary(workspace, log);
  workspace.tell(recoveryText(recovery));
  if (absent !== 0) {
    const text = isPartial(log.log.backend.repository) ? absentText(absent) : damageText(absent);
    workspace.tell(`${text}\n`);
  }
  if (lost) workspace.tell(`${lostText(log.log.ref, lost)}\n`);
  for (const { path, reason } of bad.slice(0, 5)) {
    workspace.tell(`warning: ${visible(path)} is left out: ${visible(reason)}\n`);
  }
  if (bad.length > 5) workspace.tell(`warning: and ${bad.length - 5} more records\n`);
}

function tellTemporary(workspace: Workspace, { file: { temporary } }: IndexedLog): void {
  if (!temporary) return;
  const why = temporary === "full" ? "The disk is full" : "The git directory cannot be written";
  workspace.tell(`${why}: using a temporary index, made anew for each command.\n`);
}

/** What is missing in the answers of a partial clone. */
function absentText(absent: number | null): string {
  const what = absent === null ? "what came since the last query is" : recordsAre(absent);
  return `warning: this clone is partial, and ${what} not here and in no answer: the remote could not be reached.
  \`redun-git pull\` brings them once it can, and so does a query.`;
}

/** What is missing in the answers of a repository whose objects are not whole. */
function damageText(absent: number | null): string {
  return `warning: ${recordsAre(absent ?? 0)} missing or damaged here, and in no answer.
  \`git fsck\` names their objects; copy those from a clone that has them.`;
}

/** What to do about a log that has lost records: a rewriting of the code's history (git filter-repo) takes every ref along. */
function lostText(ref: string, had: string): string {
  return `warning: ${ref} was removed or rewritten in this clone, and records are gone from it.
  \`redun-git pull\` brings back what a remote has. It was at ${had} before; until git collects
  that commit, \`redun-git merge ${had.slice(0, 12)}\` brings back all of it.`;
}

function recordsAre(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "record is" : "records are"}`;
}
