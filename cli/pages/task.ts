import { findEntity } from "../../src/index/find.ts";
import type { IndexedLog } from "../../src/index/indexed-log.ts";
import { readTask } from "../../src/index/read.ts";
import type { EntityRow } from "../../src/index/rows.ts";
import { localTime, shortId, tagText } from "../text/lines.ts";
import { oneLine, type painter } from "../text/terminal.ts";
import { docBlock, indented } from "./doc.ts";

type Paint = ReturnType<typeof painter>;

/** `Task 81f3... hello_world.greeter (team=qa)`, its doc and its source, at an indent. */
export async function taskSection(
  log: IndexedLog,
  hash: string,
  paint: Paint,
  indent: string,
): Promise<string[]> {
  const { row, tags, conflicts } = await findEntity(log, hash);
  const name = (row as EntityRow | null)?.name ?? "";
  const head = `${paint("bold", `Task ${oneLine(hash)}`)} ${oneLine(name)} ${tagText(tags, paint, conflicts)}`;
  const lines = [indent + head.trimEnd(), ...docBlock(tags, `${indent}    `), ""];
  const task = await readTask(log, hash);
  if (task?.source !== undefined) lines.push(...indented(task.source, `${indent}  `));
  else lines.push(`${indent}  version ${oneLine(task?.taskVersion ?? "unknown")}`);
  return lines;
}

/** Everything about one task. */
export async function taskPage(log: IndexedLog, row: EntityRow, paint: Paint): Promise<string> {
  const [head = "", ...rest] = await taskSection(log, row.id, paint, "");
  const jobs = log.index.jobsOfTask(row.seq, 1);
  const newest = jobs.map((job) => `  Newest Job ${shortId(job.id)} ${localTime(job.started)}`);
  return `${[head, ...newest, ...rest].join("\n")}\n`;
}
