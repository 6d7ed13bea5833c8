import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { RedunError } from "../errors.ts";
import { oneSelect } from "./statement.ts";

/** The file of the process, relative to the one that holds this. The build makes it and writes this in. */
declare const BUILD_SQL: string | undefined;

/** In a CommonJS bundle there is a file name and no `import.meta`. */
const here = (import.meta.url as string | undefined) ?? pathToFileURL(__filename);

export interface SqlLimits {
  /** At most so many rows. Defaults to 1000. */
  readonly limit?: number | undefined;
  /** Seconds until the query is given up. Defaults to 30. */
  readonly timeout?: number | undefined;
}

/** How a query is asked. */
export interface QueryOptions extends SqlLimits {
  /** Otherwise NULL stands for what a program or its user wrote. Defaults to true. */
  readonly withContent?: boolean;
}

/** The rows of a query, each with a cell for each column. */
export interface SqlResult {
  readonly columns: readonly string[];
  /** Cells are strings, numbers, bigints beyond 2^53, or null; bytes are hex digits. */
  readonly rows: readonly (readonly unknown[])[];
  /** Whether there are more rows than the limit. */
  readonly isCut: boolean;
}

/** What the process is asked. */
export interface SqlQuestion {
  /** The file of the index. */
  readonly path: string;
  readonly statement: string;
  readonly limit: number;
  readonly withContent: boolean;
}

/** What it answers: the columns, rows, and its end; or what went wrong. */
export type SqlAnswer =
  | { readonly columns: readonly string[] }
  | { readonly rows: readonly (readonly unknown[])[] }
  | { readonly isCut: boolean }
  | { readonly error: string };

export const DEFAULT_ROWS = 1000;
export const DEFAULT_SECONDS = 30;

/**
 * Asks an index by SQL, over the tables of `SQL_TABLES`. It can only read, in a process of its own,
 * which is ended when its time is over.
 * @param path the file of the index, which stays open meanwhile
 * @throws RedunError BAD_QUERY for what is not a query, fails, or takes too long
 */
export async function queryIndex(
  path: string,
  text: string,
  { limit = DEFAULT_ROWS, timeout = DEFAULT_SECONDS, withContent = true }: QueryOptions = {},
): Promise<SqlResult> {
  const question: SqlQuestion = { path, statement: oneSelect(text), limit, withContent };
  const { file, execArgv } = program();
  const child = fork(file, [], {
    execArgv,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  let isLate = false;
  const clock = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeout * 1000);
  try {
    child.send(question);
    return await gathered(child);
  } catch (error) {
    throw isLate ? tooLong(timeout) : error;
  } finally {
    clearTimeout(clock);
    child.kill("SIGKILL");
  }
}

function gathered(child: ChildProcess): Promise<SqlResult> {
  return new Promise((resolve, reject) => {
    let columns: readonly string[] = [];
    const rows: (readonly unknown[])[] = [];
    child.on("message", (answer: SqlAnswer) => {
      if ("error" in answer) reject(failed(answer.error));
      else if ("columns" in answer) columns = answer.columns;
      else if ("rows" in answer) for (const row of answer.rows) rows.push(row);
      else resolve({ columns, rows, isCut: answer.isCut });
    });
    child.on("error", reject);
    // Not "exit": messages may still come after that. An answer that is whole has been taken.
    child.on("close", () => reject(failed("the process of the query ended before its answer")));
  });
}

/** From source, TypeScript is loaded as this process loads it. */
function program(): { readonly file: string; readonly execArgv: string[] } {
  const name = typeof BUILD_SQL === "string" ? BUILD_SQL : "./process.ts";
  const execArgv = typeof BUILD_SQL === "string" ? [] : ["--import", import.meta.resolve("tsx")];
  return { file: fileURLToPath(new URL(name, here)), execArgv };
}

function failed(message: string): RedunError {
  const hint = /^no such (?:table|column)|^access to .* is prohibited/.test(message)
    ? "`redun-git sql` without a query lists the tables and their columns."
    : undefined;
  return new RedunError("BAD_QUERY", `SQLite: ${message}.`, hint, { data: { at: null } });
}

function tooLong(timeout: number): RedunError {
  return new RedunError(
    "BAD_QUERY",
    `The query was given up after ${timeout} s.`,
    "Ask for less, or give it more time with `--timeout`.",
    { data: { at: null } },
  );
}
