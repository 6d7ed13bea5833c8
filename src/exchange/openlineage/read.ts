/**
 * OpenLineage's run events, one JSON object a line, as a graph: a run that no other run of the file is the parent of becomes
 * an execution, with the runs below it as its jobs.
 */
import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { RedunError } from "../../errors.ts";
import type { HashName } from "../../value/hash.ts";
import type { Graph } from "../graph.ts";
import { tagsOfRun } from "../made-run.ts";
import { type Fields, LineageRun, textIn, withField } from "./lineage-run.ts";
import { madeOf } from "./lineage-tree.ts";

/**
 * @param source the path of a file, or a stream
 * @throws RedunError BAD_IMPORT with the number of the line
 */
export async function readOpenLineage(
  source: string | NodeJS.ReadableStream,
  format: HashName,
): Promise<Graph> {
  const text =
    typeof source === "string" ? readFileSync(source, "utf8") : await textOf(source as never);
  const runs = new Map<string, LineageRun>();
  let others = 0;
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const event = eventOf(line, at + 1);
    // Events of jobs and datasets alone have no run.
    if (!("run" in event)) {
      others++;
      continue;
    }
    const id = textIn(withField(event, "run"), "runId");
    const name = textIn(withField(event, "job"), "name");
    if (id === undefined || name === undefined) throw bad(at + 1, "it names no run or no job");
    if (id.length > 190) throw bad(at + 1, "its runId has more than 190 characters");
    const run = runs.get(id) ?? new LineageRun(id);
    runs.set(id, run);
    const wrong = run.add(event);
    if (wrong !== null) throw bad(at + 1, wrong);
  }
  if (runs.size === 0) throw new RedunError("BAD_IMPORT", "The file has no run events.", FORM);
  const { made, endless } = madeOf(runs, format);
  return {
    system: "openlineage",
    count: made.length,
    runs: () => made,
    tags: () => made.map(tagsOfRun),
    tagsAreState: true,
    leftOut: [
      ...(others > 0 ? [`${others} events of jobs or datasets alone`] : []),
      ...(endless > 0 ? [`${endless} runs that are their own ancestors`] : []),
    ],
    close() {},
  };
}

const FORM =
  "A line is a run event, with eventTime, run.runId and job.name: see docs/interchange.md.";

function eventOf(line: string, number: number): Fields {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw bad(number, `it is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof event === "object" && event !== null && !Array.isArray(event)) return event as Fields;
  throw bad(number, "it is not a JSON object");
}

function bad(line: number, why: string, cause?: unknown): RedunError {
  const what = `Line ${line}: ${why}. Nothing was imported.`;
  return new RedunError("BAD_IMPORT", what, FORM, { cause });
}
