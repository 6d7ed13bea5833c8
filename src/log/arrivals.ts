import { parsePath } from "../record/layout.ts";

/** What came (or would go) with a merge, a fetch or a push, as people count it. */
export interface Arrivals {
  /** Executions of which anything came: new ones, and what happened since to known ones. */
  readonly executions: number;
  /** Files of tag edits: one for each entity that a tag command changed. */
  readonly tagEdits: number;
  /** Tasks and values in files of their own, and what a newer redun-git may have added. */
  readonly others: number;
  /** The authors of the commits, `Name <email>`, each once. */
  readonly people: readonly string[];
}

export const NOTHING: Arrivals = { executions: 0, tagEdits: 0, others: 0, people: [] };

/** Counts files by path and commits by author, in one pass over as many as there are. */
export class ArrivalCounter {
  #executions = 0;
  #tagEdits = 0;
  #others = 0;
  #last: string | undefined;
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

  /** Takes a commit's author, `Name <email>`. One address with several names is one person. */
  addAuthor(author: string): void {
    const address = /<(.+)>$/.exec(author)?.[1]?.toLowerCase() ?? author;
    if (!this.#people.has(address)) this.#people.set(address, author);
  }

  get total(): Arrivals {
    return {
      executions: this.#executions,
      tagEdits: this.#tagEdits,
      others: this.#others,
      people: [...this.#people.values()],
    };
  }
}
