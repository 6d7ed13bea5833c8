/** Brings a graph into a log: what is there already (known-runs.ts) stays. */
import type { ObjectFormat } from "../git/backend.ts";
import { SEGMENT_LIMITS } from "../log/journal-lines.ts";
import type { RecordFile } from "../log/log.ts";
import { tagEditFile } from "../log/tag-edits.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import {
  executionYaml,
  jobItemYaml,
  outcomeYaml,
  segmentYaml,
  taskYaml,
} from "../record/encode.ts";
import { executionPath, jobsPath, outcomePath, taskPath, valuePath } from "../record/layout.ts";
import type { Job } from "../record/records.ts";
import { tagSet } from "../tag/set.ts";
import { blobId } from "../value/oid.ts";
import { StoredValue, Tagged } from "../value/value.ts";
import { writeYaml } from "../value/yaml-write.ts";
import type { Graph, GraphRun, GraphTags } from "./graph.ts";
import { KnownRuns } from "./known-runs.ts";

export interface ImportOptions {
  /** Only reads and compares: nothing is written. */
  readonly dryRun?: boolean;
  readonly onRun?: (done: number, total: number) => void;
}

/** What an import brought, and what was there before. */
export interface Imported {
  readonly executions: number;
  readonly jobs: number;
  /** Tags that were put on something, and removals, in addition to those that the runs came with. */
  readonly edits: number;
  readonly known: number;
  readonly leftOut: readonly string[];
}

/** One commit has so many files, or so many characters. */
const FILES = 5_000;
const CHARACTERS = 16 * 2 ** 20;

/**
 * Imports all runs and tags of a graph, some thousand in a commit. One that is interrupted is taken up by the
 * next: runs are written whole.
 * @param log brought up to date before
 * @throws RedunError BAD_IMPORT for a run that contradicts the one of its id; nothing is written then
 */
export async function importGraph(
  log: IndexedLog,
  graph: Graph,
  { dryRun = false, onRun }: ImportOptions = {},
): Promise<Imported> {
  const known = new KnownRuns(log, graph);
  const writer = new ImportWriter(log, graph, known, dryRun);
  const old = new Set<string>();
  // What contradicts the log is found before anything is written.
  if (log.index.counts().executions > 0) for (const run of graph.runs()) known.stateOf(run);
  let done = 0;
  for (const run of graph.runs()) {
    await writer.addRun(run, old);
    onRun?.(++done, graph.count);
  }
  for (const tags of graph.tags()) await writer.addTags(tags, old);
  await writer.commit();
  return { ...writer.counts, leftOut: graph.leftOut };
}

class ImportWriter {
  readonly #log: IndexedLog;
  readonly #system: string;
  readonly #tagsAreState: boolean;
  readonly #known: KnownRuns;
  readonly #dryRun: boolean;
  readonly #format: ObjectFormat;
  readonly #files = new Map<string, string>();
  /** Tasks and values that this import has written: they come again and again. */
  readonly #written = new Set<string>();
  #characters = 0;
  #runs = 0;
  #edits = 0;
  readonly counts = { executions: 0, jobs: 0, edits: 0, known: 0 };

  constructor(
    log: IndexedLog,
    { system, tagsAreState = false }: Graph,
    known: KnownRuns,
    dryRun: boolean,
  ) {
    this.#log = log;
    this.#system = system;
    this.#tagsAreState = tagsAreState;
    this.#known = known;
    this.#dryRun = dryRun;
    this.#format = log.log.backend.repository.objectFormat;
  }

