import type { ExecutionRow } from "../index/rows.ts";
import type { ShortExecution } from "../index/search.ts";
import { bound, sql } from "../index/sql.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { executionSubject, journaledExecutions, newestFirst } from "../provenance/running.ts";
import { allOf } from "../query/condition.ts";
import { matcher } from "../query/matcher.ts";
import { parseQuery } from "../query/parse.ts";
import type { ExecutionStatus } from "../record/records.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/**
 * The executions that match a query, the newest first, of which any part can be looked at. They are
 * found piece by piece, so that other things can be done meanwhile; their tags and statuses are
 * counted on the way. Those that go on, or wait to be recorded, stand first. The log must be open.
 */
export class ExecutionWindow {
  readonly query: string | null;
  /** How many of those that were found have each status. */
  readonly statuses = new Map<ExecutionStatus, number>();
  /** How many of those in the index have each tag, by its number. */
  readonly pairs = new Map<number, number>();
  /** Those that journals know more of than the index. */
  readonly journaled: readonly ExecutionRow[];
  readonly #log: IndexedLog;
  readonly #wanted: Parameters<IndexedLog["index"]["search"]["executions"]>[0];
  readonly #pieces: Iterator<readonly ShortExecution[]>;
  readonly #seqs: number[] = [];
  #isWhole = false;

  /** @throws RedunError BAD_QUERY */
  constructor(log: IndexedLog, query: string | null) {
    const where = query === null ? allOf() : parseQuery(query);
    const waiting = journaledExecutions(log);
    const passes = matcher(where);
    this.query = query;
    this.#log = log;
    this.journaled = waiting
      .map(({ row }) => row)
      .filter((row) => passes(executionSubject(row)))
      .sort(newestFirst);
    for (const { status } of this.journaled) increase(this.statuses, status);
    const indexed = waiting.flatMap((one) => (one.indexed ? [one.indexed.seq] : []));
    const more = indexed.length > 0 ? sql`e.seq NOT IN (${bound(...indexed)})` : undefined;
    this.#wanted = { where, ...(more && { more }) };
    this.#pieces = log.index.search.executionsInShort(this.#wanted);
  }

  /** How many have been found. */
  get count(): number {
    return this.journaled.length + this.#seqs.length;
  }

  /** There are no more than were found. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Finds more. */
  findMore(): void {
    const { value, done } = this.#pieces.next();
    this.#isWhole = done === true;
    for (const { seq, status, pairs } of (value as readonly ShortExecution[] | undefined) ?? []) {
      this.#seqs.push(seq);
      increase(this.statuses, status);
      for (const pair of pairs) increase(this.pairs, pair);
    }
  }

  /** Some of them, whether they have been found or not: fewer at the end. */
  read(from: number, count: number): LoggedExecution[] {
    const head = this.journaled.slice(from, from + count);
    const left = count - head.length;
    const start = Math.max(0, from - this.journaled.length);
    return [...head, ...(left > 0 ? this.#indexed(start, left) : [])].map(loggedExecution);
  }

  #indexed(from: number, count: number): ExecutionRow[] {
    const { index } = this.#log;
    if (this.#isWhole || from + count <= this.#seqs.length) {
      return index.executions(this.#seqs.slice(from, from + count));
    }
    return index.search.executions(this.#wanted, count, from);
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
