import { RedunError } from "../errors.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readSegment } from "../provenance/read.ts";
import type { Job } from "../record/records.ts";

/** Jobs by their places in their execution. */
type Jobs = ReadonlyMap<number, Job>;

/** The segments that were read last, by object id. */
export class Segments {
  readonly #read = new Map<string, Jobs>();
  readonly #reading = new Map<string, Promise<void>>();
  #last: Promise<void> | null = null;

  /** The one that was asked for last, if it has not been read. */
  get reading(): Promise<void> | null {
    return this.#last;
  }

  get(oid: string): Jobs | undefined {
    const jobs = this.#read.get(oid);
    if (!jobs) return undefined;
    this.#read.delete(oid);
    this.#read.set(oid, jobs);
    return jobs;
  }

  /** Of one that cannot be read nothing is known: its jobs run again. */
  load(log: IndexedLog, oid: string): Promise<void> {
    const known = this.#reading.get(oid);
    if (known) return known;
    const reading = readSegment(log, oid)
      .then((jobs) => new Map([...jobs.values()].map((job) => [job.index, job])))
      .catch((error) => {
        if (error instanceof RedunError) return new Map<number, Job>();
        throw error;
      })
      .then((jobs) => {
        const [oldest] = this.#read.keys();
        if (this.#read.size >= MOST_SEGMENTS && oldest !== undefined) this.#read.delete(oldest);
        this.#read.set(oid, jobs);
        this.#reading.delete(oid);
        if (this.#last === reading) this.#last = null;
      });
    this.#reading.set(oid, reading);
    this.#last = reading;
    return reading;
  }
}

/** Each has 5000 jobs at most. */
const MOST_SEGMENTS = 8;
