import type { History, ListedCommit, Oid, Repository } from "../backend.ts";
import { committedAt, whoIn } from "../commit.ts";
import { shallowCommits } from "../files/shallow.ts";
import { unknownRevision } from "../revision.ts";
import { readCommit } from "./commits.ts";
import type { ObjectStore } from "./objects.ts";
import { resolveRevision } from "./revision.ts";

/** A commit that a walk has met. */
export interface Met extends ListedCommit {
  sides: number;
}

/** From which ends of a range a commit was reached: one bit for each, as git paints them. */
const LEFT = 1;
const RIGHT = 2;
const BOTH = LEFT | RIGHT;

/** Which commits of a range are in it. */
const IN_RANGE: Record<string, (sides: number) => boolean> = {
  "..": (sides) => sides === RIGHT,
  "...": (sides) => sides !== BOTH,
};

/** The commits of a revision or a range, by walking from the newest to their parents. */
export async function* history(
  repository: Repository,
  store: ObjectStore,
  { revision, alone = false, limit = Number.POSITIVE_INFINITY }: History,
): AsyncGenerator<ListedCommit> {
  const commit = async (name: string) => {
    const oid = await resolveRevision(repository, store, name);
    if (oid === null) throw unknownRevision(revision);
    return oid;
  };
  const [, left, dots, right] = /^(.*?)(\.\.\.?)(.*)$/s.exec(revision) ?? [];
  const walk = new Walk(store, shallowCommits(repository));
  let count = 0;
  if (dots === undefined) {
    await walk.add(await commit(revision), RIGHT);
    for (let met = walk.next(); met && count < limit; met = walk.next()) {
      yield listed(met);
      if (++count >= limit || alone) return;
      await walk.addParents(met);
    }
    return;
  }
  const isIn = IN_RANGE[dots]!;
  await walk.add(await commit(left || "HEAD"), LEFT);
  await walk.add(await commit(right || "HEAD"), RIGHT);
  for (const met of await walk.toCommonPart()) {
    if (!isIn(met.sides)) continue;
    if (count++ >= limit) return;
    yield listed(met);
  }
}

/** The commits that `to` contains and `from` does not, newest first. */
export async function* walkBetween(
  repository: Repository,
  store: ObjectStore,
  from: Oid | null,
  to: Oid,
): AsyncGenerator<Met> {
  const walk = new Walk(store, shallowCommits(repository));
  await walk.add(to, RIGHT);
  if (from !== null) {
    await walk.add(from, LEFT);
    for (const met of await walk.toCommonPart()) if (met.sides === RIGHT) yield met;
    return;
  }
  for (let met = walk.next(); met; met = walk.next()) {
    yield met;
    await walk.addParents(met);
  }
}

/** Whether the history of `descendant` holds `ancestor`; a commit holds itself. */
export async function isAncestor(
  repository: Repository,
  store: ObjectStore,
  ancestor: Oid,
  descendant: Oid,
): Promise<boolean> {
  const revision = `${descendant}..${ancestor}`;
  for await (const _ of history(repository, store, { revision, limit: 1 })) return false;
  return true;
}

function listed({ sides: _, ...commit }: Met): ListedCommit {
  return commit;
}

/** Commits that are still to be looked at, the newest first. */
class Walk {
  readonly #store: ObjectStore;
  readonly #shallow: ReadonlySet<Oid>;
  readonly #met = new Map<Oid, Met>();
  readonly #queue: Met[] = [];

  constructor(store: ObjectStore, shallow: ReadonlySet<Oid>) {
    this.#store = store;
    this.#shallow = shallow;
  }

  next(): Met | undefined {
    return this.#queue.shift();
  }

  /**
   * All commits down to where the histories of both ends are one, newest first. Their clocks may
   * be wrong: a commit whose children have become common may be common itself.
   */
  async toCommonPart(): Promise<Iterable<Met>> {
    const found = new Set<Met>();
    const isOpen = (met: Met) =>
      [met, ...met.parents.flatMap((oid) => this.#met.get(oid) ?? [])].some(
        ({ sides }) => sides !== BOTH,
      );
    while (this.#queue.some(isOpen)) {
      const met = this.next()!;
      found.add(met);
      await this.addParents(met);
    }
    return found;
  }

  /** A commit that is reached from another side than before is looked at again. */
  async add(oid: Oid, sides: number): Promise<void> {
    let met = this.#met.get(oid);
    if (met && (met.sides & sides) === sides) return;
    met ??= await this.#read(oid);
    met.sides |= sides;
    this.#met.set(oid, met);
    if (this.#queue.includes(met)) return;
    const { committed } = met;
    const older = this.#queue.findIndex((other) => other.committed < committed);
    this.#queue.splice(older < 0 ? this.#queue.length : older, 0, met);
  }

  async addParents({ parents, sides }: Met): Promise<void> {
    for (const parent of parents) await this.add(parent, sides);
  }

  async #read(oid: Oid): Promise<Met> {
    const commit = await readCommit(this.#store, oid);
    const { tree, message } = commit;
    const author = whoIn(commit.author);
    const authored = new Date(committedAt({ committer: commit.author }) * 1000);
    const committed = new Date(committedAt(commit) * 1000);
    const parents = this.#shallow.has(oid) ? [] : commit.parents;
    const [paragraph = ""] = message.replace(/^(?:[ \t]*\n)+/, "").split(/\n\s*\n/);
    const subject = paragraph.trimEnd().replace(/[ \t]*\n/g, " ");
    return { oid, tree, parents, author, authored, committed, subject, sides: 0 };
  }
}
