import type { Found } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import {
  type BlamedTag,
  type TagChange,
  tagBlame,
  tagConflicts,
  tagHistory,
} from "../provenance/tag-history.ts";
import type { EntityType } from "../record/records.ts";

/** How the tags of an entity changed. */
export interface HistoryView {
  readonly type: EntityType;
  readonly id: string;
  /** The key whose changes these are; null for all. */
  readonly key: string | null;
  /** Oldest first: a change comes after those that it knew of. */
  readonly changes: readonly TagChange[];
}

/** Who set the tags of an entity. */
export interface BlameView {
  readonly type: EntityType;
  readonly id: string;
  /** By key and value. */
  readonly tags: readonly BlamedTag[];
}

export async function historyView(
  log: IndexedLog,
  found: Found,
  key: string | null = null,
): Promise<HistoryView> {
  const { type, id } = found;
  return { type, id, key, changes: await tagHistory(log, found, key ?? undefined) };
}

/** Each current tag of an entity. */
export async function blameView(log: IndexedLog, found: Found): Promise<BlameView> {
  const { type, id } = found;
  return { type, id, tags: await tagBlame(log, found) };
}

/** Every entity that has tags in conflict, with those alone. */
export async function* conflictViews(log: IndexedLog): AsyncGenerator<BlameView> {
  for await (const { entity, tags } of tagConflicts(log)) {
    const { type, id } = entity;
    yield { type, id, tags };
  }
}
