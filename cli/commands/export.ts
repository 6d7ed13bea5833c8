import { renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { RedunError } from "../../src/errors.ts";
import { LogGraph } from "../../src/exchange/log-graph.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { findExecutions } from "../../src/provenance/find-execution.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import type { CommandFunction, OptionsOf } from "../command.ts";
import type { EXPORT } from "../declarations/interchange.ts";
import { runsOf, WRITERS, type Writer } from "../export-writers.ts";
import { limitOf } from "../limit.ts";
import { selectionOf } from "../selection.ts";
import { visible } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

export const command: CommandFunction<typeof EXPORT> = async (workspace, ids, options) => {
  if (options.to === "ro-crate") return exportCrate(workspace, ids, options);
  if (options.sign && options.to !== "in-toto") {
    throw new RedunError("USAGE", "--sign is for --to in-toto alone.");
  }
  if (options.post !== undefined && (options.to !== "openlineage" || options.output)) {
    throw new RedunError("USAGE", "--post is for --to openlineage alone, and without --output.");
  }
  const writer = await writerOf(options.to);
  // Nothing is written before the log is known to be readable: then it is not asked twice.
  const rows = await withLog(workspace, (log) => executions(log, ids, options));
  const log = workspace.indexedLog();
  let written = rows.length;
  const text = writer(new LogGraph(log), rows, {
    backend: log.log.backend,
    sign: options.sign ? { socket: workspace.io.env.SSH_AUTH_SOCK } : null,
    note: (text) => workspace.tell(visible(`${text}\n`)),
    leaveOut: () => written--,
  });
  if (options.post !== undefined) return post(workspace, text, options.post);
  if (options.output === undefined) {
    for await (const piece of inPieces(text)) await workspace.write(piece);
    return;
  }
  await writeFile(workspace, options.output, text);
  await workspace.write(visible(`Wrote ${count(written, "execution")} to ${options.output}\n`));
};

/** @throws RedunError REMOTE_FAILED where the server did not accept all */
async function post(
  workspace: Workspace,
  events: AsyncIterable<string>,
  address: string,
): Promise<void> {
  const { postEvents, serverUrl } = await import("../../src/exchange/openlineage/post.ts");
  const key = workspace.io.env.OPENLINEAGE_API_KEY;
  const url = serverUrl(address);
  const posted = await postEvents(events, url, key, workspace.repository.commonDir);
  const { sent, known, unsent, unsentFile, why } = posted;
  const before = known > 0 ? `; it had ${count(known, "other")} already` : "";
  await workspace.write(visible(`Sent ${count(sent, "event")} to ${url.host}${before}\n`));
  if (unsent === 0) return;
  throw new RedunError(
    "REMOTE_FAILED",
    `${url.host} did not accept ${count(unsent, "event")}: ${why}.`,
    `They are in ${unsentFile}; the same command sends them again.`,
  );
}

/** A folder or a zip, and so never to stdout. */
async function exportCrate(
  workspace: Workspace,
  ids: readonly string[],
  options: OptionsOf<typeof EXPORT>,
): Promise<void> {
  const { output } = options;
  if (output === undefined) {
    const what = "A crate is a folder or a zip, and goes to no stdout.";
    throw new RedunError("USAGE", what, "Name it with `-o run-crate` or `-o run.zip`.");
  }
  const rows = await withLog(workspace, (log) => executions(log, ids, options));
  if (rows.length === 0) {
    await workspace.write("No executions, and so no crate.\n");
    return;
  }
  const { roCrate } = await import("../../src/exchange/ro-crate/crate.ts");
  const { writeCrate } = await import("../../src/exchange/ro-crate/write.ts");
  const graph = new LogGraph(workspace.indexedLog());
  const crate = await roCrate(await runsOf(graph, rows), workspace.indexedLog().log.backend);
  await writeCrate(crate, resolve(workspace.io.cwd, output), output);
  const written = `${count(rows.length, "execution")}, ${count(crate.files.length, "file")}`;
  await workspace.write(visible(`Wrote ${written} to ${output}\n`));
  if (crate.absent === 0) return;
  const lacking = `${count(crate.absent, "file")} of the runs`;
  workspace.tell(visible(`Only referred to: ${lacking}, whose content as it was is not here.\n`));
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

async function writerOf(system: string | undefined): Promise<Writer> {
  const known = [...Object.keys(WRITERS), "ro-crate"].join(", ");
  if (system !== undefined && Object.hasOwn(WRITERS, system)) return WRITERS[system]!();
  const what =
    system === undefined ? "--to has to say what is to read it." : `--to knows no "${system}".`;
  throw new RedunError("USAGE", what, `It takes: ${known}.`);
}

async function executions(
  log: IndexedLog,
  ids: readonly string[],
  options: OptionsOf<typeof EXPORT>,
): Promise<readonly ExecutionRow[]> {
  if (ids.length > 0) return findExecutions(log, ids);
  const { where, execution } = await selectionOf(log, options);
  return executionsMeeting(log, { where, execution }, limitOf(options.limit, true));
}

/** A file is whole, or it is not there. */
async function writeFile(
  { io }: Workspace,
  name: string,
  text: AsyncIterable<string>,
): Promise<void> {
  const path = resolve(io.cwd, name);
  const part = `${path}.${process.pid}.part`;
  try {
    const file = await open(part, "w");
    try {
      for await (const piece of inPieces(text)) await file.write(piece);
    } finally {
      await file.close();
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof RedunError) throw error;
    const why = (error as Error).message;
    throw new RedunError("OUTPUT_FAILED", `${name} could not be written: ${why}`, undefined, {
      cause: error,
    });
  }
}

/** Characters that are written at once. */
const PIECE = 65_536;

async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = "";
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
