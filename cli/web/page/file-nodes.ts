/** Which jobs gave and took which files, as a graph: where there are many, the jobs of a task and their files are one node each. */
import type { FileFlow } from "../../../src/views/file-flow.ts";
import { MAX_NODES } from "./call-nodes.ts";
import type { GraphEdge, GraphNode } from "./layout.ts";
import { counted, cut } from "./words.ts";

export interface FileGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** A node stands for all jobs of a task, or for the files that these tasks gave and took. */
  readonly isFolded: boolean;
}

/** Where nodes lead to. */
export interface FileLinks {
  readonly file: (id: string) => string;
  readonly job: (id: string) => string;
  readonly task: (task: string) => string;
}

/** @param lookOf how a status looks */
export function fileGraph(
  flow: FileFlow,
  links: FileLinks,
  lookOf: (status: string) => string,
): FileGraph {
  const isFolded = flow.files.length + flow.jobs.length > MAX_NODES;
  return (isFolded ? folded : unfolded)(flow, links, lookOf);
}

function unfolded(
  { files, jobs, took, gave }: FileFlow,
  links: FileLinks,
  lookOf: (status: string) => string,
): FileGraph {
  const ofFiles = files.map(({ id, path }, at) => {
    const [folder, name] = parts(path);
    return {
      id: `f${at}`,
      label: cut(name),
      note: cut(folder),
      look: "file",
      href: links.file(id),
    };
  });
  const ofJobs = jobs.map(({ id, task, status }, at) => ({
    ...{ id: `j${at}`, label: cut(task), note: id.slice(0, 8) },
    ...{ look: lookOf(status), href: links.job(id) },
  }));
  const edges = [
    ...took.map(([file, job]) => ({ from: `f${file}`, to: `j${job}`, label: "" })),
    ...gave.map(([job, file]) => ({ from: `j${job}`, to: `f${file}`, label: "" })),
  ];
  return { nodes: [...ofFiles, ...ofJobs], edges, isFolded: false };
}

function folded(
  { files, jobs, took, gave }: FileFlow,
  links: FileLinks,
  lookOf: (status: string) => string,
): FileGraph {
  const tasks = [...new Set(jobs.map(({ task }) => task))].slice(0, MAX_NODES);
  const ofTasks = tasks.map((task) => {
    const own = jobs.filter((job) => job.task === task);
    const isFailed = own.some(({ status }) => status === "FAILED");
    return {
      ...{ id: `t${tasks.indexOf(task)}`, label: cut(task), note: counted(own.length, "job") },
      ...{ look: lookOf(isFailed ? "FAILED" : "DONE"), href: links.task(task) },
    };
  });
  const givers = tasksByFile(gave.map(([job, file]) => [file, job]));
  const takers = tasksByFile(took);
  const groups = new Map<string, { from: number[]; to: number[]; files: number[] }>();
  files.forEach((_, file) => {
    const [from, to] = [givers.get(file) ?? [], takers.get(file) ?? []];
    const group = groups.get(`${from}>${to}`) ?? { from, to, files: [] };
    group.files.push(file);
    groups.set(`${from}>${to}`, group);
  });
  const shown = [...groups.values()].slice(0, MAX_NODES);
  const ofFiles = shown.map(({ files: [first, ...others] }, at) => {
    const { id, path } = files[first!]!;
    const note = others.length > 0 ? `and ${counted(others.length, "file")} more` : "";
    const href = others.length > 0 ? null : links.file(id);
    return { id: `g${at}`, label: cut(parts(path)[1]), note, look: "file", href };
  });
  const edges = shown.flatMap(({ from, to }, at) => [
    ...from.map((task) => ({ from: `t${task}`, to: `g${at}`, label: "" })),
    ...to.map((task) => ({ from: `g${at}`, to: `t${task}`, label: "" })),
  ]);
  return { nodes: [...ofTasks, ...ofFiles], edges, isFolded: true };

  /** The places of the tasks of jobs that have to do with a file, ascending. */
  function tasksByFile(pairs: readonly (readonly [file: number, job: number])[]) {
    const found = new Map<number, number[]>();
    for (const [file, job] of pairs) {
      const task = tasks.indexOf(jobs[job]!.task);
      const known = found.get(file) ?? [];
      if (task >= 0 && !known.includes(task))
        found.set(
          file,
          [...known, task].sort((a, b) => a - b),
        );
    }
    return found;
  }
}

/** The folder of a path and the name in it. */
function parts(path: string): readonly [folder: string, name: string] {
  const end = path.lastIndexOf("/");
  return [path.slice(0, Math.max(0, end)), path.slice(end + 1)];
}
