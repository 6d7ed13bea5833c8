/**
 * The tables that `sql` offers: views of the index, whose own tables change with every version.
 * Their names and columns are a promise: docs/sql.md lists them, and a test compares the two.
 */

import { JOB_DURATION, JOB_STATUS } from "../index/rows.ts";
import { JOBS_PER_EXECUTION } from "../index/schema.ts";
import { ENTITY_TYPES, EXECUTION_STATUSES, SHOWN_JOB_STATUSES } from "../record/records.ts";

export interface SqlColumn {
  readonly name: string;
  /** In the words of SQLite: TEXT, INTEGER, REAL; ANY where the value decides. */
  readonly type: string;
  readonly about: string;
  /** The SQL that gives it. */
  readonly sql: string;
  /** The SQL that gives it to who asks for no recorded texts, where it may be one. */
  readonly withoutContent?: string;
}

export interface SqlTable {
  readonly name: string;
  readonly about: string;
  readonly columns: readonly SqlColumn[];
  readonly from: string;
}

const TYPE = (name: (typeof ENTITY_TYPES)[number]) => ENTITY_TYPES.indexOf(name);

/** An id as people write it. */
const id = (column: string) =>
  `CASE typeof(${column}) WHEN 'blob' THEN lower(hex(${column})) ELSE ${column} END`;

/** One of several names, by its number. */
const oneOf = (names: readonly string[], column: string) =>
  `CASE ${column} ${names.map((name, at) => `WHEN ${at} THEN '${name}'`).join(" ")} END`;

/** Milliseconds since 1970 as ISO 8601 in UTC. SQLite's own `%f` rounds up into the next second. */
const time = (ms: string) =>
  `strftime('%Y-%m-%dT%H:%M:%S', (${ms} - ((${ms}) % 1000 + 1000) % 1000) / 1000, 'unixepoch')
   || printf('.%03dZ', ((${ms}) % 1000 + 1000) % 1000)`;

const EXECUTIONS: SqlTable = {
  name: "executions",
  about: "one row for each run",
  columns: [
    { name: "id", type: "TEXT", about: "its id", sql: id("e.id") },
    { name: "task", type: "TEXT", about: "full name of the task that was run", sql: "t.text" },
    {
      name: "status",
      type: "TEXT",
      about: EXECUTION_STATUSES.join(", "),
      sql: oneOf(EXECUTION_STATUSES, "e.status"),
    },
    { name: "started", type: "TEXT", about: "ISO 8601 in UTC", sql: time("e.started") },
    {
      name: "ended",
      type: "TEXT",
      about: "ISO 8601 in UTC; NULL while it runs",
      sql: time("e.started + e.duration"),
    },
    {
      name: "seconds",
      type: "REAL",
      about: "from start to end; NULL while it runs",
      sql: "e.duration / 1000.0",
    },
    { name: "user", type: "TEXT", about: "who ran it", sql: "u.text" },
    {
      name: "code_commit",
      type: "TEXT",
      about: "the commit of its code; NULL without one",
      sql: "code.text",
    },
    { name: "code_tree", type: "TEXT", about: "the tree of that commit", sql: "tree.text" },
    {
      name: "argv",
      type: "TEXT",
      about: "its command line: a JSON list",
      sql: "e.argv",
      withoutContent: "NULL",
    },
    {
      name: "reason",
      type: "TEXT",
      about: "what ended it, where no failed job says so",
      sql: "e.reason",
      withoutContent: "NULL",
    },
  ],
  from: `execution e LEFT JOIN word t ON t.seq = e.task LEFT JOIN word u ON u.seq = e.user
    LEFT JOIN word code ON code.seq = e.commit_id LEFT JOIN word tree ON tree.seq = e.tree_id`,
};

const JOBS: SqlTable = {
  name: "jobs",
  about: "one row for each task call of a run",
  columns: [
    { name: "id", type: "TEXT", about: "its id", sql: id("j.id") },
    { name: "execution", type: "TEXT", about: "id of its run", sql: id("e.id") },
    {
      name: "parent",
      type: "TEXT",
      about: "id of the job that called it; NULL for the first",
      sql: id("p.id"),
    },
    { name: "task", type: "TEXT", about: "full name of its task", sql: "t.text" },
    {
      name: "task_hash",
      type: "TEXT",
      about: "id of its task: `id` of `tasks`",
      sql: id("n.id"),
    },
    {
      name: "status",
      type: "TEXT",
      about: SHOWN_JOB_STATUSES.join(", "),
      sql: oneOf(SHOWN_JOB_STATUSES, `(${JOB_STATUS})`),
    },
    { name: "started", type: "TEXT", about: "ISO 8601 in UTC", sql: time("j.started") },
    {
      name: "seconds",
      type: "REAL",
      about: "from start to end; NULL while it runs",
      sql: `${JOB_DURATION} / 1000.0`,
    },
    {
      name: "args",
      type: "TEXT",
      about: "its arguments as one short line",
      sql: "j.args",
      withoutContent: "NULL",
    },
  ],
  from: `job j JOIN execution e ON e.seq = j.seq / ${JOBS_PER_EXECUTION}
    JOIN entity n ON n.seq = j.task LEFT JOIN word t ON t.seq = n.name
    LEFT JOIN job p ON p.seq = j.parent`,
};

