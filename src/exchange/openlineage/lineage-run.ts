/** What the events of one run say together: facets add to those before. */
import { timeOf } from "../../record/records.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function withField(fields: Fields, name: string): Fields {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? (value as Fields) : {};
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The items of a list; what is no map counts as an empty one. */
function mapsOf(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.map((item) => withField({ item }, "item")) : [];
}

/** A dataset by its two names, and its version where one is told. */
export interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly version?: string;
}

type End = "COMPLETE" | "FAIL" | "ABORT";

export class LineageRun {
  readonly id: string;
  namespace = "";
  name = "";
  /** When the earliest event was, unless one says START. */
  #first: string | null = null;
  #start: string | null = null;
  #end: { readonly type: End; readonly time: string } | null = null;
  parent: string | null = null;
  readonly inputs = new Map<string, Dataset>();
  readonly outputs = new Map<string, Dataset>();
  readonly tags = new Map<string, string>();
  source: string | null = null;
  error: string | null = null;
  location: Fields = {};

  constructor(id: string) {
    this.id = id;
  }

  get started(): string | null {
    return this.#start ?? this.#first;
  }

  get end() {
    return this.#end;
  }

  /** Adds an event. What is wrong with it, if something is. */
  add(event: Fields): string | null {
    const time = timeIn(event);
    if (time === null) return "its eventTime is not a time";
    const job = withField(event, "job");
    this.name = textIn(job, "name")!;
    this.namespace = textIn(job, "namespace") ?? "";
    const type = textIn(event, "eventType")?.toUpperCase();
    if (this.#first === null || time < this.#first) this.#first = time;
    if (type === "START" && (this.#start === null || time < this.#start)) this.#start = time;
    if (type === "COMPLETE" || type === "FAIL" || type === "ABORT") {
      if (this.#end && this.#end.type !== type) {
        return `run ${this.id} ended twice, as ${this.#end.type} and as ${type}`;
      }
      this.#end = { type, time };
    }
    this.#addDatasets(event.inputs, this.inputs);
    this.#addDatasets(event.outputs, this.outputs);
    this.#addFacets(withField(withField(event, "run"), "facets"), withField(job, "facets"));
    return null;
  }

  #addDatasets(list: unknown, to: Map<string, Dataset>): void {
    for (const one of mapsOf(list)) {
      const [namespace, name] = [textIn(one, "namespace") ?? "", textIn(one, "name")];
      if (name === undefined) continue;
      const version = textIn(withField(withField(one, "facets"), "version"), "datasetVersion");
      to.set(`${namespace}\0${name}`, { namespace, name, ...(version && { version }) });
    }
  }

  #addFacets(run: Fields, job: Fields): void {
    this.parent = textIn(withField(withField(run, "parent"), "run"), "runId") ?? this.parent;
    this.error = textIn(withField(run, "errorMessage"), "message") ?? this.error;
    this.source = textIn(withField(job, "sourceCode"), "sourceCode") ?? this.source;
    this.source = textIn(withField(job, "sql"), "query") ?? this.source;
    this.location = { ...this.location, ...withField(job, "sourceCodeLocation") };
    for (const facets of [job, run]) {
      for (const tag of mapsOf(withField(facets, "tags").tags)) {
        const [key, value] = [textIn(tag, "key"), textIn(tag, "value")];
        if (key !== undefined) this.tags.set(key, value ?? "");
      }
    }
  }
}

function timeIn(event: Fields): string | null {
  const time = Date.parse(textIn(event, "eventTime") ?? "");
  return Number.isNaN(time) ? null : timeOf(time);
}
