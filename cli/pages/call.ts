import { type CallName, callNeighbours } from "../../src/provenance/call-graph.ts";
import type { Found } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { outcomeOf, readJob } from "../../src/provenance/read.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { argsJson, callHead, callLines, outcomeJson } from "./call-lines.ts";
import { dataflowBlock, dataflowJson } from "./dataflow.ts";
import { docBlock } from "./doc.ts";
import { jobLine } from "./job.ts";
import { tagsJson } from "./tags.ts";
import { taskSection } from "./task.ts";

/** Jobs, parents and children that a page lists, and that programs get. */
const LISTED = 10;
const ALL = 10_000;

/** Everything about one call node. */
export async function callPage(log: IndexedLog, found: Found, paint: Paint): Promise<string> {
  const { jobs, parents, children } = await callNeighbours(log, found.id, LISTED + 1);
  const [newest] = jobs;
  const head = await callHead(log, found.id, newest?.task ?? "", paint);
  if (!newest) return `${head}\n`;
  const record = await readJob(log, newest);
  const doc = docBlock(found.tags);
  const lines = [head, ...doc, ...(doc.length > 0 ? [""] : []), ...(await callLines(log, record))];
  lines.push(
    ...neighbours("Parent CallNodes:", parents),
    ...neighbours("Child CallNodes:", children),
  );
  lines.push("", ...(await taskSection(log, newest.taskHash, paint, "")));
  lines.push("", "Jobs:", ...jobs.slice(0, LISTED).map((job) => `  ${jobLine(job, paint)}`));
  if (jobs.length > LISTED) lines.push("  ...");
  const outcome = outcomeOf(log, record);
  if (outcome) lines.push("", ...(await dataflowBlock(log, "result", outcome, newest)));
  return `${lines.join("\n")}\n`;
}

function neighbours(title: string, calls: readonly CallName[]): string[] {
  if (calls.length === 0) return [];
  const shown = calls.slice(0, LISTED);
  const lines = shown.map(({ id, task }) => `    CallNode ${shortId(id)} ${oneLine(task)}`);
  return [`  ${title}`, ...lines, ...(calls.length > LISTED ? ["    ..."] : [])];
}

/** Everything about one call node as programs get it. */
export async function callJson(log: IndexedLog, found: Found): Promise<object> {
  const { jobs, parents, children } = await callNeighbours(log, found.id, ALL);
  const common = { _type: "CallNode", id: found.id };
  const tags = tagsJson(found.tags, found.conflicts);
  const [newest] = jobs;
  if (!newest) return { ...common, tags };
  const record = await readJob(log, newest);
  return {
    ...common,
    task: newest.task,
    task_hash: newest.taskHash,
    ...(await argsJson(log, record)),
    ...(await outcomeJson(log, record)),
    parents: parents.map(({ id }) => id),
    children: children.map(({ id }) => id),
    jobs: jobs.map(({ id }) => id),
    ...(outcomeOf(log, record) && { dataflow: await dataflowJson(log, "result", newest) }),
    tags,
  };
}
