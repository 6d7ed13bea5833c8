import type { ObjectFormat } from "../git/backend.ts";
import { tagsYaml } from "../record/encode.ts";
import { tagsFolder } from "../record/layout.ts";
import type { TagEdits } from "../record/records.ts";
import type { TagEdit } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import { blobId } from "../value/oid.ts";
import type { RecordFile } from "./log.ts";

/** The file of one entity's edits. */
export function tagEditFile(edits: TagEdits, format: ObjectFormat): RecordFile {
  const text = tagsYaml(edits);
  return { path: `${tagsFolder(edits.entity)}/${blobId(text, format)}.yaml`, text };
}

/** The commit message of a tag command: `tag 6dc981d7: env=dev -> env=prod`. */
export function tagMessage(changes: readonly TagEdits[]): string {
  const changed = changes.filter(({ edits }) => edits.length > 0);
  const [first] = changed;
  if (!first) return "tag: nothing";
  const subject =
    changed.length === 1
      ? `tag ${first.entity.slice(0, 8)}: ${first.edits.map(editText).join(", ")}`
      : `tag ${changed.length} entities: ${first.edits.map(editText).join(", ")}`;
  const trailers = changed.map(({ type, entity }) => `Redun-${type}: ${entity}\n`);
  return `${subject.replace(/[\x00-\x1f\x7f]/g, " ")}\n\n${trailers.join("")}`;
}

function editText({ tag, parents }: TagEdit): string {
  const was = parents.flatMap((parent) => (parent.was ? [formatTag(...parent.was, 50)] : []));
  if (!tag) return `- ${was.join(", - ")}`;
  const now = formatTag(...tag, 50);
  const replaced = was.filter((text) => text !== now);
  return replaced.length > 0 ? `${replaced.join(", ")} -> ${now}` : now;
}
