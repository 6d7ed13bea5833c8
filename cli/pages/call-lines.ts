import { findEntity } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { argsOf, outcomeOf } from "../../src/provenance/read.ts";
import type { Job } from "../../src/record/records.ts";
import { tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { argsText, valueJson, valueText } from "./values.ts";

/** Longest argument or result, in characters. */
const MAX_VALUE = 500;

/** `CallNode 6447... hello_world.greeter (note=1)` */
export async function callHead(
  log: IndexedLog,
  id: string,
  task: string,
  paint: Paint,
): Promise<string> {
  const { tags, conflicts } = await findEntity(log, id);
  const head = `${paint("bold", `CallNode ${oneLine(id)}`)} ${oneLine(task)}`;
  return `${head.trimEnd()} ${tagText(tags, paint, conflicts)}`.trimEnd();
}

/** What a call took, and what it gave or raised. */
export async function callLines(log: IndexedLog, record: Job): Promise<string[]> {
  const lines = [`  Args:   ${await argsText(log, argsOf(log, record), MAX_VALUE)}`.trimEnd()];
  const outcome = outcomeOf(log, record);
  if (outcome) {
    const word = record.status === "FAILED" ? "Raised" : "Result";
    lines.push(`  ${word}: ${await valueText(log, outcome, MAX_VALUE)}`);
  }
  return lines;
}

/** What a call took, as programs get it. */
export async function argsJson(log: IndexedLog, record: Job): Promise<object> {
  const args = argsOf(log, record);
  const values = new Map<string, unknown>();
  for (const [name, value] of args) values.set(name, await valueJson(log, value));
  return {
    args: record.args instanceof Map ? values : [...values.values()],
    arg_ids: new Map([...args].map(([name, { id }]) => [name, id])),
  };
}

/** What a call gave or raised, as programs get it; nothing while it has not ended. */
export async function outcomeJson(log: IndexedLog, record: Job): Promise<object> {
  const outcome = outcomeOf(log, record);
  if (!outcome) return {};
  return {
    [record.status === "FAILED" ? "error" : "result"]: await valueJson(log, outcome),
    result_id: outcome.id,
  };
}
