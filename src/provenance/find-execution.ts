import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { type Found, findEntity } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * The execution that a word stands for, as `findEntity` understands words.
 * @param ofJob what to do where it is a job's id, if there is more to do than to name its execution
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID; WRONG_TYPE for the id of anything else
 */
export async function findExecution(
  log: IndexedLog,
  word: string,
  ofJob: (id: string) => string = () => "",
): Promise<ExecutionRow> {
  const found = await findEntity(log, word);
  if (found.type === "Execution") return found.row;
  const own = found.type === "Job" ? log.index.execution(found.row.execution) : undefined;
  const hint = own
    ? `It belongs to execution ${own.id.slice(0, 8)}. ${ofJob(found.id.slice(0, 8))}`.trimEnd()
    : `\`redun-git log${log.words}\` lists executions.`;
  throw wrongType(found, "an Execution", hint);
}

/** Those that several words stand for, in this order. @throws RedunError as `findExecution` */
export async function findExecutions(
  log: IndexedLog,
  words: readonly string[],
): Promise<ExecutionRow[]> {
  const rows: ExecutionRow[] = [];
  for (const word of words) rows.push(await findExecution(log, word));
  return rows;
}

/** The error for an id that is known, and stands for something else than is wanted. */
export function wrongType({ id, type }: Found, wanted: string, hint?: string): RedunError {
  const message = `${id.slice(0, 8)} is a ${type}, not ${wanted}.`;
  return new RedunError("WRONG_TYPE", message, hint, { data: { id, type } });
}
