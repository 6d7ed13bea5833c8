import type { EntityChange } from "../../src/share/changes.ts";
import type { RemoteLog } from "../../src/share/remotes.ts";
import { sameTag } from "../../src/tag/graph.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { formatTag } from "../../src/tag/text.ts";
import type { ChangesView } from "../../src/views/changes.ts";
import { byKey, CONFLICT_MARK, conflictTest, shortId } from "../text/lines.ts";
import { oneLine, visible } from "../text/terminal.ts";
import type { Workspace } from "../workspace.ts";
import { executionLine } from "./execution.ts";

/** How a workspace shows tags. */
type Look = Pick<Workspace, "paint" | "tagLimit">;

/**
 * What `incoming` and `outgoing` show: runs, and a diff of tags by entity.
 * @param wasAsked the remote was asked just now
 */
export function changesPage(view: ChangesView, wasAsked: boolean, look: Look): string {
  const { direction, remote, ref, isEmpty, isSeen } = view;
  if (direction === "outgoing" && isEmpty) {
    return `Nothing outgoing: nothing is recorded in ${visible(ref)} yet.\n`;
  }
  const unknown = isSeen ? "" : notSeen(remote, wasAsked);
  if (direction === "incoming" && unknown) return unknown;
  return unknown + changesText(view, look);
}

/** Why there is nothing to compare with. */
function notSeen({ name, ref }: RemoteLog, wasAsked: boolean): string {
  return wasAsked
    ? `${visible(name)} has no ${visible(ref)}.\n`
    : `Nothing was fetched from ${visible(name)} yet: --fetch asks it first.\n`;
}

function changesText(view: ChangesView, look: Look): string {
  const { direction, remote, executions, isCut, tags } = view;
  const name = visible(remote.name);
  if (executions.length + tags.length === 0) {
    return direction === "incoming"
      ? `Nothing incoming: you have all that ${name} had at the last fetch.\n`
      : `Nothing outgoing: ${name} had all of yours at the last fetch.\n`;
  }
  const head = direction === "incoming" ? `Incoming from ${name}` : `Outgoing to ${name}`;
  const runs = executions.map((execution) => `${executionLine(execution, look.paint)}\n`);
  const edits = tags.map((change) => `${entityLines(change, look).join("\n")}\n`);
  return [
    `${head} (${visible(remote.ref)}):\n`,
    ...(runs.length > 0 ? [`\n${runs.join("")}`] : []),
    ...(isCut ? ["\nOlder ones are not shown: --limit 0 shows all.\n"] : []),
    ...(edits.length > 0 ? [`\n${edits.join("\n")}`] : []),
  ].join("");
}

/** The entity and who edited it, then its tags as a diff. */
function entityLines(
  { type, id, changes, conflicts, authors }: EntityChange,
  look: Look,
): string[] {
  const { paint } = look;
  const by = authors.map((author) => author.replace(/ <.*>$/, "")).join(", ");
  const head = `${paint("bold", `${type} ${shortId(id)}`)}${by ? `  by ${oneLine(by)}` : ""}`;
  const inConflict = conflictTest(conflicts);
  const rivalsOf = byKey(conflicts);
  const lines = changes.flatMap(({ key, removed, added }) => {
    const rivals = rivalsOf.get(key) ?? [];
    return [
      ...removed.map((value) => paint("red", `- ${tagLine([key, value], look)}`)),
      ...added.map((value) => {
        const line = paint("green", `+ ${tagLine([key, value], look)}`);
        return inConflict([key, value]) ? line + conflictNote([key, value], rivals, look) : line;
      }),
    ];
  });
  return [
    head,
    ...(lines.length > 0 ? lines : ["(its tags stay as they are)"]).map((l) => `  ${l}`),
  ];
}

/** Each of many rivals would name all others. */
const RIVALS_NAMED = 5;

/** ` !conflict with env=archived`. `rivals` are the tags of its key in conflict, itself among them. */
function conflictNote(tag: TagPair, rivals: readonly TagPair[], look: Look): string {
  const named = rivals.slice(0, RIVALS_NAMED + 1).filter((rival) => !sameTag(rival, tag));
  const texts = named.slice(0, RIVALS_NAMED).map((rival) => tagLine(rival, look));
  const more = rivals.length - 1 - texts.length;
  if (more > 0) texts.push(`and ${more} more`);
  return look.paint("red", `${CONFLICT_MARK} with ${texts.join(", ")}`);
}

function tagLine(tag: TagPair, { tagLimit }: Look): string {
  return oneLine(formatTag(...tag, tagLimit));
}
