import { JobTree, type TreeRow } from "../index/job-tree.ts";
import type { JobRow } from "../index/rows.ts";
import { JOBS_PER_EXECUTION } from "../index/schema.ts";
import { contentOf } from "../log/journals.ts";
import { decodeJobs, decodeTask } from "../record/decode.ts";
import { segmentYaml } from "../record/encode.ts";
import { taskPath, valuePath } from "../record/layout.ts";
import type { Job, TaskRecord } from "../record/records.ts";
import { previewArgs } from "../value/preview.ts";
import { StoredValue } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { IndexedLog } from "./indexed-log.ts";
import type { JournaledExecution } from "./journaled-execution.ts";

/**
 * The jobs of an execution that its journal knows more of than the log: those that it holds, and
 * those that a checkpoint has committed. The journal's are in memory.
 */
export class JournaledJobs {
  readonly execution: JournaledExecution;
  readonly #log: IndexedLog;
  /** Of the journal, by the numbers of their rows. */
  readonly #records = new Map<number, Job>();
  #tree: JobTree | undefined;

  constructor(log: IndexedLog, execution: JournaledExecution) {
    this.#log = log;
    this.execution = execution;
    for (const item of itemsOf(execution)) {
      const job = jobOf(execution.row.id, item);
      if (job) this.#records.set(this.#first + job.index, job);
    }
  }

