import { RedunError } from "../errors.ts";
import { jobsPath } from "../record/layout.ts";
import { timeOf } from "../record/records.ts";
import type { Statements } from "./database.ts";
import type { ExecutionDigest, JobDigest } from "./digest.ts";
import { isHexId, loadId } from "./ids.ts";
import type { LookupWriter } from "./lookups.ts";
import type { KnownExecution, RunLookup } from "./run-lookup.ts";
import { executionOfJob, jobNumber } from "./schema.ts";

/** A file has a better claim to an id than one that is in the index: which must be rebuilt. */
export class Contested extends Error {}

/**
 * Refuses records that claim an id or a place which another one has. A native id is that of what it
 * names: only foreign ones can be claimed twice.
 */
export class Claims {
  readonly #statements: Statements;
  readonly #lookups: LookupWriter;
  readonly #runs: RunLookup;

  constructor(statements: Statements, lookups: LookupWriter, runs: RunLookup) {
    this.#statements = statements;
    this.#lookups = lookups;
    this.#runs = runs;
  }

  /**
   * An execution that began at another time than the one that is known by its id is another one.
   * @throws RedunError BAD_RECORD, or Contested where it began earlier
   */
  assertExecution({ id, started }: ExecutionDigest, known: KnownExecution): void {
    if (known.started === started) return;
    const what = `The id ${id} is that of the execution of ${timeOf(known.started)}.`;
    throw this.#refusal(what, started < known.started);
  }

  /**
   * No job may have the id or the place of another one. All known ones must be in the tables.
   * @throws RedunError BAD_RECORD, or Contested where the segment's path comes first
   */
  assertJobs(execution: KnownExecution, jobs: readonly JobDigest[], segment: string): void {
    const idAt = this.#statements.get("SELECT id FROM job WHERE seq = ?");
    const path = jobsPath(execution.id, timeOf(execution.started), segment);
    const ids = new Map<number, string>();
    const places = new Map<string, number>();
    for (const { id, index } of jobs) {
      const seq = jobNumber(execution.seq, index);
      const stored = idAt.get(seq)?.id;
      const other = ids.get(index) ?? (stored == null ? id : loadId(stored));
      const known = places.get(id) ?? (isHexId(id) ? seq : (this.#runs.job(id) ?? seq));
      ids.set(index, id);
      places.set(id, seq);
      if (other === id && known === seq) continue;
      const rival = this.#segmentOf(known);
      const what = `Job ${index} claims the id ${id} or the place of another job, in ${rival ?? path}.`;
      throw this.#refusal(what, rival !== undefined && path < rival);
    }
  }

  /** The path of the segment that a job is in; undefined for one that is not added yet. */
  #segmentOf(job: number): string | undefined {
    const row = this.#statements
      .get(
        `SELECT e.id, e.started, s.oid FROM job j JOIN segment s ON s.seq = j.segment
         JOIN execution e ON e.seq = ? WHERE j.seq = ?`,
      )
      .get(executionOfJob(job), job);
    return row && jobsPath(loadId(row.id), timeOf(row.started as number), loadId(row.oid));
  }

  /** Of two claims that of the path that comes first counts, as in a rebuild, which adds it first. */
  #refusal(what: string, isFirst: boolean): Error {
    const mustRebuild = isFirst && !this.#lookups.isCollecting;
    return mustRebuild ? new Contested(what) : new RedunError("BAD_RECORD", what);
  }
}
