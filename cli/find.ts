import { RedunError } from "../src/errors.ts";
import type { IndexedLog } from "../src/index/indexed-log.ts";
import { type EntityRow, entitiesByPrefix, execution, job, taskName } from "../src/index/query.ts";
import { localTime, shortId } from "./text/lines.ts";

/** The most candidates that an error names. */
const SHOWN = 10;

/**
 * The entities that prefixes of ids stand for.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID with the candidates
 */
export function findEntities(log: IndexedLog, prefixes: readonly string[]): EntityRow[] {
  return prefixes.map((prefix) => findEntity(log, prefix));
}

/** @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
export function findEntity(log: IndexedLog, prefix: string): EntityRow {
  const found = prefix === "" ? [] : entitiesByPrefix(log.statements, prefix, SHOWN + 1);
  const exact = found.find(({ id }) => id === prefix);
  if (exact) return exact;
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new RedunError(
      "UNKNOWN_ID",
      `Nothing in ${log.log.ref} has an id that begins with "${prefix}".`,
      "`redun-git log` lists executions; `redun-git log <id>` shows the ids within one.",
    );
  }
  const candidates = found.slice(0, SHOWN).map((entity) => `  ${describe(log, entity)}`);
  const more = found.length > SHOWN ? "\n  and others" : "";
  throw new RedunError(
    "AMBIGUOUS_ID",
    `"${prefix}" is the beginning of several ids:\n${candidates.join("\n")}${more}`,
    "Write more of the id.",
  );
}

function describe({ statements }: IndexedLog, { seq, type, id }: EntityRow): string {
  const about = () => {
    if (type === "Execution") {
      const row = execution(statements, id);
      return row && `${localTime(row.started)}  ${row.task}`;
    }
    if (type === "Job") {
      const row = job(statements, id);
      return row && `${localTime(row.started)}  ${row.task}(${row.args})`;
    }
    return type === "Task" ? taskName(statements, seq) : undefined;
  };
  return `${type} ${id.length > 16 ? id.slice(0, 16) : shortId(id)}  ${about() ?? ""}`.trimEnd();
}
