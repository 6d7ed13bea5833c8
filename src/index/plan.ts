import { allOf, type CodeCondition, type Condition, isEverything } from "../query/condition.ts";
import type { Statements } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import { Pairs } from "./pairs.ts";
import { EXECUTION_OF_J } from "./rows.ts";
import { JOBS_PER_EXECUTION } from "./schema.ts";
import { EXECUTION_SCOPE, entityScope, JOB_SCOPE, type Scope } from "./scopes.ts";
import { bound, joined, type Sql, sql } from "./sql.ts";
import { type ColumnTest, numbersOf, WhereCompiler } from "./where.ts";

/** Entities with rows in `entity`. */
export type EntityRowType = "Task" | "CallNode" | "Value";

/** What is to be found, of one type of entity. */
export interface RowFilter {
  /** What the entity itself must be. */
  readonly where?: Condition;
  /** What its execution must be; of a task, one of its executions. */
  readonly execution?: Condition;
  /** More that SQL says of the row: `e` of an execution, `j` of a job, `n` of an entity. */
  readonly more?: Sql;
  /** The name of an entity, which may be null, passes. */
  readonly name?: (name: string) => boolean;
}

/** Rows to choose from, and in which order: newest first. */
export interface Plan {
  readonly from: Sql;
  readonly where: Sql;
  readonly order: string;
  /** What `redun_test` must know while this runs. */
  readonly tests: readonly ColumnTest[];
}

/** A condition that has to hold, and the rows that it is about. */
interface Term {
  readonly condition: Condition;
  readonly scope: Scope;
}

/** A term whose rows are looked at instead of all: their times and numbers stand after FROM, as `d`. */
interface Driver {
  readonly term: Term;
  readonly rows: Sql;
}

/** Conditions that are looked at one by one. */
const TERMS = 32;
/** Rows of a tag that are cheap to sort. */
const FEW_ROWS = 1000;
/** To find out which of several tags has the fewest rows, so many are counted. */
const COUNTED_ROWS = 10_000;

const JOBS_OF_E = `job j ON j.seq >= e.seq * ${JOBS_PER_EXECUTION}
  AND j.seq < (e.seq + 1) * ${JOBS_PER_EXECUTION}`;
const NAME_OF_N = "(SELECT text FROM word WHERE seq = n.name)";
/** Behind the start of an execution: see `newestJobFirst`. */
const JOBS_IN_ORDER = `j.seq % ${JOBS_PER_EXECUTION} DESC, j.id DESC`;

/** Decides how one query finds its rows. */
export class Planner {
  readonly #statements: Statements;
  readonly #pairs: Pairs;
  readonly #compiler: WhereCompiler;

  /** Relative times count from `now`, in milliseconds since 1970. */
  constructor(statements: Statements, dictionary: Dictionary, now: number) {
    this.#statements = statements;
    this.#pairs = new Pairs(statements, dictionary, now);
    this.#compiler = new WhereCompiler(this.#pairs, now);
  }

  executions({ where = allOf(), execution = allOf(), more }: RowFilter): Plan {
    const terms = [...termsOf(where, EXECUTION_SCOPE), ...termsOf(execution, EXECUTION_SCOPE)];
    const { driver, filter } = this.#split(terms, more);
    if (!driver) return this.#plan(sql`execution e`, filter, "e.started DESC, e.id DESC");
    const from = sql`${driver.rows} CROSS JOIN execution e ON e.seq = d.entity`;
    return this.#plan(from, filter, "d.time DESC, e.id DESC");
  }

  /** Jobs in the order of `newestJobFirst`. */
  jobs({ where = allOf(), execution = allOf(), more }: RowFilter): Plan {
    const terms = [...termsOf(where, JOB_SCOPE), ...termsOf(execution, EXECUTION_SCOPE)];
    const { driver, filter } = this.#split(terms, more);
    if (!driver) {
      const from = sql`execution e CROSS JOIN ${JOBS_OF_E}`;
      return this.#plan(from, filter, `e.started DESC, ${JOBS_IN_ORDER}`);
    }
    // The time of a job's tag is that of its execution too.
    const order = `d.time DESC, ${JOBS_IN_ORDER}`;
    if (driver.term.scope === JOB_SCOPE) {
      const from = sql`${driver.rows} CROSS JOIN job j ON j.seq = d.entity
        CROSS JOIN ${EXECUTION_OF_J}`;
      return this.#plan(from, filter, order);
    }
    const from = sql`${driver.rows} CROSS JOIN execution e ON e.seq = d.entity
      CROSS JOIN ${JOBS_OF_E}`;
    return this.#plan(from, filter, order);
  }

