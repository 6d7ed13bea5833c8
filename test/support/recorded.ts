/** What a log holds, read with plain git and our decoders, past the index and the command line. */
import { execFileSync, spawnSync } from "node:child_process";
import { decodeAt, isDecodable } from "../../src/record/decode-at.ts";
import { parsePath } from "../../src/record/layout.ts";
import type {
  EntityTags,
  Execution,
  Job,
  Outcome,
  TagEdits,
  TaskRecord,
} from "../../src/record/records.ts";
import { readYaml } from "../../src/value/yaml-read.ts";

export interface RecordedJob extends Job {
  readonly execution: string;
}

export interface Recorded {
  readonly executions: Execution[];
  readonly outcomes: Outcome[];
  readonly jobs: RecordedJob[];
  readonly tagged: EntityTags[];
  readonly tasks: TaskRecord[];
  readonly edits: TagEdits[];
  /** Canonical YAML of values with a file of their own, by id. */
  readonly values: Map<string, string>;
  /** The text of every file, by path. */
  readonly files: Map<string, string>;
}

/** Everything on a log's ref; nothing where there is no such ref. */
export function recorded(dir: string, ref = "refs/redun/main"): Recorded {
  const found: Recorded = {
    executions: [],
    outcomes: [],
    jobs: [],
    tagged: [],
    tasks: [],
    edits: [],
    values: new Map(),
    files: filesOf(dir, ref),
  };
  for (const [path, text] of found.files) add(found, path, text);
  return found;
}

/** The text of every file on a ref, by path. */
export function filesOf(dir: string, ref: string): Map<string, string> {
  const entries = listing(dir, ref);
  const oids = entries.map((entry) => entry.split(/[ \t]/)[2]!);
  const texts = blobs(dir, oids);
  return new Map(entries.map((entry, at) => [entry.slice(entry.indexOf("\t") + 1), texts[at]!]));
}

function listing(dir: string, ref: string): string[] {
  const args = ["ls-tree", "-r", "-z", ref];
  const { status, stdout } = spawnSync("git", args, { cwd: dir, maxBuffer: 1 << 28 });
  if (status === 0) return stdout.toString("utf8").split("\0").filter(Boolean);
  git(dir, ["rev-parse", "--git-dir"]);
  return [];
}

/** The contents of objects, by one `git cat-file --batch`. */
export function blobs(dir: string, oids: readonly string[]): string[] {
  const output = git(dir, ["cat-file", "--batch"], `${oids.join("\n")}\n`);
  let at = 0;
  return oids.map(() => {
    const lineEnd = output.indexOf(10, at);
    const size = Number(output.toString("latin1", at, lineEnd).split(" ")[2]);
    at = lineEnd + 1 + size + 1;
    return output.toString("utf8", lineEnd + 1, at - 1);
  });
}

/** The one job of a task; a test that has several of them asks wrongly. */
export function jobOf(log: Recorded, task: string): RecordedJob {
  const jobs = jobsOf(log, task);
  if (jobs.length !== 1) throw new Error(`${jobs.length} jobs of task ${task}`);
  return jobs[0]!;
}

export function jobsOf(log: Recorded, task: string): RecordedJob[] {
  return log.jobs.filter((job) => job.task === task);
}

/** The name of the task under whose job a job ran; null for a root job. */
export function parentTask(log: Recorded, job: Job): string | null {
  if (job.parent === null) return null;
  return log.jobs.find(({ id }) => id === job.parent)?.task ?? "(not recorded)";
}

function add(found: Recorded, path: string, text: string): void {
  const place = parsePath(path);
  if (place?.kind === "value") found.values.set(place.id, text);
  if (!place || !isDecodable(place)) return;
  const { kind, record } = decodeAt(path, place, readYaml(text));
  if (kind === "execution") found.executions.push(record);
  if (kind === "outcome") found.outcomes.push(record);
  if (kind === "task") found.tasks.push(record);
  if (kind === "tags") found.edits.push(record);
  if (kind !== "jobs") return;
  const { execution, jobs, tagged } = record;
  found.jobs.push(...jobs.map((job) => ({ ...job, execution })));
  found.tagged.push(...tagged);
}

function git(cwd: string, args: readonly string[], input?: string): Buffer {
  return execFileSync("git", args, { cwd, input, maxBuffer: 1 << 28 });
}
