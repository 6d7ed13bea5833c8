import { RedunError } from "../../src/errors.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { allOf } from "../../src/query/condition.ts";
import { type EntityAddress, parseAddress, printAddress } from "../../src/views/address.ts";
import { findAddressed } from "../../src/views/find-addressed.ts";
import { searchCounts, searchPages, searchView } from "../../src/views/search.ts";
import { addressedText, listOptions } from "../addressed.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { LOG, LogOptions } from "../declarations/log.ts";
import { commitsJson } from "../json/comparisons.ts";
import { detailJson, entityJson, folderJson, searchJson } from "../json/entities.ts";
import { limitOf, NO_LIMIT } from "../limit.ts";
import { countsPage, detailPage, searchPage } from "../pages/search.ts";
import { isFilter, selectionOf, typesOf } from "../selection.ts";
import { jsonText } from "../text/json.ts";
import type { Paint } from "../text/terminal.ts";
import { pageOfLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

export const command: CommandFunction<typeof LOG> = async (workspace, [word], given) => {
  const { paint } = workspace;
  const json = isJson(given);
  const limit = limitOf(given.limit, json);
  if (given.decorateCode) {
    return pageOfLog(workspace, (log) => commits(log, word ?? "HEAD", limit, given, paint));
  }
  const filter = Object.keys(given).find(isFilter);
  if (word !== undefined && filter !== undefined) {
    throw new RedunError(
      "USAGE",
      "An id names one entity: there is nothing to filter.",
      "Give `log` an id, or filters, not both.",
    );
  }
  const address = word === undefined ? null : parseAddress(word);
  const options = address?.kind === "list" ? { ...given, ...listOptions(address) } : given;
  const types = typesOf(options);
  if (address?.kind === "entity") {
    const show = (ref?: string) => {
      const query = ref === undefined ? {} : { ref };
      return pageOfLog(workspace, async (log) => page(log, address, json, paint), query);
    };
    return show().catch(async (error: unknown) => {
      const archive = await archiveWith(workspace, address, error);
      if (archive === null) throw error;
      return show(archive);
    });
  }
  return pageOfLog(workspace, async (log) => {
    if (address && address.kind !== "list") {
      return addressedText(log, address, workspace, { json, limit });
    }
    const selection = await selectionOf(log, options);
    if (options.count) {
      const counts = await searchCounts(log, { types, selection });
      return json ? counts.map((count) => `${jsonText(count)}\n`).join("") : countsPage(counts);
    }
    const extent = json ? "whole" : "page";
    const search = { types, selection, limit, extent } as const;
    if (options.detail) {
      const view = searchPages(log, search);
      return json ? detailJson(view) : detailPage(view, paint);
    }
    const view = searchView(log, search);
    return json ? searchJson(view) : searchPage(view, paint);
  });
};

/** The log to which an execution was moved that is not in this one; null where that is not here. */
async function archiveWith(
  workspace: Workspace,
  { id }: EntityAddress,
  error: unknown,
): Promise<string | null> {
  if (!(error instanceof RedunError) || error.code !== "UNKNOWN_ID") return null;
  const log = workspace.indexedLog();
  const ref = (await log.tombstones()).removedWithPrefix(id)?.[1].movedTo;
  return ref !== undefined && (await log.log.backend.resolve(ref)) !== null ? ref : null;
}

/** The page of one entity, or else of the folder that has this path. */
async function* page(
  log: IndexedLog,
  address: EntityAddress,
  json: boolean,
  paint: Paint,
): AsyncGenerator<string> {
  try {
    yield* entity(log, address, json, paint);
  } catch (error) {
    if (!(error instanceof RedunError) || error.code !== "UNKNOWN_ID") throw error;
    const { folderView } = await import("../../src/views/folder.ts");
    const view = folderView(log, printAddress(address), json ? "whole" : "page");
    if (!view) throw error;
    const { folderPage } = await import("../pages/folder.ts");
    yield json ? `${jsonText(folderJson(view))}\n` : folderPage(view, paint);
  }
}

/** The page of one entity. */
async function* entity(
  log: IndexedLog,
  address: EntityAddress,
  json: boolean,
  paint: Paint,
): AsyncGenerator<string> {
  const found = await findAddressed(log, address);
  const [{ entityView }, { entityPage }] = await Promise.all([
    import("../../src/views/entity.ts"),
    import("../pages/entity.ts"),
  ]);
  const view = await entityView(log, found, json ? "whole" : "page");
  yield* json ? entityJson(view) : entityPage(view, paint);
  if (json) yield "\n";
}

/** Commits of the code, with their executions. */
async function commits(
  log: IndexedLog,
  revision: string,
  limit: number,
  options: LogOptions,
  paint: Paint,
): Promise<AsyncGenerator<string>> {
  const [{ commitViews }, { commitsPage }] = await Promise.all([
    import("../../src/views/commits.ts"),
    import("../pages/commits.ts"),
  ]);
  const { where, execution } = await selectionOf(log, options);
  const wanted = {
    revision,
    where: allOf(where, execution),
    ...(limit !== NO_LIMIT && { limit }),
  };
  return isJson(options)
    ? commitsJson(commitViews(log, wanted, "whole"))
    : commitsPage(commitViews(log, wanted), revision, paint, log.words);
}