  /** Tasks by name; all of them those first that the newest jobs called, made, gave or took. */
  entities(
    type: EntityRowType,
    { where = allOf(), execution = allOf(), more, name }: RowFilter,
  ): Plan {
    const scope = entityScope(type);
    const { driver, filter } = this.#split(termsOf(where, scope), more);
    const filters = [sql`n.type = ${scope.type}`, filter];
    if (name) filters.push(this.#compiler.test((text) => isText(text) && name(text), NAME_OF_N));
    if (type === "Task" && !isEverything(execution)) {
      const jobs = this.jobs({ execution });
      filters.push(sql`n.seq IN (SELECT j.task FROM ${jobs.from} WHERE ${jobs.where})`);
    }
    const from = driver
      ? sql`${driver.rows} CROSS JOIN entity n ON n.seq = d.entity`
      : sql`entity n`;
    const newest = "n.time DESC, n.place DESC, n.id DESC";
    const order = type === "Task" ? `${NAME_OF_N}, ${newest}` : newest;
    return this.#plan(from, joined("AND", filters, "1"), order);
  }

  #plan(from: Sql, where: Sql, order: string): Plan {
    return { from, where, order, tests: this.#compiler.tests };
  }

  /** The driver of a query, and what else has to hold. */
  #split(terms: readonly Term[], more?: Sql): { driver: Driver | undefined; filter: Sql } {
    const driver = this.#driver(terms);
    const rest = terms.filter((term) => term !== driver?.term);
    // Conditions of one scope go together: very many are not SQL's business.
    const scopes = [...new Set(rest.map(({ scope }) => scope))];
    const filters =
      rest.length <= TERMS
        ? rest.map(({ condition, scope }) => this.#compiler.compile(condition, scope))
        : scopes.map((scope) => {
            const parts = rest.filter((term) => term.scope === scope);
            return this.#compiler.compile(allOf(...parts.map(({ condition }) => condition)), scope);
          });
    if (more) filters.unshift(more);
    return { driver, filter: joined("AND", filters.sort(callsLast), "1") };
  }

  /**
   * Of the conditions that a table knows the rows of, the one that the fewest rows meet. Those of
   * a single tag come in the order of time; others must be sorted, and so be few.
   */
  #driver(terms: readonly Term[]): Driver | undefined {
    const candidates = terms.slice(0, TERMS).flatMap((term) => this.#candidate(term) ?? []);
    const [only] = candidates;
    if (candidates.length === 1 && only!.isInOrder) return only;
    const counted = candidates
      .map((candidate) => ({ ...candidate, count: this.#count(candidate) }))
      .filter(({ isInOrder, count }) => isInOrder || count < FEW_ROWS)
      .sort((a, b) => a.count - b.count);
    return counted[0];
  }

  #candidate(term: Term): Candidate | undefined {
    const { condition, scope } = term;
    if (condition.is === "code" && scope === EXECUTION_SCOPE) {
      return { term, rows: rowsOfCode(condition), isInOrder: false };
    }
    const pairs = (condition.is === "tag" && this.#pairs.few(condition)) || [];
    if (pairs.length === 0) return undefined;
    const isInOrder = pairs.length === 1;
    const rows = sql`(SELECT ${isInOrder ? "" : "DISTINCT"} time, entity FROM tag
      WHERE pair IN (${bound(...pairs)}) AND type = ${scope.type}) d`;
    return { term, rows, isInOrder };
  }

  /** How many rows there are, as far as they are counted. */
  #count({ rows }: Candidate): number {
    const { text, values } = sql`SELECT count(*) AS count FROM
      (SELECT 1 FROM ${rows} LIMIT ${COUNTED_ROWS})`;
    return this.#statements.get(text).get(...values)!.count as number;
  }
}

interface Candidate extends Driver {
  readonly isInOrder: boolean;
}

function rowsOfCode({ commits, trees }: CodeCondition): Sql {
  return sql`(SELECT started AS time, seq AS entity FROM execution
      WHERE commit_id IN ${numbersOf(commits)}
    UNION SELECT started, seq FROM execution WHERE tree_id IN ${numbersOf(trees)}) d`;
}

function termsOf(condition: Condition, scope: Scope): Term[] {
  const parts = condition.is === "and" ? condition.parts : [condition];
  return parts.map((part) => ({ condition: part, scope }));
}

/** What SQLite does by itself comes before what it has to ask us. */
function callsLast(a: Sql, b: Sql): number {
  const asks = ({ text }: Sql) => Number(/redun_(?:test|row)\(/.test(text));
  return asks(a) - asks(b);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
