import { RedunError } from "../../src/errors.ts";
import { editTags } from "../../src/provenance/edit-tags.ts";
import { findEntities } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { tagAction } from "../tag-edit.ts";
import type { TagEditRequest } from "./api.ts";

/**
 * Does what an edit says: one commit, or none where everything was so already. Gives how many entities
 * it changed.
 * @throws RedunError USAGE for what is no edit; BAD_TAG, UNKNOWN_TAG, UNKNOWN_ID, AMBIGUOUS_ID
 */
export async function applyEdit(log: IndexedLog, body: string): Promise<{ changed: number }> {
  const { kind, ids, tags, reason } = editOf(body);
  const action = tagAction(kind, tags);
  const entities = await findEntities(log, ids);
  const edited = await editTags(log, entities, action, { reason });
  return { changed: edited.filter(({ edits }) => edits.length > 0).length };
}

/** Entities, and tags, of one edit. */
const MOST = 1000;

function editOf(body: string): TagEditRequest {
  let given: Partial<Record<keyof TagEditRequest, unknown>>;
  try {
    given = JSON.parse(body) ?? {};
  } catch {
    throw noEdit();
  }
  const { kind, ids, tags, reason = "" } = given;
  const isKind = kind === "add" || kind === "update" || kind === "rm";
  if (!isKind || !isWords(ids) || !isWords(tags) || typeof reason !== "string") throw noEdit();
  return { kind, ids, tags, ...(reason.trim() !== "" && { reason: reason.trim() }) };
}

function isWords(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST &&
    value.every((word) => typeof word === "string" && word !== "")
  );
}

function noEdit(): RedunError {
  return new RedunError(
    "USAGE",
    "This is not an edit of tags.",
    'Send {"kind": "add", "update" or "rm", "ids": [...], "tags": ["key=value", ...], "reason": "..."}.',
  );
}
