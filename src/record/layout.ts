import { RedunError } from "../errors.ts";
import type { Time } from "./records.ts";

/**
 * Where records live in the tree. Dates and two-character shards keep every tree small; the id is
 * written whole, so that a literal path finds everything about an entity at once.
 */
export const FORMAT_PATH = "format.yaml";

export type RecordPath =
  | { readonly kind: "execution"; readonly execution: string }
  | { readonly kind: "jobs" | "outcome"; readonly execution: string; readonly id: string }
  | { readonly kind: "task" | "value" | "tombstone"; readonly id: string }
  | { readonly kind: "tags"; readonly entity: string; readonly id: string }
  | { readonly kind: "format" };

/** The directory of one execution: `executions/2026/11-22/6d/6dc981d7...`. */
export function executionFolder(id: string, started: Time): string {
  const [year, month, day] = started.slice(0, 10).split("-");
  return `executions/${year}/${month}-${day}/${shard(id)}/${segment(id)}`;
}

/** Where an execution's start is written. */
export const executionPath = (id: string, started: Time): string =>
  `${executionFolder(id, started)}/execution.yaml`;
/** Where some of an execution's jobs are written; `oid` is the object id of that file. */
export const jobsPath = (id: string, started: Time, oid: string): string =>
  `${executionFolder(id, started)}/jobs-${oid}.yaml`;
/** Where an execution's end is written; `oid` is the object id of that file. */
export const outcomePath = (id: string, started: Time, oid: string): string =>
  `${executionFolder(id, started)}/outcome-${oid}.yaml`;
export const taskPath = (id: string): string => `tasks/${shard(id)}/${segment(id)}.yaml`;
export const valuePath = (id: string): string => `values/${shard(id)}/${segment(id)}.yaml`;
export const TOMBSTONES_FOLDER = "tombstones";
/** Where a tombstone is written; `oid` is the object id of that file. */
export const tombstonePath = (oid: string): string =>
  `${TOMBSTONES_FOLDER}/${shard(oid)}/${segment(oid)}.yaml`;
export const tagsFolder = (entity: string): string => `tags/${shard(entity)}/${segment(entity)}`;

const PATTERNS: readonly [RegExp, (match: string[]) => RecordPath][] = [
  [
    /^executions\/\d{4}\/\d\d-\d\d\/[^/]+\/([^/]+)\/(?:(execution)|(jobs|outcome)-([^/]+))\.yaml$/,
    ([, execution, start, kind, id]) =>
      start
        ? { kind: "execution", execution: name(execution) }
        : { kind: kind as "jobs" | "outcome", execution: name(execution), id: name(id) },
  ],
  [/^tasks\/[^/]+\/([^/]+)\.yaml$/, ([, id]) => ({ kind: "task", id: name(id) })],
  [/^values\/[^/]+\/([^/]+)\.yaml$/, ([, id]) => ({ kind: "value", id: name(id) })],
  [
    /^tags\/[^/]+\/([^/]+)\/([^/]+)\.yaml$/,
    ([, entity, id]) => ({ kind: "tags", entity: name(entity), id: name(id) }),
  ],
  [/^tombstones\/[^/]+\/([^/]+)\.yaml$/, ([, id]) => ({ kind: "tombstone", id: name(id) })],
  [/^format\.yaml$/, () => ({ kind: "format" })],
];

/**
 * Whether a record stands where its ids say: in the right shard and in the directory of what it is
 * about, with each id in its only valid form. The date of an execution is not checked.
 */
export function isInPlace(path: string, place: RecordPath): boolean {
  switch (place.kind) {
    case "format":
      return true;
    case "task":
      return path === taskPath(place.id);
    case "value":
      return path === valuePath(place.id);
    case "tombstone":
      return path === tombstonePath(place.id);
    case "tags":
      return path === `${tagsFolder(place.entity)}/${place.id}.yaml`;
    default: {
      const started = `${dayOf(path).replace("/", "-")}T00:00:00.000Z`;
      if (place.kind === "execution") return path === executionPath(place.execution, started);
      const make = place.kind === "jobs" ? jobsPath : outcomePath;
      return path === make(place.execution, started, place.id);
    }
  }
}

/** The day of the directory of an execution, as its path has it: `2026/11-22`. */
export function dayOf(path: string): string {
  return path.slice("executions/".length, "executions/2026/11-22".length);
}

/** What a path of the tree holds, or null for one that this version of the format does not know. */
export function parsePath(path: string): RecordPath | null {
  for (const [pattern, read] of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return read(match);
  }
  return null;
}

/** A foreign id may hold any character; a path component may not. Hex ids stay as they are. */
function segment(id: string): string {
  if (/^[0-9a-zA-Z][0-9a-zA-Z_-]*$/.test(id)) return id;
  if (id === "") throw new RedunError("BAD_RECORD", "A record has an empty id.");
  return encodeURIComponent(id.toWellFormed()).replace(
    /[.!'()*~]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function name(segment = ""): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function shard(id: string): string {
  return segment(id).slice(0, 2);
}
