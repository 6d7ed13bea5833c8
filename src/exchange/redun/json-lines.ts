/** What `redun export` wrote, JSON lines of any order, as tables of a temporary database. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { RedunError } from "../../errors.ts";
import { Statements } from "../../index/database.ts";
import type { Database, SqlValue } from "../../index/sqlite-types.ts";
import { hashTag } from "../../tag/hash.ts";
import { parseJson, pythonJson } from "../../tag/python-json.ts";
import { clip } from "../../value/shown-text.ts";
import type { TagValue } from "../../value/value.ts";
import { assertWhole } from "./missing.ts";
import { checked, type StagedTables, stagedTables } from "./staged-tables.ts";
import { isTime } from "./times.ts";

/** The version of redun's records that is read. */
const VERSION = 1;

type Raw = Readonly<Record<string, unknown>>;

/**
 * Reads JSON lines into the tables of a new temporary database.
 * @param source a path, or a stream of text
 * @param onLine told how many lines have been read, now and then
 * @throws RedunError BAD_IMPORT with the number of the line; nothing else was touched then
 */
export async function stageJsonLines(
  source: string | NodeJS.ReadableStream,
  commonDir: string,
  onLine?: (lines: number) => void,
): Promise<StagedTables> {
  const fill = (database: Database) => readLines(new Stage(database), source, onLine);
  return checked(await stagedTables(commonDir, fill), assertWhole);
}

const LINES_AT_ONCE = 20_000;

async function readLines(
  stage: Stage,
  source: string | NodeJS.ReadableStream,
  onLine?: (lines: number) => void,
): Promise<void> {
  const input: NodeJS.ReadableStream =
    typeof source === "string" ? createReadStream(source) : source;
  let failure: unknown;
  input.on("error", (error: unknown) => {
    failure = error;
  });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  stage.begin();
  for await (const line of lines) {
    number++;
    if (line.trim() !== "") stage.add(line, number);
    if (number % LINES_AT_ONCE !== 0) continue;
    stage.commit();
    onLine?.(number);
    stage.begin();
  }
  stage.commit();
  if (failure) throw failure;
  if (number === 0) throw new RedunError("BAD_IMPORT", "The export is empty.", ASK_AGAIN);
}

const ASK_AGAIN =
  "Export again with `redun export --file runs.jsonl`, and with whole ids: of a short one redun exports nothing.";

