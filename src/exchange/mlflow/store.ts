/** MLflow's stores: a folder (`mlruns`) or an SQLite database, which are only read. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { RedunError } from "../../errors.ts";
import { openReadOnly } from "../../index/database.ts";
import type { Database } from "../../index/sqlite-types.ts";
import { readAnyYaml } from "../../value/yaml-any.ts";
import type { MlflowRun } from "./mlflow-run.ts";

/** All runs that are not deleted, of experiments that are not. */
export interface MlflowStore {
  readonly runs: readonly MlflowRun[];
  readonly deleted: number;
}

/** @throws RedunError BAD_IMPORT */
export async function readStore(path: string): Promise<MlflowStore> {
  return statSync(path).isDirectory() ? readFolder(path) : readDatabase(path);
}

const HINT =
  "MLflow's is a folder `mlruns` with a folder for each experiment, or an SQLite file `mlflow.db`.";

function bad(what: string, cause?: unknown): RedunError {
  return new RedunError("BAD_IMPORT", `${what} Nothing was imported.`, HINT, { cause });
}

async function readFolder(root: string): Promise<MlflowStore> {
  const runs: MlflowRun[] = [];
  let deleted = 0;
  const experiments = foldersWithMeta(root);
  if (experiments.length === 0) throw bad(`${root} has no experiment of MLflow's.`);
  for (const folder of experiments) {
    const experiment = await metaOf(folder);
    const isDeleted = experiment.text("lifecycle_stage") === "deleted";
    for (const run of foldersWithMeta(folder)) {
      const meta = await metaOf(run);
      if (isDeleted || meta.text("lifecycle_stage") === "deleted") deleted++;
      else runs.push(runOf(run, meta, experiment.text("name")));
    }
  }
  return { runs, deleted };
}

function runOf(folder: string, meta: Meta, experiment: string): MlflowRun {
  const status = meta.number("status");
  const started = meta.number("start_time");
  const id = folder.slice(folder.lastIndexOf(sep) + 1);
  if (started === null) throw bad(`${join(folder, "meta.yaml")} has no start_time.`);
  return {
    id,
    experiment,
    // The numbers of MLflow's own protocol.
    status: ["", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"][status ?? 0] ?? "",
    started,
    ended: meta.number("end_time"),
    user: meta.text("user_id"),
    artifacts: meta.text("artifact_uri"),
    params: textsOf(join(folder, "params")),
    metrics: textsOf(join(folder, "metrics")).flatMap(([name, lines]) => {
      const value = latestOf(lines, join(folder, "metrics", name));
      return value === null ? [] : [[name, value] as const];
    }),
    tags: textsOf(join(folder, "tags")),
  };
}

/** A file for each, whose path is its name. */
function textsOf(folder: string): (readonly [string, string])[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8")]);
}

/** Lines of time, value and step: the latest is that of the highest step, then time, then value. */
function latestOf(lines: string, path: string): number | null {
  let latest: readonly [step: number, time: number, value: number] | null = null;
  for (const line of lines.split("\n")) {
    if (line.trim() === "") continue;
    const [time, value, step = "0"] = line.trim().split(/\s+/);
    const found = [Number(step), Number(time), pythonNumber(value ?? "")] as const;
    if (Number.isNaN(found[0] + found[1]) || value === undefined) {
      throw bad(`${path} has a line that is no metric: ${line.slice(0, 80)}.`);
    }
    if (latest === null || isLater(found, latest)) latest = found;
  }
  return latest?.[2] ?? null;
}

type Logged = readonly [step: number, time: number, value: number];

function isLater(a: Logged, b: Logged): boolean {
  const at = a.findIndex((part, at) => part !== b[at]);
  return at >= 0 && a[at]! > b[at]!;
}

function pythonNumber(text: string): number {
  const special = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity }[text.toLowerCase()];
  return special ?? Number(text);
}

function foldersWithMeta(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => join(root, entry.name))
    .filter((folder) => existsSync(join(folder, "meta.yaml")))
    .sort();
}

interface Meta {
  text(name: string): string;
  number(name: string): number | null;
}

async function metaOf(folder: string): Promise<Meta> {
  const path = join(folder, "meta.yaml");
  const source = readFileSync(path, "utf8");
  let fields: Record<string, unknown>;
  try {
    fields = (await readAnyYaml(source)) as Record<string, unknown>;
  } catch (cause) {
    throw bad(`${path} is not YAML: ${(cause as Error).message}.`, cause);
  }
  return {
    text(name) {
      const value = fields?.[name];
      if (typeof value === "string") return value;
      // MLflow writes YAML 1.1, in which 1e3 is a text.
      const raw = new RegExp(`^${name}: (.*)$`, "m").exec(source)?.[1] ?? "";
      return raw === "null" || raw === "''" ? "" : raw;
    },
    number(name) {
      const value = fields?.[name];
      return typeof value === "number" ? value : null;
    },
  };
}

function readDatabase(path: string): MlflowStore {
  let database: Database;
  try {
    database = openReadOnly(path);
  } catch (cause) {
    throw bad(`${path} is no store of MLflow's.`, cause);
  }
  try {
    return rowsOf(database);
  } catch (cause) {
    throw bad(`${path} is no store of MLflow's: ${(cause as Error).message}.`, cause);
  } finally {
    database.close();
  }
}

const RUNS = `SELECT run_uuid AS id, experiments.name AS experiment, status, start_time AS started, end_time AS ended,
    user_id AS user, artifact_uri AS artifacts,
    runs.lifecycle_stage = 'deleted' OR experiments.lifecycle_stage = 'deleted' AS deleted
  FROM runs JOIN experiments USING (experiment_id) ORDER BY start_time, run_uuid`;

function rowsOf(database: Database): MlflowStore {
  const pairs = (table: string, value = "value") => {
    const rows = database.prepare(
      `SELECT "key", ${value} AS value FROM ${table} WHERE run_uuid = ? ORDER BY "key"`,
    );
    return (id: unknown) =>
      rows.all(id as string).map((row) => [String(row.key), row.value] as const);
  };
  const [params, tags] = [pairs("params"), pairs("tags")];
  const metrics = pairs("latest_metrics", "CASE WHEN is_nan THEN NULL ELSE value END");
  const texts = (rows: readonly (readonly [string, unknown])[]) =>
    rows.map(([key, value]) => [key, String(value ?? "")] as const);
  const runs: MlflowRun[] = [];
  let deleted = 0;
  for (const row of database.prepare(RUNS).all()) {
    if (row.deleted) {
      deleted++;
      continue;
    }
    const { id, experiment, status, started, ended, user, artifacts } = row;
    runs.push({
      id: String(id),
      experiment: String(experiment),
      status: String(status),
      started: Number(started),
      ended: ended === null ? null : Number(ended),
      user: String(user ?? ""),
      artifacts: String(artifacts ?? ""),
      params: texts(params(id)),
      metrics: metrics(id).map(([key, value]) => [
        key,
        value === null ? Number.NaN : Number(value),
      ]),
      tags: texts(tags(id)),
    });
  }
  return { runs, deleted };
}
