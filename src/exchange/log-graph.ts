/** The graph of what a log has, for the writers of formats: see graph.ts. */
import type { ExecutionRow } from "../index/rows.ts";
import { foundRow } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import {
  type RecordedValue,
  readExecution,
  readSegment,
  readTask,
  readValue,
} from "../provenance/read.ts";
import {
  type EntityType,
  type Job,
  type Outcome,
  type TaskRecord,
  timeOf,
} from "../record/records.ts";
import type { TagNode } from "../tag/graph.ts";
import { StoredValue } from "../value/value.ts";
import type { GraphRun } from "./graph.ts";

/** Reads the runs of a log, and what they refer to. */
export class LogGraph {
  readonly #log: IndexedLog;
  readonly #tasks = new Map<string, TaskRecord | null>();

  constructor(log: IndexedLog) {
    this.#log = log;
  }

  /** The id that a value of a job has. */
  get format() {
    return this.#log.log.backend.repository.objectFormat;
  }

  /** One execution, whole, with the tags that are current. @throws RedunError OBJECT_MISSING, BAD_RECORD */
  async run(row: ExecutionRow): Promise<GraphRun> {
    const execution = { ...(await readExecution(this.#log, row)), tags: row.tags };
    const jobs: Job[] = [];
    for (const { id, segment, tags } of this.#log.index.jobsOf(row.seq)) {
      const job = (await readSegment(this.#log, segment)).get(id);
      if (job) jobs.push({ ...job, tags });
    }
    jobs.sort((a, b) => a.index - b.index);
    const tasks: TaskRecord[] = [];
    for (const hash of new Set(jobs.map(({ taskHash }) => taskHash))) {
      const task = await this.task(hash);
      if (task) tasks.push(task);
    }
    return { execution, outcome: outcomeOf(row), jobs, tasks };
  }

  async task(hash: string): Promise<TaskRecord | null> {
    const known = this.#tasks.get(hash);
    if (known !== undefined) return known;
    const task = (await readTask(this.#log, hash)) ?? null;
    if (this.#tasks.size > 10_000) this.#tasks.clear();
    this.#tasks.set(hash, task);
    return task;
  }

  /** A value that stands in a record, or in a file of its own; undefined where only its id is known. */
  async whole({ id, value }: RecordedValue): Promise<{ readonly value: unknown } | undefined> {
    return value instanceof StoredValue ? readValue(this.#log, id) : { value };
  }

  /** Every tag that an entity ever had, removals included. */
  tagsOf(type: EntityType, id: string): readonly TagNode[] {
    const { index } = this.#log;
    if (type === "Execution" || type === "Job") {
      const hit = index.ids.withId(id).find((hit) => hit.type === type);
      const row = hit && (type === "Execution" ? index.execution(hit.ref) : index.job(hit.ref));
      return row?.id === id ? this.#nodes({ type, seq: row.seq, id, tags: row.tags }) : [];
    }
    const row = index.entityWithId(type, id);
    return row ? this.#nodes(foundRow({ type, row })) : [];
  }

  #nodes(entity: Parameters<IndexedLog["index"]["tags"]["graph"]>[0]): readonly TagNode[] {
    return [...this.#log.index.tags.graph(entity).nodes.values()];
  }
}

function outcomeOf({ id, status, ended, reason }: ExecutionRow): Outcome | null {
  if (status === "RUNNING" || ended === null) return null;
  return { execution: id, status, ended: timeOf(ended), ...(reason !== null && { reason }) };
}
