/** Tags in redun's tables. Their hashes are ours: each is computed again. */
import { RedunError } from "../../errors.ts";
import type { Statements } from "../../index/database.ts";
import { ENTITY_TYPES, type EntityType } from "../../record/records.ts";
import { hashTag } from "../../tag/hash.ts";
import { parseJson } from "../../tag/python-json.ts";
import { tagSet } from "../../tag/set.ts";
import type { TagPair } from "../../tag/tag.ts";
import type { GraphEdit, GraphTags } from "../graph.ts";

/** The tags of an entity that replaced none, as runs give them. */
export function baseTagsOf(
  statements: Statements,
  type: "Execution" | "Job",
  id: string,
): readonly TagPair[] {
  const rows = statements
    .get(
      `SELECT tag_hash, key, value FROM tag WHERE entity_id = ? AND entity_type = ?
         AND NOT EXISTS (SELECT 1 FROM edit_of WHERE child_id = tag_hash)`,
    )
    .all(id, type) as { tag_hash: string; key: string; value: string | null }[];
  return tagSet(rows.map(tagOf));
}

interface TagTuple {
  readonly hash: string;
  /** Null of a removal, which stands with the entity of what it removes. */
  readonly key: string | null;
  readonly value: string | null;
  readonly type: string;
  readonly entity: string;
  readonly parents: string | null;
}

/**
 * Makes sure that every tag says what its hash stands for.
 * @throws RedunError BAD_IMPORT
 */
export function checkTags(statements: Statements): void {
  for (const { entity, edits } of tagsOf(statements)) {
    for (const { hash, tag, parents } of edits) {
      const replaced = parents.map((parent) => parent.hash);
      const [key, value] = tag ?? ["", null];
      if ((tag && key === "") || hashTag(tag ? entity : "", key, value, replaced) !== hash) {
        throw contradiction(hash);
      }
    }
  }
}

/** All tags of all entities, those of one entity together. */
export function* tagsOf(statements: Statements): Generator<GraphTags> {
  const rows = statements.get(`
    SELECT t.tag_hash AS hash, t.key, t.value, t.entity_type AS type, t.entity_id AS entity,
      (SELECT group_concat(parent_id) FROM edit_of WHERE child_id = t.tag_hash) AS parents
    FROM tag t WHERE t.entity_type <> 'Null'
    UNION ALL
    SELECT n.tag_hash, NULL, NULL, min(p.entity_type), min(p.entity_id), group_concat(e.parent_id)
    FROM tag n JOIN edit_of e ON e.child_id = n.tag_hash JOIN tag p ON p.tag_hash = e.parent_id
    WHERE n.entity_type = 'Null' GROUP BY n.tag_hash
    ORDER BY 5, 4, 1`);
  let edits: GraphEdit[] = [];
  let before: TagTuple | null = null;
  for (const row of rows.iterate() as Iterable<TagTuple>) {
    if (before && (before.entity !== row.entity || before.type !== row.type)) {
      yield { type: entityType(before), entity: before.entity, edits };
      edits = [];
    }
    edits.push(edit(row));
    before = row;
  }
  if (before) yield { type: entityType(before), entity: before.entity, edits };
}

function edit({ hash, key, value, parents }: TagTuple): GraphEdit {
  const replaced = (parents?.split(",") ?? []).sort();
  const of = replaced.map((parent) => ({ hash: parent, was: null }));
  return { hash, tag: key === null ? null : tagOf({ key, value }), parents: of };
}

function tagOf({ key, value }: { readonly key: string; readonly value: string | null }): TagPair {
  return [key, parseJson(value ?? "null")];
}

function entityType({ type, hash }: TagTuple): EntityType {
  const known = ENTITY_TYPES.find((name) => name === type);
  if (known) return known;
  throw new RedunError("BAD_IMPORT", `Tag ${hash} is on a ${type}, which nobody tags.`);
}

function contradiction(hash: string): RedunError {
  return new RedunError(
    "BAD_IMPORT",
    `Tag ${hash} does not say what its hash stands for.`,
    "Its record was changed, or is of a redun whose tags are hashed in another way.",
  );
}
