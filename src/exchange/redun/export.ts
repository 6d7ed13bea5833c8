/**
 * Runs as the JSON lines that `redun import` reads. What came from redun goes back as it was; our own
 * runs become what redun can hold of them.
 */
import type { ExecutionRow } from "../../index/rows.ts";
import { recordedValue } from "../../provenance/read.ts";
import { argsId } from "../../record/encode.ts";
import type { EntityType, Job } from "../../record/records.ts";
import { pythonJson } from "../../tag/python-json.ts";
import type { File } from "../../value/file.ts";
import { hashText } from "../../value/hash.ts";
import { StoredValue, Tagged, withoutStack } from "../../value/value.ts";
import type { GraphRun } from "../graph.ts";
import type { LogGraph } from "../log-graph.ts";
import { factsOf, type WholeCall } from "./facts.ts";
import { notRecorded, pickled, pickledError, pickledTask } from "./pickle-write.ts";
import { redunTime } from "./times.ts";

type Line = Readonly<Record<string, unknown>>;

const PICKLE = "application/python-pickle";

/**
 * The records of some executions as lines of JSON, each once.
 * @param leaveOut told of each execution without a job: redun's have one
 */
export async function* redunLines(
  graph: LogGraph,
  rows: Iterable<ExecutionRow>,
  leaveOut?: () => void,
): AsyncGenerator<string> {
  const writer = new RedunWriter(graph);
  for (const row of rows) {
    const run = await graph.run(row);
    if (run.jobs.length === 0) leaveOut?.();
    for await (const line of writer.run(run)) yield line;
  }
  yield* writer.rest();
}

class RedunWriter {
  readonly #graph: LogGraph;
  readonly #told = new Set<string>();
  /** Calls of jobs that took what another job had computed, which knows their children. */
  readonly #reused = new Map<string, Line>();

  constructor(graph: LogGraph) {
    this.#graph = graph;
  }

