import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { committedAt, whoIn } from "../git/commit.ts";
import { shallowCommits } from "../git/files/shallow.ts";
import { reasonOf } from "../log/tag-edits.ts";
import { type CurrentNode, sameTag, type TagGraph, type TagNode } from "../tag/graph.ts";
import { tagIdentity } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { after, BEFORE_ALL, type Clock, clockOf, compareClocks } from "./commit-clock.ts";
import { entitiesInConflict, type Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { RecordedTags } from "./recorded-tags.ts";
import { commitsOfEdits, learnCommits } from "./tag-commits.ts";

/** Who changed a tag, when and why. */
export interface TagCommit {
  readonly oid: Oid;
  /** `Name <email>` */
  readonly author: string;
  /** When its author made it, by the author's clock. */
  readonly authored: Date;
  readonly subject: string;
  /** What `tag ... -m` said; empty without it. */
  readonly reason: string;
}

/** One change of the tags of one key. */
export interface TagChange {
  readonly key: string;
  readonly was: readonly TagPair[];
  readonly is: readonly TagPair[];
  /** The commit that made the change; null if this clone cannot tell. */
  readonly commit: TagCommit | null;
  /** Why `commit` is null. */
  readonly unknown?: Unknown;
}

/**
 * Why this clone cannot tell who changed a tag: it is `shallow`, and the commit is beyond its edge; the
 * commit is `lost`; or there are so many that it is still `unsought`, and asking again gets further.
 */
export type Unknown = "shallow" | "lost" | "unsought";

/** A current tag and the commit that set it. */
export interface BlamedTag {
  readonly tag: TagPair;
  readonly isConflict: boolean;
  readonly commit: TagCommit | null;
  readonly unknown?: Unknown;
}

/**
 * Every change of an entity's tags, or of those of one key. What a change knew of comes before it,
 * and what did not know of each other is in the order of its authors' clocks: see commit-clock.ts.
 */
export async function tagHistory(
  log: IndexedLog,
  entity: Found,
  key?: string,
): Promise<TagChange[]> {
  const graph = log.index.tags.graph(entity);
  const isAllSought = await learnCommits(log);
  const origins = await Origins.of(log, entity, [...graph.nodes.values()], isAllSought);
  const clocks = clocksOfNodes(graph, (node) => origins.of(node).clock);
  const changes = new Map<string, Change>();
  for (const node of graph.nodes.values()) {
    const { name, commit } = origins.of(node);
    const clock = clocks.get(node.hash)!;
    for (const part of partsOf(graph, node)) {
      if (key !== undefined && part.key !== key) continue;
      const known = changes.get(`${name} ${part.key}`);
      const change = known ?? { key: part.key, was: new Map(), is: new Map(), commit, clock };
      for (const tag of part.was) change.was.set(tagIdentity(tag), tag);
      for (const tag of part.is) change.is.set(tagIdentity(tag), tag);
      if (compareClocks(clock, change.clock) > 0) change.clock = clock;
      if (!known) changes.set(`${name} ${part.key}`, change);
    }
  }
  const oid = ({ commit }: Change) => commit?.oid ?? "";
  return [...changes.values()]
    .sort(
      (a, b) =>
        compareClocks(a.clock, b.clock) ||
        compareCodePoints(oid(a), oid(b)) ||
        compareCodePoints(a.key, b.key),
    )
    .map(({ key, was, is, commit }) => {
      const told = commit ? {} : { unknown: origins.unknown };
      return { key, was: [...was.values()], is: [...is.values()], commit, ...told };
    });
}

/** A change while it is put together; tags by their identities. */
interface Change {
  readonly key: string;
  readonly was: Map<string, TagPair>;
  readonly is: Map<string, TagPair>;
  readonly commit: TagCommit | null;
  clock: Clock;
}

/** Clocks by which no tag comes before those that it replaced, whatever commits brought them. */
function clocksOfNodes(
  { nodes }: TagGraph,
  clockOfNode: (node: TagNode) => Clock,
): ReadonlyMap<string, Clock> {
  const clocks = new Map<string, Clock>();
  for (const start of nodes.values()) {
    const pending = [start];
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const parents = node.parents.flatMap((hash) => nodes.get(hash) ?? []);
      const open = clocks.has(node.hash) ? [] : parents.filter(({ hash }) => !clocks.has(hash));
      pending.push(...open);
      if (open.length > 0) continue;
      pending.pop();
      const own = clockOfNode(node);
      const before = parents
        .map(({ hash }) => clocks.get(hash)!)
        .filter((clock) => compareClocks(clock, own) >= 0);
      clocks.set(node.hash, before.length === 0 ? own : after(own[0], before));
    }
  }
  return clocks;
}

