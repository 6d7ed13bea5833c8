/** Edits of tags from the console, of which the last ones can be undone. */
import { type EntityEdits, editTags, type TagAction } from "../../src/provenance/edit-tags.ts";
import { findEntity } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { undoTags } from "../../src/provenance/undo-tags.ts";
import { formatTag, parseTagKeyValue } from "../../src/tag/text.ts";
import { blameView } from "../../src/views/history.ts";
import { localTime } from "../text/lines.ts";
import type { Subject } from "./content.ts";
import type { Choice, Edit } from "./state.ts";

export class Edits {
  readonly #log: IndexedLog;
  readonly #done: (readonly EntityEdits[])[] = [];

  constructor(log: IndexedLog) {
    this.#log = log;
  }

  /**
   * @returns what was done, in words
   * @throws RedunError BAD_TAG, UNKNOWN_TAG, UNKNOWN_ID, and what appending to a log throws
   */
  async apply({ kind, subject, tag, reason }: Edit): Promise<string> {
    const found = await findEntity(this.#log, subject.id);
    const edited = await editTags(this.#log, [found], actionOf(kind, tag), { reason });
    if (edited.every(({ edits }) => edits.length === 0)) return `It is so already: ${tag}`;
    this.#done.push(edited);
    return `${{ add: "Added", update: "Set", rm: "Removed" }[kind]} ${tag}. u undoes it.`;
  }

  /** Undoes the last edit that is not undone. @throws RedunError UNKNOWN_TAG */
  async undo(): Promise<string> {
    const last = this.#done.at(-1);
    if (!last) return "Nothing has been edited here, or all is undone.";
    await undoTags(this.#log, last, "Undone in the console");
    this.#done.pop();
    return "Undone.";
  }

  /** The tags of an entity that contradict each other; null where none do. */
  async rivals(subject: Subject): Promise<Choice | null> {
    const { tags } = await blameView(this.#log, await findEntity(this.#log, subject.id));
    const rivals = tags
      .filter(({ isConflict }) => isConflict)
      .map(({ tag, commit }) => {
        const who = commit?.author.replace(/ <.*/, "") ?? "unknown";
        const why = commit?.reason ? `: ${commit.reason.split("\n")[0]}` : "";
        const by = commit ? `${who}, ${localTime(commit.authored)}${why}` : who;
        return { tag: formatTag(...tag), by };
      });
    return rivals.length === 0 ? null : { subject, rivals, cursor: 0 };
  }
}

function actionOf(kind: Edit["kind"], text: string): TagAction {
  const { key, value } = parseTagKeyValue(text, { valueRequired: kind !== "rm" });
  if (kind !== "rm") return { kind, tags: [[key, value!]] };
  return { kind, selectors: [value === undefined ? { key } : { key, value }] };
}
