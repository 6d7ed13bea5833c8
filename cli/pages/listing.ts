import type { ListedEntity } from "../../src/views/search.ts";
import { shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionJson, executionLine } from "./execution.ts";
import { jobFields, jobLine } from "./job.ts";
import { tagsJson } from "./tags.ts";
import { HASH_ONLY } from "./values.ts";

/** An entity as one line: `Value 6447a0d3 string 'Hi4, World!' (reviewed=true)`. */
export function listedLine(entity: ListedEntity, paint: Paint): string {
  if (entity.type === "Execution") return executionLine(entity, paint);
  if (entity.type === "Job") return jobLine(entity, paint);
  const { type, id, tags, conflicts } = entity;
  const head = paint("bold", `${type} ${shortId(id)}`);
  return `${head} ${oneLine(about(entity))} ${tagText(tags, paint, conflicts)}`.trimEnd();
}

function about(entity: Exclude<ListedEntity, { type: "Execution" | "Job" }>): string {
  if (entity.type === "Task") return entity.name ?? "";
  const { job } = entity;
  if (entity.type === "CallNode") return job ? `${job.task}(${job.argsText})` : "";
  const { path, valueType, text } = entity;
  if (path) return `${valueType ?? "file"} ${path}`;
  return valueType === null ? HASH_ONLY : `${valueType} ${text}`;
}

/** An entity as programs get it: what the index knows, and the content of a value. */
export function listedJson(entity: ListedEntity): object {
  if (entity.type === "Execution") return executionJson(entity);
  const common = { _type: entity.type, id: entity.id };
  const tags = tagsJson(entity.tags, entity.conflicts);
  if (entity.type === "Job") {
    return { ...common, ...jobFields(entity), parent: entity.parent, tags };
  }
  if (entity.type === "Task") return { ...common, name: entity.name ?? undefined, tags };
  const known = entity.job && { job: entity.job.id, execution: entity.job.execution };
  if (entity.type === "CallNode") return { ...common, task: entity.job?.task, ...known, tags };
  const { path, valueType, value } = entity;
  const content = valueType !== null && { type: valueType, value };
  return { ...common, path: path ?? undefined, ...content, ...known, tags };
}
