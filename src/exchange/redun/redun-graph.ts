/** redun's records as a graph: from its database, or from the JSON lines of `redun export`. */
import { Statements } from "../../index/database.ts";
import type { Database } from "../../index/sqlite-types.ts";
import type { Graph } from "../graph.ts";
import { stageJsonLines } from "./json-lines.ts";
import { type PostgresPackage, stagePostgres } from "./postgres.ts";
import { RedunRuns } from "./runs.ts";
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
    // Of JSON lines each tag was looked at when it was read.
    try {
      checkTags(new Statements(database));
    } catch (error) {
      database.close();
      throw error;
    }
    return graphOf(database, () => database.close());
  }
  const { database, close } = await stageJsonLines(source, commonDir, onLine);
  return graphOf(database, close);
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
  const { database, close } = await stagePostgres(uri, postgres, commonDir, onRow);
  try {
    checkTags(new Statements(database));
  } catch (error) {
    close();
    throw error;
  }
  return graphOf(database, close);
}

function graphOf(database: Database, close: () => void): Graph {
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