  async *run(run: GraphRun): AsyncGenerator<string> {
    const { execution, jobs } = run;
    const root = jobs[0];
    // redun's executions have a first job.
    if (!root) return;
    const args = execution.imported?.args;
    yield this.#line("Execution", execution.id, {
      id: execution.id,
      args:
        typeof args === "string"
          ? args
          : pythonJson(["redun-git", ...execution.argv], { compact: false }),
      job_id: root.id,
    });
    yield* this.#tags("Execution", execution.id, execution.imported?.from === "redun");
    const children = childrenOf(jobs);
    const calls = new Map(jobs.map(({ id, call }) => [id, call]));
    for (const job of jobs) {
      yield this.#job(job, execution.id, children.get(job.id) ?? []);
      yield* this.#tags("Job", job.id);
      yield* this.#taskOf(job);
      if (job.call !== null) yield* this.#callOf(job, children.get(job.id) ?? [], calls);
      const facts = factsOf(job);
      for (const [hash, call] of Object.entries(facts.calls ?? {})) {
        if (this.#isNew(`CallNode ${hash}`)) yield lineOf("CallNode", wholeCall(hash, call));
        yield* this.#tags("CallNode", hash);
      }
      for (const [hash, value] of Object.entries(facts.values ?? {})) {
        yield* this.#foreignValue(hash, value);
      }
    }
  }

  /** What waited for a job that says more. */
  *rest(): Generator<string> {
    for (const [hash, call] of this.#reused) {
      if (this.#isNew(`CallNode ${hash}`)) yield lineOf("CallNode", call);
    }
  }

  #job(job: Job, execution: string, children: readonly Job[]): string {
    const facts = factsOf(job);
    const cached = facts.cached ?? job.status === "CACHED";
    return this.#line("Job", job.id, {
      id: job.id,
      start_time: facts.start_time ?? redunTime(job.started),
      end_time: facts.end_time ?? (job.ended === null ? null : redunTime(job.ended)),
      task_hash: job.taskHash,
      cached,
      status: job.status,
      call_hash: job.call,
      parent_id: job.parent,
      children: children.map(({ id }) => id),
      execution_id: execution,
    });
  }

  async *#callOf(
    job: Job,
    children: readonly Job[],
    calls: ReadonlyMap<string, string | null>,
  ): AsyncGenerator<string> {
    const hash = job.call!;
    const facts = factsOf(job).call;
    const values = [...job.args.values()].map((value) => recordedValue(value, this.#graph.format));
    const names =
      job.args instanceof Map ? [...job.args.keys()] : values.map((_, at) => String(at));
    const gave = job.status === "FAILED" ? withoutStack(job.error) : job.result;
    const outcome = recordedValue(gave, this.#graph.format).id;
    const args = names.map((name, at) => {
      const upstream = (job.from.get(name) ?? []).flatMap((id) => calls.get(id) ?? []);
      return [
        name,
        {
          arg_hash: facts?.args[name]?.arg_hash ?? argHash(hash, name, values[at]!.id),
          value_hash: values[at]!.id,
          upstream: facts ? (facts.args[name]?.upstream ?? []) : [...new Set(upstream)].sort(),
        },
      ] as const;
    });
    const call = {
      call_hash: hash,
      task_name: job.task,
      task_hash: job.taskHash,
      args_hash:
        facts?.args_hash ??
        argsId(new Map(names.map((name, at) => [name, values[at]!.id])), this.#graph.format),
      value_hash: outcome,
      timestamp: facts ? (facts.timestamp ?? null) : redunTime(job.ended ?? job.started),
      args: Object.fromEntries(args),
      children: facts
        ? (facts.children ?? [])
        : children.filter(({ late }) => !late).flatMap((child) => child.call ?? []),
    };
    if (job.reused !== undefined && children.length === 0) this.#reused.set(hash, call);
    else if (this.#isNew(`CallNode ${hash}`)) yield lineOf("CallNode", call);
    yield* this.#tags("CallNode", hash);
    if (facts) return;
    for (const given of values) yield* this.#value(given);
    yield* job.status === "FAILED"
      ? this.#error(outcome, job.error)
      : this.#value({ id: outcome, value: job.result });
  }

  async *#value(given: { readonly id: string; readonly value: unknown }): AsyncGenerator<string> {
    if (!this.#isNew(`Value ${given.id}`)) return;
    const whole = await this.#graph.whole(given);
    const { type, data } = whole ? pickled(whole.value, this.#graph.format) : notRecorded(given.id);
    const path = type === "redun.File" ? (whole!.value as File).path : null;
    const subtype = path === null ? null : { _type: "File", path };
    yield valueLine(given.id, { type, format: PICKLE, data, subvalues: [], subtype });
    yield* this.#tags("Value", given.id);
  }

  async *#error(id: string, error: unknown): AsyncGenerator<string> {
    if (!this.#isNew(`Value ${id}`)) return;
    const whole =
      error instanceof StoredValue
        ? await this.#graph.whole({ id, value: error })
        : { value: error };
    const { type, data } = pickledError(whole?.value);
    yield valueLine(id, { type, format: PICKLE, data, subvalues: [], subtype: null });
    yield* this.#tags("Value", id);
  }

  /** The task of a job of ours; redun's come with its values. */
  async *#taskOf(job: Job): AsyncGenerator<string> {
    if (job.imported || !this.#isNew(`Value ${job.taskHash}`)) return;
    const task = await this.#graph.task(job.taskHash);
    const name = task?.name ?? job.task;
    const { type, data } = pickledTask(name, task?.namespace ?? null, job.taskHash);
    const subtype = {
      _type: "Task",
      name,
      namespace: task?.namespace ?? "",
      source: task?.source ?? "",
    };
    yield valueLine(job.taskHash, { type, format: PICKLE, data, subvalues: [], subtype });
    yield* this.#tags("Task", job.taskHash);
  }

  async *#foreignValue(hash: string, value: unknown): AsyncGenerator<string> {
    if (!(value instanceof Tagged) || !this.#isNew(`Value ${hash}`)) return;
    const { type, format, data, path, subvalues } = value.value as {
      type: string;
      format: string;
      data: unknown;
      path?: string;
      subvalues?: string[];
    };
    const whole =
      data instanceof StoredValue
        ? await this.#graph.whole({ id: data.id, value: data })
        : { value: data };
    const bytes = whole?.value instanceof Uint8Array ? whole.value : Buffer.alloc(0);
    const task = type === "redun.Task" ? await this.#graph.task(hash) : null;
    const isFile = path !== undefined;
    const subtype = task
      ? {
          _type: "Task",
          name: task.name,
          namespace: task.namespace ?? "",
          source: task.source ?? "",
        }
      : isFile
        ? { _type: "File", path }
        : null;
    yield valueLine(hash, { type, format, data: bytes, subvalues: subvalues ?? [], subtype });
    yield* this.#tags("Value", hash);
    if (task) yield* this.#tags("Task", hash);
  }

  *#tags(type: EntityType, id: string, isFromRedun = false): Generator<string> {
    for (const { hash, tag, parents } of this.#graph.tagsOf(type, id)) {
      // Where it was imported from is no tag of redun's.
      if (isFromRedun && tag?.[0] === "imported_from" && parents.length === 0) continue;
      if (!this.#isNew(`Tag ${hash}`)) continue;
      const [key, value] = tag ?? ["", null];
      const head = { _version: 1, _type: "Tag", tag_hash: hash, entity_type: tag ? type : "Null" };
      const fields = JSON.stringify({ ...head, entity_id: tag ? id : "", key }).slice(0, -1);
      const text = pythonJson(value, { compact: false });
      yield `${fields},"value":${text},"parents":${JSON.stringify([...parents].sort())}}`;
    }
  }

  #line(type: string, id: string, fields: Line): string {
    this.#told.add(`${type} ${id}`);
    return lineOf(type, fields);
  }

  #isNew(name: string): boolean {
    if (this.#told.has(name)) return false;
    this.#told.add(name);
    return true;
  }
}

function lineOf(type: string, fields: Line): string {
  return JSON.stringify({ _version: 1, _type: type, ...fields });
}

function valueLine(
  hash: string,
  {
    data,
    subvalues,
    subtype,
    ...value
  }: {
    readonly type: string;
    readonly format: string;
    readonly data: Uint8Array;
    readonly subvalues: readonly string[];
    readonly subtype: unknown;
  },
): string {
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString("base64");
  return lineOf("Value", { value_hash: hash, ...value, data: text, subvalues, subtype });
}

function wholeCall(hash: string, call: WholeCall): Line {
  const args = Object.entries(call.args).map(([name, { arg_hash, upstream = [] }]) => [
    name,
    { arg_hash, value_hash: call.values[name], upstream },
  ]);
  const { task_name, task_hash, args_hash, value_hash, timestamp = null, children = [] } = call;
  const fields = { call_hash: hash, task_name, task_hash, args_hash, value_hash, timestamp };
  return { ...fields, args: Object.fromEntries(args), children };
}

function childrenOf(jobs: readonly Job[]): ReadonlyMap<string, readonly Job[]> {
  const children = new Map<string, Job[]>();
  for (const job of jobs) {
    if (job.parent === null) continue;
    const siblings = children.get(job.parent);
    if (siblings) siblings.push(job);
    else children.set(job.parent, [job]);
  }
  return children;
}

/** As redun hashes an argument. */
function argHash(call: string, name: string, value: string): string {
  const isPlace = /^\d+$/.test(name);
  const parts = ["Argument", call, isPlace ? name : "None", isPlace ? "None" : name, value];
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  return hashText("sha512", `l${text}e`).slice(0, 40);
}
