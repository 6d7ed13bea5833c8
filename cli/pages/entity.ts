import type { IndexedLog } from "../../src/index/indexed-log.ts";
import {
  call,
  type EntityRow,
  execution,
  job,
  tagsOf,
  taskName,
  usesOf,
} from "../../src/index/query.ts";
import { plain } from "../../src/value/plain.ts";
import { preview } from "../../src/value/preview.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { tagText } from "../text/lines.ts";
import { oneLine, type painter } from "../text/terminal.ts";
import { indented } from "./doc.ts";
import { executionJson, executionPage, tagsJson } from "./execution.ts";
import { jobLine, jobPage } from "./job.ts";
import { readJob, readValue } from "./read.ts";
import { taskPage } from "./task.ts";

type Paint = ReturnType<typeof painter>;

/** The page of `log <id>`, whatever the id is of. */
export async function entityPage(
  log: IndexedLog,
  entity: EntityRow,
  paint: Paint,
): Promise<string> {
  const { statements } = log;
  switch (entity.type) {
    case "Execution": {
      const row = execution(statements, entity.id);
      return row ? executionPage(log, row, paint) : placeholder(entity);
    }
    case "Job": {
      const row = job(statements, entity.id);
      return row ? jobPage(log, row, paint) : placeholder(entity);
    }
    case "Task":
      return taskPage(log, entity.id, entity.seq, paint);
    case "CallNode":
      return callPage(log, entity, paint);
    case "Value":
      return valuePage(log, entity, paint);
  }
}

/** An entity as programs get it. */
export async function entityJson(log: IndexedLog, entity: EntityRow): Promise<object> {
  const { statements } = log;
  const common = { _type: entity.type, id: entity.id };
  const tags = tagsJson(tagsOf(statements, entity.seq));
  const exec = entity.type === "Execution" && execution(statements, entity.id);
  if (exec) return executionJson(log, exec);
  const row = entity.type === "Job" && job(statements, entity.id);
  if (row) {
    const record = await readJob(log, row);
    return {
      ...common,
      status: row.status,
      start_time: new Date(row.started).toISOString(),
      end_time: row.ended === null ? null : new Date(row.ended).toISOString(),
      execution: row.execution,
      parent: row.parent,
      task: row.task,
      task_hash: row.taskHash,
      call: row.call,
      args: plain(record.args),
      ...("result" in record && { result: plain(record.result) }),
      ...("error" in record && { error: plain(record.error) }),
      tags,
    };
  }
  if (entity.type === "Task") return { ...common, name: taskName(statements, entity.seq), tags };
  if (entity.type === "Value") {
    const found = await readValue(log, entity);
    return { ...common, ...(found && { value: plain(found.value) }), tags };
  }
  return { ...common, tags };
}

function callPage(log: IndexedLog, entity: EntityRow, paint: Paint): string {
  const found = call(log.statements, entity.seq);
  if (!found) return placeholder(entity);
  const tags = tagText(tagsOf(log.statements, entity.seq), paint);
  const head = `${paint("bold", `CallNode ${oneLine(entity.id)}`)} ${oneLine(found.task)} ${tags}`;
  const jobs = found.jobs.map((row) => `  ${jobLine(row, tagsOf(log.statements, row.seq), paint)}`);
  return `${[head.trimEnd(), `  Result: Value ${found.result}`, "", "Jobs:", ...jobs].join("\n")}\n`;
}

async function valuePage(log: IndexedLog, entity: EntityRow, paint: Paint): Promise<string> {
  const tags = tagText(tagsOf(log.statements, entity.seq), paint);
  const lines = [`${paint("bold", `Value ${oneLine(entity.id)}`)} ${tags}`.trimEnd()];
  const found = await readValue(log, entity);
  if (!found) lines.push("  (only its hash was recorded)");
  else if (isShort(found.value)) lines.push(oneLine(preview(found.value)));
  else lines.push(...indented(writeYaml(found.value).trimEnd(), "  "));
  const uses = usesOf(log.statements, entity.seq, 10);
  const produced = uses.filter(({ role }) => role === "");
  const consumed = uses.filter(({ role }) => role !== "");
  const line = (use: (typeof uses)[number]) =>
    `  ${jobLine(use.job, tagsOf(log.statements, use.job.seq), paint)}`;
  if (produced.length > 0) lines.push("", "Produced by:", ...produced.map(line));
  if (consumed.length > 0) lines.push("", "Used by:", ...consumed.map(line));
  return `${lines.join("\n")}\n`;
}

function isShort(value: unknown): boolean {
  return preview(value, 101).length <= 100;
}

/** Something refers to it, and its own record has not arrived (a partial fetch, a running job). */
function placeholder({ type, id }: EntityRow): string {
  return `${type} ${oneLine(id)}\n  Its own record is not in this log.\n`;
}
