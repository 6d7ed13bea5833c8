/** Call nodes in redun's tables. */
import type { Statements } from "../../index/database.ts";
import { exportedTime } from "./times.ts";

export interface RedunArgument {
  /** The parameter's name, or its place as digits. */
  readonly name: string;
  readonly argHash: string;
  readonly value: string;
  /** Calls that it came from. */
  readonly upstream: readonly string[];
}

export interface RedunCall {
  readonly hash: string;
  readonly taskName: string;
  readonly taskHash: string;
  readonly argsHash: string;
  readonly valueHash: string;
  readonly timestamp: string | null;
  readonly args: readonly RedunArgument[];
  readonly children: readonly string[];
}

/** Calls that are remembered: jobs that took a result from a cache have the call of another. */
const REMEMBERED = 2_000;

export class CallTables {
  readonly #statements: Statements;
  /** Calls that no job has, and that came with a job already. */
  readonly #told = new Set<string>();
  #tasks: string[] = [];
  readonly #known = new Map<string, RedunCall | null>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  call(hash: string): RedunCall | null {
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    const call = this.#read(hash);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(hash, call);
    return call;
  }

  #read(hash: string): RedunCall | null {
    const row = this.#statements
      .get(
        "SELECT task_name, task_hash, args_hash, value_hash, timestamp FROM call_node WHERE call_hash = ?",
      )
      .get(hash) as Record<string, string> | undefined;
    if (!row) return null;
    return {
      hash,
      taskName: row.task_name!,
      taskHash: row.task_hash!,
      argsHash: row.args_hash!,
      valueHash: row.value_hash!,
      timestamp: row.timestamp ?? null,
      args: this.#args(hash),
      children: this.#column(
        "SELECT child_id AS x FROM call_edge WHERE parent_id = ? ORDER BY call_order",
        hash,
      ),
    };
  }

  #args(hash: string): RedunArgument[] {
    const rows = this.#statements
      .get(
        `SELECT arg_hash, value_hash, arg_position, arg_key FROM argument WHERE call_hash = ?
         ORDER BY arg_position IS NULL, arg_position, arg_key`,
      )
      .all(hash) as {
      arg_hash: string;
      value_hash: string;
      arg_position: number;
      arg_key: string;
    }[];
    return rows.map((row) => ({
      name: row.arg_key || String(row.arg_position),
      argHash: row.arg_hash,
      value: row.value_hash,
      upstream: this.#column(
        "SELECT result_call_hash AS x FROM argument_result WHERE arg_hash = ? ORDER BY 1",
        row.arg_hash,
      ),
    }));
  }

  /** The calls that a call leads to, and that no job has: each the first time that it is asked for. */
  withoutJobs({ children, args }: RedunCall): RedunCall[] {
    const found: RedunCall[] = [];
    const pending = [...children, ...args.flatMap(({ upstream }) => upstream)];
    for (let hash = pending.pop(); hash !== undefined; hash = pending.pop()) {
      if (this.#told.has(hash) || this.#hasJob(hash)) continue;
      this.#told.add(hash);
      const call = this.call(hash);
      if (!call) continue;
      found.push(call);
      this.#tasks.push(call.taskHash);
      pending.push(...call.children, ...call.args.flatMap(({ upstream }) => upstream));
    }
    return found;
  }

  /** Tasks of the calls that came with the last run. */
  newTasks(): string[] {
    const tasks = this.#tasks;
    this.#tasks = [];
    return tasks;
  }

  #hasJob(hash: string): boolean {
    return (
      this.#statements.get("SELECT 1 FROM job WHERE call_hash = ? LIMIT 1").get(hash) !== undefined
    );
  }

  #column(sql: string, hash: string): string[] {
    return this.#statements
      .get(sql)
      .all(hash)
      .map(({ x }) => x as string);
  }

  static valuesOf({ taskHash, valueHash, args }: RedunCall): string[] {
    return [taskHash, valueHash, ...args.map(({ value }) => value)];
  }

  /** What a job's record does not say of its call. */
  static facts(call: RedunCall): Record<string, unknown> {
    const { argsHash, args, children, timestamp } = call;
    const given = args.map(({ name, argHash, upstream }) => [
      name,
      { arg_hash: argHash, ...(upstream.length > 0 && { upstream }) },
    ]);
    return {
      args: Object.fromEntries(given),
      args_hash: argsHash,
      ...(children.length > 0 && { children }),
      ...(timestamp !== null && { timestamp: exportedTime(timestamp) }),
    };
  }

  /** All of a call that no job has. */
  static whole(call: RedunCall): Record<string, unknown> {
    const { taskName, taskHash, valueHash, args } = call;
    return {
      ...CallTables.facts(call),
      task_hash: taskHash,
      task_name: taskName,
      value_hash: valueHash,
      values: Object.fromEntries(args.map(({ name, value }) => [name, value])),
    };
  }
}
