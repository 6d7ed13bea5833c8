import type { Statements } from "./database.ts";

/** For each time that a task's calls were asked for, so many of them may be read at once. */
const READ_FOR_EACH = 20;
/** So often they are asked for one by one. */
const FEW = 50;
/** Calls that are held, in 24 bytes each. */
const MOST = 500_000;

/**
 * The calls of one task, read all at once when it is asked for them often: a run that makes ten
 * thousand calls does not ask SQLite ten thousand times. They are those of that moment.
 */
export class KnownCalls {
  readonly #statements: Statements;
  readonly #task: number;
  #asked = 0;
  #readAt = FEW;
  #columns: Columns | null = null;

  constructor(statements: Statements, task: number) {
    this.#statements = statements;
    this.#task = task;
  }

  /** The calls with a number of arguments, those that came last first; null where that must be asked for. */
  with(args: number): readonly { job: number; segment: number }[] | null {
    if (!this.#columns && ++this.#asked >= this.#readAt) this.#read();
    return this.#columns && callsIn(this.#columns, args);
  }

  #read(): void {
    const limit = Math.min(this.#asked * READ_FOR_EACH, MOST);
    this.#readAt = limit < MOST ? this.#asked * 4 : Number.POSITIVE_INFINITY;
    // To count takes a fraction of what it takes to read.
    const counted = "SELECT count(*) AS calls FROM (SELECT 1 FROM call WHERE task = ? LIMIT ?)";
    const { calls } = this.#statements.get(counted).get(this.#task, limit) as { calls: number };
    if (calls === limit) return;
    // As texts: so many rows would take ten times as long to cross over.
    const columns = ["args", "job", "segment"].map(
      (name) => `json_group_array(${name}) AS ${name}`,
    );
    const row = this.#statements
      .get(
        `SELECT ${columns.join(", ")} FROM (SELECT c.args, c.job, j.segment
         FROM call c CROSS JOIN job j ON j.seq = c.job WHERE c.task = ? ORDER BY c.args, c.job LIMIT ?)`,
      )
      .get(this.#task, limit) as Record<keyof Columns, string>;
    const args = numbersOf(row.args);
    // Others may have written since.
    if (args.length === limit) return;
    this.#columns = { args, job: numbersOf(row.job), segment: numbersOf(row.segment) };
  }
}

/** In the order of `args`, then of `job`. */
interface Columns {
  readonly args: Float64Array;
  readonly job: Float64Array;
  readonly segment: Float64Array;
}

const NONE: readonly never[] = [];

function callsIn({ args, job, segment }: Columns, wanted: number) {
  let [low, high] = [0, args.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (args[middle]! <= wanted) low = middle + 1;
    else high = middle;
  }
  if (low === 0 || args[low - 1] !== wanted) return NONE;
  const found: { job: number; segment: number }[] = [];
  for (let at = low - 1; at >= 0 && args[at] === wanted; at--) {
    found.push({ job: job[at]!, segment: segment[at]! });
  }
  return found;
}

function numbersOf(list: string): Float64Array {
  return Float64Array.from(JSON.parse(list) as number[]);
}
