import { randomBytes } from "node:crypto";
import { readdirSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { HttpClient } from "isomorphic-git";
import { RedunError } from "../../errors.ts";
import type { Fetch, Oid, Push, Pushed, RemoteRefs, Repository, Transfer } from "../backend.ts";
import { readConfig } from "../files/config-reader.ts";
import { fateOf, ownerOf, thisProcess, ticketName } from "../files/owner.ts";
import { readRef } from "../files/refs.ts";
import { makeFolder } from "../files/sharing.ts";
import { fetchUrl, insteadOf, pushUrls, withoutCredentials } from "../remote-url.ts";
import {
  NAME_IN_THE_WAY,
  nameInTheWay,
  pushRejected,
  REF_MOVED_AT_REMOTE,
  remoteFailed,
} from "../transport-errors.ts";
import { identityOf } from "./identity.ts";
import { moveRef } from "./move-ref.ts";
import { MAX_PACK_BYTES, packProblem } from "./pack-bounds.ts";
import { type SafeFs, safeFs } from "./safe-fs.ts";

/** @throws RedunError REMOTE_FAILED */
export async function remoteRefs(
  repository: Repository,
  { remote, url, patterns, signal }: RemoteRefs,
): Promise<ReadonlyMap<string, Oid>> {
  const { git, ...access } = await open(repository, { remote, url }, "fetch");
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
  const there = await remoteRefs(repository, { remote, url, patterns: [], signal });
  const { git, ...access } = await open(repository, { remote, url }, "fetch");
  for (const { from, to } of matches(refspecs, [...there.keys()])) {
    const oid = there.get(from);
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
  const { git, ...access } = await open(repository, request, "push");
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
/** The one ref of a scratch repository. */
const OURS = "refs/heads/ours";

/** isomorphic-git fetches nothing for a remote that has no refspec. */
const SCRATCH_CONFIG =
  '[core]\n\tbare = true\n[remote "origin"]\n\tfetch = +refs/*:refs/remotes/origin/*\n';

/** How to reach a remote; isomorphic-git and its http client are loaded only here. */
async function open(
  repository: Repository,
  { remote, url: chosen }: Pick<Transfer, "remote" | "url">,
  action: "fetch" | "push",
) {
  const config = readConfig(repository);
  const pushUrl = action === "push" ? pushUrls(config, remote)[0]?.effective : undefined;
  const given = chosen
    ? insteadOf(config, chosen)
    : (pushUrl ?? fetchUrl(config, remote) ?? insteadOf(config, remote));
  if (!/^https?:\/\//i.test(given)) throw needsGit(remote, given);
  const { username, password } = new URL(given);
  const login = {
    username: decodeURIComponent(username) || process.env.REDUN_GIT_USERNAME || "git",
    password: decodeURIComponent(password) || process.env.REDUN_GIT_PASSWORD || "",
  };
  const url = given.replace(/^(https?:\/\/)[^/@]*@/i, "$1");
  const [{ default: git }, { default: http }] = await Promise.all([
    import("isomorphic-git"),
    import("isomorphic-git/http/node"),
  ]);
  return { git, http: boundedHttp(http, remote), url, onAuth: () => login };
}

/** Answers are held in memory: what is longer than they may be is not waited for. */
function boundedHttp(http: HttpClient, remote: string): HttpClient {
  return {
    async request(request) {
      const response = await http.request(request);
      return { ...response, ...(response.body && { body: bounded(response.body, remote) }) };
    },
  };
}

async function* bounded(
  body: AsyncIterableIterator<Uint8Array>,
  remote: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_PACK_BYTES) throw notTaken(remote, `It has more than ${MAX_PACK_BYTES} bytes.`);
    yield chunk;
  }
}

/** A pack is stored before isomorphic-git unpacks it: here it is looked at. */
function boundedFs(remote: string): SafeFs {
  const fs = safeFs();
  const store = fs.promises.writeFile as unknown as WriteFile;
  const writeFile: WriteFile = async (path, data) => {
    const problem = path.endsWith(".pack") ? packProblem(bytesOf(data)) : null;
    if (problem !== null) throw notTaken(remote, problem);
    return store(path, data);
  };
  return { ...fs, promises: { ...fs.promises, writeFile } };
}

/** A view: a copy would take as much memory again. */
function bytesOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

type WriteFile = (path: string, data: Uint8Array) => Promise<unknown>;

function notTaken(remote: string, why: string): RedunError {
  return new RedunError(
    "REMOTE_FAILED",
    `What ${withoutCredentials(remote)} sends is not taken. ${why}`,
    "Nothing was fetched. git takes more than redun-git does without it: install git 2.30 or newer if you trust this remote.",
  );
}

/**
 * isomorphic-git fetches nothing from a remote without a HEAD, and one that holds only logs has
 * none: its list of refs is given one. The line is 50 bytes long, in hex as git's protocol has it.
 */
function withHead(http: HttpClient, oid: Oid): HttpClient {
  return {
    async request(request) {
      const response = await http.request(request);
      if (!request.url.includes("/info/refs?") || !response.body) return response;
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const list = Buffer.concat(chunks).toString("latin1");
      const end = list.lastIndexOf("0000");
      const hasHead = / HEAD[\n\0]/.test(list) || end < 0;
      const whole = hasHead ? list : `${list.slice(0, end)}0032${oid} HEAD\n${list.slice(end)}`;
      return { ...response, body: once(Buffer.from(whole, "latin1")) };
    },
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

/** A repository with the real objects and one ref, which is thrown away afterwards. */
async function inScratch<T>(
  { commonDir }: Repository,
  commit: Oid | null,
  body: (gitdir: string) => Promise<T>,
): Promise<T> {
  const folder = join(commonDir, "redun", "transfers");
  makeFolder(folder);
  removeAbandoned(folder);
  const name = ticketName(thisProcess(), randomBytes(4).toString("hex"));
  const gitdir = join(folder, name);
  makeFolder(gitdir);
  try {
    symlinkSync(join(commonDir, "objects"), join(gitdir, "objects"));
    for (const name of ["refs", "refs/heads"]) makeFolder(join(gitdir, name));
    writeFileSync(join(gitdir, "HEAD"), `ref: ${OURS}\n`);
    writeFileSync(join(gitdir, "config"), SCRATCH_CONFIG);
    if (commit) writeFileSync(join(gitdir, OURS), `${commit}\n`);
    return await body(gitdir);
  } finally {
    rmSync(gitdir, { recursive: true, force: true });
    removeIfEmpty(folder);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another process has its own in it.
  }
}

/** Scratch repositories of processes that were killed. Of others' hosts nothing but the age is known. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    const owner = ownerOf(name);
    const state = owner === null ? "unknown" : fateOf(owner).state;
    if (state === "dead" || (state === "unknown" && age > A_DAY)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

const A_DAY = 24 * 3600 * 1000;

function setRef(repository: Repository, ref: string, expected: Oid | null, next: Oid) {
  const config = readConfig(repository);
  const { committer } = identityOf(config);
  return moveRef(repository, config, { ref, expected, next, committer, message: "fetch" });
}

/** What refspecs mean for the refs that a remote has; one that names a ref in full is always in. */
function matches(refspecs: readonly string[], there: readonly string[]) {
  const excluded = refspecs.filter((spec) => spec.startsWith("^"));
  const isExcluded = (ref: string) => excluded.some((spec) => wildcard(spec.slice(1)).test(ref));
  return refspecs
    .filter((spec) => !spec.startsWith("^"))
    .flatMap((spec) => {
      const [from = "", to] = spec.replace(/^\+/, "").split(":");
      if (!from.includes("*")) return [{ from, to: to ?? null }];
      const [head, tail] = from.split("*") as [string, string];
      return there
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

function needsGit(remote: string, url: string): RedunError {
  const reached = `${withoutCredentials(remote)}${url === remote ? "" : ` (${withoutCredentials(url)})`}`;
  return new RedunError(
    "REMOTE_FAILED",
    `Without git, only http and https remotes can be reached, and ${reached} is neither.`,
    "Install git 2.30 or newer and make sure that it is on the PATH.",
  );
}
