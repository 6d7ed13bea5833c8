import type { Statements } from "./database.ts";
import { isHexId, loadId } from "./ids.ts";
import type { Namer } from "./names.ts";
import { EXECUTION_OF_J } from "./rows.ts";
import { JOBS_PER_EXECUTION } from "./schema.ts";

/** A job whose outcome may be taken instead of calling its task again. */
export interface EarlierCall {
  readonly job: string;
  /** Object id of the segment file that holds it. */
  readonly segment: string;
  readonly execution: string;
  /** Who ran its execution. */
  readonly user: string;
}

/** Of a call that every run makes, so many of the latest that this clone took in are looked at. */
const LOOKED_AT = 50;

/**
 * The calls of one task, by the ids of their arguments. Of those the index knows numbers alone,
 * which others may have once in some millions of millions: compare them with the record.
 */
export class TaskCalls {
  readonly #statements: Statements;
  readonly #task: number;
  readonly #namer: Namer;

  constructor(statements: Statements, task: number, namer: Namer) {
    this.#statements = statements;
    this.#task = task;
    this.#namer = namer;
  }

  /**
   * The jobs that called it with these arguments and did not fail, the newest first.
   * @param users who ran them; everybody if it is not given
   */
  with(argsHash: string, users: readonly string[] | null = null): EarlierCall[] {
    if (!isHexId(argsHash)) return [];
    const call = [this.#task, this.#namer.number(argsHash)] as const;
    // Most lookups find nothing, which this alone says faster.
    const probe = "SELECT 1 FROM call WHERE task = ? AND args = ?";
    if (!this.#statements.get(probe).get(...call)) return [];
    const isTheirs = users ? "AND w.text IN (SELECT value FROM json_each(?))" : "";
    return this.#statements
      .get(
        `SELECT id, oid, execution, user FROM (
           SELECT j.id, s.oid, e.id AS execution, w.text AS user, e.started, c.job
           FROM call c CROSS JOIN job j ON j.seq = c.job
           CROSS JOIN ${EXECUTION_OF_J} JOIN segment s ON s.seq = j.segment
           LEFT JOIN word w ON w.seq = e.user
           WHERE c.task = ? AND c.args = ? ${isTheirs} ORDER BY c.job DESC LIMIT ${LOOKED_AT})
         ORDER BY started DESC, job % ${JOBS_PER_EXECUTION} DESC, id DESC`,
      )
      .all(...call, ...(users ? [JSON.stringify(users)] : []))
      .map(({ id, oid, execution, user }) => ({
        job: loadId(id),
        segment: loadId(oid),
        execution: loadId(execution),
        user: (user as string | null) ?? "",
      }));
  }
}
