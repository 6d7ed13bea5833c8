import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import {
  argsId,
  callId,
  executionYaml,
  formatYaml,
  jobId,
  jobsYaml,
  outcomeYaml,
  taskId,
  taskYaml,
} from "../src/record/encode.ts";
import {
  executionPath,
  FORMAT_PATH,
  jobsPath,
  outcomePath,
  taskPath,
} from "../src/record/layout.ts";
import type { Job } from "../src/record/records.ts";
import type { TagPair } from "../src/tag/tag.ts";
import { blobId, contentId } from "../src/value/oid.ts";

/** A file of a generated log. */
interface File {
  readonly path: string;
  readonly text: string;
}

const SHA1 = "sha1";
const FIRST_RUN = Date.UTC(2024, 0, 1);
/** Half an hour between runs: a million of them take 57 years. */
const BETWEEN_RUNS = 1_800_000;

const TASKS = ["main", "get_planet", "greeter"].map((name) => {
  const task = { name, namespace: "hello_world", source: `function ${name}() { /* ... */ }` };
  return { ...task, id: taskId(task, SHA1), text: taskYaml(task) };
});

/**
 * The files of the nth run: three jobs, seven tags (user of 50, project of 20, git_commit of 500,
 * env of 2, a random cost, version and origin), as our own record writer makes them.
 */
export function runFiles(n: number): File[] {
  const random = randomFrom(n);
  const started = new Date(FIRST_RUN + n * BETWEEN_RUNS + Math.floor(random() * 1000));
  const user = `user${Math.floor(random() * 50)}`;
  const commit = blobId(`commit ${Math.floor(random() * 500)}`, SHA1);
  const origin = "git@github.com:acme/planets.git";
  const tags: TagPair[] = [
    ["cost", Math.floor(random() * 1e6) / 100 + 0.001],
    ["env", random() < 0.2 ? "prod" : "dev"],
    ["git_commit", commit],
    ["git_origin_url", origin],
    ["project", `project${Math.floor(random() * 20)}`],
    ["redun.version", "0.1.0"],
    ["user", user],
  ];
  const greet = `Hi${n}`;
  const execution = {
    task: "hello_world.main",
    argv: ["run", "workflow.ts", "main", "--greet", greet],
    started: started.toISOString(),
    user,
    host: "bench",
    code: { commit, tree: commit, branch: "main", dirty: false, origin },
    tags,
    nonce: Math.floor(random() * 2 ** 48).toString(16),
  };
  const text = executionYaml(execution);
  const id = blobId(text, SHA1);
  const jobs = jobsYaml({ execution: id, jobs: threeJobs(id, started, greet), tagged: [] });
  const ended = after(started, 40);
  const outcome = outcomeYaml({ execution: id, status: "DONE", ended });
  return [
    { path: executionPath(id, execution.started), text },
    { path: jobsPath(id, execution.started, blobId(jobs, SHA1)), text: jobs },
    { path: outcomePath(id, execution.started, blobId(outcome, SHA1)), text: outcome },
  ];
}

function threeJobs(execution: string, started: Date, greet: string): Job[] {
  const result = `${greet}, World!`;
  const calls = [
    { args: new Map([["greet", greet]]), result },
    { args: new Map<string, string>(), result: "World" },
    {
      args: new Map([
        ["greet", greet],
        ["thing", "World"],
      ]),
      result,
    },
  ];
  const ids = calls.map((_, at) => jobId(execution, at, SHA1));
  /** The root's call is that of its children, so it comes last. */
  const made: string[] = [];
  const jobs = calls.map(({ args, result }, given) => ({ args, result, at: given })).reverse();
  const records = jobs.map(({ args, result, at }): Job => {
    const task = TASKS[at]!;
    const argIds = new Map([...args].map(([name, value]) => [name, contentId(value, SHA1)]));
    const call = {
      taskHash: task.id,
      argsHash: argsId(argIds, SHA1),
      valueHash: contentId(result, SHA1),
      children: at === 0 ? made : [],
    };
    const callOfJob = callId(call, SHA1);
    made.unshift(callOfJob);
    return {
      id: ids[at]!,
      index: at,
      parent: at === 0 ? null : ids[0]!,
      task: `hello_world.${task.name}`,
      taskHash: task.id,
      call: callOfJob,
      status: "DONE",
      started: after(started, at),
      ended: after(started, 30 + at),
      late: false,
      args,
      from: new Map(at === 2 ? [["thing", [ids[1]!]]] : []),
      result,
      tags: [],
    };
  });
  return records.reverse();
}

function after(date: Date, milliseconds: number): string {
  return new Date(date.getTime() + milliseconds).toISOString();
}

/** A small generator of its own, so that the nth run is always the same. */
function randomFrom(seed: number): () => number {
  let state = (seed + 1) * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Adds runs `from` to `to` (not included) to a log by `git fast-import`, a commit for each. */
export async function generateRuns(
  folder: string,
  ref: string,
  from: number,
  to: number,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const child = spawn("git", ["fast-import", "--quiet", "--done"], {
    cwd: folder,
    stdio: ["pipe", "inherit", "inherit"],
  });
  const ended = once(child, "close");
  for (let n = from; n < to; n++) {
    const more = n === 0 ? firstFiles() : [];
    const text = commitText(ref, n, [...more, ...runFiles(n)], n === from && from > 0);
    if (!child.stdin.write(text)) await once(child.stdin, "drain");
  }
  child.stdin.end("done\n");
  const [status] = await ended;
  if (status !== 0) throw new Error(`git fast-import ended with status ${status}`);
}

function firstFiles(): File[] {
  const tasks = TASKS.map(({ id, text }) => ({ path: taskPath(id), text }));
  return [{ path: FORMAT_PATH, text: formatYaml() }, ...tasks];
}

function commitText(ref: string, n: number, files: readonly File[], onto: boolean): string {
  const seconds = Math.floor((FIRST_RUN + n * BETWEEN_RUNS) / 1000);
  const message = `run hello_world.main --greet Hi${n} [DONE] 3 jobs\n`;
  const head = `commit ${ref}\ncommitter Bench <bench@example.org> ${seconds} +0000\ndata ${message.length}\n${message}`;
  const body = files.map(
    ({ path, text }) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  return `${head}${onto ? `from ${ref}^0\n` : ""}${body.join("")}\n`;
}
