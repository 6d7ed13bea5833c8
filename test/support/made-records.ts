/** Record files without a run: for tests that only need something to commit. */
import type { RecordFile } from "../../src/log/log.ts";
import { tagEditFile } from "../../src/log/tag-edits.ts";
import { executionYaml, jobsYaml, outcomeYaml } from "../../src/record/encode.ts";
import { executionPath, jobsPath, outcomePath } from "../../src/record/layout.ts";
import type { Execution, Job, JobSegment, Outcome } from "../../src/record/records.ts";
import type { TagEdit } from "../../src/tag/tag.ts";
import { blobId } from "../../src/value/oid.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";

type Format = "sha1" | "sha256";

export interface MadeRun {
  readonly id: string;
  readonly files: readonly RecordFile[];
}

/** The start of an execution, and its id. */
export function startFile(
  start: Omit<Execution, "id">,
  format: Format = "sha1",
): { id: string; file: RecordFile } {
  const text = executionYaml(start);
  const id = blobId(text, format);
  return { id, file: { path: executionPath(id, start.started), text } };
}

/** The start of an execution that came from elsewhere, where it had an id of its own. */
export function importedStart(id: string, start: Omit<Execution, "id">): RecordFile {
  const text = executionYaml(start).replace("version: 1\n", `version: 1\nid: ${writeYaml(id)}`);
  return { path: executionPath(id, start.started), text };
}

/** The moment at which made jobs start and end. */
export const DAY = "2026-03-04T05:06:07.000Z";

/** A job without arguments that ended at once. */
export function madeJob(job: Pick<Job, "id" | "index"> & Partial<Job>): Job {
  return {
    parent: null,
    task: "made.task",
    taskHash: "7a".repeat(20),
    call: "77".repeat(20),
    status: "DONE",
    started: DAY,
    ended: DAY,
    late: false,
    args: [],
    from: new Map(),
    result: null,
    tags: [],
    ...job,
  };
}

/** The start facts of an execution of `made.main`. */
export function madeStart(more: Partial<Execution> = {}): Omit<Execution, "id"> {
  return {
    task: "made.main",
    argv: ["run"],
    started: DAY,
    user: "ann",
    host: "laptop",
    code: {},
    tags: [],
    nonce: "0",
    ...more,
  };
}

/** Some jobs of an execution that began at `started`. */
export function jobsFile(started: string, segment: JobSegment): RecordFile {
  const text = jobsYaml(segment);
  return { path: jobsPath(segment.execution, started, blobId(text)), text };
}

/** The end of an execution that began at `started`. */
export function outcomeFile(
  started: string,
  outcome: Outcome,
  format: Format = "sha1",
): RecordFile {
  const text = outcomeYaml(outcome);
  return { path: outcomePath(outcome.execution, started, blobId(text, format)), text };
}

/** The records of a run without jobs. Every number is another run, the same in every clone. */
export function madeRun(number: number, format: Format = "sha1"): MadeRun {
  const started = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
  const start = madeStart({
    argv: ["run", String(number)],
    started,
    tags: [["number", number]],
    nonce: number.toString(16).padStart(16, "0"),
  });
  const { id, file } = startFile(start, format);
  const outcome = { execution: id, status: "DONE", ended: started } as const;
  return { id, files: [file, outcomeFile(started, outcome, format)] };
}

/** The file of one tag put on an execution after its run. */
export function madeTagEdit(
  entity: string,
  tag: TagEdit["tag"],
  parents: TagEdit["parents"] = [],
  format: Format = "sha1",
): RecordFile {
  return tagEditFile({ entity, type: "Execution", edits: [{ tag, parents }] }, format);
}
