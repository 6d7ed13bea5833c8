import { RedunError } from "../../src/errors.ts";
import type { IndexedLog } from "../../src/index/indexed-log.ts";
import { entitiesByPrefix, jobsOfTask, tagsOf, taskName } from "../../src/index/query.ts";
import { decodeTask } from "../../src/record/decode.ts";
import type { Task } from "../../src/record/records.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { readAnyYaml } from "../../src/value/yaml-any.ts";
import { localTime, shortId, tagText } from "../text/lines.ts";
import { oneLine, type painter } from "../text/terminal.ts";
import { docBlock, indented } from "./doc.ts";
import { readText } from "./read.ts";

type Paint = ReturnType<typeof painter>;

/** `Task 81f3... hello_world.greeter (team=qa)`, its doc and its source, at an indent. */
export async function taskSection(
  log: IndexedLog,
  hash: string,
  paint: Paint,
  indent: string,
): Promise<string[]> {
  const [entity] = entitiesByPrefix(log.statements, hash, 1);
  const tags: readonly TagPair[] = entity ? tagsOf(log.statements, entity.seq) : [];
  const name = (entity && taskName(log.statements, entity.seq)) ?? "";
  const head = `${paint("bold", `Task ${oneLine(hash)}`)} ${oneLine(name)} ${tagText(tags, paint)}`;
  const lines = [indent + head.trimEnd(), ...docBlock(tags, `${indent}    `), ""];
  const task = await readTask(log, hash);
  if (task?.source !== undefined) lines.push(...indented(task.source, `${indent}  `));
  else lines.push(`${indent}  version ${oneLine(task?.taskVersion ?? "unknown")}`);
  return lines;
}

/** Everything about one task. */
export async function taskPage(
  log: IndexedLog,
  id: string,
  seq: number,
  paint: Paint,
): Promise<string> {
  const [head = "", ...rest] = await taskSection(log, id, paint, "");
  const jobs = jobsOfTask(log.statements, seq, 1);
  const newest = jobs.map((job) => `  Newest Job ${shortId(job.id)} ${localTime(job.started)}`);
  return `${[head, ...newest, ...rest].join("\n")}\n`;
}

async function readTask(log: IndexedLog, hash: string): Promise<Task | undefined> {
  try {
    return decodeTask(await readAnyYaml(await readText(log, hash)), hash);
  } catch (error) {
    if (error instanceof RedunError && error.code === "OBJECT_MISSING") return undefined;
    throw error;
  }
}