/** Each current tag of an entity, by key and value. */
export async function tagBlame(log: IndexedLog, entity: Found): Promise<BlamedTag[]> {
  const graph = log.index.tags.graph(entity);
  return blamed(log, entity, graph.current(), graph.conflicts());
}

/** Every entity that has tags in conflict, with those tags. */
export async function* tagConflicts(
  log: IndexedLog,
): AsyncGenerator<{ entity: Found; tags: BlamedTag[] }> {
  for (const entity of entitiesInConflict(log)) {
    const nodes = log.index.tags.graph(entity).conflicts();
    yield { entity, tags: await blamed(log, entity, nodes, nodes) };
  }
}

async function blamed(
  log: IndexedLog,
  entity: Found,
  nodes: readonly CurrentNode[],
  conflicts: readonly CurrentNode[],
): Promise<BlamedTag[]> {
  const isEdited = nodes.some(({ edits }) => edits.length > 0);
  const isAllSought = !isEdited || (await learnCommits(log));
  const origins = await Origins.of(log, entity, nodes, isAllSought);
  const text = ({ tag }: CurrentNode) => formatTag(...tag);
  const inConflict = new Set(conflicts.map(({ hash }) => hash));
  return [...nodes]
    .sort((a, b) => compareCodePoints(text(a), text(b)))
    .map((node) => {
      const { commit } = origins.of(node);
      const isConflict = inConflict.has(node.hash);
      return { tag: node.tag, isConflict, commit, ...(!commit && { unknown: origins.unknown }) };
    });
}

/** Where a tag came from. Tags of one name came together. */
interface Origin {
  readonly name: string;
  readonly commit: TagCommit | null;
  readonly clock: Clock;
}

/** Where the tags of an entity came from: an edit's commit, or the commit of a run. */
class Origins {
  /** Why there is no commit, where there is none. */
  readonly unknown: Unknown;
  readonly #log: IndexedLog;
  readonly #commits = new Map<Oid, TagCommit | null>();
  readonly #edits = new Map<number, Origin>();
  readonly #recorded = new Map<string, Origin>();

  private constructor(log: IndexedLog, isAllSought: boolean) {
    const isShallow = shallowCommits(log.log.backend.repository).size > 0;
    this.#log = log;
    this.unknown = !isAllSought ? "unsought" : isShallow ? "shallow" : "lost";
  }

  /** @param isAllSought what `learnCommits` returned */
  static async of(
    log: IndexedLog,
    entity: Found,
    nodes: readonly TagNode[],
    isAllSought: boolean,
  ): Promise<Origins> {
    const origins = new Origins(log, isAllSought);
    const edits = new Set(nodes.flatMap((node) => node.edits));
    const commits = commitsOfEdits(log, edits);
    for (const edit of edits) {
      origins.#edits.set(edit, await origins.#originOf(`edit ${edit}`, commits.get(edit) ?? null));
    }
    // An edit adds a tag without parents too; only what no edit brought must be a run's.
    const runs = new RecordedTags(log, entity);
    for (const { hash, tag, edits: own } of nodes) {
      if (own.length > 0 || tag === null) continue;
      const oid = await runs.commitOf(tag);
      origins.#recorded.set(hash, await origins.#originOf(`run ${oid}`, oid));
    }
    return origins;
  }

  /** The earliest of the edits that brought a tag, or the run that recorded it. */
  of({ hash, edits }: TagNode): Origin {
    const known = edits.flatMap((edit) => this.#edits.get(edit) ?? []);
    // One that cannot be told may be the earliest.
    const [first] = known.sort((a, b) => compareClocks(a.clock, b.clock));
    return (
      first ?? this.#recorded.get(hash) ?? { name: "run null", commit: null, clock: BEFORE_ALL }
    );
  }

  async #originOf(name: string, oid: Oid | null): Promise<Origin> {
    const commit = oid === null ? null : await this.#read(oid);
    return {
      name,
      commit,
      clock: commit ? clockOf(this.#log, commit.oid, commit.authored.getTime()) : BEFORE_ALL,
    };
  }

  async #read(oid: Oid): Promise<TagCommit | null> {
    const known = this.#commits.get(oid);
    const commit = known === undefined ? await readCommit(this.#log, oid) : known;
    this.#commits.set(oid, commit);
    return commit;
  }
}

/** A commit as people see it; null if it is gone. */
async function readCommit({ log }: IndexedLog, oid: Oid): Promise<TagCommit | null> {
  try {
    const { author, message } = await log.backend.commit(oid);
    return {
      oid,
      author: whoIn(author),
      authored: new Date(committedAt({ committer: author }) * 1000),
      subject: message.split("\n")[0] ?? "",
      reason: reasonOf(message),
    };
  } catch (error) {
    if (error instanceof RedunError && error.code === "OBJECT_MISSING") return null;
    throw error;
  }
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
