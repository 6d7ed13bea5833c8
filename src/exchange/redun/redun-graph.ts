/** redun's records as a graph: from its database, SQLite or PostgreSQL, or from the JSON lines of `redun export`. */
import { Statements } from "../../index/database.ts";
import type { Database } from "../../index/sqlite-types.ts";
import type { Graph } from "../graph.ts";
import { stageJsonLines } from "./json-lines.ts";
import { type PostgresPackage, stagePostgres } from "./postgres.ts";
import { RedunRuns } from "./runs.ts";
import { checked, type StagedTables } from "./staged-tables.ts";
import { isSqlite, openRedunDatabase } from "./tables.ts";
import { checkTags, tagsOf } from "./tags.ts";

/**
 * @param source the path of a file of either kind, or a stream of JSON lines
 * @param commonDir the git directory that notes temporary files
 * @param onLine told how many JSON lines have been read
 * @throws RedunError BAD_IMPORT
 */
export async function readRedun(
  source: string | NodeJS.ReadableStream,
  commonDir: string,
  onLine?: (lines: number) => void,
): Promise<Graph> {
  if (typeof source === "string" && isSqlite(source)) {
    const database = openRedunDatabase(source);
    return graphOf(checked({ database, close: () => database.close() }, assertTags));
  }
  // Of JSON lines each tag was looked at when it was read.
  return graphOf(await stageJsonLines(source, commonDir, onLine));
}

/**
 * redun's PostgreSQL database; nothing is written there.
 * @param uri its address, `postgresql://user@host/db`
 * @param onRow told how many rows have been read
 * @throws RedunError BAD_IMPORT
 */
export async function readRedunPostgres(
  uri: string,
  postgres: PostgresPackage,
  commonDir: string,
  onRow?: (rows: number) => void,
): Promise<Graph> {
  return graphOf(checked(await stagePostgres(uri, postgres, commonDir, onRow), assertTags));
}

const assertTags = (database: Database) => checkTags(new Statements(database));

function graphOf({ database, close }: StagedTables): Graph {
  let runs = new RedunRuns(database);
  return {
    system: "redun",
    count: runs.count,
    get leftOut() {
      return runs.leftOut;
    },
    runs: () => {
      runs = new RedunRuns(database);
      return runs.all();
    },
    tags: () => tagsOf(new Statements(database)),
    close,
  };
}
