/**
 * Runs of a system that nobody has a reader for: a CSV file, or JSON lines, with a run on each line. A run
 * becomes an execution with one job.
 */
import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { RedunError } from "../errors.ts";
import { fullName, timeOf } from "../record/records.ts";
import { parseJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import { tagValueOf } from "../tag/text.ts";
import { type HashName, hashText } from "../value/hash.ts";
import { contentId } from "../value/oid.ts";
import { clip } from "../value/shown-text.ts";
import { isPlainObject, type TagValue } from "../value/value.ts";
import { csvRows } from "./csv.ts";
import type { Graph, GraphRun } from "./graph.ts";
import { type MadeJob, madeRun, namedTask, tagsOfRun } from "./made-run.ts";
import { cellValue } from "./typed-text.ts";

/** What a line says, by the names of our fields or by names of its own. */
interface Line {
  readonly number: number;
  readonly fields: ReadonlyMap<string, TagValue>;
}

/** Fields of a run; `arg.x` is an argument, and any other name is that of a tag. */
const FIELDS = [
  "id",
  "task",
  "started",
  "ended",
  "status",
  "user",
  "result",
  "error",
  "args",
  "tags",
];

/** Fields that are texts, also where a cell looks like a number: the id `00123456`. */
const TEXTS = ["id", "task", "started", "ended", "status", "user"];

const FORMS =
  "A run has `started`, and perhaps `id`, `task`, `ended`, `status` (DONE or FAILED), `user`, `result`, `error`, `arg.<name>`; other columns become tags. `--map started=Date` says which column is which.";

/**
 * @param maps texts like `started=Date`: a field, and the column that has it
 * @throws RedunError BAD_IMPORT with the number of the line, USAGE for a map of another form
 */
export async function readTable(
  system: "csv" | "jsonl",
  source: string | NodeJS.ReadableStream,
  maps: readonly string[],
  format: HashName,
): Promise<Graph> {
  const text =
    typeof source === "string" ? readFileSync(source, "utf8") : await textOf(source as never);
  const names = fieldNames(maps);
  const lines = system === "csv" ? csvLines(text) : jsonLines(text);
  const runs = lines.map(({ number, fields }) => {
    const renamed = [...fields].map(([column, value]): [string, TagValue] => {
      const name = names.get(column) ?? column;
      const isCell = system === "csv" && !TEXTS.includes(name);
      return [name, isCell ? cellValue(value as string) : value];
    });
    return new TableRun(system, { number, fields: new Map(renamed) }, format).run();
  });
  if (runs.length === 0) throw new RedunError("BAD_IMPORT", "The file has no runs.", FORMS);
  const ids = new Map<string, number>();
  for (const [at, { execution }] of runs.entries()) {
    const { number } = lines[at]!;
    const other = ids.get(execution.id);
    if (other !== undefined)
      throw bad(number, `its id, ${execution.id}, is that of line ${other}.`);
    ids.set(execution.id, number);
  }
  runs.sort((a, b) => (a.execution.started < b.execution.started ? -1 : 1));
  return {
    system,
    count: runs.length,
    runs: () => runs,
    tags: () => runs.map(tagsOfRun),
    tagsAreState: true,
    leftOut: [],
    close() {},
  };
}

function fieldNames(maps: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    maps.map((map) => {
      const [, field, column] = /^([^=]+)=(.+)$/s.exec(map) ?? [];
      const isField = FIELDS.includes(field!) || /^(?:arg|tag)\../.test(field ?? "");
      if (field !== undefined && isField) return [column!, field];
      throw new RedunError("USAGE", `--map is "${map}", and not <field>=<column>.`, FORMS);
    }),
  );
}

function jsonLines(text: string): Line[] {
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    let value: TagValue;
    try {
      value = parseJson(line.trimEnd());
    } catch (cause) {
      throw bad(at + 1, `it is not JSON: ${(cause as Error).message}.`, cause);
    }
    if (typeof value === "object" && value !== null && isPlainObject(value)) {
      const fields = new Map(Object.entries(value as Record<string, TagValue>));
      return [{ number: at + 1, fields }];
    }
    throw bad(at + 1, "it is not a JSON object.");
  });
}

/** Cells are the texts that they are; empty ones say nothing. */
function csvLines(text: string): Line[] {
  const [head, ...rows] = csvRows(text);
  const names = head?.cells ?? [];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw bad(1, `two columns are called "${clip(twice, 40)}".`);
  return rows.map(({ line, cells }) => {
    if (cells.length > names.length) {
      throw bad(line, `it has ${cells.length} cells, and there are ${names.length} columns.`);
    }
    const filled = cells.flatMap((cell, at) => (cell === "" ? [] : [[names[at]!, cell] as const]));
    return { number: line, fields: new Map(filled) };
  });
}

