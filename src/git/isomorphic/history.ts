import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Authored, CommitInfo, Oid, Repository } from "../backend.ts";
import { committedAt } from "../commit.ts";
import { hasCode } from "../files/folders.ts";
import { readCommit } from "./commits.ts";
import type { ObjectStore } from "./objects.ts";

/** Whose history holds a commit: one bit for each side, as git paints its merge bases. */
const LEFT = 1;
const RIGHT = 2;
const BOTH = LEFT | RIGHT;

/** Whether the history of `descendant` holds `ancestor`; a commit holds itself. */
export async function isAncestor(
  repository: Repository,
  store: ObjectStore,
  ancestor: Oid,
  descendant: Oid,
): Promise<boolean> {
  const painted = await paint(repository, store, ancestor, descendant);
  return painted.get(ancestor)?.colour === BOTH;
}

/**
 * The commits in the history of `to` that are not in that of `from`, the newest first. The
 * newest part of the histories is read, down to where both are one.
 */
export async function* historyBetween(
  repository: Repository,
  store: ObjectStore,
  from: Oid | null,
  to: Oid,
): AsyncGenerator<Authored> {
  for (const [oid, { colour, commit }] of await paint(repository, store, from, to)) {
    if (colour === RIGHT) yield { oid, author: commit.author.replace(/ [^ ]* [^ ]*$/, "") };
  }
}

interface Painted {
  colour: number;
  readonly commit: CommitInfo;
}

/**
 * Walks both histories from their ends, the younger commit first, and paints each commit with the
 * sides that it was reached from, until all that is left to visit has both colours. A commit that
 * is reached again is painted anew: the clocks of several machines have no order.
 */
async function paint(
  repository: Repository,
  store: ObjectStore,
  left: Oid | null,
  right: Oid,
): Promise<Map<Oid, Painted>> {
  const borders = shallowBorders(repository);
  const seen = new Map<Oid, Painted>();
  const waiting: { oid: Oid; date: number }[] = [];

  const reach = async (oid: Oid, colour: number) => {
    const known = seen.get(oid);
    if (known && (known.colour | colour) === known.colour) return;
    const commit = known?.commit ?? (await readCommit(store, oid));
    const next = { commit, colour: (known?.colour ?? 0) | colour };
    seen.set(oid, next);
    const date = committedAt(commit);
    const at = waiting.findIndex((one) => one.date > date);
    waiting.splice(at < 0 ? waiting.length : at, 0, { oid, date });
  };
  if (left) await reach(left, LEFT);
  await reach(right, RIGHT);
  const colourOf = (oid: Oid) => seen.get(oid)?.colour ?? BOTH;
  const isOpen = ({ oid }: { oid: Oid }) =>
    [oid, ...seen.get(oid)!.commit.parents].some((one) => colourOf(one) !== BOTH);
  while (waiting.some(isOpen)) {
    const { oid } = waiting.pop()!;
    const { commit, colour } = seen.get(oid)!;
    if (borders.has(oid)) continue;
    for (const parent of commit.parents) await reach(parent, colour);
  }
  return seen;
}

/** The commits at which a shallow clone ends: their parents are not there. */
function shallowBorders(repository: Repository): ReadonlySet<Oid> {
  try {
    const text = readFileSync(join(repository.commonDir, "shallow"), "utf8");
    return new Set(text.split("\n"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return new Set();
    throw error;
  }
}
