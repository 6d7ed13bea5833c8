/**
 * What an agent gets unless it asks for recorded texts: ids, names, states, times and tags. What a program or its
 * user wrote may be long, secret, or written to be taken for an instruction.
 */
import { clip } from "../../src/value/shown-text.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of `--format json` that hold recorded texts: see cli/json. */
const CONTENT = new Set([
  ...["args", "result", "error", "value", "dataflow"],
  ...["source", "hash_includes", "reason", "subject"],
]);

/** A name or the value of a tag is cut to this many characters. */
const LONGEST = 200;

/** An entity, or a change of its tags, without its content. */
export function metadata(entity: object): object {
  const kept = Object.entries(entity).filter(([name]) => !CONTENT.has(name));
  return short(Object.fromEntries(kept)) as object;
}

/** Of a comparison: which arguments, sources and commits differ, not how. */
export function comparisonMetadata(comparison: object): object {
  const { before, after, code, tasks, args, result, ...rest } = comparison as Fields;
  const { ahead, behind, ...relation } = code as { ahead: Fields[]; behind: Fields[] };
  const { changed, ...others } = tasks as { changed: Fields[] };
  return short({
    before: metadata(before as object),
    after: metadata(after as object),
    ...rest,
    code: { ...relation, ahead: ahead.map(metadata), behind: behind.map(metadata) },
    tasks: { ...others, changed: changed.map(({ diff, ...task }) => task) },
    args: args && (args as Fields[]).map(sidesMetadata),
    result: result && sidesMetadata(result as Fields),
  }) as object;
}

function sidesMetadata({ before, after, ...change }: Fields): object {
  const idOf = (side: unknown) => side && { id: (side as Fields).id };
  return { ...change, before: idOf(before), after: idOf(after) };
}

/** Why a job ran: the names of what changed, not the text of its source. */
export function whyMetadata(why: object): object {
  const { source, ...rest } = why as Fields;
  return short(rest) as object;
}

/** Changes or counts of tags, without what people wrote of them. */
export function tagMetadata(list: readonly object[]): object[] {
  const kept = list.map((entry) => {
    const { subject, reason, ...rest } = entry as Fields;
    return rest;
  });
  return short(kept) as object[];
}

/** A value whose texts are short. The docs of tasks and runs, which are tags, are left out. */
function short(value: unknown): unknown {
  if (typeof value === "string") return clip(value, LONGEST);
  if (Array.isArray(value)) return value.filter((part) => !isDoc(part)).map(short);
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, short(part)]));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [clip(key, LONGEST), short(part)]),
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && Object.getPrototypeOf(value ?? 0) === Object.prototype;
}

/** A tag, a change of tags, or a count of them. */
function isDoc(value: unknown): boolean {
  return isPlain(value) && "key" in value && value.key === "doc";
}
