import type { CodeCondition, Condition, FieldCondition, TagCondition } from "../query/condition.ts";
import { anyTextMatcher, matcher, spanOf, textMatcher } from "../query/matcher.ts";
import { loadId } from "./ids.ts";
import type { Pairs } from "./pairs.ts";
import { type Scope, word } from "./scopes.ts";
import { bound, joined, type Sql, sql } from "./sql.ts";

/**
 * A test that SQL asks of a column by `redun_test(number, column)`, or of all columns that a
 * condition may ask for by `redun_row(number, columns...)`.
 */
export type ColumnTest = (...values: unknown[]) => boolean;

/** Up to so many tags are looked for one by one; more are looked up in the row's packed tags. */
const PROBES = 4;

/** So many tests of one column within one `or` become one. */
const TOGETHER = 8;
/** Longer SQL takes SQLite longer than asking us for each row; at 1,000,000 characters it refuses. */
const MAX_SQL = 20_000;
/** Of a whole statement it takes 32,766. */
const MAX_VALUES = 500;

/** The columns that `redun_row` gives, after the tags. */
const ROW_COLUMNS = [
  "status",
  "started",
  "duration",
  "task",
  "user",
  "exec",
  "arg",
  "commit",
  "tree",
] as const;

/** Makes SQL of conditions. What SQL cannot say becomes a test, which it calls by its number. */
export class WhereCompiler {
  readonly tests: ColumnTest[] = [];
  readonly #pairs: Pairs;
  readonly #now: number;

  constructor(pairs: Pairs, now: number) {
    this.#pairs = pairs;
    this.#now = now;
  }

  /**
   * A term that is 1 or 0, never null. Where SQL would be too long, rows are given to the same test
   * that is made of a condition in memory.
   */
  compile(condition: Condition, scope: Scope): Sql {
    const count = this.tests.length;
    const term = this.#compile(condition, scope);
    if (term.text.length <= MAX_SQL && term.values.length <= MAX_VALUES) return term;
    this.tests.length = count;
    return this.#row(condition, scope);
  }

