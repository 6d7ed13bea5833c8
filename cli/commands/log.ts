import { RedunError } from "../../src/errors.ts";
import { findKnown, type Known, known } from "../../src/provenance/find-known.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { counted, type Listed, listed } from "../../src/provenance/listing.ts";
import type { Selection } from "../../src/provenance/selection.ts";
import { allOf, type CodeCondition, isEverything } from "../../src/query/condition.ts";
import { printQuery } from "../../src/query/print.ts";
import type { EntityType } from "../../src/record/records.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { LOG, LogOptions } from "../declarations/log.ts";
import { limitOf, NO_LIMIT } from "../limit.ts";
import { codeHistory, codeNotes } from "../pages/code-history.ts";
import { listedJson, listedLine } from "../pages/listing.ts";
import { isFilter, selectionOf, typesOf } from "../selection.ts";
import { jsonText } from "../text/json.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { pageOfLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

/** How entities are to be printed. */
interface Style {
  readonly json: boolean;
  /** The page of each instead of a line. */
  readonly detail: boolean;
  readonly paint: Paint;
}

export const command: CommandFunction<typeof LOG> = async (workspace, [id], options) => {
  const { paint } = workspace;
  const style = { json: isJson(options), detail: options.detail === true, paint };
  const limit = limitOf(options);
  const filter = Object.keys(options).find(isFilter);
  if (options.decorateCode) return decorateCode(workspace, id, limit, options);
  if (id !== undefined && filter !== undefined) {
    throw new RedunError(
      "USAGE",
      "An id names one entity: there is nothing to filter.",
      "Give `log` an id, or filters, not both.",
    );
  }
  const types = typesOf(options);
  return pageOfLog(workspace, async (log) => {
    if (id !== undefined) return detail(log, id, style);
    const selection = await selectionOf(log, options);
    return options.count
      ? counts(log, types, selection, style)
      : listing(log, types, selection, limit, style);
  });
};

/** Commits of the code, with their executions; `range` stands where else an id does. */
function decorateCode(
  workspace: Workspace,
  range: string | undefined,
  limit: number,
  options: LogOptions,
): Promise<void> {
  return pageOfLog(workspace, async (log) => {
    const { where, execution } = await selectionOf(log, options);
    return codeHistory(log, workspace.paint, {
      revision: range ?? "HEAD",
      where: allOf(where, execution),
      ...(limit !== NO_LIMIT && { limit }),
      json: isJson(options),
    });
  });
}

async function* listing(
  log: IndexedLog,
  types: readonly EntityType[],
  selection: Selection,
  limit: number,
  style: Style,
): AsyncGenerator<string> {
  const onlyExecutions = types.length === 1 && types[0] === "Execution";
  let title = onlyExecutions && !style.detail && !style.json ? "Recent executions:\n\n" : "";
  let count = 0;
  let isCut = false;
  for (const type of types) {
    const found = await listed(log, type, selection, limit + 1);
    for (const entity of found.slice(0, limit)) {
      if (style.detail && !style.json && count > 0) yield "\n";
      yield title;
      title = "";
      yield* printed(log, entity, style, selection.code);
      count++;
    }
    isCut ||= found.length > limit;
  }
  if (style.json) return;
  if (count === 0) yield nothing(log, types, selection);
  if (isCut) yield "\nOlder ones are not shown: --limit 0 shows all.\n";
}

async function* printed(
  log: IndexedLog,
  entity: Listed,
  style: Style,
  code?: CodeCondition | null,
): AsyncGenerator<string> {
  const { paint } = style;
  if (style.detail) {
    yield* detailed(log, known(log, entity), style);
    return;
  }
  if (style.json) {
    yield `${jsonText(listedJson(log, entity))}\n`;
    return;
  }
  const notes =
    entity.type === "Execution" && code
      ? await codeNotes(log, entity.row, code.commits, paint)
      : "";
  yield `${listedLine(entity, paint)}${notes}\n`;
}

async function* detailed(
  log: IndexedLog,
  entity: Known,
  { json, paint }: Style,
): AsyncGenerator<string> {
  const [{ entityView }, { entityJson, entityPage }] = await Promise.all([
    import("../../src/views/entity.ts"),
    import("../pages/entity.ts"),
  ]);
  const view = await entityView(log, entity, json ? "whole" : "page");
  yield* json ? entityJson(view) : entityPage(view, paint);
  if (json) yield "\n";
}

/** `  100000 Execution`, a line for each type, as redun has it. */
async function counts(
  log: IndexedLog,
  types: readonly EntityType[],
  selection: Selection,
  { json }: Style,
): Promise<string> {
  let text = "";
  for (const type of types) {
    const count = await counted(log, type, selection);
    text += json ? `${jsonText({ type, count })}\n` : `${String(count).padStart(8)} ${type}\n`;
  }
  return text;
}

function nothing(
  { log: { ref }, isWhole }: IndexedLog,
  types: readonly EntityType[],
  { where, execution, job, files }: Selection,
): string {
  const names = files ? "files" : types.map((type) => NAMES[type]).join(" or ");
  const condition = allOf(where, execution, job);
  if (!isEverything(condition)) {
    return `No ${names} in ${ref} match ${oneLine(printQuery(condition))}.\n`;
  }
  if (!types.includes("Execution")) return `No ${names} in ${ref} match.\n`;
  const [run, pull] = ["`redun-git run <script> <task>`", "`redun-git pull`"];
  if (!isWhole) return `No ${names} in ${ref}, as far as its records are here.\n`;
  const hint = `${run} records the first one; ${pull} takes what others have recorded.`;
  return `No ${names} in ${ref} yet. ${hint}\n`;
}

const NAMES: Readonly<Record<EntityType, string>> = {
  Execution: "executions",
  Job: "jobs",
  CallNode: "call nodes",
  Task: "tasks",
  Value: "values",
};

async function* detail(log: IndexedLog, id: string, style: Style): AsyncGenerator<string> {
  yield* detailed(log, await findKnown(log, id), style);
}
