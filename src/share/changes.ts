import { compareTags, type TagDifference } from "../compare/tags.ts";
import type { Oid, StoredFile } from "../git/backend.ts";
import { whoIn } from "../git/commit.ts";
import { type ExecutionEnd, strongerEnd } from "../index/execution-end.ts";
import type { ExecutionRow } from "../index/rows.ts";
import type { Progress } from "../index/update.ts";
import { type Found, findEntity } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { unindexedRow } from "../provenance/running.ts";
import { dayOf } from "../record/layout.ts";
import type { EntityType } from "../record/records.ts";
import { baseNode, nodeOf, TagGraph, type TagNode } from "../tag/graph.ts";
import { tagIdentity, tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import {
  entityName,
  type FilesBetween,
  filesBetween,
  type ReadEdits,
  type ReadRuns,
  readEdits,
  readRuns,
} from "./records-between.ts";

/** What one log has and another lacks. */
export interface LogChanges {
  /** Executions of which anything is new, as `RecordCounts` counts them; the newest first. */
  readonly executions: readonly ExecutionRow[];
  /** Older ones were left out. */
  readonly isCut: boolean;
  /** Entities whose tags were edited, and what the edits change. */
  readonly tags: readonly EntityChange[];
}

export interface EntityChange {
  readonly type: EntityType;
  readonly id: string;
  readonly changes: readonly TagDifference[];
  /** Tags that will be in conflict once the logs are merged, and are not yet. */
  readonly conflicts: readonly TagPair[];
  /** Who edited them, `Name <email>`, each once. */
  readonly authors: readonly string[];
}

export interface ChangesOptions {
  /** At most so many executions, the newest; the records of older ones are not read. */
  readonly limit?: number;
  /** Hears of each record of others' runs, which may be many. */
  readonly progress?: Progress | undefined;
}

/**
 * What the commit `to` of a log holds and `from` (null: nothing) lacks, as runs and as what its
 * tag edits change, entity by entity, when the two are merged. One of the two is the log's own tip.
 * Files that are not valid records are left out.
 */
export async function changesBetween(
  log: IndexedLog,
  from: Oid | null,
  to: Oid | null,
  { limit = Number.POSITIVE_INFINITY, progress }: ChangesOptions = {},
): Promise<LogChanges> {
  if (to === null || from === to) return { executions: [], isCut: false, tags: [] };
  const files = await filesBetween(log.log, from, to);
  const edits = await readEdits(log.log, files.edits);
  const rivals = await readEdits(log.log, files.rivals);
  // The index knows all about the runs of our own log.
  const isOurs = to === (await log.log.tip());
  const newest = newestOf(files.runs, limit);
  const theirs = isOurs ? [] : recordsFor(newest, files.runs, edits);
  const runs = await readRuns(log.log, theirs, edits, progress);
  const authors = await authorsOf(log, from, to);

  const tags: EntityChange[] = [];
  const edited = new Map<string, readonly TagPair[]>();
  for (const [name, added] of edits) {
    const { type, entity: id } = added[0]!;
    const given = (runs.tags.get(name) ?? []).map((tag) => baseNode(id, tag));
    const known = [...(await knownNodes(log, type, id)), ...given];
    const numbers = log.index.tags.editNumbers(added.map(({ oid }) => oid));
    const { before, after } = graphs(id, known, added, rivals.get(name) ?? [], numbers);
    const [was, is] = [currentTags(before), currentTags(after)];
    const names = new Set(added.flatMap(({ path }) => authors.get(path) ?? []));
    const conflicts = newConflicts(before, after);
    tags.push({ type, id, changes: compareTags(was, is), conflicts, authors: [...names] });
    edited.set(name, is);
  }

  const executions: ExecutionRow[] = [];
  for (const id of newest) {
    const name = entityName("Execution", id);
    const row = await executionRow(log, runs, id, edited.get(name) ?? runs.tags.get(name) ?? []);
    if (row) executions.push(row);
  }
  const newestFirst = (a: ExecutionRow, b: ExecutionRow) =>
    b.started - a.started || (a.id < b.id ? 1 : -1);
  executions.sort(newestFirst);
  const isCut = files.runs.size > newest.length || executions.length > limit;
  return { executions: executions.slice(0, limit), isCut, tags };
}

/** The newest runs, and all others of the same days: more than that no path tells of the time. */
function newestOf(runs: FilesBetween["runs"], limit: number): string[] {
  if (runs.size <= limit) return [...runs.keys()];
  const days = new Map<string, string[]>();
  for (const [id, [file]] of runs) {
    const day = dayOf(file!.path);
    const others = days.get(day);
    if (others) others.push(id);
    else days.set(day, [id]);
  }
  const newest: string[] = [];
  for (const day of [...days.keys()].sort().reverse()) {
    if (newest.length >= limit) break;
    newest.push(...days.get(day)!);
  }
  return newest;
}

/** The files that tell of some runs, and which tags runs gave to what was edited. */
function recordsFor(
  shown: readonly string[],
  runs: FilesBetween["runs"],
  edits: ReadonlyMap<string, readonly ReadEdits[]>,
): StoredFile[] {
  const edited = [...edits.values()].map(([file]) => file!);
  // No path tells which run had a job, a task or a value.
  const mayBeAnywhere = edited.some(({ type }) => type !== "Execution");
  const wanted = mayBeAnywhere
    ? runs.keys()
    : new Set([...shown, ...edited.map(({ entity }) => entity)]);
  return [...wanted].flatMap((id) => runs.get(id) ?? []);
}

/** An execution as our index has it, or will have it; undefined if there is no record of it. */
async function executionRow(
  log: IndexedLog,
  { executions, ends }: ReadRuns,
  id: string,
  tags: readonly TagPair[],
): Promise<ExecutionRow | undefined> {
  const found = await find(log, "Execution", id);
  const known = found?.type === "Execution" ? found.row : undefined;
  const record = executions.get(id);
  const row = known ?? (record && { ...unindexedRow(record), tags: tagSet(tags) });
  const end = ends.get(id);
  if (!row || !end) return row;
  const { status, ended, reason, files } = strongerEnd<ExecutionEnd>(row, end);
  return { ...row, status, ended, reason, files };
}

/**
 * An entity's tags without the files that are added, and with them. What such a file says may stand in
 * another one as well, or be recorded by a run: then it is there without the file.
 * @param numbers those of the added files that the index knows, by which it says who brought a tag
 */
function graphs(
  id: string,
  known: readonly TagNode[],
  added: readonly ReadEdits[],
  rivals: readonly ReadEdits[],
  numbers: ReadonlySet<number>,
): { before: TagGraph; after: TagGraph } {
  // What one file says together does not contradict itself; the index gives no file such a number.
  const nodes = ({ edits }: ReadEdits, at: number): TagNode[] =>
    edits.map((edit) => ({ ...nodeOf(id, edit), edits: [-1 - at] }));
  const news = added.flatMap(nodes);
  const others = rivals.flatMap((file, at) => nodes(file, added.length + at));
  const without = known.flatMap((node) => {
    const edits = node.edits.filter((edit) => !numbers.has(edit));
    return edits.length > 0 || node.edits.length === 0 ? [{ ...node, edits }] : [];
  });
  return {
    before: new TagGraph(id, [...without, ...others]),
    after: new TagGraph(id, [...known, ...others, ...news]),
  };
}

function currentTags(graph: TagGraph): TagPair[] {
  return graph.current().map(({ tag }) => tag);
}

/** All tags in conflict of the keys that get a new one. */
function newConflicts(before: TagGraph, after: TagGraph): readonly TagPair[] {
  const known = new Set(before.conflicts().map(({ tag }) => tagIdentity(tag)));
  const all = after.conflicts().map(({ tag }) => tag);
  const keys = new Set(all.filter((tag) => !known.has(tagIdentity(tag))).map(([key]) => key));
  return tagSet(all.filter(([key]) => keys.has(key)));
}

/** Every tag of an entity that our index knows of. */
async function knownNodes(log: IndexedLog, type: EntityType, id: string): Promise<TagNode[]> {
  const found = await find(log, type, id);
  return found ? [...log.index.tags.graph(found).nodes.values()] : [];
}

async function find(log: IndexedLog, type: EntityType, id: string): Promise<Found | undefined> {
  const found = await findEntity(log, id).catch(() => undefined);
  return found?.type === type && found.id === id ? found : undefined;
}

/** Who brought each file of tag edits. */
async function authorsOf({ log }: IndexedLog, from: Oid | null, to: Oid) {
  const authors = new Map<string, string[]>();
  for await (const { commit, files, isAtEdge } of log.backend.additions({
    from,
    to,
    paths: ["tags"],
  })) {
    if (isAtEdge) continue;
    const author = whoIn((await log.backend.commit(commit)).author);
    for (const { path } of files) authors.set(path, [...(authors.get(path) ?? []), author]);
  }
  return authors;
}
