import { RedunError } from "../../src/errors.ts";
import { prune } from "../../src/forgetting/remove.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { findExecutions } from "../../src/provenance/find-execution.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionsMeeting } from "../../src/provenance/listing.ts";
import { allOf, anyOf } from "../../src/query/condition.ts";
import { type CommandFunction, isJson, type OptionsOf } from "../command.ts";
import type { PRUNE } from "../declarations/forgetting.ts";
import { entityCondition } from "../filters.ts";
import { isFilter, selectionOf } from "../selection.ts";
import { jsonText } from "../text/json.ts";
import { withLog } from "../with-log.ts";
import { executionCount, remains } from "./redact.ts";

export const command: CommandFunction<typeof PRUNE> = async (workspace, ids, options) => {
  const { reason, dryRun = false } = options;
  const filters = Object.keys(options).filter((name) => isFilter(name) && !OWN.has(name));
  if (ids.length === 0 && filters.length === 0) throw whichExecutions();
  const text = await withLog(
    workspace,
    async (log) => {
      const rows = await chosen(log, ids, options);
      if (dryRun) return shown(rows, isJson(options));
      const { executions, forgotten } = await prune(log, rows, { reason });
      if (isJson(options)) {
        return `${jsonText({ executions, tombstone: forgotten?.tombstone ?? null })}\n`;
      }
      if (forgotten === null) return "No execution is to be removed.\n";
      return `Removed ${executionCount(executions)}.\n${remains(log.log.ref)}`;
    },
    { appends: !dryRun },
  );
  await workspace.write(text);
};

/** Options that say how, and not what. */
const OWN: ReadonlySet<string> = new Set(["keep", "reason", "dryRun"]);

async function chosen(
  log: IndexedLog,
  ids: readonly string[],
  { keep = [], ...options }: OptionsOf<typeof PRUNE>,
): Promise<ExecutionRow[]> {
  const kept = anyOf(...keep.map((tag) => entityCondition({ tag: [tag] })));
  const isKept = new Set(
    keep.length === 0
      ? []
      : executionsMeeting(log, { where: kept, execution: allOf() }, -1).map(({ id }) => id),
  );
  const { where, execution } = await selectionOf(log, options);
  const rows =
    ids.length > 0
      ? await findExecutions(log, ids)
      : executionsMeeting(log, { where, execution }, -1);
  return rows.filter(({ id }) => !isKept.has(id));
}

/** What would go, a line each. */
export function shown(rows: readonly ExecutionRow[], json: boolean): string {
  if (json) return rows.map(({ id }) => `${jsonText({ id })}\n`).join("");
  const lines = rows.map(({ id, started, task }) => {
    return `would remove ${id.slice(0, 8)}  ${new Date(started).toISOString().slice(0, 19)}  ${task}\n`;
  });
  return `${lines.join("")}${executionCount(rows.length)}\n`;
}

function whichExecutions(): RedunError {
  return new RedunError(
    "USAGE",
    "Say which executions are to be removed: their ids, or filters such as --where.",
    "`--dry-run` shows which these are. All of a log goes with its ref: `git update-ref -d`.",
  );
}