  /** @param old gets the ids of runs, and of their jobs, that were there before */
  async addRun(run: GraphRun, old: Set<string>): Promise<void> {
    const { execution, jobs } = run;
    const state = this.#known.stateOf(run);
    if (state !== "new") old.add(execution.id);
    if (state === "known") {
      this.counts.known++;
      for (const { id } of jobs) old.add(id);
      return;
    }
    this.counts.executions++;
    this.counts.jobs += jobs.length;
    const [start, ...files] = this.#filesOf(run);
    // A record never changes, and a run that went on may have got more tags.
    for (const file of state === "new" ? [start!, ...files] : files) this.#add(file);
    this.#runs++;
    if (this.#files.size >= FILES || this.#characters >= CHARACTERS) await this.commit();
  }

  async addTags(tags: GraphTags, old: ReadonlySet<string>): Promise<void> {
    const isOfRun = tags.type === "Execution" || tags.type === "Job";
    const isWritten = isOfRun && !old.has(tags.entity);
    const known = isWritten ? null : this.#known.tagsOf(tags);
    const edits = tags.edits.filter(({ hash, parents }) =>
      known === null ? parents.length > 0 : !known.has(hash),
    );
    if (edits.length === 0) return;
    const { entity, type } = tags;
    const was = new Map(tags.edits.map(({ hash, tag }) => [hash, tag]));
    const current = this.#tagsAreState ? this.#known.currentTagsOf(tags) : [];
    const told = edits.map(({ tag, parents }) => ({
      tag,
      parents: [
        ...parents.map(({ hash }) => ({ hash, was: was.get(hash) ?? null })),
        ...current.filter((one) => tag !== null && one.was[0] === tag[0]),
      ],
    }));
    this.#add(tagEditFile({ entity, type, edits: told }, this.#format));
    this.counts.edits += edits.length;
    this.#edits += edits.length;
    if (this.#files.size >= FILES || this.#characters >= CHARACTERS) await this.commit();
  }

  async commit(): Promise<void> {
    const files = [...this.#files].map(([path, text]): RecordFile => ({ path, text }));
    this.#files.clear();
    this.#characters = 0;
    const parts = [
      ...(this.#runs > 0 ? [count(this.#runs, "execution")] : []),
      ...(this.#edits > 0 ? [count(this.#edits, "tag edit")] : []),
    ];
    this.#runs = 0;
    this.#edits = 0;
    if (files.length === 0 || this.#dryRun) return;
    const subject = `import ${parts.join(", ")} from ${this.#system}`;
    const why = `Imported: ${this.#system} does not say who edited tags, and when.`;
    await this.#log.log.append(files, `${subject}\n\n${why}\n`);
  }

  #filesOf({ execution, outcome, jobs, tasks }: GraphRun): RecordFile[] {
    const { id, started } = execution;
    const tags = tagSet([...execution.tags, ["imported_from", this.#system]]);
    const files: RecordFile[] = [
      { path: executionPath(id, started), text: executionYaml({ ...execution, tags }, id) },
    ];
    const items: string[] = [];
    let size = 0;
    const closeSegment = () => {
      const text = segmentYaml(id, items, []);
      files.push({ path: jobsPath(id, started, blobId(text, this.#format)), text });
      items.length = 0;
      size = 0;
    };
    for (const job of jobs) {
      const item = jobItemYaml(this.#withoutData(job, files));
      const isFull =
        items.length >= SEGMENT_LIMITS.items || size + item.length > SEGMENT_LIMITS.bytes;
      if (isFull && items.length > 0) closeSegment();
      items.push(item);
      size += item.length;
    }
    closeSegment();
    if (outcome) {
      const text = outcomeYaml(outcome);
      files.push({ path: outcomePath(id, started, blobId(text, this.#format)), text });
    }
    for (const task of tasks) {
      if (this.#written.has(task.id)) continue;
      this.#written.add(task.id);
      files.push({ path: taskPath(task.id), text: taskYaml(task, task.id) });
    }
    return files;
  }

  /** A job whose foreign values have large data, and that of tasks, in files of their own. */
  #withoutData(job: Job, files: RecordFile[]): Job {
    const { imported } = job;
    if (!imported?.values) return job;
    const values = Object.entries(imported.values).map(([id, value]) => {
      return [id, this.#stored(value, files)];
    });
    return { ...job, imported: { ...imported, values: Object.fromEntries(values) } };
  }

  #stored(value: unknown, files: RecordFile[]): unknown {
    if (!(value instanceof Tagged)) return value;
    const content = value.value as { data?: unknown; type?: string };
    const { data, type } = content;
    if (!(data instanceof Uint8Array)) return value;
    if (data.length <= MAX_INLINE && type !== "redun.Task") return value;
    const text = writeYaml(data);
    const id = blobId(text, this.#format);
    if (!this.#written.has(id)) files.push({ path: valuePath(id), text });
    this.#written.add(id);
    return new Tagged(value.tag, { ...content, data: new StoredValue(id) });
  }

  #add({ path, text }: RecordFile): void {
    this.#files.set(path, text);
    this.#characters += text.length;
  }
}

/** Bytes of data of a foreign value that stand in the job's record. */
const MAX_INLINE = 1_000;

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
