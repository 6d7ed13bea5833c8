import { ENTITY_TYPES, type EntityType } from "../record/records.ts";
import type { Statements } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import type { JobDigest } from "./digest.ts";
import { isHexId, loadId } from "./ids.ts";
import type { LookupWriter } from "./lookups.ts";
import {
  foreignKey,
  hexKey,
  keyOfKind,
  type Name,
  type Named,
  type Namer,
  ownKind,
  readKey,
} from "./names.ts";

/** The table that has the rows of a type. */
const TABLES = {
  Execution: "execution",
  Job: "job",
  Task: "entity",
  CallNode: "entity",
  Value: "entity",
} as const satisfies Record<EntityType, string>;

/** Writes the names of rows, and finds the rows that have them. */
export class NameWriter {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  readonly #lookups: LookupWriter;
  readonly #namer: Namer;

  constructor(statements: Statements, dictionary: Dictionary, lookups: LookupWriter, namer: Namer) {
    this.#statements = statements;
    this.#dictionary = dictionary;
    this.#lookups = lookups;
    this.#namer = namer;
  }

  /** Gives a row its id. */
  add(type: EntityType, id: string, row: number): void {
    const { key, rest } = this.#own(type, id);
    this.#lookups.add("name", [key, rest, 0, 0, row]);
  }

  /** As `add`, of one job of many: it has its id after `LookupWriter.flush`. */
  addJob(id: string, row: number): void {
    const { key, rest } = this.#own("Job", id);
    this.#lookups.addLater("name", [key, rest, 0, 0, row]);
  }

  /** The names of what a job knows by their ids: its call, the values that it took and gave. */
  eachOfJob(
    { names: { hex, foreign } }: JobDigest,
    tell: (key: number, rest: number) => void,
  ): void {
    for (let at = 0; at < hex.length; at += 2) tell(hex[at]!, hex[at + 1]!);
    for (const [id, named] of foreign) {
      const { key, rest } = this.#foreign(id, named);
      tell(key, rest);
    }
  }

  /** The row that has an id. A rebuild knows none. */
  row(type: EntityType, id: string): number | null {
    if (this.#lookups.isCollecting) return null;
    const { key, rest } = this.#own(type, id);
    const rows = this.#statements
      .get("SELECT run FROM name WHERE key = ? AND rest = ?")
      .all(key, rest) as { run: number }[];
    const idOf = this.#statements.get(`SELECT id FROM ${TABLES[type]} WHERE seq = ?`);
    for (const { run } of rows) {
      const row = idOf.get(run) as { id: unknown } | undefined;
      if (row && loadId(row.id) === id) return run;
    }
    return null;
  }

  /**
   * Finds the rows of values and call nodes by the names that jobs know them by, of which there are `count`; null where
   * there are no such rows.
   */
  rowsKnownBy(count: number): ((name: Name) => number | undefined) | null {
    const types = [ENTITY_TYPES.indexOf("CallNode"), ENTITY_TYPES.indexOf("Value")];
    const rows = this.#statements
      .get("SELECT seq, type, id FROM entity WHERE type IN (?, ?) LIMIT ?")
      .all(...types, count) as { seq: number; type: number; id: unknown }[];
    if (rows.length === count) return (name) => this.#rowKnownBy(name);
    const known = new Map<number, Map<number, number>>();
    for (const { seq, type, id } of rows) {
      const { key, rest } = this.#own(ENTITY_TYPES[type]!, loadId(id));
      known.set(key, (known.get(key) ?? new Map()).set(rest, seq));
    }
    if (known.size === 0) return null;
    return (name) => {
      const { key, rest } = ownName(name);
      return known.get(key)?.get(rest);
    };
  }

  #rowKnownBy(name: Name): number | undefined {
    const { key, rest } = ownName(name);
    const row = this.#statements.get("SELECT run FROM name WHERE key = ? AND rest = ?");
    return row.get(key, rest)?.run as number | undefined;
  }

  /** The name of an entity as one that a job knows in this role. */
  inRole(type: EntityType, id: string, role: Named): Name {
    const { key, rest } = this.#own(type, id);
    return { key: keyOfKind(key, role), rest };
  }

  /** There are two sorts of rows: of runs and jobs, whose ids stand there, the key alone will do. */
  #own(type: EntityType, id: string): Name {
    const named = ownKind(type);
    if (!isHexId(id)) return this.#foreign(id, named);
    const isRun = type === "Execution" || type === "Job";
    return { key: hexKey(id, named), rest: isRun ? 0 : this.#namer.rest(id) };
  }

  #foreign(id: string, named: Named): Name {
    return { key: foreignKey(this.#dictionary.foreignId(id), named), rest: 0 };
  }
}

/** The name of what a job knows, as its own. */
function ownName({ key, rest }: Name): Name {
  return { key: keyOfKind(key, ownKind(readKey(key).type)), rest };
}
