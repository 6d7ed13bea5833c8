import { RedunError } from "../../errors.ts";
import type { Oid, Repository } from "../backend.ts";
import { parseCommit } from "../commit.ts";
import { readRef } from "../files/refs.ts";
import type { ObjectStore } from "./objects.ts";

/** Where git looks for a name, in its order. */
const PLACES = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/**
 * The commit that a revision means; null where there is none. Of git's language it knows ids and
 * their prefixes, HEAD, the names of refs, and `~2`, `^2` after these.
 */
export async function resolveRevision(
  repository: Repository,
  store: ObjectStore,
  revision: string,
): Promise<Oid | null> {
  const [, name = "", steps = ""] = /^(.*?)((?:[~^]\d*)*)$/s.exec(revision) ?? [];
  let oid = await commitAt(store, await named(repository, store, name === "@" ? "HEAD" : name));
  for (const [, kind, digits] of steps.matchAll(/([~^])(\d*)/g)) {
    const number = digits === "" ? 1 : Number(digits);
    for (let times = kind === "~" ? number : 1; oid && times > 0; times--) {
      if (kind === "^" && number === 0) continue;
      oid = (await parentsOf(store, oid))[kind === "~" ? 0 : number - 1] ?? null;
    }
  }
  return oid;
}

async function named(
  repository: Repository,
  store: ObjectStore,
  name: string,
): Promise<Oid | null> {
  if (/^[0-9a-f]{40}$/.test(name)) return name;
  for (const place of PLACES) {
    const oid = refAt(repository, place + name) ?? refAt(repository, `${place}${name}/HEAD`);
    if (oid) return oid;
  }
  return /^[0-9a-f]{4,39}$/i.test(name) ? store.expand(name.toLowerCase()) : null;
}

function refAt(repository: Repository, ref: string): Oid | null {
  try {
    return readRef(repository, ref).oid;
  } catch (error) {
    if (error instanceof RedunError && error.code === "BAD_REF") return null;
    throw error;
  }
}

/** The commit that an object is, or that a tag points to. */
async function commitAt(store: ObjectStore, oid: Oid | null): Promise<Oid | null> {
  for (let at = oid; at !== null; ) {
    const object = await ifThere(store, at);
    if (object?.type === "commit") return at;
    const isTag = object?.type === "tag";
    at = isTag
      ? (/^object ([0-9a-f]{40})$/m.exec(object.bytes.toString("utf8"))?.[1] ?? null)
      : null;
  }
  return null;
}

async function parentsOf(store: ObjectStore, oid: Oid): Promise<readonly Oid[]> {
  const object = await ifThere(store, oid);
  return object?.type === "commit" ? parseCommit(object.bytes).parents : [];
}

async function ifThere(store: ObjectStore, oid: Oid) {
  try {
    return await store.read(oid);
  } catch (error) {
    if (error instanceof RedunError && error.code === "OBJECT_MISSING") return null;
    throw error;
  }
}
