import type { ObjectFormat } from "../git/backend.ts";
import { jobId } from "../record/encode.ts";
import type { Statements } from "./database.ts";
import { isHexId } from "./ids.ts";
import type { LookupWriter } from "./lookups.ts";
import type { NameWriter } from "./name-writer.ts";
import { executionOfJob, jobNumber } from "./schema.ts";

/** An execution that is in the index, and may get more jobs. */
export interface KnownExecution {
  readonly id: string;
  readonly seq: number;
  /** In milliseconds since 1970. */
  readonly started: number;
  /** Places of its jobs by their ids, as far as they are known. */
  readonly places: Map<string, number>;
  /** The ids of all places below this one are known. */
  tried: number;
}

/** A parent that is named and never comes must not cost a million hashes. */
const MAX_PLACES_TRIED = 100_000;

/** Finds executions and jobs by their ids while files are being added. */
export class RunLookup {
  readonly #statements: Statements;
  readonly #lookups: LookupWriter;
  readonly #names: NameWriter;
  readonly #format: ObjectFormat;
  /** Files of one execution stand next to each other in the tree. */
  #current: KnownExecution | null = null;
  /** Executions and jobs with foreign ids that a rebuild has added, which have no names yet. */
  readonly #foreignRuns = new Map<string, KnownExecution>();
  readonly #foreignJobs = new Map<string, number>();

  constructor(
    statements: Statements,
    lookups: LookupWriter,
    names: NameWriter,
    format: ObjectFormat,
  ) {
    this.#statements = statements;
    this.#lookups = lookups;
    this.#names = names;
    this.#format = format;
  }

  /** Keeps an execution that was just added in mind. */
  addExecution(id: string, seq: number, started: number): void {
    this.#current = { id, seq, started, places: new Map(), tried: 0 };
    if (this.#lookups.isCollecting && !isHexId(id)) this.#foreignRuns.set(id, this.#current);
  }

  /** Keeps a job that was just added in mind. */
  addJob(id: string, seq: number): void {
    if (this.#lookups.isCollecting && !isHexId(id)) this.#foreignJobs.set(id, seq);
  }

  /** Must be called when the names of a rebuild are in the tables. */
  endOfRebuild(): void {
    this.#foreignRuns.clear();
    this.#foreignJobs.clear();
  }

  execution(id: string): KnownExecution | null {
    if (this.#current?.id === id) return this.#current;
    const found = this.#foreignRuns.get(id) ?? this.#namedExecution(id);
    if (found) this.#current = found;
    return found;
  }

  /** The number of a job. In a rebuild only those with foreign ids are found. */
  job(id: string): number | null {
    return this.#foreignJobs.get(id) ?? this.#names.row("Job", id);
  }

  /**
   * The number of a job's parent, whose own record may be in a segment that has not come yet: but
   * it began earlier, and a job's id is that of its place. Undefined where the id is a foreign one,
   * which only its own record tells; null for one of another execution, and for one that began
   * later: jobs could call each other in a ring.
   */
  parent(execution: KnownExecution, id: string, before: number): number | null | undefined {
    const { places } = execution;
    if (!isHexId(id) && !places.has(id)) {
      const seq = this.#names.row("Job", id);
      if (seq === null) return undefined;
      const isEarlier = seq < jobNumber(execution.seq, before);
      return executionOfJob(seq) === execution.seq && isEarlier ? seq : null;
    }
    const end = Math.min(before, MAX_PLACES_TRIED);
    for (let at = execution.tried; !places.has(id) && at < end; at++) {
      places.set(jobId(execution.id, at, this.#format), at);
      execution.tried = at + 1;
    }
    const place = places.get(id);
    return place === undefined || place >= before ? null : jobNumber(execution.seq, place);
  }

  #namedExecution(id: string): KnownExecution | null {
    const seq = this.#names.row("Execution", id);
    return seq === null
      ? null
      : { id, seq, started: this.startOf(seq), places: new Map(), tried: 0 };
  }

  /** When the execution with a number began. */
  startOf(seq: number): number {
    const row = this.#statements.get("SELECT started FROM execution WHERE seq = ?").get(seq);
    return row!.started as number;
  }
}
