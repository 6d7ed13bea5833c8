import { changesBetween, type EntityChange, type LogChanges } from "../../src/share/changes.ts";
import { fetchLog } from "../../src/share/fetch.ts";
import {
  assertKnown,
  chooseRemote,
  lastSeen,
  type RemoteLog,
  remoteLog,
} from "../../src/share/remotes.ts";
import { sameTag } from "../../src/tag/graph.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { formatTag } from "../../src/tag/text.ts";
import type { TagValue } from "../../src/value/value.ts";
import { loggedExecution } from "../../src/views/logged.ts";
import { isJson, type OptionsOf } from "../command.ts";
import type { INCOMING } from "../declarations/sharing.ts";
import { jsonText } from "../text/json.ts";
import { CONFLICT_MARK, inConflict, shortId } from "../text/lines.ts";
import { rewrittenText } from "../text/rewritten.ts";
import { oneLine, visible } from "../text/terminal.ts";
import { pageOfLog } from "../with-log.ts";
import { terminalTransfer } from "../with-remote.ts";
import type { Workspace } from "../workspace.ts";
import { executionJson, executionLine } from "./execution.ts";
import { tagsJson } from "./tags.ts";

/** What `incoming` and `outgoing` show: runs, and a diff of tags by entity. */
export function showChanges(
  workspace: Workspace,
  direction: "incoming" | "outgoing",
  named: string | undefined,
  options: OptionsOf<typeof INCOMING>,
): Promise<void> {
  const json = isJson(options);
  return pageOfLog(workspace, async (indexed) => {
    const { log, config } = indexed;
    const remote = chooseRemote(log, config, named, direction === "incoming" ? "fetch" : "push");
    const there = remoteLog(remote, log.ref, config);
    if (options.fetch) {
      const fetched = await fetchLog(log, there, terminalTransfer(workspace));
      workspace.tell(rewrittenText(fetched, there));
    }
    const [ours, theirs] = await Promise.all([log.tip(), lastSeen(log, there)]);
    if (!options.fetch) assertKnown(config, there, theirs);
    const [from, to] = direction === "incoming" ? [ours, theirs] : [theirs, ours];
    const bar = workspace.progress("Reading", "records");
    const changes = await changesBetween(indexed, from, to, bar.update).finally(bar.end);
    if (json) return changesJson(changes);
    if (direction === "outgoing" && ours === null) {
      return `Nothing outgoing: nothing is recorded in ${visible(log.ref)} yet.\n`;
    }
    const unknown = theirs === null ? notSeen(there, options.fetch === true) : "";
    if (direction === "incoming" && unknown) return unknown;
    return unknown + changesText(changes, direction, there, workspace);
  });
}

/** How a workspace shows tags. */
type Look = Pick<Workspace, "paint" | "tagLimit">;

/** Why there is nothing to compare with. */
function notSeen({ name, ref }: RemoteLog, wasAsked: boolean): string {
  return wasAsked
    ? `${visible(name)} has no ${visible(ref)}.\n`
    : `Nothing was fetched from ${visible(name)} yet: --fetch asks it first.\n`;
}

function changesText(
  { executions, tags }: LogChanges,
  direction: "incoming" | "outgoing",
  there: RemoteLog,
  look: Look,
): string {
  const name = visible(there.name);
  if (executions.length + tags.length === 0) {
    return direction === "incoming"
      ? `Nothing incoming: you have all that ${name} had at the last fetch.\n`
      : `Nothing outgoing: ${name} had all of yours at the last fetch.\n`;
  }
  const head = direction === "incoming" ? `Incoming from ${name}` : `Outgoing to ${name}`;
  const runs = executions.map(
    (execution) => `${executionLine(loggedExecution(execution), look.paint)}\n`,
  );
  const edits = tags.map((change) => `${entityLines(change, look).join("\n")}\n`);
  return [
    `${head} (${visible(there.ref)}):\n`,
    ...(runs.length > 0 ? [`\n${runs.join("")}`] : []),
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
  const lines = changes.flatMap(({ key, removed, added }) => [
    ...removed.map((value) => paint("red", `- ${tagLine([key, value], look)}`)),
    ...added.map((value) => {
      const line = paint("green", `+ ${tagLine([key, value], look)}`);
      return line + conflictNote([key, value], conflicts, look);
    }),
  ]);
  return [
    head,
    ...(lines.length > 0 ? lines : ["(its tags stay as they are)"]).map((l) => `  ${l}`),
  ];
}

/** ` !conflict with env=archived`; empty for a tag that contradicts no other one. */
function conflictNote(tag: TagPair, conflicts: readonly TagPair[], look: Look): string {
  if (!inConflict(tag, conflicts)) return "";
  const others = conflicts.filter((other) => other[0] === tag[0] && !sameTag(other, tag));
  const texts = others.map((other) => tagLine(other, look));
  return look.paint("red", `${CONFLICT_MARK} with ${texts.join(", ")}`);
}

function tagLine(tag: TagPair, { tagLimit }: Look): string {
  return oneLine(formatTag(...tag, tagLimit));
}

/** One object a line: executions, then entities whose tags were edited. */
function changesJson({ executions, tags }: LogChanges): string {
  const objects = [
    ...executions.map(loggedExecution).map(executionJson),
    ...tags.map(({ type, id, changes, conflicts, authors }) => ({
      _type: "TagEdit",
      entity: id,
      type,
      authors,
      removed: tagsJson(changes.flatMap(({ key, removed }) => pairs(key, removed))),
      added: tagsJson(
        changes.flatMap(({ key, added }) => pairs(key, added)),
        conflicts,
      ),
      conflicts: tagsJson(conflicts),
    })),
  ];
  return objects.map((object) => `${jsonText(object)}\n`).join("");
}

function pairs(key: string, values: readonly TagValue[]): TagPair[] {
  return values.map((value) => [key, value]);
}
