import type { Found } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { jsonText } from "../text/json.ts";
import type { Paint } from "../text/terminal.ts";
import { callJson, callPage } from "./call.ts";
import { executionPage, executionPageJson } from "./execution.ts";
import { jobJson, jobPage } from "./job.ts";
import { taskJson, taskPage } from "./task.ts";
import { valuePage, valuePageJson } from "./value.ts";

/** The page of `log <id>`, whatever the id is of, piece by piece. */
export async function* entityPage(
  log: IndexedLog,
  found: Found,
  paint: Paint,
): AsyncGenerator<string> {
  if (found.type === "Execution") yield* executionPage(log, found.row, paint);
  else if (found.type === "Job") yield await jobPage(log, found.row, paint);
  else if (found.type === "Task") yield await taskPage(log, found, paint);
  else if (found.type === "CallNode") yield await callPage(log, found, paint);
  else yield await valuePage(log, found, paint);
}

/** The same for programs: values are whole, and what is related stands there by its id. */
export async function* entityJson(log: IndexedLog, found: Found): AsyncGenerator<string> {
  if (found.type === "Execution") yield* executionPageJson(log, found.row);
  else if (found.type === "Job") yield jsonText(await jobJson(log, found.row));
  else if (found.type === "Task") yield jsonText(await taskJson(log, found));
  else if (found.type === "CallNode") yield jsonText(await callJson(log, found));
  else yield jsonText(await valuePageJson(log, found));
}
