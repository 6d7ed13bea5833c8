import { isStrongerSql } from "./execution-end.ts";
import { RowBatch } from "./row-batch.ts";
import type { Database } from "./sqlite-types.ts";

const INSERT_EXECUTION = `INSERT INTO execution
  (seq, id, started, status, duration, task, user, commit_id, tree_id, argv, tags, reason, files)`;
const OR_UPDATE_EXECUTION = `ON CONFLICT (seq) DO UPDATE SET status = excluded.status, duration = excluded.duration,
  reason = excluded.reason, files = excluded.files
  WHERE ${isStrongerSql("excluded", "execution")}`;

const INSERT_JOB =
  "INSERT INTO job (seq, id, parent, task, status, started, duration, segment, args)";
const oidOf = (row: string) => `(SELECT oid FROM segment WHERE seq = ${row}.segment)`;
/**
 * Of two records of one job the one that ended counts, then the later, then that of the segment
 * whose object id is lower.
 */
const OR_UPDATE_JOB = `ON CONFLICT (seq) DO UPDATE SET parent = excluded.parent, task = excluded.task,
  status = excluded.status, started = excluded.started, duration = excluded.duration,
  segment = excluded.segment, args = excluded.args
  WHERE (excluded.duration IS NOT NULL, ifnull(excluded.started + excluded.duration, 0), ${oidOf("job")})
    > (job.duration IS NOT NULL, ifnull(job.started + job.duration, 0), ${oidOf("excluded")})`;

/** Adds executions, their segments and jobs, so many rows of each at a time. */
export class RunRows {
  /** A second row of an execution, with the same id and start, is its outcome. */
  readonly execution: RowBatch;
  readonly segment: RowBatch;
  readonly job: RowBatch;
  #lastExecution: number;
  #lastSegment: number;

  constructor(database: Database, rowsAtOnce: number) {
    const rows = (into: string, columns: number, after?: string) =>
      new RowBatch(database, into, columns, rowsAtOnce, after);
    this.execution = rows(INSERT_EXECUTION, 13, OR_UPDATE_EXECUTION);
    this.segment = rows("INSERT INTO segment (seq, oid)", 2);
    this.job = rows(INSERT_JOB, 9, OR_UPDATE_JOB);
    // Which of two records counts may depend on their segments.
    this.job.before = () => this.segment.flush();
    this.#lastExecution = lastNumber(database, "execution");
    this.#lastSegment = lastNumber(database, "segment");
  }

  /** The number of a new execution. */
  newExecution(): number {
    return ++this.#lastExecution;
  }

  newSegment(): number {
    return ++this.#lastSegment;
  }

  /** Until then, SQL may not see what was added. */
  flush(): void {
    this.execution.flush();
    this.segment.flush();
    this.job.flush();
  }
}

function lastNumber(database: Database, table: "execution" | "segment"): number {
  const row = database.prepare(`SELECT ifnull(max(seq), 0) AS last FROM ${table}`).get();
  return row!.last as number;
}
