import { allOf, isEverything } from "../query/condition.ts";
import { EXECUTION_STATUSES, type ExecutionStatus } from "../record/records.ts";
import type { Statements, Tuple } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import { unpackNumbers } from "./ids.ts";
import { idOfKey, kindOfKey, type Named } from "./names.ts";
import { type EntityRowType, type Plan, Planner, type RowFilter } from "./plan.ts";
import {
  ENTITY_SQL,
  type EntityRow,
  EXECUTION_SQL,
  type ExecutionRow,
  entityRow,
  executionRow,
  JOBS_BEFORE,
  JOBS_BEHIND,
  type JobRow,
  jobRow,
} from "./rows.ts";
import { JOBS_PER_EXECUTION } from "./schema.ts";
import { bound, type Sql, sql } from "./sql.ts";
import type { Database } from "./sqlite-types.ts";
import type { ColumnTest } from "./where.ts";

export type { EntityRowType, RowFilter };

/** As much of an execution as it takes to count it. */
export interface ShortExecution {
  readonly seq: number;
  readonly status: ExecutionStatus;
  /** The numbers of its current tags. */
  readonly pairs: readonly number[];
}

/** Executions that are looked at between two pieces. */
const LOOKED_AT = 5_000;

/** Finds the rows of the index that meet conditions. */
export class Search {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  /** Those of the query that SQLite is working on. */
  #tests: readonly ColumnTest[] = [];

  constructor(database: Database, statements: Statements, dictionary: Dictionary) {
    this.#statements = statements;
    this.#dictionary = dictionary;
    const test = (number: unknown, ...values: unknown[]) =>
      this.#tests[Number(number)]!(...values) ? 1 : 0;
    database.function("redun_test", { deterministic: true }, (number, value) =>
      test(number, value),
    );
    database.function("redun_row", { deterministic: true, varargs: true }, test);
  }

  /** The newest executions. */
  executions(wanted: RowFilter, limit: number, offset = 0): ExecutionRow[] {
    const select = EXECUTION_SQL.replace("FROM execution e", "FROM $");
    const plan = this.#planner().executions(wanted);
    const rows = this.#rows(select, plan, limit, offset);
    return rows.map((row) => executionRow(row, this.#dictionary));
  }

  /**
   * All executions in short, the newest first, in pieces of which none takes long. The tags are numbers,
   * as `TagReader.choosable` has them.
   */
  *executionsInShort(wanted: RowFilter): Generator<ShortExecution[]> {
    const bounds = this.#statements.get(
      "SELECT started FROM execution WHERE started < ? ORDER BY started DESC LIMIT 1 OFFSET ?",
    );
    // What it has to ask us is remembered from piece to piece.
    const plan = this.#planner().executions(wanted);
    for (let until = Number.MAX_SAFE_INTEGER; ; ) {
      const row = bounds.get(until, LOOKED_AT) as { started: number } | undefined;
      const from = row?.started ?? Number.MIN_SAFE_INTEGER;
      const query = sql`SELECT e.seq, e.status, e.tags FROM ${plan.from}
        WHERE e.started >= ${bound(from)} AND e.started < ${bound(until)} AND ${plan.where}
        ORDER BY ${plan.order}`;
      yield this.#all(plan, query).map(([seq, status, tags]) => ({
        seq: seq as number,
        status: EXECUTION_STATUSES[status as number]!,
        pairs: unpackNumbers(tags as Uint8Array | null),
      }));
      if (!row) return;
      until = from;
    }
  }

  /** Jobs in the order of `newestJobFirst`. */
  jobs(wanted: RowFilter, limit: number, offset = 0): JobRow[] {
    const select = `${JOBS_BEFORE}$ ${JOBS_BEHIND}`;
    const plan = this.#planner().jobs(wanted);
    return this.#rows(select, plan, limit, offset).map((row) => jobRow(row, this.#dictionary));
  }

  /** Tasks by name, or those values and call nodes that have rows, the newest first. */
  entities(type: EntityRowType, wanted: RowFilter, limit: number): EntityRow[] {
    const select = ENTITY_SQL.replace("FROM entity n", "FROM $");
    const plan = this.#planner().entities(type, wanted);
    return this.#rows(select, plan, limit).map((row) => entityRow(row, this.#dictionary));
  }

  count(type: "Execution" | "Job" | EntityRowType, wanted: RowFilter): number {
    const planner = this.#planner();
    const plan =
      type === "Execution"
        ? planner.executions(wanted)
        : type === "Job"
          ? planner.jobs(wanted)
          : planner.entities(type, wanted);
    return this.#number(plan, sql`SELECT count(*) FROM ${plan.from} WHERE ${plan.where}`);
  }

  /**
   * How many call nodes or values there are, by the jobs that know them as one of `kinds`, or by
   * rows of their own if any execution will do.
   */
  countNamed(kinds: readonly Named[], own: Named, { execution = allOf() }: RowFilter): number {
    const plan = this.#planner().jobs({ execution });
    const ofKind = sql`${kindOfKey("key")} IN (${kinds.join(", ")})`;
    const where = isEverything(execution)
      ? sql`${ofKind} OR ${kindOfKey("key")} = ${own}`
      : sql`${ofKind} AND run * ${JOBS_PER_EXECUTION} + place IN
          (SELECT j.seq FROM ${plan.from} WHERE ${plan.where})`;
    const ids = sql`SELECT DISTINCT ${idOfKey("key")}, rest FROM name WHERE ${where}`;
    return this.#number(plan, sql`SELECT count(*) FROM (${ids})`);
  }

  #planner(): Planner {
    return new Planner(this.#statements, this.#dictionary, Date.now());
  }

  /** `select` has a `$` where the plan's rows belong. */
  #rows(select: string, plan: Plan, limit: number, offset = 0) {
    const [before, behind] = select.split("$");
    return this.#all(
      plan,
      sql`${before!}${plan.from}${behind!} WHERE ${plan.where}
        ORDER BY ${plan.order} LIMIT ${limit} OFFSET ${offset}`,
    );
  }

  #number(plan: Plan, query: Sql): number {
    const [[number] = []] = this.#all(plan, query);
    return number as number;
  }

  #all({ tests }: Plan, { text, values }: Sql): Tuple[] {
    this.#tests = tests;
    return this.#statements.tuples(text).all(...values);
  }
}
