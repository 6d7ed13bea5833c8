/** redun's PostgreSQL database, copied into the tables of a temporary one, which are read as its SQLite ones are. */
import { RedunError } from "../../errors.ts";
import { Statements } from "../../index/database.ts";
import type { Database, SqlValue } from "../../index/sqlite-types.ts";
import { type StagedTables, stagedTables } from "./staged-tables.ts";
import { assertKnown } from "./tables.ts";

/** The package `pg`, as far as it is used. */
export type PostgresPackage = Pick<typeof import("pg"), "Client">;

/** Whether it is the address of a database, as redun's `db_uri` has it. */
export function isPostgresUri(text: string): boolean {
  return /^postgres(?:ql)?(?:\+\w+)?:\/\//.test(text);
}

const time = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS ${column}`;

/** What is copied: our table, its columns, and where redun has them if not in the table of that name. */
const COPIES: readonly (readonly [table: string, columns: readonly string[], from?: string])[] = [
  ["execution", ["id", "args", "job_id"]],
  [
    "job",
    [
      ...["id", time("start_time"), time("end_time"), "task_hash", "cached::int AS cached"],
      ...["call_hash", "parent_id", "execution_id"],
    ],
  ],
  [
    "call_node",
    ["call_hash", "task_name", "task_hash", "args_hash", "value_hash", time("timestamp")],
  ],
  ["call_edge", ["parent_id", "child_id", "call_order"]],
  ["argument", ["arg_hash", "call_hash", "value_hash", "arg_position", "arg_key"]],
  ["argument_result", ["arg_hash", "result_call_hash"]],
  ["value", ["value_hash", "type", "format", "value"]],
  ["subvalue", ["parent_value_hash", "value_hash"]],
  ["file", ["value_hash", "path"]],
  ["task", ["hash", "name", "namespace", "source"]],
  [
    "tag",
    ["tag_hash", "entity_type::text AS entity_type", "entity_id", "key", "value::text AS value"],
  ],
  ["edit_of", ["child_id", "parent_id"], "tag_edit"],
];

/** Rows that are asked for at once: values may have megabytes each. */
const ROWS = 1_000;
const VALUES = 50;

/**
 * Copies what redun has at one moment; nothing is written there.
 * @param uri as redun has it; a password may also come from `PGPASSWORD` or `~/.pgpass`
 * @param onRow told how many rows have been read
 * @throws RedunError BAD_IMPORT, without the password
 */
export async function stagePostgres(
  uri: string,
  { Client }: PostgresPackage,
  commonDir: string,
  onRow?: (rows: number) => void,
): Promise<StagedTables> {
  const place = uri.replace(/\/\/.*@/, "//").replace(/\?.*$/, "");
  let client: InstanceType<typeof Client>;
  try {
    // redun's may name the driver of SQLAlchemy's.
    client = new Client({ connectionString: uri.replace(/^\w+(?:\+\w+)?:/, "postgresql:") });
    // A connection that breaks is told of by the query as well.
    client.on("error", () => {});
    await client.connect();
  } catch (error) {
    throw unread(place, error);
  }
  try {
    return await stagedTables(commonDir, (database) => copyTables(client, place, database, onRow));
  } catch (error) {
    throw error instanceof RedunError ? error : unread(place, error);
  } finally {
    await client.end();
  }
}

async function copyTables(
  client: InstanceType<PostgresPackage["Client"]>,
  place: string,
  database: Database,
  onRow?: (rows: number) => void,
): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const { rows } = await client.query("SELECT version_num FROM alembic_version");
  assertKnown(rows[0]?.version_num, place);
  let done = 0;
  for (const [table, columns, from = table] of COPIES) {
    const names = columns.map((column) => column.replace(/^.* AS /, ""));
    const insert = new Statements(database).get(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    );
    await client.query(`DECLARE c CURSOR FOR SELECT ${columns.join(", ")} FROM ${from}`);
    const fetch = `FETCH ${table === "value" ? VALUES : ROWS} FROM c`;
    for (let { rows } = await client.query(fetch); rows.length > 0; ) {
      database.exec("BEGIN");
      for (const row of rows) insert.run(...names.map((name): SqlValue => row[name]));
      database.exec("COMMIT");
      done += rows.length;
      onRow?.(done);
      ({ rows } = await client.query(fetch));
    }
    await client.query("CLOSE c");
  }
}

/** PostgreSQL's code of a table that is not there. */
const NO_TABLE = "42P01";

/** The error itself may name the whole address, so its words alone are told. */
function unread(place: string, error: unknown): RedunError {
  const { message, code } = error as NodeJS.ErrnoException;
  const why = code === NO_TABLE ? "it has no tables of redun's" : message || code || "no answer";
  return new RedunError(
    "BAD_IMPORT",
    `${place} could not be read: ${why}. Nothing was imported.`,
    "Is it the `db_uri` of redun's configuration? The password may be in PGPASSWORD.",
  );
}
