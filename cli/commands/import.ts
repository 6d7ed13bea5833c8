import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { RedunError } from "../../src/errors.ts";
import type { Graph } from "../../src/exchange/graph.ts";
import { type Imported, importGraph } from "../../src/exchange/import.ts";
import { isPostgresUri, type PostgresPackage } from "../../src/exchange/redun/postgres.ts";
import type { Repository } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { deferredBackend } from "../../src/git/open.ts";
import { shortRef } from "../../src/log/ref.ts";
import { optionalPackage } from "../../src/optional-package.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import type { IMPORT } from "../declarations/interchange.ts";
import { jsonText } from "../text/json.ts";
import { visible } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

type Source = string | NodeJS.ReadableStream;

interface Reading {
  readonly repository: Repository;
  readonly maps: readonly string[];
  readonly onLine: (lines: number) => void;
}

/** Each system's reader, which loads when it is used. */
const READERS: Readonly<Record<string, (source: Source, reading: Reading) => Promise<Graph>>> = {
  redun: async (source, { repository, onLine }) => {
    const { readRedun, readRedunPostgres } = await import(
      "../../src/exchange/redun/redun-graph.ts"
    );
    if (typeof source === "string" && isPostgresUri(source)) {
      const needed = "Reading PostgreSQL";
      const root = repository.workTree ?? "";
      const postgres = optionalPackage<PostgresPackage>("pg", needed, root, "BAD_IMPORT");
      return readRedunPostgres(source, postgres, repository.commonDir, onLine);
    }
    return readRedun(source, repository.commonDir, onLine);
  },
  mlflow: async (source, { repository }) => {
    const { readMlflow } = await import("../../src/exchange/mlflow/mlflow-graph.ts");
    return readMlflow(pathOf(source, "mlflow"), repository.objectFormat, repository.workTree);
  },
  dvc: async (source, { repository }) => {
    const { readDvc } = await import("../../src/exchange/dvc/dvc-graph.ts");
    const folder = pathOf(source, "dvc");
    return readDvc(deferredBackend(findRepository(folder, repository.env)), folder);
  },
  openlineage: async (source, { repository }) => {
    const { readOpenLineage } = await import("../../src/exchange/openlineage/read.ts");
    return readOpenLineage(source, repository.objectFormat);
  },
  csv: (source, reading) => readLines("csv", source, reading),
  jsonl: (source, reading) => readLines("jsonl", source, reading),
};

/** What is no stream of lines is read where it stands. */
function pathOf(source: Source, system: string): string {
  if (typeof source === "string") return source;
  throw new RedunError("USAGE", `--from ${system} reads a file or folder, and no stdin.`);
}

async function readLines(
  form: "csv" | "jsonl",
  source: Source,
  { repository, maps }: Reading,
): Promise<Graph> {
  const { readTable } = await import("../../src/exchange/table.ts");
  return readTable(form, source, maps, repository.objectFormat);
}

export const command: CommandFunction<typeof IMPORT> = async (workspace, [file], options) => {
  const json = isJson(options);
  const dryRun = Boolean(options.dryRun);
  const read = readerOf(options.from);
  const reading = workspace.progress("Reading", "lines");
  const graph = await read(sourceOf(workspace, file, options.from), {
    repository: workspace.repository,
    maps: mapsOf(options),
    onLine: (lines) => reading.update(lines, null),
  }).finally(reading.end);
  const bar = workspace.progress("Importing", "runs");
  let imported: Imported;
  try {
    const options = { dryRun, onRun: bar.update };
    imported = await withLog(workspace, (log) => importGraph(log, graph, options), {
      appends: true,
    });
  } finally {
    bar.end();
    graph.close();
  }
  if (json) return workspace.write(`${jsonText({ log: workspace.ref, ...imported })}\n`);
  await workspace.write(visible(`${sentence(imported, shortRef(workspace.ref), dryRun)}\n`));
  for (const what of imported.leftOut) workspace.tell(visible(`Left out: ${what}.\n`));
};

function readerOf(system: string | undefined): (typeof READERS)[string] {
  const known = Object.keys(READERS).join(", ");
  if (system === undefined) {
    throw new RedunError("USAGE", "--from has to say what wrote the file.", `It takes: ${known}.`);
  }
  const read = Object.hasOwn(READERS, system) ? READERS[system] : undefined;
  if (read) return read;
  throw new RedunError("USAGE", `--from knows no "${system}".`, `It takes: ${known}.`);
}

function mapsOf({ from, map = [] }: OptionsOf<typeof IMPORT>): readonly string[] {
  if (map.length === 0 || from === "csv" || from === "jsonl") return map;
  throw new RedunError("USAGE", `--map is for csv and jsonl, and not for ${from}.`);
}

function sourceOf({ io }: Workspace, file: string, system: string | undefined): Source {
  if (file === "-") return io.stdin as NodeJS.ReadableStream;
  if (system === "redun" && isPostgresUri(file)) return file;
  const path = resolve(io.cwd, file);
  if (existsSync(path)) return path;
  throw new RedunError("BAD_IMPORT", `There is no file ${file}.`, "`-` reads from stdin.");
}

function sentence(
  { executions, jobs, edits, known }: Imported,
  log: string,
  dryRun: boolean,
): string {
  const number = (n: number, what: string) =>
    `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
  const there = known > 0 ? `; ${number(known, "execution")} were there already` : "";
  if (executions + edits === 0) {
    return known === 0
      ? "Nothing to import."
      : `Nothing to import: ${log} has all ${number(known, "execution")}.`;
  }
  const verb = dryRun ? "Would import" : "Imported";
  return `${verb} ${number(executions, "execution")} with ${number(jobs, "job")}, and ${number(edits, "tag edit")}, into ${log}${there}`;
}
