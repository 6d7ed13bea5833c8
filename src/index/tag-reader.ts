import { ENTITY_TYPES, type EntityType } from "../record/records.ts";
import { baseNode, TagGraph } from "../tag/graph.ts";
import { parseJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Statements } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import { storeId } from "./ids.ts";
import { JOBS_PER_EXECUTION } from "./schema.ts";
import { loadGraphNodes } from "./tag-nodes.ts";

/** Reads the tags of the index: an entity's history, what carries which, conflicts. */
export class TagReader {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;

  constructor(statements: Statements, dictionary: Dictionary) {
    this.#statements = statements;
    this.#dictionary = dictionary;
  }

  /** The numbers of files of tag edits, as far as they are in the log, by their object ids. */
  editNumbers(oids: readonly string[]): Set<number> {
    const find = this.#statements.get("SELECT seq FROM tag_edit WHERE oid = ?");
    return new Set(
      oids.flatMap((oid) => {
        const row = find.get(storeId(oid)) as { seq: number } | undefined;
        return row ? [row.seq] : [];
      }),
    );
  }

  /** Every tag that an entity ever had. `tags` are its current ones. */
  graph(entity: {
    readonly type: EntityType;
    readonly seq: number | null;
    readonly id: string;
    readonly tags: readonly TagPair[];
  }): TagGraph {
    const type = ENTITY_TYPES.indexOf(entity.type);
    const { seq } = entity;
    const nodes =
      seq === null ? [] : loadGraphNodes(this.#statements, this.#dictionary, { type, seq });
    if (nodes.length > 0) return new TagGraph(entity.id, nodes);
    return new TagGraph(
      entity.id,
      entity.tags.map((tag) => baseNode(entity.id, tag)),
    );
  }

  /** Tags that pass a test, and how many entities of each type carry them. */
  counts(passes: (tag: TagPair) => boolean): { tag: TagPair; type: EntityType; count: number }[] {
    const pairs = this.#statements.get("SELECT seq, key, value FROM pair").all() as {
      seq: number;
      key: string;
      value: string;
    }[];
    const counts = this.#statements.get(
      "SELECT type, count(*) AS count FROM tag WHERE pair = ? GROUP BY type",
    );
    return pairs
      .map(({ seq, key, value }) => ({ seq, tag: [key, parseJson(value)] as const }))
      .filter(({ tag }) => passes(tag))
      .flatMap(({ seq, tag }) => {
        const rows = counts.all(seq) as { type: number; count: number }[];
        return rows.map(({ type, count }) => ({ tag, type: ENTITY_TYPES[type]!, count }));
      });
  }

  /** The rows of entities that have tags in conflict: by type, in each the newest first. */
  conflicts(): { type: EntityType; seq: number }[] {
    const rows = this.#statements
      .get(
        `SELECT c.type, c.entity, coalesce(e.started, n.time) AS time,
           CASE WHEN j.seq IS NULL THEN n.place ELSE j.seq % ${JOBS_PER_EXECUTION} END AS place,
           coalesce(j.id, e.id, n.id) AS id
         FROM (SELECT DISTINCT type, entity FROM conflict) c
         LEFT JOIN job j ON c.type = ${ENTITY_TYPES.indexOf("Job")} AND j.seq = c.entity
         LEFT JOIN execution e ON e.seq = CASE c.type WHEN ${ENTITY_TYPES.indexOf("Execution")}
           THEN c.entity WHEN ${ENTITY_TYPES.indexOf("Job")} THEN c.entity / ${JOBS_PER_EXECUTION} END
         LEFT JOIN entity n ON c.type > ${ENTITY_TYPES.indexOf("Job")} AND n.seq = c.entity
         ORDER BY c.type, time DESC, place DESC, id DESC`,
      )
      .all() as { type: number; entity: number }[];
    return rows.map(({ type, entity }) => ({ type: ENTITY_TYPES[type]!, seq: entity }));
  }

  /** Whether anything carries a tag of this key. */
  hasKey(key: string): boolean {
    return this.#statements.get("SELECT 1 FROM key_count WHERE key = ?").get(key) !== undefined;
  }

  /**
   * The tags of each key of executions that has more than one value, and no more than `most`, by their
   * numbers.
   */
  choosable(most: number): Map<string, Map<number, TagPair>> {
    const rows = this.#statements
      .get("SELECT key FROM key_count WHERE type = ? ORDER BY key")
      .all(ENTITY_TYPES.indexOf("Execution")) as { key: string }[];
    const values = this.#statements.get("SELECT seq, value FROM pair WHERE key = ? LIMIT ?");
    const found = new Map<string, Map<number, TagPair>>();
    for (const { key } of rows) {
      const pairs = values.all(key, most + 1) as { seq: number; value: string }[];
      if (pairs.length < 2 || pairs.length > most) continue;
      found.set(key, new Map(pairs.map(({ seq, value }) => [seq, [key, parseJson(value)]])));
    }
    return found;
  }

  /** How many entities of each type carry each key. */
  keyCounts(): { key: string; type: EntityType; count: number }[] {
    const rows = this.#statements.get("SELECT key, type, count FROM key_count").all() as {
      key: string;
      type: number;
      count: number;
    }[];
    return rows.map(({ key, type, count }) => ({ key, type: ENTITY_TYPES[type]!, count }));
  }
}
