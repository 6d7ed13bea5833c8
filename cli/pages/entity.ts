import type { Found } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import type { Paint } from "../text/terminal.ts";
import { callJson, callPage } from "./call.ts";
import { executionPage, executionPageJson } from "./execution.ts";
import { jobJson, jobPage } from "./job.ts";
import { taskJson, taskPage } from "./task.ts";
import { valuePage, valuePageJson } from "./value.ts";

/** The page of `log <id>`, whatever the id is of. */
export async function entityPage(log: IndexedLog, found: Found, paint: Paint): Promise<string> {
  if (found.type === "Execution") return executionPage(log, found.row, paint);
  if (found.type === "Job") return jobPage(log, found.row, paint);
  if (found.type === "Task") return taskPage(log, found, paint);
  if (found.type === "CallNode") return callPage(log, found, paint);
  return valuePage(log, found, paint);
}

/** The same for programs: values are whole, and what is related stands there by its id. */
export async function entityJson(log: IndexedLog, found: Found): Promise<object> {
  if (found.type === "Execution") return executionPageJson(log, found.row);
  if (found.type === "Job") return jobJson(log, found.row);
  if (found.type === "Task") return taskJson(log, found);
  if (found.type === "CallNode") return callJson(log, found);
  return valuePageJson(log, found);
}
