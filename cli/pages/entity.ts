import type { EntityView } from "../../src/views/entity.ts";
import type { Paint } from "../text/terminal.ts";
import { callPage } from "./call.ts";
import { executionPage } from "./execution.ts";
import { jobPage } from "./job.ts";
import { taskPage } from "./task.ts";
import { valuePage } from "./value.ts";

/** The page of `log <id>`, whatever the id is of, piece by piece. */
export function* entityPage(view: EntityView, paint: Paint): Generator<string> {
  if (view.type === "Execution") yield* executionPage(view, paint);
  else if (view.type === "Job") yield jobPage(view, paint);
  else if (view.type === "Task") yield taskPage(view, paint);
  else if (view.type === "CallNode") yield callPage(view, paint);
  else yield valuePage(view, paint);
}