/** Writes records into the tables. */
class Stage {
  readonly #database: Database;
  readonly #statements: Statements;
  #line = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = new Statements(database);
  }

  begin(): void {
    this.#database.exec("BEGIN");
  }

  commit(): void {
    this.#database.exec("COMMIT");
  }

  add(line: string, number: number): void {
    this.#line = number;
    const record = this.#parse(line);
    if (record._version !== VERSION) {
      const given = clip(JSON.stringify(record._version) ?? "none", 40);
      throw this.#bad(
        `The record has the version ${given}; this redun-git reads version ${VERSION}.`,
      );
    }
    switch (record._type) {
      case "Execution":
        this.#execution(record);
        break;
      case "Job":
        this.#job(record);
        break;
      case "CallNode":
        this.#callNode(record);
        break;
      case "Value":
        this.#value(record);
        break;
      case "Tag":
        this.#tag(record);
        break;
      default:
        throw this.#bad(
          `There are no records of type ${clip(JSON.stringify(record._type) ?? "none", 40)} in redun.`,
        );
    }
  }

  #parse(line: string): Raw {
    try {
      // 1.0 is not 1 in a tag, and no number of another record needs that.
      const value: unknown = line.includes('"Tag"') ? parseJson(line) : JSON.parse(line);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Raw;
    } catch (cause) {
      throw this.#bad("It is not JSON; was the export cut off?", cause);
    }
    throw this.#bad("It is not a record: redun exports one JSON object a line.");
  }

  #execution(record: Raw): void {
    const args = this.#text(record, "args");
    const job = this.#text(record, "job_id");
    this.#insert("execution", { id: this.#id(record, "id"), args, job_id: job });
  }

  #job(record: Raw): void {
    this.#insert("job", {
      id: this.#id(record, "id"),
      start_time: this.#time(this.#text(record, "start_time")),
      end_time: this.#time(this.#optional(record, "end_time")),
      task_hash: this.#id(record, "task_hash"),
      cached: record.cached === true ? 1 : 0,
      call_hash: this.#optional(record, "call_hash"),
      parent_id: this.#optional(record, "parent_id"),
      execution_id: this.#id(record, "execution_id"),
    });
  }

  #callNode(record: Raw): void {
    const call = this.#id(record, "call_hash");
    const isNew = this.#insert("call_node", {
      call_hash: call,
      task_name: this.#text(record, "task_name"),
      task_hash: this.#id(record, "task_hash"),
      args_hash: this.#text(record, "args_hash"),
      value_hash: this.#id(record, "value_hash"),
      timestamp: this.#optional(record, "timestamp"),
    });
    if (!isNew) return;
    for (const [at, child] of this.#texts(record, "children").entries()) {
      this.#row("call_edge", { parent_id: call, child_id: child, call_order: at });
    }
    for (const [name, given] of Object.entries(this.#map(record, "args"))) {
      const argument = this.#asMap(given, `args.${name}`);
      const arg = this.#text(argument, "arg_hash");
      const isPlace = /^\d{1,6}$/.test(name);
      this.#row("argument", {
        arg_hash: arg,
        call_hash: call,
        value_hash: this.#id(argument, "value_hash"),
        arg_position: isPlace ? Number(name) : null,
        arg_key: isPlace ? null : name,
      });
      for (const upstream of this.#texts(argument, "upstream")) {
        this.#row("argument_result", { arg_hash: arg, result_call_hash: upstream });
      }
    }
  }

  #value(record: Raw): void {
    const id = this.#id(record, "value_hash");
    const data = this.#text(record, "data");
    const bytes = Buffer.from(data, "base64");
    if (bytes.toString("base64") !== data) throw this.#bad("`data` is not base64.");
    const type = this.#text(record, "type");
    const format = this.#text(record, "format");
    if (!this.#insert("value", { value_hash: id, type, format, value: bytes })) return;
    for (const sub of this.#texts(record, "subvalues")) {
      this.#row("subvalue", { parent_value_hash: id, value_hash: sub });
    }
    if (record.subtype === null || record.subtype === undefined) return;
    const subtype = this.#asMap(record.subtype, "subtype");
    if (subtype._type === "File") {
      this.#row("file", { value_hash: id, path: this.#text(subtype, "path") });
    } else if (subtype._type === "Task") {
      this.#row("task", {
        hash: id,
        name: this.#text(subtype, "name"),
        namespace: this.#optional(subtype, "namespace"),
        source: this.#optional(subtype, "source"),
      });
    } else throw this.#bad("`subtype` is neither a File nor a Task.");
  }

  #tag(record: Raw): void {
    const hash = this.#id(record, "tag_hash");
    const entity = this.#text(record, "entity_id");
    const key = this.#text(record, "key");
    const value = record.value as TagValue;
    const parents = this.#texts(record, "parents");
    const isRemoval = record.entity_type === "Null";
    if ((key === "") !== isRemoval || hashTag(entity, key, value, parents) !== hash) {
      throw this.#bad("The tag does not say what its hash stands for: its record was changed.");
    }
    const isNew = this.#insert("tag", {
      tag_hash: hash,
      entity_type: this.#text(record, "entity_type"),
      entity_id: entity,
      key,
      value: pythonJson(value, { compact: true }),
    });
    if (!isNew) return;
    for (const parent of new Set(parents)) {
      this.#row("edit_of", { parent_id: parent, child_id: hash });
    }
  }

  /** False for a record that is there already, as it is. @throws RedunError for one that differs */
  #insert(table: string, row: Readonly<Record<string, SqlValue>>): boolean {
    if (this.#row(table, { ...row, line: this.#line })) return true;
    const [key] = Object.keys(row) as [string];
    const known = this.#statements.get(`SELECT * FROM ${table} WHERE ${key} = ?`).get(row[key]!)!;
    for (const [name, value] of Object.entries(row)) {
      if (isEqual(known[name], value)) continue;
      throw this.#bad(
        `Its ${key} is that of line ${String(known.line)}, and the two records differ in ${name}.`,
      );
    }
    return false;
  }

  #row(table: string, row: Readonly<Record<string, SqlValue>>): boolean {
    const names = Object.keys(row);
    const places = names.map(() => "?").join(", ");
    const sql = `INSERT OR IGNORE INTO ${table} (${names.join(", ")}) VALUES (${places})`;
    return Number(this.#statements.get(sql).run(...Object.values(row)).changes) > 0;
  }

  #time<Given extends string | null>(text: Given): Given {
    if (text !== null && !isTime(text))
      throw this.#bad(`"${clip(text, 40)}" is not a time of redun's.`);
    return text;
  }

  #id(record: Raw, name: string): string {
    const id = this.#text(record, name);
    if (id.length >= 1 && id.length <= 200) return id;
    throw this.#bad(`\`${name}\` has ${id.length} characters; an id has 1 to 200.`);
  }

  #text(record: Raw, name: string): string {
    const value = record[name];
    if (typeof value === "string") return value;
    throw this.#bad(`\`${name}\` should be a text.`);
  }

  #optional(record: Raw, name: string): string | null {
    return record[name] === null || record[name] === undefined ? null : this.#text(record, name);
  }

  #texts(record: Raw, name: string): readonly string[] {
    const value = record[name];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw this.#bad(`\`${name}\` should be a list of texts.`);
  }

  #map(record: Raw, name: string): Raw {
    return this.#asMap(record[name], name);
  }

  #asMap(value: unknown, name: string): Raw {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Raw;
    throw this.#bad(`\`${name}\` should be an object.`);
  }

  #bad(why: string, cause?: unknown): RedunError {
    return new RedunError(
      "BAD_IMPORT",
      `Line ${this.#line}: ${why} Nothing was imported.`,
      ASK_AGAIN,
      {
        cause,
      },
    );
  }
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b || (a ?? null) === (b ?? null);
}
