import type { IndexedLog } from "../src/index/indexed-log.ts";
import { progressBar } from "./text/progress.ts";
import { visible } from "./text/terminal.ts";

/** Brings a log up to date before a query, and tells on stderr what its user should know. */
export async function refresh(log: IndexedLog): Promise<void> {
  if (log.file.temporary) {
    process.stderr.write(
      "The git directory cannot be written: using a temporary index, made anew for each command.\n",
    );
  }
  const bar = progressBar("Indexing", "records");
  // Only someone who watches needs to know how far it is.
  const progress = process.stderr.isTTY ? bar.update : undefined;
  const { recovered, bad } = await log.refresh(progress).finally(bar.end);
  for (const { execution, title, jobCount } of recovered) {
    process.stderr.write(
      `Recorded an interrupted run: ${execution.slice(0, 8)} ${visible(title)} (${jobCount} finished jobs)\n`,
    );
  }
  for (const { path, reason } of bad.slice(0, 5)) {
    process.stderr.write(`warning: ${visible(path)} is left out: ${visible(reason)}\n`);
  }
  if (bad.length > 5) process.stderr.write(`warning: and ${bad.length - 5} more records\n`);
}
