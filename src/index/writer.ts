import type { ObjectFormat } from "../git/backend.ts";
import { ENTITY_TYPES, type EntityType } from "../record/records.ts";
import { Statements } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import type { Digest, JobsDigest, TagsDigest } from "./digest.ts";
import { EntityWriter } from "./entity-writer.ts";
import { LookupWriter } from "./lookups.ts";
import { NameWriter } from "./name-writer.ts";
import { RunLookup } from "./run-lookup.ts";
import { RunWriter, taggedExecution, taggedJob } from "./run-writer.ts";
import { executionOfJob } from "./schema.ts";
import type { Database } from "./sqlite-types.ts";
import { namerOf } from "./stamp.ts";
import { type TaggedRow, TagWriter } from "./tag-writer.ts";

/** Puts digests of records into the tables. Files may come in any order, and more than once. */
export class IndexWriter {
  readonly #lookups: LookupWriter;
  readonly #tags: TagWriter;
  readonly #entities: EntityWriter;
  readonly #known: RunLookup;
  readonly #runs: RunWriter;

  /** `anew`: the tables are empty, and files come in the order of the tree. */
  constructor(database: Database, format: ObjectFormat, { anew }: { anew: boolean }) {
    const statements = new Statements(database);
    const dictionary = new Dictionary(statements);
    const lookups = new LookupWriter(database, { collect: anew });
    const names = new NameWriter(statements, dictionary, lookups, namerOf(database));
    const entities = new EntityWriter(statements, dictionary, lookups, names);
    const tags = new TagWriter(statements, dictionary, lookups);
    const runs = new RunLookup(statements, lookups, names, format);
    this.#lookups = lookups;
    this.#tags = tags;
    this.#entities = entities;
    this.#known = runs;
    const parts = { statements, dictionary, lookups, names, entities, tags, runs };
    this.#runs = new RunWriter(database, parts);
  }

  /**
   * Adds one file; false when it refers to something that has not arrived.
   * @throws RedunError BAD_RECORD for one that claims what another has: nothing of it was added
   * @throws Contested where it has the better claim
   */
  add(digest: Digest): boolean {
    const { kind } = digest;
    if (kind === "tags" || kind === "value" || kind === "task") this.endOfFiles();
    switch (kind) {
      case "execution":
        this.#runs.addExecution(digest);
        return true;
      case "jobs":
        return this.#addJobs(digest);
      case "outcome":
        return this.#runs.addOutcome(digest);
      case "task":
        this.#entities.define(digest.id, digest.name);
        return true;
      case "value":
        this.#entities.row("Value", digest.id);
        return true;
      case "tags":
        return this.#addTagEdits(digest);
      case "format":
      case "tombstone":
        return true;
    }
  }

  /** Must be called after the last file. */
  finish(): void {
    this.endOfFiles();
    this.#tags.finish();
  }

  /** From here on, what comes may refer to anything that came before. */
  endOfFiles(): void {
    if (!this.#lookups.isCollecting) return;
    this.#runs.flush();
    this.#lookups.finish();
    this.#known.endOfRebuild();
    this.#entities.endOfJobs();
  }

  #addJobs(digest: JobsDigest): boolean {
    if (!this.#known.execution(digest.execution)) return false;
    let isWhole = this.#runs.addJobs(digest);
    if (digest.tagged.length > 0) this.#runs.flush();
    for (const { type, id, tags } of digest.tagged) {
      const row = this.#row(type, id);
      if (row) this.#tags.record(row, tags);
      else isWhole = false;
    }
    return isWhole;
  }

  #addTagEdits({ type, entity, oid, edits }: TagsDigest): boolean {
    const row = this.#row(type, entity);
    if (row) this.#tags.edit(row, edits, oid);
    return row !== null;
  }

  /** The row of an entity that tags are for; null for an execution or job that has not arrived. */
  #row(type: EntityType, id: string): TaggedRow | null {
    if (type === "Execution") {
      const found = this.#known.execution(id);
      return found && taggedExecution(found);
    }
    if (type === "Job") {
      const seq = this.#known.job(id);
      if (seq === null) return null;
      return taggedJob({ id, seq, started: this.#known.startOf(executionOfJob(seq)) });
    }
    const seq = this.#entities.row(type, id);
    return { table: "entity", seq, id, type: ENTITY_TYPES.indexOf(type), time: 0 };
  }
}
