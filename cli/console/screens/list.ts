import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import type { Selection } from "../../../src/provenance/selection.ts";
import { allOf } from "../../../src/query/condition.ts";
import { parseQuery } from "../../../src/query/parse.ts";
import { ENTITY_TYPES } from "../../../src/record/records.ts";
import { addressOf, type ListAddress } from "../../../src/views/address.ts";
import { type ListedEntity, searchView } from "../../../src/views/search.ts";
import { listedLine } from "../../pages/listing.ts";
import { counted, shortId } from "../../text/lines.ts";
import { type Row, rowsOf } from "../content.ts";
import { lineOf, linked, markingPaint } from "../document.ts";
import type { Page } from "../state.ts";

/** Entities of any type, or of all, the newest first. @throws RedunError BAD_QUERY */
export async function* readList(
  log: IndexedLog,
  address: ListAddress,
  limit: number,
): AsyncGenerator<Page> {
  const { type, query } = address;
  const types = type === null ? ENTITY_TYPES : [type === "File" ? "Value" : type];
  const selection: Selection = {
    ...{ where: query === null ? allOf() : parseQuery(query), execution: allOf() },
    ...{ code: null, job: allOf(), files: type === "File" ? [] : null },
    ...{ taskHashes: [], results: [], args: [], valueTypes: [] },
  };
  const rows: Row[] = [];
  let isCut = false;
  for await (const part of searchView(log, { types, selection, limit }).parts) {
    for await (const entity of part.items) rows.push(rowOf(entity));
    isCut ||= part.isCut;
  }
  const found = rowsOf(rows.length > 0 ? rows : [{ line: [{ text: "Nothing matches." }] }]);
  yield {
    address,
    rows: () => found,
    side: null,
    note: `${counted(rows.length, type === null ? "entry" : NAMES[type]).replace("entrys", "entries")}${isCut ? " and more" : ""}`,
    ...{ subject: null, isLive: false, isCut },
  };
}

const NAMES = {
  ...{ Execution: "execution", Job: "job", Task: "task", Value: "value", File: "file" },
  CallNode: "call",
} as const;

function rowOf(entity: ListedEntity): Row {
  const { type, id, conflicts } = entity;
  const line = lineOf(listedLine(entity, markingPaint));
  return {
    line: linked(line, new Map([[shortId(id), addressOf(entity)]])),
    subject: { type, id, conflicts },
  };
}
