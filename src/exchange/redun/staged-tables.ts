/** redun's tables in a temporary database, for what comes in another form. */
import { join } from "node:path";
import { openDatabase } from "../../index/database.ts";
import type { Database } from "../../index/sqlite-types.ts";
import { Scratch } from "../../log/scratch.ts";
import { TABLE_INDEXES, TABLES } from "./tables.ts";

/** A database that is there for as long as it is read. */
export interface StagedTables {
  readonly database: Database;
  readonly close: () => void;
}

/**
 * A temporary database with redun's tables.
 * @param commonDir the git directory that notes temporary files
 * @param fill puts in what is to be read; where it throws, nothing is left
 */
export async function stagedTables(
  commonDir: string,
  fill: (database: Database) => Promise<void>,
): Promise<StagedTables> {
  const scratch = Scratch.make(commonDir);
  const database = openDatabase(join(scratch.folder, "redun.sqlite"));
  const close = () => {
    database.close();
    scratch.remove();
  };
  try {
    database.exec(`PRAGMA synchronous = OFF; ${TABLES}`);
    await fill(database);
    database.exec(TABLE_INDEXES);
    return { database, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Closes tables that do not pass. */
export function checked(staged: StagedTables, check: (database: Database) => void): StagedTables {
  try {
    check(staged.database);
    return staged;
  } catch (error) {
    staged.close();
    throw error;
  }
}
