import { RedunError } from "../errors.ts";
import type { TagPair } from "../tag/tag.ts";
import { tagValueOf } from "../tag/text.ts";
import { isTimestamp, Timestamp } from "../value/value.ts";
import * as checks from "./checks.generated.js";
import {
  type Code,
  ENTITY_TYPES,
  type EntityTags,
  type EntityType,
  type Execution,
  type Job,
  type JobSegment,
  type Outcome,
  type Redaction,
  type TagEdits,
  type TaskInclude,
  type TaskRecord,
  type Tombstone,
} from "./records.ts";
import { assertFewTags } from "./size.ts";

/**
 * Records from what a YAML reader made of their files. Nothing is believed before it has passed its
 * schema: the file may come from anyone whose log was fetched. A record's id is never read from its
 * text unless it is foreign.
 */

// biome-ignore lint/suspicious/noExplicitAny: a schema check stands between this and every use
type Raw = any;

/** @throws RedunError BAD_RECORD */
export function decodeExecution(given: unknown, id: string): Execution {
  const raw = checked("execution", given);
  return {
    id,
    task: raw.task,
    argv: raw.argv,
    started: raw.started,
    user: raw.user,
    host: raw.host,
    code: raw.code as Code,
    tags: tagList(raw.tags),
    nonce: raw.nonce ?? "",
    ...(raw.imported && { imported: raw.imported }),
  };
}

/** @throws RedunError BAD_RECORD */
export function decodeJobs(given: unknown): JobSegment {
  const raw = checked("jobs", given);
  assertCalledBefore(raw.jobs);
  return {
    execution: raw.execution,
    jobs: raw.jobs.map(jobOf),
    tagged: (raw.tagged ?? []).map(taggedOf),
  };
}

/** @throws RedunError BAD_RECORD */
export function decodeOutcome(given: unknown): Outcome {
  const { execution, status, ended, reason, files } = checked("outcome", given);
  return {
    execution,
    status,
    ended,
    ...(reason !== undefined && { reason }),
    ...(files && { files }),
  };
}

/** @throws RedunError BAD_RECORD */
export function decodeTask(given: unknown, id: string): TaskRecord {
  const raw = checked("task", given);
  return {
    id,
    name: raw.name,
    namespace: raw.namespace ?? null,
    ...(raw.source !== undefined && { source: raw.source }),
    ...(raw.task_version !== undefined && { taskVersion: raw.task_version }),
    ...(raw.hash_includes && { hashIncludes: raw.hash_includes.map(includeOf) }),
  };
}

function includeOf(raw: Raw): TaskInclude {
  if ("source" in raw) return { kind: "function", name: raw.name ?? null, source: raw.source };
  if ("task_hash" in raw) return { kind: "task", task: raw.task, taskHash: raw.task_hash };
  if ("file" in raw) return { kind: "file", hash: raw.file };
  return { kind: "value", value: raw.value };
}

/** What parents said is a comment for people: it is not read. @throws RedunError BAD_RECORD */
export function decodeTags(given: unknown): TagEdits {
  const raw = checked("tags", given);
  return {
    entity: raw.entity,
    type: raw.type,
    edits: raw.edits.map((edit: Raw) => ({
      tag: edit.tag === null ? null : tagOf(edit.tag),
      parents: (edit.parents ?? []).map((hash: string) => ({ hash, was: null })),
    })),
  };
}

/** @throws RedunError BAD_RECORD */
export function decodeTombstone(given: unknown): Tombstone {
  const raw = checked("tombstone", given);
  return {
    by: raw.by,
    at: raw.at,
    ...(raw.reason !== undefined && { reason: raw.reason }),
    redacted: (raw.redacted ?? []).map(redactionOf),
    removed: raw.removed ?? [],
    values: raw.values ?? [],
    unused: raw.unused ?? [],
    ...(raw.moved_to !== undefined && { movedTo: raw.moved_to }),
  };
}

function redactionOf({ execution, job, part, name }: Raw): Redaction {
  return {
    execution,
    ...(job !== undefined && { job }),
    part,
    ...(name !== undefined && { name }),
  };
}

/** A job began before those that it called; else they could call each other in a ring. */
function assertCalledBefore(jobs: readonly Raw[]): void {
  const indexes = new Map<string, number>();
  for (const { id, index } of jobs) if (!indexes.has(id)) indexes.set(id, index);
  for (const { id, index, parent } of jobs) {
    if (parent === undefined || (indexes.get(parent) ?? -1) < index) continue;
    throw new RedunError(
      "BAD_RECORD",
      `Job ${index} (${id}) names a parent that did not begin before it.`,
    );
  }
}

function jobOf(raw: Raw): Job {
  const job = {
    id: raw.id,
    index: raw.index,
    parent: raw.parent ?? null,
    task: raw.task,
    taskHash: raw.task_hash,
    call: raw.call ?? null,
    status: raw.status,
    started: raw.started,
    ended: raw.ended ?? null,
    late: raw.late === true,
    args: Array.isArray(raw.args) ? raw.args : new Map(Object.entries(raw.args)),
    from: new Map<string, string[]>(Object.entries(raw.from ?? {})),
    tags: tagList(raw.tags ?? []),
    ...(raw.reused !== undefined && { reused: raw.reused }),
    ...(raw.missed && { missed: raw.missed }),
    ...(raw.files && { files: raw.files }),
    ...(raw.imported && { imported: raw.imported }),
  };
  if ("result" in raw) {
    const { result, returned, tasks_below: tasksBelow } = raw;
    return {
      ...job,
      result,
      ...(returned !== undefined && { returned }),
      ...(tasksBelow !== undefined && { tasksBelow }),
    };
  }
  if ("error" in raw) return { ...job, error: raw.error };
  return job;
}

function taggedOf(raw: Raw): EntityTags {
  const type = ENTITY_TYPES.find((name) => name in raw) as EntityType;
  return { type, id: raw[type], tags: tagList(raw.tags) };
}

function tagList(raw: Raw[]): TagPair[] {
  return raw.map(tagOf);
}

function tagOf(raw: Raw): TagPair {
  const key = Object.keys(raw)[0]!;
  return [key, tagValueOf(raw[key], key)];
}

type Kind = "execution" | "jobs" | "outcome" | "tags" | "task" | "tombstone";

function checked(kind: Kind, given: unknown): Raw {
  const raw: Raw = given;
  assertFewTags(raw);
  const parts: Raw[] = Array.isArray(raw?.jobs) ? [raw, ...raw.jobs] : [raw];
  parts.forEach(plainTimes);
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: by name, they would be loaded at once
  const check = checks[kind];
  if (!check(raw)) {
    const error = check.errors?.[0];
    const where = error?.instancePath ? ` at ${error.instancePath}` : "";
    throw new RedunError("BAD_RECORD", `Not a record of kind ${kind}${where}: ${error?.message}.`);
  }
  for (const { started, ended } of parts) {
    for (const time of [started, ended, kind === "tombstone" ? raw.at : undefined]) {
      // The schema's pattern lets the 31st of February pass.
      if (time !== undefined && !isTimestamp(time)) {
        throw new RedunError("BAD_RECORD", `Not a record of kind ${kind}: there is no ${time}.`);
      }
    }
  }
  return raw;
}

/** The schemas describe times as the text that any YAML 1.2 reader sees. */
function plainTimes(raw: Raw): void {
  if (raw?.started instanceof Timestamp) raw.started = raw.started.iso;
  if (raw?.ended instanceof Timestamp) raw.ended = raw.ended.iso;
  if (raw?.kind === "tombstone" && raw.at instanceof Timestamp) raw.at = raw.at.iso;
}
