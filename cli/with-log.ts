import { isPartial } from "../src/log/partial.ts";
import type { LogChoice } from "../src/log/ref.ts";
import { IndexedLog } from "../src/provenance/indexed-log.ts";
import { logChoice } from "./command.ts";
import { progressBar } from "./text/progress.ts";
import { reportRecovery } from "./text/recovery.ts";
import { page, pageInPieces, visible } from "./text/terminal.ts";

/**
 * Opens the log that the options name, brings its index up to date, and gives it to `body`. An
 * index that turns out to be damaged, or not to be writable, is replaced, and `body` begins again: it
 * must print nothing.
 */
export async function withLog<T>(
  options: LogChoice,
  body: (log: IndexedLog) => Promise<T>,
  { appends = false } = {},
): Promise<T> {
  const log = await IndexedLog.open(logChoice(options));
  log.log.onWait = ({ message }) => process.stderr.write(`Waiting: ${visible(message)}\n`);
  if (appends) log.prepareAppend();
  try {
    await refresh(log);
    try {
      return await body(log);
    } catch (error) {
      if (!log.replaceIndex(error)) throw error;
      await refresh(log);
      return await body(log);
    }
  } finally {
    await log.close();
  }
}

/** Characters of a page that are kept until its log is closed; what is longer is printed in pieces. */
const MAX_KEPT = 1_000_000;

/**
 * As `withLog`; the text that `body` gives, whole or piece by piece, is printed, through the user's
 * pager if it is long.
 */
export async function pageOfLog(
  options: LogChoice,
  body: (log: IndexedLog) => Promise<string | AsyncGenerator<string>>,
): Promise<void> {
  const short = await withLog(options, async (log) => {
    const given = await body(log);
    const pager = log.config.get("core.pager");
    if (typeof given === "string") return { text: given, pager };
    let text = "";
    for (let next = await given.next(); !next.done; next = await given.next()) {
      text += next.value;
      if (text.length < MAX_KEPT) continue;
      await pageInPieces(text, given, pager);
      return null;
    }
    return { text, pager };
  });
  if (short) await page(short.text, short.pager);
}

/** Brings a log up to date, and tells on stderr what its user should know. */
export async function refresh(log: IndexedLog): Promise<void> {
  const before = log.file.temporary;
  tellTemporary(log);
  const bar = progressBar("Indexing", "records");
  // Only someone who watches needs to know how far it is.
  const progress = process.stderr.isTTY ? bar.update : undefined;
  const recovering = progressBar("Recovering a run", "records");
  let recovered = 0;
  const onRecovered = () => recovering.update(++recovered, null);
  const { bad, absent, ...recovery } = await log.refresh(progress, onRecovered).finally(() => {
    recovering.end();
    bar.end();
  });
  if (!before) tellTemporary(log);
  reportRecovery(recovery);
  if (absent !== 0) {
    const text = isPartial(log.log.backend.repository) ? absentText(absent) : damageText(absent);
    process.stderr.write(`${text}\n`);
  }
  for (const { path, reason } of bad.slice(0, 5)) {
    process.stderr.write(`warning: ${visible(path)} is left out: ${visible(reason)}\n`);
  }
  if (bad.length > 5) process.stderr.write(`warning: and ${bad.length - 5} more records\n`);
}

function tellTemporary({ file: { temporary } }: IndexedLog): void {
  if (!temporary) return;
  const why = temporary === "full" ? "The disk is full" : "The git directory cannot be written";
  process.stderr.write(`${why}: using a temporary index, made anew for each command.\n`);
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

function recordsAre(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "record is" : "records are"}`;
}
