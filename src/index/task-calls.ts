import type { Statements } from "./database.ts";
import { isHexId, loadId } from "./ids.ts";
import { KnownCalls } from "./known-calls.ts";
import type { Namer } from "./names.ts";
import { executionOfJob, JOBS_PER_EXECUTION } from "./schema.ts";

/** A job whose outcome may be taken instead of calling its task again. */
export class EarlierCall {
  /** Its place among the jobs of its execution. */
  readonly place: number;
  /** Object id of the segment file that holds it. */
  readonly segment: string;
  readonly execution: string;
  /** Who ran its execution. */
  readonly user: string;
  readonly #seq: number;

  constructor(seq: number, segment: string, execution: string, user: string) {
    this.#seq = seq;
    this.place = seq % JOBS_PER_EXECUTION;
    this.segment = segment;
    this.execution = execution;
    this.user = user;
  }

  /** The number of its row, in this index. */
  get seq(): number {
    return this.#seq;
  }
}

/** Of a call that every run makes, so many of the latest that this clone took in are looked at. */
const LOOKED_AT = 50;

interface KnownExecution {
  readonly id: string;
  readonly started: number;
  readonly user: string;
}

/** A call, and when its execution began. */
interface Found {
  readonly call: EarlierCall;
  readonly started: number;
}

/**
 * The calls of one task, by the ids of their arguments. Of those the index knows numbers alone,
 * which others may have once in some millions of millions: compare them with the record.
 */
export class TaskCalls {
  readonly #statements: Statements;
  readonly #task: number;
  readonly #namer: Namer;
  readonly #known: KnownCalls;
  readonly #executions = new Map<number, KnownExecution | undefined>();
  readonly #segments = new Map<number, string>();

  constructor(statements: Statements, task: number, namer: Namer) {
    this.#statements = statements;
    this.#task = task;
    this.#namer = namer;
    this.#known = new KnownCalls(statements, task);
  }

  /**
   * The jobs that called it with these arguments and did not fail, the newest first.
   * @param users who ran them; everybody if it is not given
   */
  with(argsHash: string, users: readonly string[] | null = null): EarlierCall[] {
    if (!isHexId(argsHash)) return [];
    const args = this.#namer.number(argsHash);
    const jobs = this.#known.with(args) ?? this.#ask(args, users);
    const found: Found[] = [];
    for (const { job, segment } of jobs) {
      const execution = this.#execution(executionOfJob(job));
      if (!execution || (users && !users.includes(execution.user))) continue;
      const { id, started, user } = execution;
      found.push({ call: new EarlierCall(job, this.#segment(segment), id, user), started });
      if (found.length === LOOKED_AT) break;
    }
    if (found.length > 1) found.sort(newestFirst);
    return found.map(({ call }) => call);
  }

  /** Those that came last come first. */
  #ask(args: number, users: readonly string[] | null): { job: number; segment: number }[] {
    // Most lookups find nothing, which this alone says faster.
    const probe = "SELECT 1 FROM call WHERE task = ? AND args = ?";
    if (!this.#statements.get(probe).get(this.#task, args)) return [];
    const theirs = `JOIN execution e ON e.seq = c.job / ${JOBS_PER_EXECUTION}
      JOIN word w ON w.seq = e.user AND w.text IN (SELECT value FROM json_each(?))`;
    const rows = this.#statements
      .get(
        `SELECT c.job, j.segment FROM call c CROSS JOIN job j ON j.seq = c.job ${users ? theirs : ""}
         WHERE c.task = ? AND c.args = ? ORDER BY c.job DESC LIMIT ${LOOKED_AT}`,
      )
      .all(...(users ? [JSON.stringify(users)] : []), this.#task, args);
    return rows as { job: number; segment: number }[];
  }

  #execution(seq: number): KnownExecution | undefined {
    if (this.#executions.has(seq)) return this.#executions.get(seq);
    const row = this.#statements
      .get(
        `SELECT e.id, e.started, w.text AS user FROM execution e LEFT JOIN word w ON w.seq = e.user
         WHERE e.seq = ?`,
      )
      .get(seq);
    const known = row && {
      id: loadId(row.id),
      started: row.started as number,
      user: (row.user as string | null) ?? "",
    };
    this.#executions.set(seq, known);
    return known;
  }

  #segment(seq: number): string {
    let oid = this.#segments.get(seq);
    if (oid === undefined) {
      const row = this.#statements.get("SELECT oid FROM segment WHERE seq = ?").get(seq);
      oid = row ? loadId(row.oid) : "";
      this.#segments.set(seq, oid);
    }
    return oid;
  }
}

/** By the start of the execution, then by place, then by id. */
function newestFirst(a: Found, b: Found): number {
  if (a.started !== b.started) return b.started - a.started;
  const places = b.call.place - a.call.place;
  if (places !== 0) return places;
  return a.call.execution < b.call.execution ? 1 : -1;
}
