import type { Known } from "../../../src/provenance/find-known.ts";
import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import { addressOf, type EntityAddress } from "../../../src/views/address.ts";
import { type EntityView, entityView } from "../../../src/views/entity.ts";
import { findAddressed } from "../../../src/views/find-addressed.ts";
import { taskChangeView } from "../../../src/views/task-change.ts";
import { entityPage } from "../../pages/entity.ts";
import { changedLines } from "../../text/diff-lines.ts";
import { shortId } from "../../text/lines.ts";
import { rowsOf } from "../content.ts";
import { documentRows, markingPaint, targetsIn } from "../document.ts";
import type { Page } from "../state.ts";
import { readExecution } from "./execution.ts";

/** One entity, whatever it is. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE */
export async function* readEntity(log: IndexedLog, address: EntityAddress): AsyncGenerator<Page> {
  const known = await findAddressed(log, address);
  const view = await entityView(log, known);
  if (view.type === "Execution") yield* readExecution(log, known.found, view);
  else yield pageOf(known, view, await moreOf(log, view));
}

/** The page that `log` prints, and what else is known. */
function pageOf({ found, jobs }: Known, view: EntityView, more: string): Page {
  const { type, id, conflicts } = found;
  const text = [...entityPage(view, markingPaint)].join("") + more;
  const targets = targetsIn(view);
  return {
    address: addressOf({ type, id }),
    rows: ({ columns }) => rowsOf(documentRows(text, targets, columns)),
    side: null,
    note: `${type} ${shortId(id)}`,
    subject: { type, id, conflicts },
    isLive: jobs?.execution.run.fate.state === "alive",
    isCut: false,
  };
}

/** Of a task, how its source differs from the version before it. */
async function moreOf(log: IndexedLog, view: EntityView): Promise<string> {
  const change = view.type === "Task" ? await taskChangeView(log, view.task.id) : null;
  if (!change) return "";
  const title = `Changed since Task ${shortId(change.before)}:`;
  return `\n${[title, ...changedLines(change.lines, markingPaint)].join("\n")}\n`;
}