/** One line as a run. */
class TableRun {
  readonly #system: string;
  readonly #line: Line;
  readonly #format: HashName;

  constructor(system: string, line: Line, format: HashName) {
    this.#system = system;
    this.#line = line;
    this.#format = format;
  }

  run(): GraphRun {
    const started = this.#time("started");
    if (started === null) throw this.#bad("it does not say when the run `started`.");
    const id = this.#text("id") ?? `${this.#system}-${this.#hash()}`;
    if (id.length > 190) throw this.#bad("its id has more than 190 characters.");
    const task = namedTask(this.#system, this.#text("task") || "run");
    const ended = this.#time("ended") ?? started;
    if (ended < started) throw this.#bad("it ended before it started.");
    const status = this.#status();
    const given = this.#line.fields.get(status === "FAILED" ? "error" : "result") ?? null;
    const job: MadeJob = {
      id: `${id}/job`,
      parent: null,
      task,
      status,
      started,
      ended,
      args: this.#args(),
      given,
    };
    const user = this.#text("user");
    const run = { id, task: fullName(task), started, user, tags: this.#tags() };
    return madeRun({ ...run, outcome: { status, ended }, jobs: [job] }, this.#format);
  }

  #tags(): readonly TagPair[] {
    const { fields } = this.#line;
    const own = fields.get("tags");
    const nested = own === undefined ? [] : Object.entries(this.#map(own, "tags"));
    const others = [...fields].flatMap(([name, value]): [string, TagValue][] => {
      if (FIELDS.includes(name) || name.startsWith("arg.")) return [];
      return [[name.replace(/^tag\.(?=.)/, ""), value]];
    });
    const tags = [...nested, ...others];
    if (tags.some(([key]) => key === "")) throw this.#bad("a tag of it has no key.");
    return tags.map(([key, value]) => [key, tagValueOf(value, key)]);
  }

  #args(): ReadonlyMap<string, TagValue> {
    const { fields } = this.#line;
    const own = fields.get("args");
    const nested = own === undefined ? [] : Object.entries(this.#map(own, "args"));
    const columns = [...fields].filter(([name]) => /^arg\../.test(name));
    return new Map([...nested, ...columns.map(([name, value]) => [name.slice(4), value] as const)]);
  }

  #status(): "DONE" | "FAILED" {
    const given = this.#text("status") ?? "DONE";
    const status = given.toUpperCase();
    if (status === "DONE" || status === "FAILED") return status;
    throw this.#bad(`its status is "${clip(given, 40)}", and neither DONE nor FAILED.`);
  }

  /** Times without a zone are in UTC. */
  #time(name: string): string | null {
    const text = this.#text(name);
    if (text === null) return null;
    const form = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;
    const [, day, clock = "00:00", seconds = ":00", fraction = "", zone = "Z"] =
      form.exec(text) ?? [];
    const rest = `${`${fraction || "."}000`.slice(0, 4)}${zone}`;
    const time = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}${seconds}${rest}`);
    if (!Number.isNaN(time)) return timeOf(time);
    throw this.#bad(
      `\`${name}\` is "${clip(text, 40)}", and not a time like 2026-11-22T09:43:43Z.`,
    );
  }

  #text(name: string): string | null {
    const value = this.#line.fields.get(name);
    if (value === undefined || value === null) return null;
    if (typeof value === "object") throw this.#bad(`\`${name}\` is a structure, and not a text.`);
    return String(value);
  }

  #map(value: TagValue, name: string): Readonly<Record<string, TagValue>> {
    const isMap = typeof value === "object" && value !== null && isPlainObject(value);
    if (isMap) return value as Readonly<Record<string, TagValue>>;
    throw this.#bad(`\`${name}\` is not an object.`);
  }

  /** The same line is the same run. */
  #hash(): string {
    return hashText("sha1", contentId(Object.fromEntries(this.#line.fields))).slice(0, 16);
  }

  #bad(why: string): RedunError {
    return bad(this.#line.number, why);
  }
}

function bad(line: number, why: string, cause?: unknown): RedunError {
  return new RedunError("BAD_IMPORT", `Line ${line}: ${why} Nothing was imported.`, FORMS, {
    cause,
  });
}
