import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitBackend, Oid } from "../git/backend.ts";
import type { Log } from "./log.ts";
import type { MergeSource } from "./merge.ts";
import { isLogRef, shortRef, TRACKING_REFS } from "./ref.ts";

/** The commit that a user wants to merge, and where it was found. */
export interface FoundSource extends MergeSource {
  /** Other logs that the same file holds, as full ref names. */
  readonly others: readonly string[];
}

/**
 * Finds what a user wants to merge into a log: another log by its name (`origin/main` is one that
 * a remote had at the last fetch), any ref by its full name or as git abbreviates it, a file that
 * `git bundle` made (its path from `cwd`), or whatever git takes for a commit: `HEAD`, a tag,
 * `main~3`, the prefix of an id. The objects of a bundle are read into the repository; no ref is
 * made for them.
 * @throws RedunError BAD_REF, OBJECT_MISSING when there is no such thing; BAD_BUNDLE for a file or
 * directory that is not a bundle; REMOTE_FAILED
 */
export async function findMergeSource(log: Log, source: string, cwd: string): Promise<FoundSource> {
  const path = resolve(cwd, source);
  if (isBundle(path)) return openBundle(log, path);
  const found = await findCommit(log.backend, source);
  if (found) return { ...found, others: [] };
  throw (
    noBundle(path, source) ??
    new RedunError(
      "BAD_REF",
      `There is no log, ref, commit or bundle file named "${source}".`,
      "`redun-git logs` lists the logs of this repository; a branch may be named as well.",
    )
  );
}

async function findCommit(backend: GitBackend, source: string): Promise<MergeSource | null> {
  const places = source.startsWith("refs/")
    ? [""]
    : ["refs/redun/", TRACKING_REFS, "refs/", "refs/heads/", "refs/remotes/"];
  for (const place of places) {
    const ref = place + source;
    const commit = await resolved(backend, ref);
    if (commit) return { commit, name: shortRef(ref) };
  }
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(source)) {
    await backend.commit(source);
    return { commit: source, name: source };
  }
  const commit = await commitOf(backend, source);
  return commit === null ? null : { commit, name: source };
}

/** The one commit that git takes a text for; null for a range, and where there is none. */
async function commitOf(backend: GitBackend, revision: string): Promise<Oid | null> {
  const commits: Oid[] = [];
  try {
    for await (const { oid } of backend.history({ revision, alone: true, limit: 2 })) {
      commits.push(oid);
    }
  } catch (error) {
    if (error instanceof RedunError && error.code === "UNKNOWN_REVISION") return null;
    throw error;
  }
  return commits.length === 1 && !revision.includes("..") ? commits[0]! : null;
}

/** The error for a file or directory that is not a bundle; null where the path does not exist. */
function noBundle(path: string, source: string): RedunError | null {
  const found = source === "" ? undefined : statSync(path, { throwIfNoEntry: false });
  if (!found) return null;
  if (found.isDirectory()) {
    return new RedunError(
      "BAD_BUNDLE",
      `${source} is a directory, and no log or ref has that name.`,
      `If it is a repository, \`redun-git pull ${source}\` takes its log.`,
    );
  }
  return new RedunError(
    "BAD_BUNDLE",
    `The file ${source} is not a bundle, and no log or ref has that name.`,
    "A bundle is made by `git bundle create <file> redun/main`.",
  );
}

/** The log of the same name in a bundle, or the only ref that it has. */
async function openBundle({ backend, ref }: Log, path: string): Promise<FoundSource> {
  const refs = await backend.remoteRefs({ remote: path, patterns: [] });
  const logs = [...refs.keys()].filter(isLogRef);
  const names = refs.has(ref) ? [ref] : logs.length > 0 ? logs : [...refs.keys()];
  const [name] = names;
  if (name === undefined || names.length > 1) {
    throw new RedunError(
      "BAD_BUNDLE",
      name ? `${path} holds several refs: ${names.join(", ")}.` : `${path} holds no refs.`,
      "Take out the one that is meant with `git fetch <file> <ref>:refs/redun/<log>`, and merge that log.",
    );
  }
  await backend.fetch({ remote: path, refspecs: [name] }).catch((error: unknown) => {
    throw lacksBeginning(error) ? beginsLater(path) : error;
  });
  const others = logs.filter((other) => other !== name);
  return { commit: refs.get(name)!, name: `${path} (${shortRef(name)})`, others };
}

function isBundle(path: string): boolean {
  const start = Buffer.alloc(16);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, start);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  return /^# v\d+ git bundle/.test(start.toString("latin1"));
}

async function resolved(backend: GitBackend, ref: string): Promise<Oid | null> {
  try {
    return await backend.resolve(ref);
  } catch (error) {
    if (error instanceof RedunError && error.code === "BAD_REF") return null;
    throw error;
  }
}

function lacksBeginning(error: unknown): boolean {
  return error instanceof RedunError && /prerequisite commits/.test(error.message);
}

function beginsLater(path: string): RedunError {
  return new RedunError(
    "BAD_BUNDLE",
    `${path} continues a history that this repository does not have.`,
    "Merge the bundles before it first, or have one made of the whole log: `git bundle create <file> redun/main`.",
  );
}
