import type { ObjectFormat } from "../git/backend.ts";
import { tagsYaml } from "../record/encode.ts";
import { tagsFolder } from "../record/layout.ts";
import type { TagEdits } from "../record/records.ts";
import type { TagEdit } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { blobId } from "../value/oid.ts";
import type { RecordFile } from "./log.ts";

/** The file of one entity's edits. */
export function tagEditFile(edits: TagEdits, format: ObjectFormat): RecordFile {
  const text = tagsYaml(edits);
  return { path: `${tagsFolder(edits.entity)}/${blobId(text, format)}.yaml`, text };
}

/**
 * The commit message of a tag command: `tag 6dc981d7: env=dev -> env=prod`, then why, then
 * trailers for programs.
 */
export function tagMessage(changes: readonly TagEdits[], reason = ""): string {
  const [first] = changes;
  if (!first) return "tag: nothing";
  const whose = changes.length === 1 ? first.entity.slice(0, 8) : `${changes.length} entities`;
  const subject = `tag ${whose}: ${first.edits.map(editText).join(", ")}`;
  const body = reason.replaceAll("\r\n", "\n").replace(CONTROL, " ").trim();
  const trailers = changes.map(({ type, entity }) => `Redun-${type}: ${oneLine(entity)}\n`);
  return [oneLine(subject), ...(body ? [body] : []), trailers.join("")].join("\n\n");
}

/** Line feeds and tabs may stand in a reason. */
const CONTROL = /[\0-\x08\x0b-\x1f\x7f]/g;

function oneLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f]/g, " ");
}

/** The reason in a commit message that `tagMessage` made; empty without one. */
export function reasonOf(message: string): string {
  const lines = message.trimEnd().split("\n").slice(1);
  while (lines.length > 0 && /^(Redun-[A-Za-z]+: .*|\s*)$/.test(lines.at(-1)!)) lines.pop();
  return lines.join("\n").trim();
}

function editText({ tag, parents }: TagEdit): string {
  // Parents are in the order of their hashes, which says nothing to people.
  const was = parents
    .flatMap((parent) => (parent.was ? [formatTag(...parent.was, 50)] : []))
    .sort(compareCodePoints);
  if (!tag) return `- ${was.join(", - ")}`;
  const now = formatTag(...tag, 50);
  const replaced = was.filter((text) => text !== now);
  return replaced.length > 0 ? `${replaced.join(", ")} -> ${now}` : now;
}
