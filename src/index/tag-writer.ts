import type { TagEdits } from "../record/records.ts";
import { hashTag } from "../tag/hash.ts";
import { parseJson, pythonJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Statements } from "./database.ts";
import { splitHashes } from "./ids.ts";

/** What the writer must know of an entity whose tags change. */
export interface TaggedEntity {
  readonly seq: number;
  readonly id: string;
  /** When it began, in milliseconds since 1970; 0 where entities of its type have no time. */
  readonly time: number;
}

/**
 * Keeps `tag` equal to redun's rule: a tag is current when no other tag names it as a parent.
 * The order in which records and edits arrive makes no difference.
 */
export class TagWriter {
  readonly #statements: Statements;
  readonly #pairs = new Map<string, number>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** Adds tags as runs record them: without parents, and not again once they were replaced. */
  record(entity: TaggedEntity, tags: readonly TagPair[]): void {
    if (tags.length === 0) return;
    if (!this.#hasNodes(entity)) {
      for (const tag of tags) this.#insertTag(entity, this.#pair(tag));
      return;
    }
    for (const tag of tags) this.#insertNode(entity, tag, []);
    this.#refresh(entity);
  }

  edit(entity: TaggedEntity, { edits }: TagEdits): void {
    if (!this.#hasNodes(entity)) this.#makeNodes(entity);
    for (const { tag, parents } of edits) {
      this.#insertNode(entity, tag, parents.map(({ hash }) => hash).sort());
    }
    this.#refresh(entity);
  }

  /** An entity whose tags came before it did now has a time. */
  retime(entity: TaggedEntity): void {
    this.#statements
      .get("UPDATE tag SET time = ? WHERE entity = ? AND time <> ?")
      .run(entity.time, entity.seq, entity.time);
  }

  #hasNodes(entity: TaggedEntity): boolean {
    return (
      this.#statements.get("SELECT 1 FROM tag_node WHERE entity = ? LIMIT 1").get(entity.seq) !==
      undefined
    );
  }

  /** Turns the tags of an entity that was never edited into nodes of a graph. */
  #makeNodes(entity: TaggedEntity): void {
    const rows = this.#statements
      .get("SELECT key, value FROM tag JOIN pair ON pair.seq = tag.pair WHERE entity = ?")
      .all(entity.seq) as { key: string; value: string }[];
    for (const { key, value } of rows) this.#insertNode(entity, [key, parseJson(value)], []);
  }

  #insertNode(entity: TaggedEntity, tag: TagPair | null, parents: readonly string[]): void {
    const hash = tag ? hashTag(entity.id, tag[0], tag[1], parents) : hashTag("", "", null, parents);
    this.#statements
      .get("INSERT OR IGNORE INTO tag_node (entity, hash, pair, parents) VALUES (?, ?, ?, ?)")
      .run(
        entity.seq,
        Buffer.from(hash, "hex"),
        tag ? this.#pair(tag) : null,
        Buffer.from(parents.join(""), "hex"),
      );
  }

  #refresh(entity: TaggedEntity): void {
    const nodes = this.#statements
      .get("SELECT hash, pair, parents FROM tag_node WHERE entity = ?")
      .all(entity.seq) as { hash: Uint8Array; pair: number | null; parents: Uint8Array }[];
    const replaced = new Set(nodes.flatMap(({ parents }) => splitHashes(parents)));
    this.#statements.get("DELETE FROM tag WHERE entity = ?").run(entity.seq);
    for (const { hash, pair } of nodes) {
      if (pair !== null && !replaced.has(Buffer.from(hash).toString("hex"))) {
        this.#insertTag(entity, pair);
      }
    }
  }

  #insertTag(entity: TaggedEntity, pair: number): void {
    this.#statements
      .get("INSERT OR IGNORE INTO tag (pair, time, entity) VALUES (?, ?, ?)")
      .run(pair, entity.time, entity.seq);
  }

  #pair([key, value]: TagPair): number {
    const json = pythonJson(value, { compact: true });
    const name = `${key}\0${json}`;
    const known = this.#pairs.get(name);
    if (known !== undefined) return known;
    const found = this.#statements
      .get("SELECT seq FROM pair WHERE key = ? AND value = ?")
      .get(key, json) as { seq: number } | undefined;
    const seq =
      found?.seq ??
      Number(
        this.#statements.get("INSERT INTO pair (key, value) VALUES (?, ?)").run(key, json)
          .lastInsertRowid,
      );
    if (this.#pairs.size > 50_000) this.#pairs.clear();
    this.#pairs.set(name, seq);
    return seq;
  }
}
