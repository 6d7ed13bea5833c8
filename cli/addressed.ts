/** What `log` prints of an address that is no entity and no list. */
import { findEntity } from "../src/provenance/find.ts";
import type { IndexedLog } from "../src/provenance/indexed-log.ts";
import type { Address, EntityAddress, ListAddress } from "../src/views/address.ts";
import { comparedExecutions } from "../src/views/compared.ts";
import { conflictViews, historyView } from "../src/views/history.ts";
import { tableView } from "../src/views/table.ts";
import { tagKeysView, tagValuesView } from "../src/views/tags.ts";
import type { LogOptions } from "./declarations/log.ts";
import { tableJson } from "./json/comparisons.ts";
import { blameJson, historyJson } from "./json/tags.ts";
import { tableText } from "./pages/table.ts";
import { keysPage, valuesPage } from "./pages/tag-counts.ts";
import { blamePage, historyPage } from "./pages/tag-history.ts";
import { jsonText } from "./text/json.ts";
import type { Workspace } from "./workspace.ts";

/** Addresses that have a page of their own. */
type PageAddress = Exclude<Address, EntityAddress | ListAddress>;

/** @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE, BAD_QUERY */
export async function addressedText(
  log: IndexedLog,
  address: PageAddress,
  { paint, tagLimit }: Pick<Workspace, "paint" | "tagLimit">,
  { json, limit }: { readonly json: boolean; readonly limit: number },
): Promise<string> {
  switch (address.kind) {
    case "history": {
      const view = await historyView(log, await findEntity(log, address.id));
      return json ? historyJson(view) : historyPage(view, paint);
    }
    case "conflicts": {
      const parts: string[] = [];
      for await (const view of conflictViews(log)) {
        parts.push(json ? blameJson(view) : blamePage(view, paint));
      }
      return parts.join(json ? "" : "\n") || (json ? "" : "No tags are in conflict.\n");
    }
    case "compare": {
      const view = await tableView(log, await comparedExecutions(log, address, limit), {
        diffOnly: true,
      });
      return json ? tableJson(view) : tableText(view, paint);
    }
    case "tags":
      return address.key === null ? keys(log, json) : values(log, address.key, json, tagLimit);
  }
}

function keys(log: IndexedLog, json: boolean): string {
  const view = tagKeysView(log);
  if (!json) return keysPage(view, log.words);
  return view.keys.map((count) => `${jsonText(count)}\n`).join("");
}

function values(log: IndexedLog, key: string, json: boolean, limit: number | undefined): string {
  const counts = tagValuesView(log, [{ is: "tag", key, keyIsGlob: false, test: null }]);
  if (!json) return valuesPage(counts, limit);
  return counts
    .map(({ tag: [key, value], type, count }) => `${jsonText({ key, value, type, count })}\n`)
    .join("");
}

/** The options of `log` that list what an address asks for. */
export function listOptions({ type, query }: ListAddress): LogOptions {
  const flags = {
    ...{ Execution: { exec: true }, Job: { job: true }, CallNode: { callNode: true } },
    ...{ Task: { task: true }, Value: { value: true }, File: { file: true } },
  };
  return { ...(type ? flags[type] : { all: true }), ...(query !== null && { where: [query] }) };
}
