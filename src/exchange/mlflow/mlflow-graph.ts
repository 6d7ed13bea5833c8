/** The runs of a store of MLflow's as a graph. */
import type { HashName } from "../../value/hash.ts";
import type { Graph } from "../graph.ts";
import { tagsOfRun } from "../made-run.ts";
import { hasEnded, localPath, mlflowRun } from "./mlflow-run.ts";
import { readStore } from "./store.ts";

/**
 * @param path a folder `mlruns`, or an SQLite file
 * @throws RedunError BAD_IMPORT
 */
export async function readMlflow(
  path: string,
  format: HashName,
  workTree: string | null,
): Promise<Graph> {
  const store = await readStore(path);
  const ended = store.runs.filter(hasEnded);
  ended.sort((a, b) => a.started - b.started || (a.id < b.id ? -1 : 1));
  const runs = ended.map((run) => mlflowRun(run, format, workTree));
  const going = store.runs.length - ended.length;
  const elsewhere = ended.filter(({ artifacts }) => localPath(artifacts) === null).length;
  const told = (count: number, what: string) =>
    count > 0 ? [`${count} run${count === 1 ? "" : "s"} ${what}`] : [];
  return {
    system: "mlflow",
    count: runs.length,
    runs: () => runs,
    tags: () => runs.map(tagsOfRun),
    tagsAreState: true,
    leftOut: [
      ...told(going, "that did not end yet: import again when all have"),
      ...told(store.deleted, "that MLflow has as deleted"),
      ...told(elsewhere, "came without artifacts, which are in another store"),
    ],
    close() {},
  };
}
