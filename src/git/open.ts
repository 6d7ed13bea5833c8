import { RedunError } from "../errors.ts";
import type { GitBackend, Repository } from "./backend.ts";
import { gitOnPath } from "./files/git-program.ts";
import { readRef } from "./files/refs.ts";

/** The oldest git that the native backend is tested with. */
const OLDEST_GIT = [2, 30] as const;

/**
 * The backend for a repository: `native` where a git of 2.30 or newer is on the PATH, else
 * `isomorphic`. REDUN_GIT_BACKEND forces one of them.
 * @throws RedunError USAGE for another name, UNSUPPORTED_REPOSITORY
 */
export async function openBackend(
  repository: Repository,
  forced = repository.env.REDUN_GIT_BACKEND,
): Promise<GitBackend> {
  if (forced && forced !== "native" && forced !== "isomorphic") {
    throw new RedunError(
      "USAGE",
      `REDUN_GIT_BACKEND is "${forced}"; it can be "native" or "isomorphic".`,
      "Leave it unset to use the installed git, if there is one.",
    );
  }
  const native = forced
    ? forced === "native"
    : gitOnPath(repository.env) !== null && (await isRecent(repository));
  if (native) return (await import("./native/backend.ts")).openNative(repository);
  return (await import("./isomorphic/backend.ts")).openIsomorphic(repository);
}

/**
 * A backend that is chosen and loaded when it is first needed. What stands in plain files, the
 * ref above all, is read without it: a query of an index that is up to date starts no process.
 */
export function deferredBackend(repository: Repository): GitBackend {
  const inFiles = repository.refFormat === "files" && repository.objectFormat === "sha1";
  let opened: Promise<GitBackend> | undefined;
  const open = () => {
    opened ??= openBackend(repository);
    return opened;
  };
  /** What any git answers alike does not wait until it is known which one it is. */
  const ask = async <T>(question: (backend: GitBackend) => Promise<T>): Promise<T> => {
    const { env } = repository;
    if (!opened && !env.REDUN_GIT_BACKEND && gitOnPath(env) !== null) {
      const { openNative } = await import("./native/backend.ts");
      const answer = await question(openNative(repository)).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    return question(await open());
  };
  return {
    repository,
    config: async () => (await open()).config(),
    identity: async () => (await open()).identity(),
    head: () => ask((backend) => backend.head()),
    filesUnlike: async (commit, files) => (await open()).filesUnlike(commit, files),
    tracked: (paths) => ask((backend) => backend.tracked(paths)),
    changedFiles: async () => (await open()).changedFiles(),
    patch: async (others) => (await open()).patch(others),
    resolve: async (ref) => (inFiles ? readRef(repository, ref).oid : (await open()).resolve(ref)),
    refs: async (prefix) => (await open()).refs(prefix),
    checkedOut: async (ref) => (await open()).checkedOut(ref),
    commit: async (oid) => (await open()).commit(oid),
    isAncestor: async (ancestor, descendant) => (await open()).isAncestor(ancestor, descendant),
    history: async function* (history) {
      yield* (await open()).history(history);
    },
    changes: async function* (from, to) {
      yield* (await open()).changes(from, to);
    },
    signatures: async (commits) => (await open()).signatures(commits),
    additions: async function* (request) {
      yield* (await open()).additions(request);
    },
    read: async function* (oids) {
      yield* (await open()).read(oids);
    },
    bring: async (oids, onBrought) => (await open()).bring(oids, onBrought),
    missing: async (commit) => (await open()).missing(commit),
    sizes: async (oids) => (await open()).sizes(oids),
    readPath: async (commit, path) => (await open()).readPath(commit, path),
    append: async (request) => (await open()).append(request),
    move: async (request) => (await open()).move(request),
    remove: async (ref, expected) => (await open()).remove(ref, expected),
    remoteRefs: async (request) => (await open()).remoteRefs(request),
    fetch: async (request) => (await open()).fetch(request),
    push: async (request) => (await open()).push(request),
    // A caller that needed a missing backend has got the error.
    maintain: () => void opened?.then((backend) => backend.maintain()).catch(() => {}),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

async function isRecent(repository: Repository): Promise<boolean> {
  // Node's child processes take 4 ms to load, and most queries start none.
  const { runGit } = await import("./native/process.ts");
  const { stdout } = await runGit(repository, ["version"]);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout.toString("latin1")) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_GIT;
  return (
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor)
  );
}
