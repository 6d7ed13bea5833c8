import { callLine } from "../../src/value/program-line.ts";
import type { ListedEntity } from "../../src/views/search.ts";
import { shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionLine } from "./execution.ts";
import { jobLine } from "./job.ts";
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
  if (entity.type === "CallNode") return job ? callLine(job.task, job.argsText) : "";
  const { path, valueType, text } = entity;
  if (path) return `${valueType ?? "file"} ${path}`;
  return valueType === null ? HASH_ONLY : `${valueType} ${text}`;
}
