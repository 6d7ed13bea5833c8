/** DVC's experiments (`refs/exps`) as a graph: an experiment is an execution, and each stage a job. */
import { relative, sep } from "node:path";
import { RedunError } from "../../errors.ts";
import type { GitBackend } from "../../git/backend.ts";
import { timeOf } from "../../record/records.ts";
import type { TagPair } from "../../tag/tag.ts";
import { tagValueOf } from "../../tag/text.ts";
import type { Graph, GraphRun } from "../graph.ts";
import { type MadeJob, madeRun, namedTask, tagsOfRun } from "../made-run.ts";
import { DvcFiles } from "./files.ts";
import { type Lock, type LockedStage, lockOf } from "./lock.ts";
import { flatten, metricsOf } from "./metrics.ts";

/** DVC's own name of an experiment's ref: the commit that it began from, and its name. */
const EXPERIMENT = /^refs\/exps\/([0-9a-f]{2})\/([0-9a-f]{38,62})\/([^/]+)$/;

interface Experiment {
  readonly name: string;
  readonly baseline: string;
  readonly commit: string;
}

/**
 * @param folder DVC's project, the folder with dvc.yaml, in the work tree of the backend's repository
 * @throws RedunError BAD_IMPORT
 */
export async function readDvc(backend: GitBackend, folder: string): Promise<Graph> {
  const { workTree } = backend.repository;
  const below = workTree === null ? "" : relative(workTree, folder).split(sep).join("/");
  const prefix = below === "" ? "" : `${below}/`;
  const experiments = [...(await backend.refs("refs/exps/"))].flatMap(([ref, commit]) => {
    const [, start, rest, name] = EXPERIMENT.exec(ref) ?? [];
    return name === undefined ? [] : [{ name, baseline: `${start}${rest}`, commit }];
  });
  if (experiments.length === 0) {
    const what = "The repository has no experiments of DVC's.";
    const hint =
      "They are in refs/exps: `dvc exp list --all-commits` lists them, `dvc exp pull` brings them.";
    throw new RedunError("BAD_IMPORT", what, hint);
  }
  const runs: GraphRun[] = [];
  const leftOut: string[] = [];
  for (const experiment of experiments) {
    const read = async (path: string) => {
      const bytes = await backend.readPath(experiment.commit, `${prefix}${path}`);
      return bytes && Buffer.from(bytes);
    };
    const lock = await lockOf(read, experiment.name);
    if (lock === null) leftOut.push(`${experiment.name}, which has no dvc.lock`);
    else
      runs.push(
        await runOf(
          backend,
          experiment,
          lock,
          new DvcFiles(read, folder, backend, prefix),
          leftOut,
        ),
      );
  }
  runs.sort((a, b) => (a.execution.started < b.execution.started ? -1 : 1));
  return {
    system: "dvc",
    count: runs.length,
    runs: () => runs,
    tags: () => runs.map(tagsOfRun),
    tagsAreState: true,
    // Of a commit. Which files are known by their content depends on what DVC's cache holds today.
    hasContentIds: true,
    leftOut,
    close() {},
  };
}

async function runOf(
  backend: GitBackend,
  { name, baseline, commit }: Experiment,
  stages: Lock,
  files: DvcFiles,
  leftOut: string[],
): Promise<GraphRun> {
  const { author, tree } = await backend.commit(commit);
  const [, user = "", seconds = "0"] = /^(.*?) <[^>]*> (\d+)/.exec(author) ?? [];
  const time = timeOf(Number(seconds) * 1000);
  const id = `dvc-${commit}`;
  const metrics = await metricsOf(files, name, leftOut);
  const jobs: MadeJob[] = [
    {
      id: `${id}/job`,
      parent: null,
      task: namedTask("dvc", "dvc.experiment"),
      status: "DONE",
      started: time,
      ended: time,
      args: new Map(),
      given: Object.fromEntries(metrics),
    },
  ];
  const makers = new Map<string, string>();
  for (const stage of stages) for (const { path } of stage.outs) makers.set(path, jobId(id, stage));
  for (const stage of stages) jobs.push(await jobOf(id, stage, time, files, makers));
  const tags: TagPair[] = [
    ["dvc.experiment", name],
    ["dvc.baseline", baseline],
    ...metrics.map(([key, value]): TagPair => [key, tagValueOf(value, key)]),
  ];
  return madeRun(
    {
      id,
      task: "dvc.experiment",
      argv: [],
      started: time,
      user,
      code: { commit, tree, dirty: false },
      tags,
      outcome: { status: "DONE", ended: time },
      jobs,
    },
    backend.repository.objectFormat,
  );
}

const jobId = (run: string, { name }: LockedStage) => `${run}/${name.slice(0, 120)}`;

async function jobOf(
  run: string,
  stage: LockedStage,
  time: string,
  files: DvcFiles,
  makers: ReadonlyMap<string, string>,
): Promise<MadeJob> {
  const args = new Map<string, unknown>();
  const from = new Map<string, readonly string[]>();
  for (const dep of stage.deps) {
    args.set(dep.path, await files.value(dep));
    const maker = makers.get(dep.path);
    if (maker !== undefined) from.set(dep.path, [maker]);
  }
  for (const [file, params] of stage.params) {
    for (const [key, value] of flatten(params)) {
      args.set(args.has(key) ? `${file}:${key}` : key, value);
    }
  }
  const outs: Record<string, unknown> = {};
  for (const out of stage.outs) outs[out.path] = await files.value(out);
  return {
    id: jobId(run, stage),
    parent: 0,
    task: stage.task,
    status: "DONE",
    started: time,
    ended: time,
    args,
    from,
    given: outs,
  };
}
