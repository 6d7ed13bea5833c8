/** The runs in redun's tables, one execution at a time. */
import { RedunError } from "../../errors.ts";
import { Statements } from "../../index/database.ts";
import type { Database } from "../../index/sqlite-types.ts";
import {
  type Code,
  type Execution,
  fullName,
  type Job,
  type JobStatus,
  type Outcome,
  type TaskRecord,
} from "../../record/records.ts";
import type { TagPair } from "../../tag/tag.ts";
import { StoredValue, Tagged } from "../../value/value.ts";
import type { GraphRun } from "../graph.ts";
import { inParentsOrder } from "../parents-order.ts";
import { CallTables, type RedunCall } from "./calls.ts";
import { baseTagsOf } from "./tags.ts";
import { exportedTime, recordTime } from "./times.ts";
import { ValueTables } from "./values.ts";

interface JobTuple {
  readonly id: string;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly task_hash: string;
  readonly cached: number | null;
  readonly call_hash: string | null;
  readonly parent_id: string | null;
}

const NOT_RECORDED = new Tagged("opaque", "not recorded");

/** Reads runs; the calls and values that no job has come with the first job that leads to them. */
export class RedunRuns {
  readonly #statements: Statements;
  readonly #values: ValueTables;
  readonly #calls: CallTables;
  readonly #tasks = new Map<string, TaskRecord | null>();
  /** What is not in `all`, once that has been asked for. */
  leftOut: readonly string[] = [];

  constructor(database: Database) {
    this.#statements = new Statements(database);
    this.#values = new ValueTables(this.#statements);
    this.#calls = new CallTables(this.#statements);
  }

  get count(): number {
    return Number(this.#statements.get("SELECT count(*) AS n FROM execution").get()!.n);
  }

  *all(): Generator<GraphRun> {
    const rows = this.#statements
      .get(
        `SELECT e.id, e.args, e.job_id, j.id AS job FROM execution e LEFT JOIN job j ON j.id = e.job_id
         ORDER BY j.start_time, e.id`,
      )
      .all() as unknown as { id: string; args: string; job_id: string; job: string | null }[];
    const lost = rows.filter(({ job }) => job === null).length;
    if (lost > 0) this.leftOut = [`${lost} executions that never began a job`];
    for (const row of rows) if (row.job !== null) yield this.#run(row);
  }

  #run({ id, args, job_id: root }: { id: string; args: string; job_id: string }): GraphRun {
    const rows = this.#statements
      .get(
        `SELECT id, start_time, end_time, task_hash, cached, call_hash, parent_id FROM job
         WHERE execution_id = ? ORDER BY start_time, id`,
      )
      .all(id) as unknown as JobTuple[];
    const ordered = inParentsOrder(rows, root);
    const jobs = this.#jobs(ordered);
    const first = jobs.find((job) => job.id === root);
    if (!first) {
      throw new RedunError(
        "BAD_IMPORT",
        `Execution ${id} has the first job ${root}, which is of another one.`,
      );
    }
    const tasks = new Map<string, TaskRecord>();
    for (const hash of [...jobs.map(({ taskHash }) => taskHash), ...this.#calls.newTasks()]) {
      const task = this.#task(hash);
      if (task) tasks.set(hash, task);
    }
    const tags = baseTagsOf(this.#statements, "Execution", id);
    return {
      execution: execution(id, args, first, tags),
      outcome: outcome(id, first),
      jobs,
      tasks: [...tasks.values()],
    };
  }

  #jobs(rows: readonly JobTuple[]): Job[] {
    const calls = rows.map((row) =>
      row.call_hash === null ? null : this.#calls.call(row.call_hash),
    );
    const byCall = new Map<string, { id: string; index: number }>();
    for (const [index, { id, call_hash: call }] of rows.entries()) {
      if (call !== null && !byCall.has(call)) byCall.set(call, { id, index });
    }
    return rows.map((row, index) => {
      const call = calls[index] ?? null;
      const status = this.#status(row, call);
      const value = call && new StoredValue(call.valueHash);
      const from = new Map<string, string[]>();
      for (const { name, upstream } of call?.args ?? []) {
        const jobs = upstream.flatMap((hash) => byCall.get(hash)?.id ?? []);
        if (jobs.length > 0) from.set(name, jobs);
      }
      return {
        id: row.id,
        index,
        parent: row.parent_id,
        task: this.#taskName(row, call),
        taskHash: row.task_hash,
        call: row.call_hash,
        status,
        started: recordTime(row.start_time),
        ended: row.end_time === null ? null : recordTime(row.end_time),
        late: false,
        args: new Map((call?.args ?? []).map(({ name, value }) => [name, new StoredValue(value)])),
        from,
        ...(status === "FAILED" && { error: value }),
        // Redun has jobs that ended without a call: with `prov=False`.
        ...((status === "DONE" || status === "CACHED") && { result: value ?? NOT_RECORDED }),
        imported: this.#facts(row, call),
        tags: baseTagsOf(this.#statements, "Job", row.id),
      };
    });
  }

  /** As redun's `Job.calc_status` has it. */
  #status({ end_time: ended, cached }: JobTuple, call: RedunCall | null): JobStatus {
    if (call && this.#values.typeOf(call.valueHash) === "redun.ErrorValue") return "FAILED";
    if (ended === null) return "RUNNING";
    return cached ? "CACHED" : "DONE";
  }

  #facts(row: JobTuple, call: RedunCall | null): Job["imported"] {
    const roots = [row.task_hash];
    if (call) roots.push(call.valueHash, ...call.args.map(({ value }) => value));
    const others = call ? this.#calls.withoutJobs(call) : [];
    for (const other of others) roots.push(...CallTables.valuesOf(other));
    return {
      start_time: exportedTime(row.start_time),
      ...(row.end_time !== null && { end_time: exportedTime(row.end_time) }),
      ...(row.cached && { cached: true }),
      ...(call && { call: CallTables.facts(call) }),
      ...(others.length > 0 && {
        calls: Object.fromEntries(others.map((other) => [other.hash, CallTables.whole(other)])),
      }),
      values: this.#values.within(roots),
    };
  }

  #taskName({ task_hash: hash }: JobTuple, call: RedunCall | null): string {
    const task = this.#task(hash);
    return call?.taskName ?? (task ? fullName(task) : hash);
  }

