/** Tags and their history, as `--format json` prints them. */
import type { BlamedTag, TagChange, TagCommit } from "../../src/provenance/tag-history.ts";
import { tagSet } from "../../src/tag/set.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import type { BlameView, HistoryView } from "../../src/views/history.ts";
import type { LoggedEntity } from "../../src/views/logged.ts";
import { jsonText } from "../text/json.ts";
import { conflictTest } from "../text/lines.ts";

/** Tags as programs get them, in the order in which people see them. */
export function tagsJson(tags: readonly TagPair[], conflicts: readonly TagPair[] = []): object[] {
  const inConflict = conflictTest(conflicts);
  return tagSet(tags).map((tag) => ({
    key: tag[0],
    value: tag[1],
    ...(inConflict(tag) && { conflict: true }),
  }));
}

export function entityTagsJson({ type, id, tags, conflicts }: LoggedEntity): object {
  return { _type: type, id, tags: tagsJson(tags, conflicts) };
}

/** One change a line. */
export function historyJson(view: HistoryView): string {
  return view.changes.map((change) => `${jsonText(changeJson(view, change))}\n`).join("");
}

export function changeJson(
  { type, id }: HistoryView,
  { key, was, is, commit, unknown }: TagChange,
): object {
  const values = (tags: readonly TagPair[]) => tags.map(([, value]) => value);
  return {
    _type: type,
    id,
    key,
    old: values(was),
    new: values(is),
    ...tagCommitJson(commit),
    unknown,
  };
}

/** One current tag a line. */
export function blameJson(view: BlameView): string {
  return view.tags.map((tag) => `${jsonText(tagJson(view, tag))}\n`).join("");
}

function tagJson({ type, id }: BlameView, { tag, isConflict, commit, unknown }: BlamedTag): object {
  return {
    _type: type,
    id,
    key: tag[0],
    value: tag[1],
    ...(isConflict && { conflict: true }),
    ...tagCommitJson(commit),
    unknown,
  };
}

function tagCommitJson(commit: TagCommit | null): object {
  return {
    date: commit === null ? null : commit.authored.toISOString(),
    author: commit?.author,
    commit: commit?.oid,
    subject: commit?.subject,
    reason: commit?.reason || undefined,
  };
}
