import type { TagChange, TagCommit, Unknown } from "../../src/provenance/tag-history.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { formatKey, formatTag } from "../../src/tag/text.ts";
import { compareCodePoints } from "../../src/value/code-points.ts";
import { clip } from "../../src/value/shown-text.ts";
import type { BlameView, HistoryView } from "../../src/views/history.ts";
import { CONFLICT_MARK, localTime, shortId } from "../text/lines.ts";
import { oneLine, type Paint, visible } from "../text/terminal.ts";

/** Keys and values are cut to this many characters. */
const LONGEST = 100;
const NAME_WIDTH = 20;
/** No tag moves the columns after it farther to the right. */
const TAG_WIDTH = 60;
const NO_TAGS = "  (no tags)";

/**
 * A line for each change, and the reason below those of one commit:
 * `2026-11-22 09:43:43  5e6f7a8b  Ada  env=dev -> env=prod`
 */
export function historyPage(view: HistoryView, paint: Paint): string {
  const { key, changes } = view;
  const width = nameWidth(changes);
  const lines = changes.flatMap((change, at) => {
    const line = `  ${signature(change.commit, width, paint)}  ${changeText(change, paint)}`;
    const isLast = changes[at + 1]?.commit?.oid !== change.commit?.oid;
    return isLast ? [line, ...reasonLines(change.commit, width)] : [line];
  });
  const none = key === null ? NO_TAGS : `  (it never had a tag ${oneLine(formatKey(key))})`;
  return pageOf(view, [...(lines.length > 0 ? lines : [none]), ...notes(changes)], paint);
}

/** A line for each tag: `env=prod  2026-11-22 09:43:43  5e6f7a8b  Ada  QA passed` */
export function blamePage(view: BlameView, paint: Paint): string {
  const { tags } = view;
  const shown = tags
    .map(({ tag, isConflict, commit }) => {
      const text = oneLine(formatTag(...tag, LONGEST)) + (isConflict ? CONFLICT_MARK : "");
      return { text, isConflict, commit };
    })
    .sort((a, b) => compareCodePoints(a.text, b.text));
  const longest = Math.max(...shown.map(({ text }) => Math.min(text.length, TAG_WIDTH)));
  const width = nameWidth(shown);
  const lines = shown.map(({ text, isConflict, commit }) => {
    const tag =
      paint(isConflict ? "red" : "yellow", text) + " ".repeat(Math.max(0, longest - text.length));
    const why = oneLine(clip(commit?.reason.split("\n")[0] ?? "", LONGEST));
    return `  ${tag}  ${signature(commit, width, paint)}  ${why}`.trimEnd();
  });
  return pageOf(view, [...(lines.length > 0 ? lines : [NO_TAGS]), ...notes(tags)], paint);
}

/** What `unknown` means, where it stands. */
function notes(entries: readonly { readonly unknown?: Unknown }[]): string[] {
  return (Object.keys(NOTES) as Unknown[]).flatMap((why) =>
    entries.some(({ unknown }) => unknown === why) ? ["", `  ${NOTES[why]}`] : [],
  );
}

const NOTES: Record<Unknown, string> = {
  shallow:
    "unknown: this clone is shallow, and who did it is beyond its edge. `git fetch --unshallow` tells.",
  unsought:
    "unknown: there are too many commits to look through at once. The same command looks further.",
  lost: "unknown: the commit that would tell is not in this log, or too far back.",
};

function pageOf(
  { type, id }: BlameView | HistoryView,
  lines: readonly string[],
  paint: Paint,
): string {
  return `${[paint("bold", `${type} ${oneLine(id)}`), ...lines].join("\n")}\n`;
}

function nameWidth(entries: readonly { commit: TagCommit | null }[]): number {
  return Math.max(0, ...entries.map(({ commit }) => nameOf(commit).length));
}

function nameOf(commit: TagCommit | null): string {
  return commit ? clip(oneLine(commit.author.replace(/ <.*/, "")), NAME_WIDTH) : "";
}

const NO_TIME = " ".repeat("2026-11-22 09:43:43".length);
const NO_ID = "unknown ";

function signature(commit: TagCommit | null, width: number, paint: Paint): string {
  const time = commit ? localTime(commit.authored) : NO_TIME;
  const id = paint("dim", commit ? shortId(commit.oid) : NO_ID);
  return `${time}  ${id}  ${nameOf(commit).padEnd(width)}`;
}

/** `env=dev -> env=prod`, `+ env=prod` or `- env=dev`. */
function changeText({ was, is }: TagChange, paint: Paint): string {
  const text = (tags: readonly TagPair[]) =>
    tags
      .map((tag) => oneLine(formatTag(...tag, LONGEST)))
      .sort(compareCodePoints)
      .join(", ");
  if (was.length === 0) return `${paint("green", "+")} ${text(is)}`;
  if (is.length === 0) return `${paint("red", "-")} ${text(was)}`;
  return `${text(was)} -> ${text(is)}`;
}

/** Below the change, after the columns of time, commit and name. */
function reasonLines(commit: TagCommit | null, width: number): string[] {
  if (!commit?.reason) return [];
  const indent = " ".repeat(2 + NO_TIME.length + 2 + NO_ID.length + 2 + width + 2 + 2);
  return visible(commit.reason)
    .split("\n")
    .map((line) => (indent + line).trimEnd());
}