  #compile(condition: Condition, scope: Scope): Sql {
    switch (condition.is) {
      case "and":
        return joined("AND", this.#and(condition.parts, scope), "1");
      case "or":
        return joined("OR", this.#or(condition.parts, scope), "0");
      case "not":
        return sql`NOT ${this.#compile(condition.part, scope)}`;
      case "tag":
        return this.#tag(condition, scope);
      case "field":
        return this.#field(condition, scope);
      case "code":
        return code(condition, scope);
    }
  }

  /** A call of a test for each row, by the content of a column. */
  test(test: ColumnTest, column: string): Sql {
    this.tests.push(test);
    return sql`redun_test(${this.tests.length - 1}, ${column})`;
  }

  #and(parts: readonly Condition[], scope: Scope): Sql[] {
    const nots = parts.flatMap((part) => (part.is === "not" ? [part.part] : []));
    if (nots.length <= TOGETHER) return parts.map((part) => this.#compile(part, scope));
    const others = parts.filter(({ is }) => is !== "not");
    const none = joined("OR", this.#or(nots, scope), "0");
    return [...others.map((part) => this.#compile(part, scope)), sql`NOT ${none}`];
  }

  /** Many alternatives for one column, as a list has them, are one test. */
  #or(parts: readonly Condition[], scope: Scope): Sql[] {
    const tags: TagCondition[] = [];
    const fields = new Map<string, FieldCondition[]>();
    const others: Condition[] = [];
    for (const part of parts) {
      if (part.is === "tag") tags.push(part);
      else if (part.is === "field") {
        const same = fields.get(part.field);
        if (same) same.push(part);
        else fields.set(part.field, [part]);
      } else others.push(part);
    }
    const few = [...[tags], ...fields.values()].filter(({ length }) => length <= TOGETHER).flat();
    return [
      ...(tags.length > TOGETHER
        ? [this.test(this.#pairs.anyTester(tags), `${scope.row}.tags`)]
        : []),
      ...[...fields.values()]
        .filter(({ length }) => length > TOGETHER)
        .map((same) => this.#anyField(same, scope)),
      ...[...few, ...others].map((part) => this.#compile(part, scope)),
    ];
  }

  /** The condition as a test of whole rows. */
  #row(condition: Condition, { row, columns, statuses, args }: Scope): Sql {
    const passes = matcher(condition, this.#now);
    this.tests.push((tags, status, started, duration, task, user, exec, arg, commit, tree) => {
      const has = (name: keyof Scope["columns"]) => columns[name] !== undefined;
      return passes({
        tags: this.#pairs.tagsOf(tags),
        ...(has("status") && { status: statuses[status as number]! }),
        ...(has("started") && {
          started: started as number,
          ended: duration === null ? null : (started as number) + (duration as number),
        }),
        ...(has("task") && { task: (task as string | null) ?? "" }),
        ...(has("user") && { user: (user as string | null) ?? "" }),
        ...(has("exec") && { exec: loadId(exec) }),
        ...(has("arg") && { args: args(arg as string) }),
        commit: commit as string | null,
        tree: tree as string | null,
      });
    });
    const texts: readonly string[] = ["user", "commit", "tree"];
    const values = ROW_COLUMNS.map((name) => {
      const column = columns[name] ?? "NULL";
      return texts.includes(name) ? word(column) : column;
    });
    return sql`redun_row(${this.tests.length - 1}, ${row}.tags, ${values.join(", ")})`;
  }

  /** Conditions on one field, of which one has to be met. */
  #anyField(conditions: readonly FieldCondition[], scope: Scope): Sql {
    const { columns, statuses, args } = scope;
    const [{ field }] = conditions as [FieldCondition];
    const column = columns[field];
    if (column === undefined) return sql`0`;
    if (field === "started" || field === "ended" || field === "duration") {
      const spans = conditions.map((condition) => spanOf(condition, this.#now));
      return this.test(
        (time) =>
          time !== null && spans.some(({ from, to }) => Number(time) >= from && Number(time) < to),
        column,
      );
    }
    const passes = anyTextMatcher(conditions);
    if (field === "status") return numbersIn(column, statuses, passes);
    if (field === "arg") return this.test((value) => args(value as string).some(passes), column);
    if (field === "exec") return this.test((id) => passes(loadId(id)), column);
    return this.test(remembered(passes), field === "user" ? word(column) : column);
  }

  #tag(condition: TagCondition, { type, row, time }: Scope): Sql {
    const pairs = this.#pairs.few(condition);
    if (pairs?.length === 0) return sql`0`;
    if (!pairs || pairs.length > PROBES) {
      return this.test(this.#pairs.tester(condition), `${row}.tags`);
    }
    return sql`EXISTS (SELECT 1 FROM tag x WHERE x.pair IN (${bound(...pairs)})
      AND x.type = ${type} AND x.time = ${time} AND x.entity = ${row}.seq)`;
  }

  #field(condition: FieldCondition, { columns, statuses, args }: Scope): Sql {
    const column = columns[condition.field];
    if (column === undefined) return sql`0`;
    switch (condition.field) {
      case "started":
      case "ended":
      case "duration": {
        const { from, to } = spanOf(condition, this.#now);
        return sql`(${column} IS NOT NULL AND ${column} >= ${bound(from)} AND ${column} < ${bound(to)})`;
      }
      case "status": {
        return numbersIn(column, statuses, textMatcher(condition));
      }
      case "arg": {
        const passes = textMatcher(condition);
        return this.test((value) => args(value as string).some(passes), column);
      }
      case "user": {
        const { op, operand } = condition;
        // SQLite asks our function before it looks up a text for each row; a number it has.
        if (op === "=" && operand !== "") {
          return sql`coalesce(${column} = (SELECT seq FROM word WHERE text = ${bound(operand)}), 0)`;
        }
        return this.test(remembered(textMatcher(condition)), word(column));
      }
      case "exec": {
        const passes = textMatcher(condition);
        return this.test((id) => passes(loadId(id)), column);
      }
      default:
        return this.test(remembered(textMatcher(condition)), column);
    }
  }
}

/** The column has the number of a status that passes. */
function numbersIn(
  column: string,
  statuses: readonly string[],
  passes: (status: string) => boolean,
): Sql {
  const numbers = [...statuses.keys()].filter((at) => passes(statuses[at]!));
  return sql`${column} IN (${numbers.join(", ")})`;
}

function code({ commits, trees }: CodeCondition, { columns: { commit, tree } }: Scope): Sql {
  if (!commit || !tree) return sql`0`;
  return sql`(${commit} IS NOT NULL AND ${commit} IN ${numbersOf(commits)}
    OR ${tree} IS NOT NULL AND ${tree} IN ${numbersOf(trees)})`;
}

/** The numbers that texts have as words; most commits of a history are none. */
export function numbersOf(texts: ReadonlySet<string>): Sql {
  const list = bound(JSON.stringify([...texts]));
  return sql`(SELECT w.seq FROM json_each(${list}) t CROSS JOIN word w ON w.text = t.value)`;
}

/** Names of tasks and users are few. */
function remembered(passes: (text: string) => boolean): ColumnTest {
  const known = new Map<unknown, boolean>();
  return (text) => {
    let verdict = known.get(text);
    if (verdict === undefined) {
      verdict = passes((text as string | null) ?? "");
      if (known.size < 10_000) known.set(text, verdict);
    }
    return verdict;
  };
}
