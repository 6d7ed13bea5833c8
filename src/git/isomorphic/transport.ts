import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { RedunError } from "../../errors.ts";
import type { Fetch, Oid, Push, Pushed, RemoteRefs, Repository } from "../backend.ts";
import { readConfig } from "../files/config-reader.ts";
import { readRef } from "../files/refs.ts";
import {
  NAME_IN_THE_WAY,
  nameInTheWay,
  pushRejected,
  REF_MOVED_AT_REMOTE,
  remoteFailed,
} from "../transport-errors.ts";
import { boundedFs, openRemote, withHead } from "./http.ts";
import { identityOf } from "./identity.ts";
import { moveRef } from "./move-ref.ts";
import { safeFs } from "./safe-fs.ts";
import { inScratch, OURS } from "./scratch.ts";

/** @throws RedunError REMOTE_FAILED */
export async function remoteRefs(
  repository: Repository,
  { remote, url, patterns, signal }: RemoteRefs,
): Promise<ReadonlyMap<string, Oid>> {
  const { git, ...access } = await openRemote(repository, { remote, url }, "fetch");
  const listing = unlessAborted(git.listServerRefs({ ...access, protocolVersion: 1 }), signal);
  const refs = await orFail("fetch", remote, listing);
  const wanted = patterns.map(wildcard);
  return new Map(
    refs
      .filter(({ ref }) => ref.startsWith("refs/") && !ref.endsWith("^{}"))
      .filter(({ ref }) => wanted.length === 0 || wanted.some((pattern) => pattern.test(ref)))
      .map(({ ref, oid }) => [ref, oid] as const),
  );
}

/**
 * Fetches refs one by one. isomorphic-git sets refs before their objects are there and knows no
 * refspecs; so it works in a scratch repository whose objects are ours, and we move the refs.
 * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE, REF_BUSY
 */
export async function fetchRefs(
  repository: Repository,
  { remote, url, refspecs, signal }: Fetch,
): Promise<boolean> {
  const heads = await remoteRefs(repository, { remote, url, patterns: [], signal });
  const { git, ...access } = await openRemote(repository, { remote, url }, "fetch");
  for (const { from, to } of matches(refspecs, [...heads.keys()])) {
    const oid = heads.get(from);
    if (oid === undefined) return false;
    const seen = to === null ? null : readRef(repository, to).oid;
    if (oid === seen) continue;
    const have = seen ?? readRef(repository, from).oid;
    await inScratch(repository, have, async (gitdir) => {
      const fs = boundedFs(remote);
      const http = withHead(access.http, oid);
      const request = { ...access, http, fs, gitdir, ref: OURS, remoteRef: from };
      const fetching = git.fetch({ ...request, singleBranch: true, tags: false });
      await orFail("fetch", remote, unlessAborted(fetching, signal));
      await fs.settle();
    });
    if (to !== null) await setRef(repository, to, seen, oid);
  }
  return true;
}

/** @throws RedunError REMOTE_FAILED, PUSH_REJECTED */
export async function pushCommit(repository: Repository, request: Push): Promise<Pushed> {
  const { remote, ref, commit, expected, signal } = request;
  const { git, ...access } = await openRemote(repository, request, "push");
  const said: string[] = [];
  return inScratch(repository, commit, async (gitdir) => {
    try {
      const pushing = git.push({
        ...access,
        fs: safeFs(),
        gitdir,
        ref: OURS,
        remoteRef: ref,
        onPrePush: ({ remoteRef }) =>
          (/^0+$/.test(remoteRef.oid) ? null : remoteRef.oid) === expected,
        onMessage: (line) => void said.push(line.trimEnd()),
      });
      await unlessAborted(pushing, signal);
      await eventLoopTurn();
      return { landed: true, said };
    } catch (error) {
      if (error instanceof RedunError) throw error;
      const { code, message, data } = error as Error & { code?: string; data?: PushProblem };
      await eventLoopTurn();
      if (code === "UserCanceledError" || code === "PushRejectedError") return NOT_LANDED;
      if (code !== "GitPushError") throw remoteFailed("push", remote, [message]);
      const why = data?.result?.refs?.[ref]?.error ?? data?.prettyDetails ?? message;
      if (NAME_IN_THE_WAY.test(why)) throw nameInTheWay(request, why);
      if (REF_MOVED_AT_REMOTE.test(why)) return { ...NOT_LANDED, why };
      throw pushRejected(request, why.trim(), said);
    }
  });
}

/** What isomorphic-git says of a push that the remote refused. */
interface PushProblem {
  readonly prettyDetails?: string;
  readonly result?: { readonly refs?: Readonly<Record<string, { readonly error?: string }>> };
}

const NOT_LANDED: Pushed = { landed: false, said: [] };
function setRef(repository: Repository, ref: string, expected: Oid | null, next: Oid) {
  const config = readConfig(repository);
  const { committer } = identityOf(config, repository.env);
  return moveRef(repository, config, { ref, expected, next, committer, message: "fetch" });
}

/** What refspecs mean for the refs that a remote has; one that names a ref in full is always in. */
function matches(refspecs: readonly string[], refs: readonly string[]) {
  const excluded = refspecs.filter((spec) => spec.startsWith("^"));
  const isExcluded = (ref: string) => excluded.some((spec) => wildcard(spec.slice(1)).test(ref));
  return refspecs
    .filter((spec) => !spec.startsWith("^"))
    .flatMap((spec) => {
      const [from = "", to] = spec.replace(/^\+/, "").split(":");
      if (!from.includes("*")) return [{ from, to: to ?? null }];
      const [head, tail] = from.split("*") as [string, string];
      return refs
        .filter((ref) => wildcard(from).test(ref) && !isExcluded(ref))
        .map((ref) => {
          const middle = ref.slice(head.length, ref.length - tail.length);
          return { from: ref, to: to?.replace("*", () => middle) ?? null };
        });
    });
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|+?()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

/** @throws RedunError REMOTE_FAILED for whatever isomorphic-git throws */
async function orFail<T>(action: "fetch" | "push", remote: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RedunError) throw error;
    throw remoteFailed(action, remote, [(error as Error).message]);
  }
}

/** isomorphic-git knows no signals: what it waits for is left waiting. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((done, fail) => {
    const stop = () => fail(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(done, fail).finally(() => signal.removeEventListener("abort", stop));
  });
}
