import { type CurrentNode, TagGraph, type TagNode } from "../tag/graph.ts";
import { hashTag } from "../tag/hash.ts";
import type { Statements } from "./database.ts";
import { type Dictionary, readTag, type TagText, tagText } from "./dictionary.ts";
import type { EditDigest } from "./digest.ts";
import { packNumbers, storeId, unpackNumbers } from "./ids.ts";
import type { LookupWriter } from "./lookups.ts";
import { loadGraphNodes } from "./tag-nodes.ts";

/** The table that holds an entity's row. */
export type TagTable = "execution" | "job" | "entity";

/** A row whose tags change. */
export interface TaggedRow {
  readonly table: TagTable;
  readonly seq: number;
  readonly id: string;
  /** The number of its type. */
  readonly type: number;
  /** When it began; 0 where entities of its type have no time. */
  readonly time: number;
}

/** The numbers of a row's tags, as they were and as they are to be. */
interface Recorded {
  readonly row: TaggedRow;
  readonly before: number[];
  readonly pairs: Set<number>;
}

const RECORDED_AT_ONCE = 1000;

/**
 * Keeps the rows' current tags, the `tag` table and the counts of keys equal to redun's rule: a
 * tag is current when no other tag names it as a parent.
 */
export class TagWriter {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  readonly #lookups: LookupWriter;
  /** The graph of the row whose edits are being added: many files may be about one. */
  #open: { readonly row: TaggedRow; readonly graph: TagGraph } | undefined;
  /** Until the first edit no row has a graph to look for. */
  #anyEdited: boolean | undefined;
  /** What runs recorded on rows without a graph: many segments may be about one of them. */
  readonly #recorded = new Map<string, Recorded>();
  readonly #counts = new Map<string, { key: string; type: number; change: number }>();

  constructor(statements: Statements, dictionary: Dictionary, lookups: LookupWriter) {
    this.#statements = statements;
    this.#dictionary = dictionary;
    this.#lookups = lookups;
  }

