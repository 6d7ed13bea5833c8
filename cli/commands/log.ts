import { RedunError } from "../../src/errors.ts";
import type { IndexedLog } from "../../src/index/indexed-log.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { findJournals } from "../../src/log/journal.ts";
import { allOf, type CodeCondition, type Condition } from "../../src/query/condition.ts";
import { printQuery } from "../../src/query/print.ts";
import { type CommandFunction, isJson, type Options } from "../command.ts";
import { entityCondition, executionCondition } from "../filters.ts";
import { codeHistory, codeNotes } from "../pages/code-history.ts";
import { executionJson, executionLine } from "../pages/execution.ts";
import { jsonText } from "../text/json.ts";
import { oneLine, page, painter } from "../text/terminal.ts";
import { withLog } from "../with-log.ts";

const DEFAULT_LIMIT = 50;
const NO_LIMIT = 2 ** 40;

export const command: CommandFunction = async ([id], options) => {
  const json = isJson(options);
  const condition = allOf(entityCondition(options), executionCondition(options));
  const isFiltered =
    condition.is !== "and" || condition.parts.length > 0 || options.commit !== undefined;
  const limit = limitOf(options, json);
  if (options.decorateCode) return decorateCode(id, condition, limit, options);
  if (id !== undefined && isFiltered) {
    throw new RedunError(
      "USAGE",
      "An id stands for one entity: there is nothing to filter.",
      "Give `log` an id, or filters, not both.",
    );
  }
  const printed = await withLog(options, async (log) => ({
    text:
      id === undefined
        ? await listing(log, condition, await codeOf(log, options), limit, json)
        : await detail(log, id, json),
    pager: log.config.get("core.pager"),
  }));
  await page(printed.text, printed.pager);
};

/** Commits of the code, with their executions; `range` stands where else an id does. */
async function decorateCode(
  range: string | undefined,
  condition: Condition,
  limit: number,
  options: Options,
): Promise<void> {
  const printed = await withLog(options, async (log) => ({
    text: await codeHistory(log, painter(process.stdout), {
      revision: range ?? "HEAD",
      where: allOf(condition, ...(await codeOf(log, options))),
      ...(limit !== NO_LIMIT && { limit }),
      json: isJson(options),
    }),
    pager: log.config.get("core.pager"),
  }));
  await page(printed.text, printed.pager);
}

/** What `--commit` asks for; only git knows which commits are in a range. */
async function codeOf(log: IndexedLog, { commit }: Options): Promise<CodeCondition[]> {
  if (commit === undefined) return [];
  const { codeCondition } = await import("../../src/index/code.ts");
  return [await codeCondition(log.log.backend, String(commit))];
}

async function listing(
  log: IndexedLog,
  filter: Condition,
  code: readonly CodeCondition[],
  limit: number,
  json: boolean,
): Promise<string> {
  const condition = allOf(filter, ...code);
  const rows = [
    ...(await running(log, condition)),
    ...log.index.search.executions({ where: condition }, limit + 1),
  ];
  const shown = rows.slice(0, limit);
  if (json) {
    return shown.map((row) => `${jsonText(executionJson(row))}\n`).join("");
  }
  if (shown.length === 0) {
    return condition.is !== "and" || condition.parts.length > 0
      ? `No executions in ${log.log.ref} match ${oneLine(printQuery(condition))}.\n`
      : `No executions in ${log.log.ref} yet. \`redun-git run <script> <task>\` records the first one.\n`;
  }
  const paint = painter(process.stdout);
  const lines = shown.map((row) => {
    const notes = code.map(({ commits }) => codeNotes(row, commits, paint));
    return executionLine(row, paint) + notes.join("");
  });
  const more = rows.length > limit ? `\nOlder ones are not shown: --limit 0 shows all.\n` : "";
  return `Recent executions:\n\n${lines.join("\n")}\n${more}`;
}

/** What runs at this moment; mostly nothing, which costs a look into one folder. */
async function running(log: IndexedLog, condition: Condition): Promise<readonly ExecutionRow[]> {
  const journals = findJournals(log.log.backend.repository.commonDir);
  if (journals.length === 0) return [];
  const { runningExecutions } = await import("../../src/index/running.ts");
  return runningExecutions(log, journals, condition);
}

async function detail(log: IndexedLog, id: string, json: boolean): Promise<string> {
  const { findEntity } = await import("../../src/index/find.ts");
  const { entityJson, entityPage } = await import("../pages/entity.ts");
  const entity = await findEntity(log, id);
  if (json) return `${jsonText(await entityJson(log, entity))}\n`;
  return entityPage(log, entity, painter(process.stdout));
}

/** Programs get everything unless they ask for less. */
function limitOf({ limit }: Options, json: boolean): number {
  if (limit === undefined) return json ? NO_LIMIT : DEFAULT_LIMIT;
  const count = Number(limit);
  if (!/^\d+$/.test(String(limit)) || !Number.isSafeInteger(count)) {
    throw new RedunError("USAGE", `--limit is "${limit}"; it is a count, or 0 for all.`);
  }
  return count === 0 ? NO_LIMIT : count;
}
