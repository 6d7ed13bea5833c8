import type { EntityRow, JobRow } from "../../src/index/rows.ts";
import { type Found, findEntity } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { readTask } from "../../src/provenance/read.ts";
import { taskVersions, type Version } from "../../src/provenance/versions.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { localTime, shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { docBlock, indented } from "./doc.ts";
import { tagsJson } from "./tags.ts";

/** Versions that a page lists. */
const LISTED = 10;

/** `Task 81f3... hello_world.greeter (team=qa)`, its doc and its source, at an indent. */
export async function taskSection(
  log: IndexedLog,
  hash: string,
  paint: Paint,
  indent: string,
): Promise<string[]> {
  const { row, tags, conflicts } = await findEntity(log, hash);
  const name = (row as EntityRow | null)?.name ?? "";
  const title = `${paint("bold", `Task ${oneLine(hash)}`)} ${oneLine(name)}`;
  const head = `${title} ${tagText(tags, paint, conflicts)}`.trimEnd();
  const lines = [indent + head, ...docBlock(tags, `${indent}    `), ""];
  const task = await readTask(log, hash);
  if (task?.source !== undefined) lines.push(...indented(task.source, `${indent}  `));
  else lines.push(`${indent}  version ${oneLine(task?.taskVersion ?? "unknown")}`);
  return lines;
}

/** The tags that a task has now. */
export async function taskTags(log: IndexedLog, hash: string): Promise<readonly TagPair[]> {
  return (await findEntity(log, hash)).tags;
}

/** Everything about one task. */
export async function taskPage(log: IndexedLog, { id, row }: Found, paint: Paint): Promise<string> {
  const [head = "", ...rest] = await taskSection(log, id, paint, "");
  const { first, last, others } = usesOf(log, row as EntityRow | null);
  const lines = [head, ...jobLines("First Job", first), ...jobLines("Last Job", last), ...rest];
  if (others.length > 0) {
    lines.push("", "Other versions:", ...others.slice(0, LISTED).map(versionLine));
    if (others.length > LISTED) lines.push(`  ... (${others.length - LISTED} more)`);
  }
  return `${lines.join("\n")}\n`;
}

/** Everything about one task as programs get it. */
export async function taskJson(log: IndexedLog, found: Found): Promise<object> {
  const { id, row } = found;
  const task = await readTask(log, id);
  const { name, first, last, others } = usesOf(log, row as EntityRow | null);
  return {
    _type: "Task",
    id,
    name,
    source: task?.source,
    task_version: task?.taskVersion,
    first_job: first?.id,
    last_job: last?.id,
    versions: others.map((version) => version.row.id),
    tags: tagsJson(found.tags, found.conflicts),
  };
}

interface Uses {
  readonly name: string | null;
  readonly first: JobRow | undefined;
  readonly last: JobRow | undefined;
  /** Tasks of the same full name, the one that was called last first. */
  readonly others: readonly Version[];
}

function usesOf({ index }: IndexedLog, row: EntityRow | null): Uses {
  if (!row) return { name: null, first: undefined, last: undefined, others: [] };
  const versions = row.name === null ? [] : taskVersions(index, row.name);
  return {
    name: row.name,
    first: index.firstJobOfTask(row.seq),
    last: index.jobsOfTask(row.seq, 1)[0],
    others: versions.filter(({ row: { id } }) => id !== row.id),
  };
}

function jobLines(title: string, job: JobRow | undefined): string[] {
  return job ? [`  ${title} ${shortId(job.id)} ${localTime(job.started)}`] : [];
}

function versionLine({ row, newest }: Version): string {
  const last = newest ? `, last Job ${shortId(newest.id)} ${localTime(newest.started)}` : "";
  return `  Task ${shortId(row.id)} ${oneLine(row.name ?? "")}${last}`;
}
