import type { CallName } from "../../src/provenance/call-graph.ts";
import { type CallView, LISTED } from "../../src/views/call.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { callHead, callLines } from "./call-lines.ts";
import { dataflowBlock } from "./dataflow.ts";
import { docBlock } from "./doc.ts";
import { jobLine } from "./job.ts";
import { taskSection } from "./task.ts";

/** Everything about one call node. */
export function callPage({ call, made }: CallView, paint: Paint): string {
  const head = callHead(call, paint);
  if (!made) return `${head}\n`;
  const { content, task, parents, children, jobs, dataflow } = made;
  const doc = docBlock(call.tags);
  const lines = [head, ...doc, ...(doc.length > 0 ? [""] : []), ...callLines(content)];
  lines.push(
    ...neighbours("Parent CallNodes:", parents),
    ...neighbours("Child CallNodes:", children),
  );
  lines.push("", ...taskSection(task, paint, ""));
  lines.push("", "Jobs:", ...jobs.slice(0, LISTED).map((job) => `  ${jobLine(job, paint)}`));
  if (jobs.length > LISTED) lines.push("  ...");
  if (dataflow) lines.push("", ...dataflowBlock(dataflow));
  return `${lines.join("\n")}\n`;
}

function neighbours(title: string, calls: readonly CallName[]): string[] {
  if (calls.length === 0) return [];
  const shown = calls.slice(0, LISTED);
  const lines = shown.map(({ id, task }) => `    CallNode ${shortId(id)} ${oneLine(task)}`);
  return [`  ${title}`, ...lines, ...(calls.length > LISTED ? ["    ..."] : [])];
}
