/** Pages that are drawn as text, as rows: what the page of an entity names is opened from there. */
import { type Address, type AddressedType, addressOf } from "../../src/views/address.ts";
import { type Line, type Row, type Span, type Style, wrapped } from "./content.ts";

/** Paints as `util.styleText` does, by marks that no recorded text can hold: see `visible`. */
export function markingPaint(style: unknown, text: string): string {
  return `\x1b<${String(style)}>${text}\x1b<>`;
}

const STYLES: readonly string[] = ["bold", "dim", "red", "green", "yellow", "cyan"];

/** The lines of a text that `markingPaint` has painted. */
export function linesOf(text: string): Line[] {
  const ended = text.endsWith("\n") ? text.slice(0, -1) : text;
  return ended.split("\n").map(lineOf);
}

export function lineOf(text: string): Line {
  const line: Span[] = [];
  let style: Style = "plain";
  for (const part of text.replaceAll("\t", "  ").split(/(\x1b<[^>]*>)/)) {
    const mark = /^\x1b<(.*)>$/.exec(part);
    if (mark) style = STYLES.includes(mark[1]!) ? (mark[1] as Style) : "plain";
    else if (part !== "") line.push({ text: part, style });
  }
  return line;
}

/** Where the ids lead that a page names, by their first eight characters. */
export type Targets = ReadonlyMap<string, Address>;

/** The lines of a page as rows: ids that lead somewhere can be chosen. */
export function documentRows(text: string, targets: Targets, columns: number): Row[] {
  return linesOf(text)
    .map((line) => linked(line, targets))
    .flatMap((line) => wrapped(line, columns))
    .map((line) => ({ line }));
}

/** A line in which ids that lead somewhere can be chosen. */
export function linked(line: Line, targets: Targets): Line {
  return line.flatMap((span) =>
    span.text.split(/(\b[0-9a-f]{8,64}\b)/).flatMap((text, at): Span[] => {
      if (text === "") return [];
      const address = at % 2 === 1 ? targets.get(text.slice(0, 8)) : undefined;
      if (!address) return [{ ...span, text }];
      const style = span.style === "plain" ? "cyan" : span.style;
      return [{ text, style, action: { does: "open", address } }];
    }),
  );
}

/** What the objects of a view are that do not say so themselves, by the names of their fields. */
const KINDS: Readonly<Record<string, AddressedType>> = {
  ...{ path: "Job", firstJob: "Job", lastJob: "Job", jobs: "Job", others: "Task" },
  ...{ versions: "Value", args: "Value", outcome: "Value", variables: "Value", value: "Value" },
  ...{ parents: "CallNode", children: "CallNode", call: "CallNode" },
};
/** Fields of views that are ids. */
const IDS: Readonly<Record<string, AddressedType>> = {
  ...{ execution: "Execution", taskHash: "Task", parent: "Job" },
};
/** Objects that are looked at: the views of pages are far smaller. */
const MOST = 20_000;

/** Where the ids in a view lead. */
export function targetsIn(view: unknown): Targets {
  const targets = new Map<string, Address>();
  const put = (type: AddressedType, id: string) => {
    const address = addressOf({ type, id });
    if (!targets.has(address.id)) targets.set(address.id, address);
  };
  let left = MOST;
  const visit = (value: unknown, field: string) => {
    if (typeof value === "string") {
      const type = IDS[field];
      if (type && value !== "") put(type, value);
      return;
    }
    // A recorded value is not part of the page, and may be anything.
    if (typeof value !== "object" || value === null || left-- < 0 || isRecorded(value)) return;
    if (Array.isArray(value)) {
      for (const one of value) visit(one, field);
      return;
    }
    if (value instanceof Map) {
      for (const ids of value.values()) for (const id of [ids].flat()) put("Job", String(id));
      return;
    }
    const { type, id } = value as { type?: AddressedType; id?: unknown };
    const kind = type ?? KINDS[field];
    if (kind && typeof id === "string") put(kind, id);
    for (const [name, part] of Object.entries(value)) {
      if (!(type === "Value" && name === "value")) visit(part, name);
    }
  };
  visit(view, "");
  return targets;
}

function isRecorded(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return ![Object.prototype, Array.prototype, Map.prototype].includes(prototype);
}
