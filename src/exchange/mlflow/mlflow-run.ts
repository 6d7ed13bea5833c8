/** What MLflow says of a run, from either of its stores, and the run of ours that it becomes. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutCredentials } from "../../git/remote-url.ts";
import { type Code, type JobStatus, type Outcome, timeOf } from "../../record/records.ts";
import type { TagPair } from "../../tag/tag.ts";
import { compareCodePoints } from "../../value/code-points.ts";
import { File } from "../../value/file.ts";
import { recordedPath } from "../../value/file-path.ts";
import { fileState } from "../../value/file-state.ts";
import type { HashName } from "../../value/hash.ts";
import { float, type TagValue } from "../../value/value.ts";
import type { GraphRun } from "../graph.ts";
import { madeRun, namedTask } from "../made-run.ts";
import { typedText } from "../typed-text.ts";

export interface MlflowRun {
  readonly id: string;
  /** The name of its experiment. */
  readonly experiment: string;
  /** FINISHED, FAILED or KILLED; what goes on is left out. */
  readonly status: string;
  /** In milliseconds since 1970. */
  readonly started: number;
  readonly ended: number | null;
  readonly user: string;
  readonly artifacts: string;
  readonly params: readonly (readonly [string, string])[];
  /** Of each metric the latest: that of the highest step, as MLflow itself has it. */
  readonly metrics: readonly (readonly [string, number])[];
  readonly tags: readonly (readonly [string, string])[];
}

/** How a run ended, and what its one job did. A killed run ended while its job was at work. */
const ENDS: Readonly<Record<string, readonly [Outcome["status"], JobStatus]>> = {
  FINISHED: ["DONE", "DONE"],
  FAILED: ["FAILED", "FAILED"],
  KILLED: ["INTERRUPTED", "RUNNING"],
};

export function hasEnded({ status, ended }: { status: string; ended: number | null }): boolean {
  return ended !== null && Object.hasOwn(ENDS, status);
}

/** @param workTree the top of the log's work tree: its files are called by their paths from there */
export function mlflowRun(run: MlflowRun, format: HashName, workTree: string | null): GraphRun {
  const { id, params, metrics } = run;
  const [outcome, status] = ENDS[run.status]!;
  const tags = new Map(run.tags);
  const started = timeOf(run.started);
  const ended = timeOf(Math.max(run.ended!, run.started));
  const files = artifactsOf(run.artifacts, format, workTree);
  // Python's floats, whatever their value.
  const numbers = metrics.map(([name, value]) => [name, float(value)] as const);
  const source = tags.get("mlflow.source.name");
  const task = namedTask("mlflow", run.experiment);
  return madeRun(
    {
      id,
      task: run.experiment,
      argv: source === undefined || source === "" ? [] : [source],
      started,
      user: tags.get("mlflow.user") ?? (run.user === "unknown" ? null : run.user),
      code: codeOf(tags),
      tags: [...numbers.map(([name, value]): TagPair => [name, value]), ...run.tags.map(tagOf)],
      outcome: {
        status: outcome,
        ended,
        ...(outcome === "INTERRUPTED" && { reason: "killed, says MLflow" }),
      },
      jobs: [
        {
          id: `${id}/job`,
          parent: null,
          task,
          status,
          started,
          ended: status === "RUNNING" ? null : ended,
          args: new Map(params.map(([name, value]) => [name, typedText(value)])),
          given:
            status === "FAILED"
              ? "MLflow does not record errors"
              : { artifacts: files, metrics: Object.fromEntries(numbers) },
        },
      ],
    },
    format,
  );
}

/** Long texts are no numbers; a description is what `doc` is here. */
function tagOf([key, value]: readonly [string, string]): TagPair {
  if (key === "mlflow.note.content") return ["doc", value];
  if (key === "mlflow.source.git.repoURL") return [key, withoutCredentials(value)];
  return [key, key.startsWith("mlflow.") ? value : (typedText(value) as TagValue)];
}

function codeOf(tags: ReadonlyMap<string, string>): Code {
  const commit = tags.get("mlflow.source.git.commit");
  const branch = tags.get("mlflow.source.git.branch");
  const origin = tags.get("mlflow.source.git.repoURL");
  return {
    ...(commit !== undefined && /^[0-9a-f]{40}$/.test(commit) && { commit }),
    ...(branch !== undefined && branch !== "" && { branch }),
    ...(origin !== undefined && origin !== "" && { origin }),
  };
}

/** The files that a run stored, where its store is a folder that is here. */
function artifactsOf(address: string, format: HashName, workTree: string | null): readonly File[] {
  const folder = localPath(address);
  if (folder === null || !existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareCodePoints);
  return names.flatMap((path) => {
    const state = fileState(path, format);
    return state ? [File.recorded(recordedPath(path, workTree), state)] : [];
  });
}

/** Null of an address at some other place. */
export function localPath(address: string): string | null {
  if (/^file:/i.test(address)) {
    try {
      return fileURLToPath(address);
    } catch {
      return null;
    }
  }
  return address === "" || /^[a-z][a-z0-9+.-]+:/i.test(address) ? null : address;
}
