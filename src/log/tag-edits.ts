import type { ObjectFormat } from "../git/backend.ts";
import { tagsYaml } from "../record/encode.ts";
import { tagsFolder } from "../record/layout.ts";
import type { TagEdits } from "../record/records.ts";
import { redactText } from "../redact.ts";
import type { TagEdit, TagPair } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { cutTagText } from "../value/cut.ts";
import { blobId } from "../value/oid.ts";
import type { RecordFile } from "./log.ts";

/** The file of one entity's edits. */
export function tagEditFile(edits: TagEdits, format: ObjectFormat): RecordFile {
  const text = tagsYaml(edits);
  return { path: `${tagsFolder(edits.entity)}/${blobId(text, format)}.yaml`, text };
}

/**
 * The commit message of a tag command: `tag 6dc981d7: env=dev -> env=prod`, then why, then
 * trailers for programs. What looks like a secret is hidden in the subject.
 */
export function tagMessage(changes: readonly TagEdits[], reason = ""): string {
  const [first] = changes;
  if (!first) return "tag: nothing";
  const whose = changes.length === 1 ? first.entity.slice(0, 8) : `${changes.length} entities`;
  const edits = together(first.edits).map(editText).join(", ");
  const subject = `tag ${whose}: ${redactText(edits)}`;
  return messageOf(
    subject,
    reason,
    changes.map(({ type, entity }) => `Redun-${type}: ${oneLine(entity)}`),
  );
}

/**
 * The message of one commit that brings what other commits brought before, from their messages: why
 * is what `reason` says, else what they said, each once.
 * @param entities of each file of edits the id that it is about
 */
export function proposalMessage(
  entities: readonly string[],
  messages: readonly string[],
  reason?: string,
): string {
  const each = (texts: readonly string[]) => [...new Set(texts)].filter((text) => text !== "");
  const subjects = each(messages.map((message) => message.split("\n")[0]!));
  const [first = "", ...others] = each(entities);
  const whose = others.length === 0 ? first.slice(0, 8) : `${others.length + 1} entities`;
  const subject = subjects.length === 1 ? subjects[0]! : `tag ${whose}: ${entities.length} edits`;
  const trailers = each(messages.flatMap((message) => message.split("\n").filter(isTrailer)));
  return messageOf(subject, reason ?? each(messages.map(reasonOf)).join("\n"), trailers);
}

function messageOf(subject: string, reason: string, trailers: readonly string[]): string {
  const body = reason.replaceAll("\r\n", "\n").replace(CONTROL, " ").trim();
  const end = trailers.map((line) => `${line}\n`).join("");
  return [oneLine(subject), ...(body ? [body] : []), end].join("\n\n");
}

const isTrailer = (line: string): boolean => /^Redun-[A-Za-z]+: ./.test(line);

/** Line feeds and tabs may stand in a reason. */
const CONTROL = /[\0-\x08\x0b-\x1f\x7f]/g;

function oneLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f]/g, " ");
}

/** The reason in a commit message that `tagMessage` made; empty without one. */
export function reasonOf(message: string): string {
  const lines = message.trimEnd().split("\n").slice(1);
  while (lines.length > 0 && (isTrailer(lines.at(-1)!) || lines.at(-1)!.trim() === "")) lines.pop();
  return lines.join("\n").trim();
}

/** Edits by what they replace: several values of one key took the place of the same tags. */
function together(edits: readonly TagEdit[]): TagEdit[][] {
  const groups = new Map<string, TagEdit[]>();
  for (const [at, edit] of edits.entries()) {
    const { tag, parents } = edit;
    const replaced = JSON.stringify([tag?.[0], parents.map(({ hash }) => hash)]);
    const name = tag === null || parents.length === 0 ? String(at) : replaced;
    const group = groups.get(name);
    if (group) group.push(edit);
    else groups.set(name, [edit]);
  }
  return [...groups.values()];
}

function editText(edits: readonly TagEdit[]): string {
  const [{ tag, parents }] = edits as [TagEdit];
  // Parents are in the order of their hashes, which says nothing to people.
  const was = parents
    .flatMap((parent) => (parent.was ? [shown(parent.was)] : []))
    .sort(compareCodePoints);
  if (!tag) return `- ${was.join(", - ")}`;
  const now = edits
    .flatMap((edit) => (edit.tag ? [shown(edit.tag)] : []))
    .sort(compareCodePoints)
    .join(", ");
  const replaced = was.filter((text) => text !== now);
  return replaced.length > 0 ? `${replaced.join(", ")} -> ${now}` : now;
}

/** Of a tag of which something was cut what remains: the mark would say no more. */
function shown([key, value]: TagPair): string {
  return formatTag(key, cutTagText(value) ?? value, 50);
}
