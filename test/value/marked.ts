/**
 * A value with every distinction spelled out, so that what different YAML readers understood can
 * be compared: ["int", "1"] is not ["float", "1.0"]. Tagged scalars are compared by their text.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import { builtinForm } from "../../src/value/builtins.ts";
import { pythonFloat } from "../../src/value/python-float.ts";
import {
  ErrorValue,
  Fields,
  Float,
  isInt,
  isTimestamp,
  StoredValue,
  Tagged,
  Timestamp,
} from "../../src/value/value.ts";
import { yamlFloat } from "../../src/value/yaml-scalar.ts";

export type Mark = readonly [string, ...unknown[]];

/** The marks of a value of the model; maps as the emitter orders them. */
export function markValue(value: unknown): Mark {
  if (value === null || value === undefined) return ["null"];
  if (typeof value === "boolean") return ["bool", value];
  if (typeof value === "string") return ["str", value];
  if (typeof value === "number") {
    return isInt(value) ? ["int", String(value)] : ["float", pythonFloat(value)];
  }
  if (typeof value === "bigint") return markBigint(value);
  if (value instanceof Float) return ["float", pythonFloat(value.value)];
  if (value instanceof Timestamp) return ["time", value.iso];
  if (value instanceof StoredValue) return raw("value", value.id);
  if (value instanceof Date) {
    return raw("date", Number.isNaN(value.getTime()) ? "null" : value.toISOString());
  }
  if (Buffer.isBuffer(value)) return raw("bytes", value.toString("base64"));
  if (value instanceof Set) return ["tag", "set", markValue([...value])];
  if (value instanceof Map) return ["tag", "map", markValue([...value])];
  if (value instanceof Error || value instanceof ErrorValue) {
    const { name, message, stack } = value;
    const more = value instanceof ErrorValue ? value.more : {};
    const fields = ["class", "cause", "errors", "properties"].map(
      (key) => [key, more[key as keyof typeof more]] as const,
    );
    fields.unshift(...Object.entries({ name, message, stack }));
    return ["tag", "error", markValue(new Fields(fields))];
  }
  const form = typeof value === "object" ? builtinForm(value) : null;
  if (form) return markValue(new Tagged(form.tag, form.content));
  if (typeof value === "symbol") return raw("symbol", Symbol.keyFor(value));
  if (value instanceof Tagged) {
    const inner = markValue(value.value);
    const scalar = inner[0] !== "map" && inner[0] !== "list";
    return scalar ? raw(value.tag, markText(value.value)) : ["tag", value.tag, inner];
  }
  if (Array.isArray(value)) return ["list", value.map(markValue)];
  if (value instanceof Fields) return ["map", markEntries(value.entries)];
  const bytes = (key: string) => Buffer.from(key.replace(/[\ud800-\udfff]/gu, "\ud7ff"));
  return [
    "map",
    markEntries(Object.entries(value).sort(([a], [b]) => Buffer.compare(bytes(a), bytes(b)))),
  ];
}

function markText(scalar: unknown): string {
  if (typeof scalar === "number" && !isInt(scalar)) return yamlFloat(scalar);
  return String(scalar);
}

function markBigint(value: bigint): Mark {
  if (Number.isSafeInteger(Number(value))) return raw("bigint", String(value));
  const hex = value.toString(16).replace("-", "");
  if (hex.length <= 3500) return ["int", String(value)];
  return raw("bigint", `${value < 0n ? "-" : ""}0x${hex}`);
}

function markEntries(entries: readonly (readonly [string, unknown])[]): unknown[] {
  return entries.filter(([, value]) => value !== undefined).map(([k, v]) => [k, markValue(v)]);
}

function raw(tag: string, text: unknown): Mark {
  return ["tag", tag, ["raw", text]];
}

/** The marks of what the `yaml` package reads in a text. */
export function markYamlPackage(text: string): Mark {
  const document = parseDocument(text, { intAsBigInt: true });
  if (document.errors.length > 0) throw document.errors[0];
  return markNode(document.contents);
}

function markNode(node: unknown): Mark {
  if (isAlias(node)) throw new Error("an alias");
  const tag = (node as { tag?: string } | null)?.tag;
  if (isScalar(node)) {
    return tag === undefined ? markScalar(node.value, node.type) : raw(tag.slice(1), node.source);
  }
  let mark: Mark;
  if (isSeq(node)) mark = ["list", node.items.map(markNode)];
  else if (isMap(node)) mark = ["map", node.items.map((p) => [markKey(p.key), markNode(p.value)])];
  else throw new Error("an unknown node");
  return tag === undefined ? mark : ["tag", tag.slice(1), mark];
}

function markKey(node: unknown): unknown {
  if (!isScalar(node) || typeof node.value !== "string") throw new Error("a key that is no string");
  return node.value;
}

function markScalar(value: unknown, type: string | undefined): Mark {
  if (typeof value === "bigint") return ["int", String(value)];
  if (typeof value === "number") return ["float", pythonFloat(value)];
  const time = typeof value === "string" && type === "PLAIN" && isTimestamp(value);
  return time ? ["time", value] : markValue(value);
}

/** Python: `answer([text, loader])` gives the marks of what PyYAML reads. */
export const MARK_PYYAML = `
import datetime, yaml

class Pure(yaml.SafeLoader):
    pass

class Fast(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    pass

def tagged(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return ("tag", suffix, ["raw", node.value])
    if isinstance(node, yaml.SequenceNode):
        return ("tag", suffix, loader.construct_sequence(node, deep=True))
    return ("tag", suffix, loader.construct_mapping(node, deep=True))

Pure.add_multi_constructor("!", tagged)
Fast.add_multi_constructor("!", tagged)

def mark(value):
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", json.dumps(value)]
    if isinstance(value, str):
        return ["str", value]
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc)
        return ["time", utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")]
    if isinstance(value, list):
        return ["list", [mark(item) for item in value]]
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key that is no string")
        return ["map", [[key, mark(item)] for key, item in value.items()]]
    if isinstance(value, tuple):
        inner = value[2]
        scalar = isinstance(inner, list) and len(inner) == 2 and inner[0] == "raw"
        return ["tag", value[1], inner if scalar else mark(inner)]
    raise ValueError(type(value).__name__)

def answer(job):
    text, loader = job
    return mark(yaml.load(text, Fast if loader == "fast" else Pure))
`;
