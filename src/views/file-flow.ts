import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readJob } from "../provenance/read.ts";
import type { ShownJobStatus } from "../record/records.ts";
import type { File } from "../value/file.ts";
import { filesIn } from "../value/files-in.ts";
import { contentId } from "../value/oid.ts";

/** Which jobs of an execution gave which files, and which took them: what a graph of them is drawn from. */
export interface FileFlow {
  /** Each content of each path once, in the order in which jobs took and gave them. */
  readonly files: readonly FlowingFile[];
  /** The jobs that took or gave one, in the order in which they began. */
  readonly jobs: readonly FlowingJob[];
  /** The place of a file in `files`, and that of a job in `jobs` that took it. */
  readonly took: readonly (readonly [file: number, job: number])[];
  /** The place of a job, and that of a file that it gave. */
  readonly gave: readonly (readonly [job: number, file: number])[];
  /** There were more jobs than are read: the rest may have had other files. */
  readonly isCut: boolean;
}

export interface FlowingFile {
  /** The id of the value that the file is. */
  readonly id: string;
  readonly path: string;
}

export interface FlowingJob {
  readonly id: string;
  readonly task: string;
  readonly status: ShownJobStatus;
}

/** The most jobs of an execution that are read. */
const MAX_JOBS = 5000;

/** The files that a job took and gave, by the ids of their values. */
interface Touched {
  readonly took: ReadonlyMap<string, File>;
  readonly gave: ReadonlyMap<string, File>;
}

/**
 * The files in arguments and results of an execution's jobs. A job that only hands a file on, to a job that
 * it called or from one, neither took nor gave it.
 */
export async function fileFlowView(log: IndexedLog, { seq }: ExecutionRow): Promise<FileFlow> {
  const rows = log.index.jobsOf(seq);
  const touched = new Map<number, Touched>();
  for (const row of rows.slice(0, MAX_JOBS)) {
    const { args, result, files } = await readJob(log, row);
    const took = byId(filesIn([args, files?.args]));
    const gave = byId(filesIn([result, files?.result]));
    if (took.size + gave.size > 0) touched.set(row.seq, { took, gave });
  }
  const flow = new Flow();
  const ofChildren = touchedByChildren(rows, touched);
  for (const row of rows) {
    const own = touched.get(row.seq);
    if (own) flow.add(row, own, ofChildren.get(row.seq));
  }
  return { ...flow.drawn(), isCut: rows.length > MAX_JOBS };
}

function byId(files: readonly File[]): ReadonlyMap<string, File> {
  return new Map(files.map((file) => [contentId(file), file]));
}

/** By the row of a job, the ids of files that the jobs which it called took, or gave. */
interface Below {
  readonly took: Set<string>;
  readonly gave: Set<string>;
}

function touchedByChildren(
  rows: readonly JobRow[],
  touched: ReadonlyMap<number, Touched>,
): ReadonlyMap<number, Below> {
  const found = new Map<number, Below>();
  for (const { seq, parent } of rows) {
    const own = touched.get(seq);
    if (!own || parent === null) continue;
    const below = found.get(parent) ?? { took: new Set(), gave: new Set() };
    for (const id of own.took.keys()) below.took.add(id);
    for (const id of own.gave.keys()) below.gave.add(id);
    found.set(parent, below);
  }
  return found;
}

class Flow {
  readonly #files = new Map<string, { readonly place: number; readonly path: string }>();
  readonly #jobs: FlowingJob[] = [];
  readonly #took: [number, number][] = [];
  readonly #gave: [number, number][] = [];

  add({ id, task, status }: JobRow, { took, gave }: Touched, below: Below | undefined): void {
    const taken = [...took].filter(([file]) => !below?.took.has(file));
    const given = [...gave].filter(([file]) => !below?.gave.has(file) && !took.has(file));
    if (taken.length + given.length === 0) return;
    const job = this.#jobs.push({ id, task, status }) - 1;
    for (const [file, { path }] of taken) this.#took.push([this.#place(file, path), job]);
    for (const [file, { path }] of given) this.#gave.push([job, this.#place(file, path)]);
  }

  #place(id: string, path: string): number {
    const known = this.#files.get(id) ?? { place: this.#files.size, path };
    this.#files.set(id, known);
    return known.place;
  }

  drawn(): Omit<FileFlow, "isCut"> {
    const files = [...this.#files].map(([id, { path }]) => ({ id, path }));
    return { files, jobs: this.#jobs, took: this.#took, gave: this.#gave };
  }
}