  /** The numbers of tags, each once. */
  pairs(tags: readonly TagText[]): number[] {
    return [...new Set(tags.map((tag) => this.#dictionary.pair(tag)))];
  }

  /**
   * Makes a row findable that was just inserted with these tags in its `tags` column, given as
   * `pairs` numbered them. Nothing was recorded of it before.
   */
  recordNew(row: TaggedRow, tags: readonly TagText[], pairs: readonly number[]): void {
    for (const pair of pairs) this.#lookups.add("tag", [pair, row.type, row.time, row.seq]);
    for (const key of new Set(tags.map(([key]) => key))) this.#countKey(row.type, key, 1);
  }

  /** Adds tags as runs record them: without parents, and not again once they were replaced. */
  record(row: TaggedRow, tags: readonly TagText[]): void {
    if (tags.length === 0) return;
    const name = `${row.type} ${row.seq}`;
    const recorded = this.#recorded.get(name);
    if (recorded) {
      for (const pair of this.pairs(tags)) recorded.pairs.add(pair);
      return;
    }
    const graph = this.#graph(row);
    if (graph) {
      for (const text of tags) {
        this.#addNode(row, graph, { tag: readTag(text), parents: [], edits: [] });
      }
      this.#open = { row, graph };
      return;
    }
    const before = this.#pairsOf(row);
    this.#recorded.set(name, { row, before, pairs: new Set([...before, ...this.pairs(tags)]) });
    if (this.#recorded.size >= RECORDED_AT_ONCE) this.#setRecorded();
  }

  /** Adds the edits of one file, whose object id is `oid`. */
  edit(row: TaggedRow, edits: readonly EditDigest[], oid: string): void {
    this.#setRecorded();
    const graph = this.#graph(row) ?? this.#makeGraph(row);
    this.#anyEdited = true;
    const file = [this.#editNumber(oid)];
    for (const { tag, parents } of edits) {
      this.#addNode(row, graph, { tag: tag && readTag(tag), parents, edits: file });
    }
    this.#open = { row, graph };
  }

  /** Writes what runs recorded. */
  #setRecorded(): void {
    for (const { row, before, pairs } of this.#recorded.values())
      this.#set(row, [...pairs], before);
    this.#recorded.clear();
  }

  /** Writes what the edits of a row have made of its tags, when no more of them come. */
  #settle(): void {
    if (!this.#open) return;
    const { row, graph } = this.#open;
    this.#open = undefined;
    this.#setCurrent(row, graph);
  }

  /** Writes the counts of keys that have changed. */
  finish(): void {
    this.#setRecorded();
    this.#settle();
    const add = this.#statements.get(
      `INSERT INTO key_count (key, type, count) VALUES (?, ?, ?)
       ON CONFLICT (key, type) DO UPDATE SET count = count + excluded.count`,
    );
    for (const { key, type, change } of this.#counts.values()) {
      if (change !== 0) add.run(key, type, change);
    }
    this.#counts.clear();
    this.#statements.get("DELETE FROM key_count WHERE count = 0").run();
  }

  #graph(row: TaggedRow): TagGraph | undefined {
    const open = this.#open;
    if (open && open.row.table === row.table && open.row.seq === row.seq) return open.graph;
    this.#settle();
    this.#anyEdited ??= this.#statements.get("SELECT 1 FROM tag_node LIMIT 1").get() !== undefined;
    if (!this.#anyEdited) return undefined;
    const nodes = loadGraphNodes(this.#statements, this.#dictionary, row);
    return nodes.length > 0 ? new TagGraph(row.id, nodes) : undefined;
  }

  /** The graph of an entity whose tags were never edited: each stands for itself. */
  #makeGraph(row: TaggedRow): TagGraph {
    const graph = new TagGraph(row.id);
    for (const pair of this.#pairsOf(row)) {
      this.#addNode(row, graph, { tag: this.#dictionary.tag(pair), parents: [], edits: [] });
    }
    return graph;
  }

  #addNode(row: TaggedRow, graph: TagGraph, node: Omit<TagNode, "hash">): void {
    const { tag, parents } = node;
    const hash = tag ? hashTag(row.id, tag[0], tag[1], parents) : hashTag("", "", null, parents);
    const before = graph.nodes.get(hash);
    graph.add({ hash, ...node });
    const { edits } = graph.nodes.get(hash)!;
    if (before?.edits.length === edits.length) return;
    this.#statements
      .get(
        `INSERT INTO tag_node (type, entity, hash, pair, parents, edits) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (type, entity, hash) DO UPDATE SET edits = excluded.edits`,
      )
      .run(
        row.type,
        row.seq,
        Buffer.from(hash, "hex"),
        tag ? this.#dictionary.pair(tagText(tag)) : null,
        Buffer.from(parents.join(""), "hex"),
        packNumbers(edits),
      );
  }

  #editNumber(oid: string): number {
    const id = storeId(oid);
    const { changes, lastInsertRowid } = this.#statements
      .get("INSERT OR IGNORE INTO tag_edit (oid) VALUES (?)")
      .run(id);
    if (Number(changes) === 1) return Number(lastInsertRowid);
    return this.#statements.get("SELECT seq FROM tag_edit WHERE oid = ?").get(id)!.seq as number;
  }

  #setCurrent(row: TaggedRow, graph: TagGraph): void {
    this.#set(row, this.#pairNumbers(graph.current()));
    this.#statements
      .get("DELETE FROM conflict WHERE type = ? AND entity = ?")
      .run(row.type, row.seq);
    for (const pair of this.#pairNumbers(graph.conflicts())) {
      this.#statements
        .get("INSERT INTO conflict (type, entity, pair) VALUES (?, ?, ?)")
        .run(row.type, row.seq, pair);
    }
  }

  #pairNumbers(nodes: readonly CurrentNode[]): number[] {
    return [...new Set(nodes.map(({ tag }) => this.#dictionary.pair(tagText(tag))))];
  }

  #pairsOf(row: TaggedRow): number[] {
    const found = this.#statements
      .get(`SELECT tags FROM ${row.table} WHERE seq = ?`)
      .get(row.seq) as { tags: Uint8Array | null } | undefined;
    return unpackNumbers(found?.tags ?? null);
  }

  #set(row: TaggedRow, pairs: readonly number[], before = this.#pairsOf(row)): void {
    const [was, is] = [new Set(before), new Set(pairs)];
    const gone = before.filter((pair) => !is.has(pair));
    const come = pairs.filter((pair) => !was.has(pair));
    if (gone.length === 0 && come.length === 0) return;
    this.#statements
      .get(`UPDATE ${row.table} SET tags = ? WHERE seq = ?`)
      .run(packNumbers(pairs), row.seq);
    for (const pair of come) this.#lookups.add("tag", [pair, row.type, row.time, row.seq]);
    for (const pair of gone) {
      this.#statements
        .get("DELETE FROM tag WHERE pair = ? AND type = ? AND time = ? AND entity = ?")
        .run(pair, row.type, row.time, row.seq);
    }
    this.#count(row.type, before, -1);
    this.#count(row.type, pairs, 1);
  }

  /** An entity counts once for a key, however many values it has there. */
  #count(type: number, pairs: readonly number[], change: number): void {
    for (const key of new Set(pairs.map((pair) => this.#dictionary.tag(pair)[0]))) {
      this.#countKey(type, key, change);
    }
  }

  #countKey(type: number, key: string, change: number): void {
    const name = `${type} ${key}`;
    const count = this.#counts.get(name);
    if (count) count.change += change;
    else this.#counts.set(name, { key, type, change });
  }
}
