import type { Oid } from "../git/backend.ts";
import { committedAt, whoIn } from "../git/commit.ts";
import { reasonOf } from "../log/tag-edits.ts";
import { type CurrentNode, sameTag, type TagGraph, type TagNode } from "../tag/graph.ts";
import type { TagPair } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { entitiesInConflict, type Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { RecordedTags } from "./recorded-tags.ts";
import { commitsOfEdits } from "./tag-commits.ts";

/** Who changed a tag, when and why. */
export interface TagCommit {
  readonly oid: Oid;
  /** `Name <email>` */
  readonly author: string;
  /** Milliseconds since 1970, by the author's clock. */
  readonly time: number;
  readonly subject: string;
  /** What `tag ... -m` said; empty without it. */
  readonly reason: string;
}

/** One change of the tags of one key. */
export interface TagChange {
  readonly key: string;
  readonly was: readonly TagPair[];
  readonly is: readonly TagPair[];
  /** Where it came from; null where the log does not tell. */
  readonly commit: TagCommit | null;
}

/** A current tag, and where it came from. */
export interface BlamedTag {
  readonly tag: TagPair;
  readonly isConflict: boolean;
  readonly commit: TagCommit | null;
}

/** Every change of an entity's tags, or of those of one key, the first one first. */
export async function tagHistory(
  log: IndexedLog,
  entity: Found,
  key?: string,
): Promise<TagChange[]> {
  const graph = log.index.tagGraph(entity);
  const origins = await Origins.of(log, entity, [...graph.nodes.values()]);
  const changes = new Map<string, TagChange & { place: number }>();
  for (const node of graph.nodes.values()) {
    const { name, commit, place } = origins.of(node);
    for (const part of partsOf(graph, node)) {
      if (key !== undefined && part.key !== key) continue;
      const known = changes.get(`${name} ${part.key}`);
      const [was, is] = [union(known?.was ?? [], part.was), union(known?.is ?? [], part.is)];
      changes.set(`${name} ${part.key}`, { key: part.key, was, is, commit, place });
    }
  }
  const time = ({ commit }: TagChange) => commit?.time ?? 0;
  return [...changes.values()]
    .sort((a, b) => time(a) - time(b) || a.place - b.place || compareCodePoints(a.key, b.key))
    .map(({ place: _, ...change }) => change);
}

/** Each current tag of an entity, by key and value. */
export async function tagBlame(log: IndexedLog, entity: Found): Promise<BlamedTag[]> {
  const graph = log.index.tagGraph(entity);
  return blamed(log, entity, graph.current(), graph.conflicts());
}

/** Every entity that has tags in conflict, with those tags. */
export async function* tagConflicts(
  log: IndexedLog,
): AsyncGenerator<{ entity: Found; tags: BlamedTag[] }> {
  for (const entity of entitiesInConflict(log)) {
    const nodes = log.index.tagGraph(entity).conflicts();
    yield { entity, tags: await blamed(log, entity, nodes, nodes) };
  }
}

async function blamed(
  log: IndexedLog,
  entity: Found,
  nodes: readonly CurrentNode[],
  conflicts: readonly CurrentNode[],
): Promise<BlamedTag[]> {
  const origins = await Origins.of(log, entity, nodes);
  const text = ({ tag }: CurrentNode) => formatTag(...tag);
  return [...nodes]
    .sort((a, b) => compareCodePoints(text(a), text(b)))
    .map((node) => ({
      tag: node.tag,
      isConflict: conflicts.some(({ hash }) => hash === node.hash),
      commit: origins.of(node).commit,
    }));
}

/** Where a tag came from. Tags of one name came together. */
interface Origin {
  readonly name: string;
  readonly commit: TagCommit | null;
  readonly place: number;
}

/** Where the tags of an entity came from: an edit's commit, or the commit of a run. */
class Origins {
  readonly #edits: ReadonlyMap<number, Origin>;
  readonly #recorded: ReadonlyMap<string, TagCommit>;

  private constructor(
    edits: ReadonlyMap<number, Origin>,
    recorded: ReadonlyMap<string, TagCommit>,
  ) {
    this.#edits = edits;
    this.#recorded = recorded;
  }

  static async of(log: IndexedLog, entity: Found, nodes: readonly TagNode[]): Promise<Origins> {
    const edits = nodes.flatMap((node) => node.edits);
    const known = new Map<Oid, TagCommit>();
    const read = async (oid: Oid) => {
      const commit = known.get(oid) ?? (await readCommit(log, oid));
      known.set(oid, commit);
      return commit;
    };
    const byEdit = new Map<number, Origin>();
    const commits = edits.length > 0 ? await commitsOfEdits(log, edits) : [];
    for (const [edit, { oid, place }] of commits) {
      byEdit.set(edit, { name: `edit ${edit}`, commit: await read(oid), place });
    }
    // An edit adds a tag without parents too; only what no edit brought must be a run's.
    const recorded = new Map<string, TagCommit>();
    const runs = new RecordedTags(log, entity);
    for (const { hash, tag, edits: own } of nodes) {
      if (own.length > 0 || tag === null) continue;
      const oid = await runs.commitOf(tag);
      if (oid !== null) recorded.set(hash, await read(oid));
    }
    return new Origins(byEdit, recorded);
  }

  /** The earliest of the edits that brought a tag, or the run that recorded it. */
  of({ hash, edits }: TagNode): Origin {
    const known = edits.flatMap((edit) => this.#edits.get(edit) ?? []);
    const [first] = known.sort((a, b) => a.place - b.place);
    if (first) return first;
    const commit = this.#recorded.get(hash) ?? null;
    return { name: edits.length > 0 ? `edit ${edits[0]}` : `run ${commit?.oid}`, commit, place: 0 };
  }
}

async function readCommit({ log }: IndexedLog, oid: Oid): Promise<TagCommit> {
  const { author, message } = await log.backend.commit(oid);
  return {
    oid,
    author: whoIn(author),
    time: committedAt({ committer: author }) * 1000,
    subject: message.split("\n")[0] ?? "",
    reason: reasonOf(message),
  };
}

/** What a node changed, by key: a removal may be of several. */
function partsOf(
  graph: TagGraph,
  { tag, parents }: TagNode,
): { key: string; was: TagPair[]; is: TagPair[] }[] {
  const replaced = parents
    .map((hash) => graph.nodes.get(hash)?.tag)
    .filter((old): old is TagPair => !!old);
  if (tag) {
    const was = replaced.filter((old) => old[0] === tag[0] && !sameTag(old, tag));
    return [{ key: tag[0], was, is: [tag] }];
  }
  const keys = new Set(replaced.map(([key]) => key));
  return [...keys].map((key) => ({ key, was: replaced.filter((old) => old[0] === key), is: [] }));
}

function union(a: readonly TagPair[], b: readonly TagPair[]): TagPair[] {
  return [...a, ...b.filter((tag) => !a.some((other) => sameTag(tag, other)))];
}
