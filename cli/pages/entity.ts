import type { EntityView } from "../../src/views/entity.ts";
import { jsonText } from "../text/json.ts";
import type { Paint } from "../text/terminal.ts";
import { callJson, callPage } from "./call.ts";
import { executionPage, executionPageJson } from "./execution.ts";
import { jobJson, jobPage } from "./job.ts";
import { taskJson, taskPage } from "./task.ts";
import { valuePage, valuePageJson } from "./value.ts";

/** The page of `log <id>`, whatever the id is of, piece by piece. */
export function* entityPage(view: EntityView, paint: Paint): Generator<string> {
  if (view.type === "Execution") yield* executionPage(view, paint);
  else if (view.type === "Job") yield jobPage(view, paint);
  else if (view.type === "Task") yield taskPage(view, paint);
  else if (view.type === "CallNode") yield callPage(view, paint);
  else yield valuePage(view, paint);
}

/** The same for programs: values are whole, and what is related stands there by its id. */
export function* entityJson(view: EntityView): Generator<string> {
  if (view.type === "Execution") yield* executionPageJson(view);
  else if (view.type === "Job") yield jsonText(jobJson(view));
  else if (view.type === "Task") yield jsonText(taskJson(view));
  else if (view.type === "CallNode") yield jsonText(callJson(view));
  else yield jsonText(valuePageJson(view));
}