  #task(hash: string): TaskRecord | null {
    const known = this.#tasks.get(hash);
    if (known !== undefined) return known;
    const row = this.#statements
      .get("SELECT name, namespace, source FROM task WHERE hash = ?")
      .get(hash) as { name: string; namespace: string | null; source: string | null } | undefined;
    const task = row?.name
      ? { id: hash, name: row.name, namespace: row.namespace || null, source: row.source ?? "" }
      : null;
    if (this.#tasks.size > 10_000) this.#tasks.clear();
    this.#tasks.set(hash, task);
    return task;
  }
}

function execution(id: string, args: string, root: Job, tags: readonly TagPair[]): Execution {
  const argv = argvOf(args);
  return {
    id,
    task: root.task,
    // The first word is redun itself, by its path.
    argv: argv.slice(1),
    started: root.started,
    user: textTag(tags, "user") ?? "",
    host: "",
    code: codeOf(tags),
    tags,
    nonce: "",
    imported: { from: "redun", args },
  };
}

function argvOf(args: string): string[] {
  try {
    const words: unknown = JSON.parse(args);
    if (Array.isArray(words)) return words.map(String);
  } catch {
    // An old redun may have kept something else; it stays in `imported`.
  }
  return ["redun", args];
}

function codeOf(tags: readonly TagPair[]): Code {
  const commit = textTag(tags, "git_commit");
  const origin = textTag(tags, "git_origin_url");
  const isWhole = commit !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
  return { ...(isWhole && { commit }), ...(origin !== undefined && { origin }) };
}

function textTag(tags: readonly TagPair[], key: string): string | undefined {
  const value = tags.find((tag) => tag[0] === key)?.[1];
  return typeof value === "string" ? value : undefined;
}

function outcome(execution: string, root: Job): Outcome | null {
  if (root.ended === null) return null;
  const status = root.status === "FAILED" ? "FAILED" : "DONE";
  return { execution, status, ended: root.ended };
}
