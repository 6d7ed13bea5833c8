import { compareTags, type TagChange } from "../compare/tags.ts";
import type { Oid } from "../git/backend.ts";
import { findEntity } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { decodeExecution, decodeTags } from "../record/decode.ts";
import { parsePath } from "../record/layout.ts";
import type { EntityType, Execution, TagEdits } from "../record/records.ts";
import { baseNode, nodeOf, TagGraph, type TagNode } from "../tag/graph.ts";
import { readAnyYaml } from "../value/yaml-any.ts";

/** What one log has and another lacks. */
export interface LogChanges {
  /** New executions, the oldest first. */
  readonly executions: readonly Execution[];
  /** Entities whose tags were edited, and what becomes of their tags. */
  readonly tags: readonly EntityChange[];
}

export interface EntityChange {
  readonly type: EntityType;
  readonly id: string;
  readonly changes: readonly TagChange[];
  /** Who edited them, `Name <email>`, each once. */
  readonly authors: readonly string[];
}

/**
 * What the commit `to` of a log holds and `from` (null: nothing) lacks, as runs and as what its
 * tag edits change, entity by entity. One of the two is the log's own tip. Records that are none
 * are left out.
 */
export async function changesBetween(
  log: IndexedLog,
  from: Oid | null,
  to: Oid | null,
): Promise<LogChanges> {
  const found = await readRecords(log, from, to);
  const authors = await authorsOf(log, from, to);
  const executions = new Map(found.executions.map((execution) => [execution.id, execution]));
  const byEntity = new Map<string, (typeof found.edits)[number][]>();
  for (const file of found.edits) {
    const name = `${file.edits.type} ${file.edits.entity}`;
    byEntity.set(name, [...(byEntity.get(name) ?? []), file]);
  }
  const tags: EntityChange[] = [];
  for (const files of byEntity.values()) {
    const { type, entity: id } = files[0]!.edits;
    const known = await knownNodes(log, type, id, executions.get(id));
    const changes = tagChanges(
      id,
      known,
      files.map(({ edits }) => edits),
    );
    const names = new Set(files.flatMap(({ path }) => authors.get(path) ?? []));
    tags.push({ type, id, changes, authors: [...names] });
  }
  const byStart = (a: Execution, b: Execution) => (a.started < b.started ? -1 : 1);
  return { executions: [...executions.values()].sort(byStart), tags };
}

/** What edits do to an entity's tags, whether or not `known` has them already. */
function tagChanges(
  id: string,
  known: readonly TagNode[],
  files: readonly TagEdits[],
): TagChange[] {
  const edited = files.flatMap(({ edits }) => edits.map((edit) => nodeOf(id, edit)));
  const hashes = new Set(edited.map(({ hash }) => hash));
  const before = new TagGraph(
    id,
    known.filter(({ hash }) => !hashes.has(hash)),
  );
  const after = new TagGraph(id, [...known, ...edited]);
  const current = (graph: TagGraph) => graph.current().map(({ tag }) => tag);
  return compareTags(current(before), current(after));
}

/** Every tag of an entity that our index knows of, or that a run which is new to us gave it. */
async function knownNodes(
  log: IndexedLog,
  type: EntityType,
  id: string,
  execution: Execution | undefined,
): Promise<TagNode[]> {
  const given = (execution?.tags ?? []).map((tag) => baseNode(id, tag));
  const found = await findEntity(log, id).catch(() => null);
  return found?.type === type ? [...log.index.tagGraph(found).nodes.values(), ...given] : given;
}

async function readRecords({ log }: IndexedLog, from: Oid | null, to: Oid | null) {
  const files: { oid: Oid; path: string }[] = [];
  if (to !== null && from !== to) {
    for await (const { kind, path, oid } of log.backend.changes(from, to)) {
      const place = parsePath(path)?.kind;
      if (kind === "added" && (place === "execution" || place === "tags"))
        files.push({ oid, path });
    }
  }
  const executions: Execution[] = [];
  const edits: { path: string; edits: TagEdits }[] = [];
  let at = 0;
  for await (const { text } of log.read(files.map(({ oid }) => oid))) {
    const { path } = files[at++]!;
    const place = parsePath(path);
    try {
      const raw = await readAnyYaml(text);
      if (place?.kind === "execution") executions.push(decodeExecution(raw, place.execution));
      else edits.push({ path, edits: decodeTags(raw) });
    } catch {
      // The index names what is no record when it takes the log in.
    }
  }
  return { executions, edits };
}

/** Who brought each file of tag edits. */
async function authorsOf({ log }: IndexedLog, from: Oid | null, to: Oid | null) {
  const authors = new Map<string, string[]>();
  if (to === null || from === to) return authors;
  for await (const { commit, files } of log.backend.arrivals({ from, to, paths: ["tags"] })) {
    const author = (await log.backend.commit(commit)).author.replace(/ \d+ [+-]\d{4}$/, "");
    for (const { path } of files) authors.set(path, [...(authors.get(path) ?? []), author]);
  }
  return authors;
}
