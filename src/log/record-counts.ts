import type { GitBackend, Oid, StoredFile } from "../git/backend.ts";
import { shallowCommits } from "../git/files/shallow.ts";
import { parsePath } from "../record/layout.ts";

/** What came (or would go) with a merge, a fetch or a push, as people count it. */
export interface RecordCounts {
  /** Executions of which anything came: new ones, and what happened since to known ones. */
  readonly executions: number;
  /** Files of tag edits: one for each entity that a tag command changed. */
  readonly tagEdits: number;
  /** Tasks and values in files of their own, and what a newer redun-git may have added. */
  readonly others: number;
  /**
   * The authors of the commits, `Name <email>`, each once; nobody where nothing came, and where the
   * commits that would tell are beyond the edge of a shallow clone.
   */
  readonly people: readonly string[];
}

export const NOTHING: RecordCounts = { executions: 0, tagEdits: 0, others: 0, people: [] };

/** Whether there is anything that people would count. */
export function isNothing({ executions, tagEdits, others }: RecordCounts): boolean {
  return executions + tagEdits + others === 0;
}

/** Who makes merge commits. It brings nothing of its own, so it is nobody to people. */
export const MERGE_AUTHOR = "redun-git <redun-git@localhost>";

/**
 * What the log at `to` holds and the one at `from` (null: none) lacks, and who made it.
 * It takes as long as the two are far apart.
 */
export async function countBetween(
  backend: GitBackend,
  from: Oid | null,
  to: Oid | null,
): Promise<RecordCounts> {
  if (to === null || from === to) return NOTHING;
  const counter = new RecordCounter();
  const addFiles = async () => {
    for await (const { path, kind } of backend.changes(from, to)) {
      // Two contents of one record: each side lacks the other's.
      if (kind !== "deleted") counter.addFile(path);
    }
  };
  await Promise.all([addFiles(), counter.addAuthors(backend, from, to)]);
  return counter.total;
}

/** Both of two arrivals; an execution that is in both counts twice. */
export function together(a: RecordCounts, b: RecordCounts): RecordCounts {
  return {
    executions: a.executions + b.executions,
    tagEdits: a.tagEdits + b.tagEdits,
    others: a.others + b.others,
    people: [...new Set([...a.people, ...b.people])],
  };
}

/** The files that the log at `to` holds and the one at `from` lacks. */
export async function addedFiles(backend: GitBackend, from: Oid, to: Oid): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const { kind, path, oid } of backend.changes(from, to)) {
    if (kind === "added") files.push({ path, oid });
  }
  return files;
}

/** Counts files by path and commits by author, in one pass over as many as there are. */
export class RecordCounter {
  #executions = 0;
  #tagEdits = 0;
  #others = 0;
  #last: string | undefined;
  #isCut = false;
  readonly #people = new Map<string, string>();

  /** Takes a file, in an order that keeps those of one folder together. */
  addFile(path: string): void {
    const place = parsePath(path);
    if (place && "execution" in place) {
      if (place.execution !== this.#last) this.#executions++;
      this.#last = place.execution;
    } else if (place?.kind === "tags") this.#tagEdits++;
    else if (place?.kind !== "format") this.#others++;
  }

  /**
   * Takes who made the commits that `to` has and `from` lacks. One address with several names is
   * one person.
   */
  async addAuthors(backend: GitBackend, from: Oid | null, to: Oid): Promise<void> {
    const revision = from === null ? to : `${from}..${to}`;
    const edge = shallowCommits(backend.repository);
    for await (const { oid, author } of backend.history({ revision })) {
      this.#isCut ||= edge.has(oid);
      if (author === MERGE_AUTHOR) continue;
      const address = /<(.+)>$/.exec(author)?.[1]?.toLowerCase() ?? author;
      if (!this.#people.has(address)) this.#people.set(address, author);
    }
  }

  get total(): RecordCounts {
    const arrivals = {
      executions: this.#executions,
      tagEdits: this.#tagEdits,
      others: this.#others,
      people: this.#isCut ? [] : [...this.#people.values()],
    };
    return isNothing(arrivals) ? NOTHING : arrivals;
  }
}
