/** Runs and the runs below them as executions and their jobs. */
import { createHash } from "node:crypto";
import type { Code, TaskRecord } from "../../record/records.ts";
import type { TagPair } from "../../tag/tag.ts";
import type { HashName } from "../../value/hash.ts";
import type { GraphRun } from "../graph.ts";
import { type MadeJob, madeRun, namedTask } from "../made-run.ts";
import { typedText } from "../typed-text.ts";
import { type Dataset, type LineageRun, textIn } from "./lineage-run.ts";

/** The executions, the oldest first, and how many runs belong to none: they are their own ancestors. */
export function madeOf(
  runs: ReadonlyMap<string, LineageRun>,
  format: HashName,
): { readonly made: readonly GraphRun[]; readonly endless: number } {
  const children = new Map<string, LineageRun[]>();
  const roots: LineageRun[] = [];
  for (const run of inOrder([...runs.values()])) {
    const { parent } = run;
    if (parent === null || !runs.has(parent)) roots.push(run);
    else children.set(parent, [...(children.get(parent) ?? []), run]);
  }
  let placed = 0;
  const made = roots.map((root) => {
    const jobs = jobsBelow(root, children);
    placed += jobs.length;
    return executionOf(root, jobs, format);
  });
  return { made, endless: runs.size - placed };
}

function inOrder(runs: readonly LineageRun[]): readonly LineageRun[] {
  const key = (run: LineageRun) => `${run.started} ${run.id}`;
  return [...runs].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function jobsBelow(
  root: LineageRun,
  children: ReadonlyMap<string, readonly LineageRun[]>,
): readonly MadeJob[] {
  const jobs: MadeJob[] = [];
  const makers = new Map<string, string>();
  const left: (readonly [run: LineageRun, parent: number | null])[] = [[root, null]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [run, parent] = next;
    const at = jobs.length;
    jobs.push(jobOf(run, parent, run === root, makers));
    for (const key of run.outputs.keys()) makers.set(key, jobs[at]!.id);
    // The first one is the next that is taken.
    for (const child of [...(children.get(run.id) ?? [])].reverse()) left.push([child, at]);
  }
  return jobs;
}

function jobOf(
  run: LineageRun,
  parent: number | null,
  isRoot: boolean,
  makers: ReadonlyMap<string, string>,
): MadeJob {
  const { inputs, outputs, end, error } = run;
  const args = new Map<string, unknown>();
  const from = new Map<string, readonly string[]>();
  if (inputs.size > 0) {
    args.set("inputs", [...inputs.values()].map(plain));
    const before = new Set([...inputs.keys()].flatMap((key) => makers.get(key) ?? []));
    if (before.size > 0) from.set("inputs", [...before].sort());
  }
  const isCut = end === null || end.type === "ABORT";
  const isBad = end?.type === "FAIL";
  return {
    id: isRoot ? `${run.id}/job` : run.id,
    parent,
    task: taskOf(run),
    status: isCut ? "RUNNING" : isBad ? "FAILED" : "DONE",
    started: run.started!,
    ended: isCut ? null : later(end.time, run.started!),
    args,
    given: isBad ? (error ?? "no event says why") : [...outputs.values()].map(plain),
    from,
    // Those of the root are the execution's.
    tags: isRoot ? [] : tagsOf(run),
  };
}

const plain = (dataset: Dataset) => ({ ...dataset });

function taskOf({ name, source }: LineageRun): TaskRecord {
  if (source === null) return namedTask("openlineage", name);
  const hash = createHash("sha1").update(`${name}\n${source}`).digest("hex").slice(0, 12);
  return { id: `openlineage:${name.slice(0, 120)}:${hash}`, name, namespace: null, source };
}

function executionOf(root: LineageRun, jobs: readonly MadeJob[], format: HashName): GraphRun {
  const { id, name, namespace, end, error } = root;
  const status = { COMPLETE: "DONE", FAIL: "FAILED", ABORT: "INTERRUPTED" } as const;
  const reason = end?.type === "ABORT" ? (error ?? "aborted, says OpenLineage") : undefined;
  const run = {
    id,
    task: name,
    started: root.started!,
    user: null,
    code: codeOf(root),
    tags: [...(namespace === "" ? [] : [["project", namespace] as const]), ...tagsOf(root)],
    outcome: end && {
      status: status[end.type],
      ended: later(end.time, root.started!),
      ...(reason && { reason }),
    },
    jobs,
  };
  return madeRun(run, format);
}

const later = (a: string, b: string) => (a < b ? b : a);

function tagsOf({ tags }: LineageRun): readonly TagPair[] {
  return [...tags].map(([key, value]): TagPair => [key, typedText(value)]);
}

function codeOf({ location }: LineageRun): Code {
  const [url, version, branch] = ["url", "version", "branch"].map((name) => textIn(location, name));
  return {
    ...(version !== undefined && /^[0-9a-f]{40}$/.test(version) && { commit: version }),
    ...(branch !== undefined && { branch }),
    ...(url !== undefined && { origin: url }),
  };
}