  /** The number that the row of the first job has, or would have. */
  get #first(): number {
    return this.execution.row.seq * JOBS_PER_EXECUTION;
  }

  /** How they hang together. */
  get tree(): JobTree {
    if (this.#tree) return this.#tree;
    const rows = [...this.#treeRows()];
    this.#tree = new JobTree([rows], rows.length);
    return this.#tree;
  }

  /** Some of them, by their numbers in the tree. */
  rows(numbers: readonly number[]): JobRow[] {
    const seqs = numbers.map((number) => this.tree.seqs[number]!);
    const ended = (seq: number) => this.#records.get(seq)?.ended;
    const indexed = this.#log.index.jobs(seqs.filter((seq) => !ended(seq)));
    const known = new Map(indexed.map((row) => [row.seq, row]));
    return seqs.flatMap((seq) => known.get(seq) ?? this.#row(seq) ?? []);
  }

  /** All of them, in the order in which they began. */
  *all(): Generator<JobRow> {
    const { size } = this.tree;
    for (let from = 0; from < size; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, size - from);
      yield* this.rows(Array.from({ length: count }, (_, at) => from + at));
    }
  }

  /** One of the journal by its id, with its record; large values stand in it as they are. */
  withId(id: string): { row: JobRow; record: Job } | undefined {
    for (const [seq, record] of this.#records) {
      if (record.id === id) return { row: this.#row(seq)!, record: this.#whole(record) };
    }
    return undefined;
  }

  /** The job that called a job. */
  parentOf({ parent }: JobRow): JobRow | undefined {
    if (parent === null) return undefined;
    return this.#row(parent) ?? this.#log.index.job(parent);
  }

  /** The jobs that a job called. */
  childrenOf(job: JobRow): JobRow[] {
    const { tree } = this;
    const numbers = Array.from(tree.seqs.keys()).filter((number) => {
      const parent = tree.parentOf(number);
      return parent !== undefined && tree.seqs[parent] === job.seq;
    });
    return this.rows(numbers);
  }

  /** A task that stands in the journal. */
  task(hash: string): TaskRecord | undefined {
    const text = this.#files([taskPath(hash)])[0];
    return text === undefined ? undefined : decodeTask(readYaml(text), hash);
  }

  #row(seq: number): JobRow | undefined {
    const record = this.#records.get(seq);
    if (!record) return undefined;
    const { row } = this.execution;
    const isOver = row.status !== "RUNNING";
    return {
      seq,
      id: record.id,
      execution: row.seq,
      time: row.started,
      place: record.index,
      parent: this.#parentSeq(record),
      task: record.task,
      taskHash: record.taskHash,
      status: isOver && record.ended === null ? "INTERRUPTED" : record.status,
      started: Date.parse(record.started),
      ended: record.ended === null ? null : Date.parse(record.ended),
      args: previewArgs(record.args),
      segment: "",
      tags: record.tags,
      conflicts: [],
    };
  }

  #parentSeq({ parent }: Job): number | null {
    return parent === null ? null : (this.#seqs.get(parent) ?? this.#indexedSeq(parent));
  }

  #indexedSeq(id: string): number | null {
    const { index } = this.#log;
    if (!this.execution.indexed) return null;
    for (const { type, ref } of index.ids.withId(id)) {
      if (type === "Job" && index.job(ref)?.id === id) return ref;
    }
    return null;
  }

  /** Numbers of the journal's jobs, by their ids. */
  get #seqs(): ReadonlyMap<string, number> {
    this.#seqsById ??= new Map([...this.#records].map(([seq, { id }]) => [id, seq]));
    return this.#seqsById;
  }

  #seqsById: ReadonlyMap<string, number> | undefined;

  #treeRows(): TreeRow[] {
    const { indexed } = this.execution;
    const rows = new Map<number, TreeRow>();
    if (indexed) {
      for (const row of this.#log.index.jobTree(indexed.seq).rows()) rows.set(row[0], row);
    }
    for (const [seq, record] of this.#records) {
      const failed = record.status === "FAILED" && record.ended ? Date.parse(record.ended) : null;
      rows.set(seq, [seq, this.#parentSeq(record), failed]);
    }
    return [...rows.values()].sort(([a], [b]) => a - b);
  }

  #whole(record: Job): Job {
    const isStored = (value: unknown) => value instanceof StoredValue;
    const stored = [...record.args.values(), record.result].filter(isStored) as StoredValue[];
    if (stored.length === 0) return record;
    const texts = this.#files(stored.map(({ id }) => valuePath(id)));
    const known = new Map(stored.map(({ id }, at) => [id, texts[at]]));
    const whole = (value: unknown) => {
      const text = value instanceof StoredValue ? known.get(value.id) : undefined;
      return text === undefined ? value : readYaml(text);
    };
    const { args } = record;
    return {
      ...record,
      args: args instanceof Map ? mapped(args, whole) : (args as readonly unknown[]).map(whole),
      ...("result" in record && { result: whole(record.result) }),
    };
  }

  /** Texts of record files that stand in the journal. */
  #files(paths: readonly string[]): (string | undefined)[] {
    const wanted = new Map<string, string | undefined>(paths.map((path) => [path, undefined]));
    for (const file of this.execution.run.files) {
      for (const line of contentOf(file)) {
        if ("file" in line && wanted.has(line.file.path))
          wanted.set(line.file.path, line.file.text);
      }
    }
    return paths.map((path) => wanted.get(path));
  }
}

const AT_ONCE = 1000;

/** Ids of the jobs in an execution's journal that begin so, each once. */
export function* jobIdsBeginning(execution: JournaledExecution, word: string): Generator<string> {
  const seen = new Set<string>();
  for (const item of itemsOf(execution)) {
    const id = /^ {2}- id: (\S+)$/m.exec(item)?.[1];
    if (!id?.startsWith(word) || seen.has(id)) continue;
    seen.add(id);
    yield id;
  }
}

/** The jobs of a journal as they stand there; one that has ended comes after itself as it began. */
function* itemsOf({ run }: JournaledExecution): Generator<string> {
  for (const file of run.files) {
    for (const line of contentOf(file)) {
      const item = "job" in line ? line.job : "begun" in line ? line.begun : undefined;
      if (item !== undefined) yield item;
    }
  }
}

/** undefined for what a newer redun-git wrote, or nobody. */
function jobOf(execution: string, item: string): Job | undefined {
  try {
    return decodeJobs(readYaml(segmentYaml(execution, [item], []))).jobs[0];
  } catch {
    return undefined;
  }
}

function mapped<T, U>(map: ReadonlyMap<string, T>, one: (value: T) => U): Map<string, U> {
  return new Map([...map].map(([key, value]) => [key, one(value)]));
}
