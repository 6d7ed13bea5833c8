import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import type { Listed } from "../../src/provenance/listing.ts";
import { preview } from "../../src/value/preview.ts";
import { typeName } from "../../src/value/type-name.ts";
import { loggedExecution, loggedJob, loggedJobOf } from "../../src/views/logged.ts";
import { shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionJson, executionLine } from "./execution.ts";
import { jobFields, jobLine } from "./job.ts";
import { tagsJson } from "./tags.ts";
import { HASH_ONLY } from "./values.ts";

/** An entity as one line: `Value 6447a0d3 string 'Hi4, World!' (reviewed=true)`. */
export function listedLine(entity: Listed, paint: Paint): string {
  if (entity.type === "Execution") return executionLine(loggedExecution(entity.row), paint);
  if (entity.type === "Job") return jobLine(loggedJobOf("", entity.row), paint);
  const { type, id, tags, conflicts } = entity;
  const head = paint("bold", `${type} ${shortId(id)}`);
  return `${head} ${oneLine(about(entity))} ${tagText(tags, paint, conflicts)}`.trimEnd();
}

/** An entity as programs get it: what the index knows, and the content of a value. */
export function listedJson(log: IndexedLog, entity: Listed): object {
  if (entity.type === "Execution") return executionJson(loggedExecution(entity.row));
  const { type, id, row, job } = entity;
  const tags = tagsJson(entity.tags, entity.conflicts);
  const common = { _type: type, id };
  if (type === "Job") {
    const parent = entity.row.parent === null ? null : log.index.job(entity.row.parent)?.id;
    return { ...common, ...jobFields(loggedJob(log, entity.row)), parent, tags };
  }
  if (type === "Task") return { ...common, name: row?.name, tags };
  const known = job && { job: job.id, execution: log.index.execution(job.execution)?.id };
  if (type === "CallNode") return { ...common, task: job?.task, ...known, tags };
  const content = "value" in entity && {
    type: typeName(entity.value),
    value: entity.value,
  };
  return { ...common, path: row?.name ?? undefined, ...content, ...known, tags };
}

function about(entity: Exclude<Listed, { type: "Execution" | "Job" }>): string {
  const { type, row, job } = entity;
  if (type === "Task") return row?.name ?? "";
  if (type === "CallNode") return job ? `${job.task}(${job.args})` : "";
  if (row?.name) return `${"value" in entity ? typeName(entity.value) : "file"} ${row.name}`;
  if (!("value" in entity)) return HASH_ONLY;
  return `${typeName(entity.value)} ${preview(entity.value)}`;
}