const TAGS: SqlTable = {
  name: "tags",
  about: "one row for each current tag of anything",
  columns: [
    {
      name: "type",
      type: "TEXT",
      about: `what has it: ${ENTITY_TYPES.join(", ")}`,
      sql: oneOf(ENTITY_TYPES, "g.type"),
    },
    {
      name: "entity",
      type: "TEXT",
      about: "id of what has it",
      sql: `CASE g.type WHEN ${TYPE("Execution")} THEN (SELECT ${id("id")} FROM execution WHERE seq = g.entity)
        WHEN ${TYPE("Job")} THEN (SELECT ${id("id")} FROM job WHERE seq = g.entity)
        ELSE (SELECT ${id("id")} FROM entity WHERE seq = g.entity) END`,
    },
    { name: "key", type: "TEXT", about: "its key", sql: "p.key" },
    {
      name: "value",
      type: "ANY",
      about:
        "its value: a number where it is one; true and false are 1 and 0; lists and maps are JSON",
      sql: "json_extract(p.value, '$')",
      withoutContent: "CASE WHEN p.key <> 'doc' THEN json_extract(p.value, '$') END",
    },
    {
      name: "json",
      type: "TEXT",
      about: "its value as JSON",
      sql: "p.value",
      withoutContent: "CASE WHEN p.key <> 'doc' THEN p.value END",
    },
    {
      name: "conflict",
      type: "INTEGER",
      about: "1 where another tag of its entity contradicts it, else 0",
      sql: `EXISTS (SELECT 1 FROM conflict c WHERE c.type = g.type AND c.entity = g.entity
        AND c.pair = g.pair)`,
    },
  ],
  from: "tag g JOIN pair p ON p.seq = g.pair",
};

const TASKS: SqlTable = {
  name: "tasks",
  about: "one row for each version of a task",
  columns: [
    { name: "id", type: "TEXT", about: "its hash", sql: id("n.id") },
    { name: "name", type: "TEXT", about: "its full name", sql: "w.text" },
    {
      name: "last_called",
      type: "TEXT",
      about: "start of the newest run that called it, ISO 8601 in UTC",
      sql: time("nullif(n.time, 0)"),
    },
  ],
  from: `entity n LEFT JOIN word w ON w.seq = n.name WHERE n.type = ${TYPE("Task")}`,
};

const FILES: SqlTable = {
  name: "files",
  about: "one row for each version of a file that a job took or gave",
  columns: [
    { name: "id", type: "TEXT", about: "id of the value", sql: id("n.id") },
    { name: "path", type: "TEXT", about: "from the top of the work tree", sql: "w.text" },
    {
      name: "last_seen",
      type: "TEXT",
      about: "start of the newest run that knew it, ISO 8601 in UTC",
      sql: time("nullif(n.time, 0)"),
    },
  ],
  from: `entity n JOIN word w ON w.seq = n.name WHERE n.type = ${TYPE("Value")}`,
};

export const SQL_TABLES: readonly SqlTable[] = [EXECUTIONS, JOBS, TAGS, TASKS, FILES];

/**
 * SQL that makes the tables, for this connection alone. Each is a view of another view, whose name begins
 * with `prefix`: only these look at the index's own tables.
 * @param withContent otherwise NULL stands for texts that a program or its user wrote
 */
export function createTables(withContent: boolean, prefix: string): string {
  return SQL_TABLES.map(({ name, columns, from }) => {
    const selected = columns.map((column) => {
      return `${(!withContent && column.withoutContent) || column.sql} AS ${column.name}`;
    });
    return `CREATE TEMP VIEW ${prefix}${name} AS SELECT ${selected.join(",\n    ")}\n  FROM ${from};
CREATE TEMP VIEW ${name} AS SELECT * FROM ${prefix}${name};`;
  }).join("\n");
}
