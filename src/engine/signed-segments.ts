import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { commitOfFile } from "../provenance/tag-commits.ts";
import { jobsPath } from "../record/layout.ts";

/** Which segments came with a commit whose signature git takes for good: each is asked for once. */
export class SignedSegments {
  readonly #log: IndexedLog;
  readonly #known = new Map<string, boolean>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor(log: IndexedLog) {
    this.#log = log;
  }

  /** Undefined where that has to be looked up first. */
  get(segment: string): boolean | undefined {
    return this.#known.get(segment);
  }

  /** What nobody can tell is not signed: without git, or beyond the edge of a shallow clone. */
  look(segment: string, execution: ExecutionRow): Promise<void> {
    const looking = this.#looking.get(segment) ?? this.#ask(segment, execution);
    this.#looking.set(segment, looking);
    return looking;
  }

  async #ask(segment: string, execution: ExecutionRow): Promise<void> {
    this.#known.set(segment, await this.#isSigned(segment, execution));
  }

  async #isSigned(segment: string, { id, started }: ExecutionRow): Promise<boolean> {
    const path = jobsPath(id, new Date(started).toISOString(), segment);
    try {
      const commit = await commitOfFile(this.#log, path, started);
      if (commit === null) return false;
      const signatures = await this.#log.log.backend.signatures([commit]);
      return signatures?.get(commit)?.state === "good";
    } catch (error) {
      // Of a damaged or partial clone: the job runs again.
      if (error instanceof RedunError) return false;
      throw error;
    }
  }
}
