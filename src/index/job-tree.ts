/** A job of an execution that calls others, as `JobTree.walk` meets it. */
export interface TreeJob {
  /** Its number among the jobs of the tree, from 0. */
  readonly number: number;
  /** How many jobs are above it. */
  readonly depth: number;
}

/** What a tree is made of: a job's row number, its parent's, and when it ended if it has failed. */
export type TreeRow = readonly [seq: number, parent: number | null, failed: number | null];

/**
 * How the jobs of one execution hang together, in a few bytes a job: there may be a million. Jobs
 * have numbers in the order in which they began. One whose parent is not known stands at the top.
 */
export class JobTree {
  readonly seqs: Float64Array;
  readonly #parents: Int32Array;
  readonly #failed: Float64Array;
  readonly #firstChild: Int32Array;
  readonly #nextSibling: Int32Array;
  readonly #firstRoot: number;

  /** @param batches rows by their numbers, `count` in all */
  constructor(batches: Iterable<readonly TreeRow[]>, count: number) {
    this.seqs = new Float64Array(count);
    this.#parents = new Int32Array(count);
    this.#failed = new Float64Array(count);
    this.#firstChild = new Int32Array(count).fill(NONE);
    this.#nextSibling = new Int32Array(count).fill(NONE);
    let number = 0;
    for (const rows of batches) {
      for (const [seq, parent, failed] of rows) {
        this.seqs[number] = seq;
        this.#parents[number] = parent === null ? NONE : this.#numberOf(parent, number);
        this.#failed[number] = failed ?? Number.NaN;
        number++;
      }
    }
    this.#firstRoot = this.#link();
  }

  get size(): number {
    return this.seqs.length;
  }

  /** The number of a job's parent; undefined at the top. */
  parentOf(number: number): number | undefined {
    const parent = this.#parents[number]!;
    return parent === NONE ? undefined : parent;
  }

  /** What it was made of. */
  *rows(): Generator<TreeRow> {
    for (const [number, seq] of this.seqs.entries()) {
      const parent = this.parentOf(number);
      const failed = this.#failed[number]!;
      const above = parent === undefined ? null : this.seqs[parent]!;
      yield [seq, above, Number.isNaN(failed) ? null : failed];
    }
  }

  /** All jobs, each after its parent. */
  *walk(): Generator<TreeJob> {
    let depth = 0;
    for (let at = this.#firstRoot; at !== NONE; ) {
      yield { number: at, depth };
      const child = this.#firstChild[at]!;
      if (child !== NONE) {
        at = child;
        depth++;
        continue;
      }
      while (at !== NONE && this.#nextSibling[at] === NONE) {
        at = this.#parents[at]!;
        depth--;
      }
      if (at !== NONE) at = this.#nextSibling[at]!;
    }
  }

  /** The number of the job whose error ended the run: from the top, always what failed first. */
  failure(): number | undefined {
    let found: number | undefined;
    for (let first = this.#firstRoot; first !== NONE; ) {
      const failed = this.#firstFailed(first);
      if (failed === NONE) break;
      found = failed;
      first = this.#firstChild[failed]!;
    }
    return found;
  }

  #firstFailed(sibling: number): number {
    let found = NONE;
    for (let at = sibling; at !== NONE; at = this.#nextSibling[at]!) {
      if (Number.isNaN(this.#failed[at])) continue;
      if (found === NONE || this.#failed[at]! < this.#failed[found]!) found = at;
    }
    return found;
  }

  /** Of an earlier row only: what calls a job began before it. */
  #numberOf(seq: number, before: number): number {
    let [low, high] = [0, before];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.seqs[middle]! < seq) low = middle + 1;
      else high = middle;
    }
    return low < before && this.seqs[low] === seq ? low : NONE;
  }

  #link(): number {
    let root = NONE;
    for (let at = this.size - 1; at >= 0; at--) {
      const parent = this.#parents[at]!;
      this.#nextSibling[at] = parent === NONE ? root : this.#firstChild[parent]!;
      if (parent === NONE) root = at;
      else this.#firstChild[parent] = at;
    }
    return root;
  }
}

const NONE = -1;
