import { RedunError } from "../errors.ts";
import type { Oid, StoredFile } from "../git/backend.ts";
import { type ExecutionEnd, strongerEnd } from "../index/execution-end.ts";
import type { Progress } from "../index/update.ts";
import type { Log } from "../log/log.ts";
import { isPartial } from "../log/partial.ts";
import { type DecodedRecord, decodeAt, isDecodable } from "../record/decode-at.ts";
import { parsePath } from "../record/layout.ts";
import type { EntityType, Execution, TagEdits } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { readAnyYaml } from "../value/yaml-any.ts";

/** The files in which two commits of a log differ, as far as they are about runs and tag edits. */
export interface FilesBetween {
  /** What `to` has alone, by execution. */
  readonly runs: ReadonlyMap<string, readonly StoredFile[]>;
  readonly edits: readonly StoredFile[];
  /** Edits of the same entities that `from` has alone. */
  readonly rivals: readonly StoredFile[];
}

/** A file of tag edits. */
export interface ReadEdits extends TagEdits {
  readonly path: string;
  readonly oid: Oid;
}

/** What records say of runs that no index knows. */
export interface ReadRuns {
  readonly executions: ReadonlyMap<string, Execution>;
  /** How executions ended, as far as these records tell. */
  readonly ends: ReadonlyMap<string, ExecutionEnd>;
  /** The tags that runs gave executions, and others that were asked for, by `entityName`. */
  readonly tags: ReadonlyMap<string, readonly TagPair[]>;
}

/** A text that names one entity. */
export function entityName(type: EntityType, id: string): string {
  return `${type} ${id}`;
}

/** The differences between two commits (`from` null: nothing). Takes time in proportion to them. */
export async function filesBetween(log: Log, from: Oid | null, to: Oid): Promise<FilesBetween> {
  const runs = new Map<string, StoredFile[]>();
  const edits: StoredFile[] = [];
  const missing: (StoredFile & { entity: string })[] = [];
  const edited = new Set<string>();
  for await (const { kind, path, oid } of log.backend.changes(from, to)) {
    const place = parsePath(path);
    if (!place || kind === "modified") continue;
    if (place.kind === "tags" && kind === "deleted")
      missing.push({ oid, path, entity: place.entity });
    else if (place.kind === "tags") {
      edits.push({ oid, path });
      edited.add(place.entity);
    } else if ("execution" in place && kind === "added") {
      const known = runs.get(place.execution);
      if (known) known.push({ oid, path });
      else runs.set(place.execution, [{ oid, path }]);
    }
  }
  return { runs, edits, rivals: missing.filter(({ entity }) => edited.has(entity)) };
}

/** The edits in files, by the `entityName` of their entities. */
export async function readEdits(
  log: Log,
  files: readonly StoredFile[],
): Promise<ReadonlyMap<string, readonly ReadEdits[]>> {
  const found = new Map<string, ReadEdits[]>();
  for await (const read of readRecords(log, files)) {
    if (read.kind !== "tags") continue;
    const name = entityName(read.record.type, read.record.entity);
    const { record, path, oid } = read;
    const edits = { ...record, path, oid };
    const known = found.get(name);
    if (known) known.push(edits);
    else found.set(name, [edits]);
  }
  return found;
}

/**
 * What the records of runs say; files that are not records are left out.
 * @param wanted the names of entities other than executions whose tags are of interest
 */
export async function readRuns(
  log: Log,
  files: readonly StoredFile[],
  wanted: { has(name: string): boolean },
  progress?: Progress,
): Promise<ReadRuns> {
  const executions = new Map<string, Execution>();
  const ends = new Map<string, ExecutionEnd>();
  const tags = new Map<string, TagPair[]>();
  const give = (type: EntityType, id: string, given: readonly TagPair[]) => {
    const name = entityName(type, id);
    if (given.length === 0 || (type !== "Execution" && !wanted.has(name))) return;
    const known = tags.get(name) ?? [];
    for (const tag of given) known.push(tag);
    tags.set(name, known);
  };
  for await (const read of readRecords(log, files, progress)) {
    if (read.kind === "execution") {
      executions.set(read.record.id, read.record);
      give("Execution", read.record.id, read.record.tags);
    } else if (read.kind === "outcome") {
      const { execution, status, ended, reason = null, files = [] } = read.record;
      const end = { status, ended: Date.parse(ended), reason, files };
      ends.set(execution, strongerEnd(ends.get(execution) ?? end, end));
    } else if (read.kind === "jobs") {
      for (const { id, tags } of read.record.jobs) give("Job", id, tags);
      for (const { type, id, tags } of read.record.tagged) give(type, id, tags);
    }
  }
  return { executions, ends, tags };
}

type DecodedFile = DecodedRecord & StoredFile;

/** Leaves out what is not a record: the index names it when it reads the log. */
async function* readRecords(
  log: Log,
  files: readonly StoredFile[],
  progress?: Progress,
): AsyncGenerator<DecodedFile> {
  const oids = files.map(({ oid }) => oid);
  if (isPartial(log.backend.repository) && !(await log.backend.bring(oids))) throw notHere(log);
  let at = 0;
  for await (const { oid, text } of log.read(oids)) {
    const { path } = files[at++]!;
    progress?.(at, files.length);
    const read = await decoded(path, text).catch(() => null);
    if (read) yield { ...read, path, oid };
  }
}

function notHere({ ref }: Log): RedunError {
  return new RedunError(
    "REMOTE_FAILED",
    `This clone is partial, and some records of ${ref} are not here. The remote that has them could not be reached.`,
    "`redun-git pull` brings them once it can.",
  );
}

/** Null for what has no fields of ours. @throws RedunError BAD_RECORD */
async function decoded(path: string, text: string): Promise<DecodedRecord | null> {
  const place = parsePath(path);
  return place && isDecodable(place) ? decodeAt(path, place, await readAnyYaml(text)) : null;
}
