/** What may stand for a `?` in SQL. */
export type SqlValue = null | number | bigint | string | NodeJS.ArrayBufferView;

/**
 * As much of `node:sqlite`'s `DatabaseSync` as is used here. Its own type is not named: the types
 * of Node 20, which a user of the library may have, do not know it.
 */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  function(
    name: string,
    options: { deterministic?: boolean; varargs?: boolean },
    body: SqlFunction,
  ): void;
  function(name: string, body: SqlFunction): void;
  close(): void;
}

/** One that asks, as a statement is prepared, whether it may do what it is about to do. */
export interface AuthorizedDatabase extends Database {
  /**
   * @param isAllowed gets a code of SQLite (`SQLITE_READ`), for a read the table and its column, the name
   *   of the database, and the view or trigger that reads; returns a code (`SQLITE_DENY`)
   */
  setAuthorizer(
    isAllowed: (
      action: number,
      table: string | null,
      column: string | null,
      database: string | null,
      within: string | null,
    ) => number,
  ): void;
}

type SqlFunction = (...args: never[]) => SqlValue;

/** As much of its `StatementSync`. */
export interface Statement {
  get(...values: SqlValue[]): Record<string, unknown> | undefined;
  all(...values: SqlValue[]): Record<string, unknown>[];
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...values: SqlValue[]): Iterable<unknown>;
  setReturnArrays(enabled: boolean): void;
  setReadBigInts(enabled: boolean): void;
  columns(): { readonly name: string }[];
}
