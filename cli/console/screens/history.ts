import { findEntity } from "../../../src/provenance/find.ts";
import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import { addressOf } from "../../../src/views/address.ts";
import { type BlameView, conflictViews, historyView } from "../../../src/views/history.ts";
import { blamePage, historyPage } from "../../pages/tag-history.ts";
import { counted, shortId } from "../../text/lines.ts";
import { type Row, rowsOf } from "../content.ts";
import { documentRows, markingPaint, targetsIn } from "../document.ts";
import type { Page } from "../state.ts";

/** How the tags of an entity changed, and by whom. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
export async function* readHistory(log: IndexedLog, id: string): AsyncGenerator<Page> {
  const found = await findEntity(log, id);
  const view = await historyView(log, found);
  const text = historyPage(view, markingPaint);
  const targets = targetsIn([found].map(({ type, id }) => ({ type, id })));
  const { type, conflicts } = found;
  yield {
    address: { kind: "history", id: shortId(found.id) },
    rows: ({ columns }) => rowsOf(documentRows(text, targets, columns)),
    side: null,
    note: counted(view.changes.length, "change"),
    subject: { type, id: found.id, conflicts },
    ...{ isLive: false, isCut: false },
  };
}

/** Everything that has tags in conflict. */
export async function* readConflicts(log: IndexedLog): AsyncGenerator<Page> {
  const views: BlameView[] = [];
  for await (const view of conflictViews(log)) views.push(view);
  const rows = (columns: number) => views.flatMap((view) => conflictRows(view, columns));
  const none: Row[] = [{ line: [{ text: "No tags are in conflict." }] }];
  yield {
    address: { kind: "conflicts" },
    rows: ({ columns }) => rowsOf(views.length > 0 ? rows(columns) : none),
    side: null,
    note: counted(views.length, "conflict"),
    ...{ subject: null, isLive: false, isCut: false },
  };
}

function conflictRows(view: BlameView, columns: number): Row[] {
  const { type, id, tags } = view;
  const subject = { type, id, conflicts: tags.map(({ tag }) => tag) };
  const targets = new Map([[shortId(id), addressOf(view)]]);
  const rows = documentRows(blamePage(view, markingPaint), targets, columns);
  return [...rows.map((row) => ({ ...row, subject })), { line: [] }];
}
