import type { HttpClient } from "isomorphic-git";
import { RedunError } from "../../errors.ts";
import type { Oid, Repository, Transfer } from "../backend.ts";
import { readConfig } from "../files/config-reader.ts";
import { inWords, patienceInMs } from "../patience.ts";
import { fetchUrl, insteadOf, pushUrls, withoutCredentials } from "../remote-url.ts";
import { refusedPack } from "../transport-errors.ts";
import { MAX_PACK_BYTES, packProblem } from "./pack-bounds.ts";
import { type SafeFs, safeFs } from "./safe-fs.ts";

/** How to reach a remote; isomorphic-git and its http client are loaded only here. */
export async function openRemote(
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
    username: decodeURIComponent(username) || repository.env.REDUN_GIT_USERNAME || "git",
    password: decodeURIComponent(password) || repository.env.REDUN_GIT_PASSWORD || "",
  };
  const url = given.replace(/^(https?:\/\/)[^/@]*@/i, "$1");
  const [{ default: git }, { default: http }] = await Promise.all([
    import("isomorphic-git"),
    import("isomorphic-git/http/node"),
  ]);
  return {
    git,
    http: boundedHttp(http, remote, patienceInMs(repository, "work")),
    url,
    onAuth: () => login,
  };
}

/** Answers are held in memory: what is longer than they may be is not waited for. */
function boundedHttp(http: HttpClient, remote: string, limit: number): HttpClient {
  return {
    async request(request) {
      const response = await heard(http.request(request), remote, limit);
      const body = response.body && bounded(response.body, remote, limit);
      return { ...response, ...(body && { body }) };
    },
  };
}

/** What a remote says, unless it is silent for too long. */
async function heard<T>(said: Promise<T>, remote: string, limit: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(silent(remote, limit)), limit);
  });
  try {
    return await Promise.race([said, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks for more as soon as something has come: the client loses an error that comes while nobody waits, and who
 * asks afterwards waits for ever.
 */
function askedAhead<T>(body: AsyncIterator<T>): () => Promise<IteratorResult<T>> {
  const answers: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const answer = body.next();
    answers.push(answer);
    answer.then(
      ({ done }) => {
        if (!done) ask();
      },
      // Whoever comes to it hears of it.
      () => {},
    );
  };
  ask();
  return () => answers.shift()!;
}

function silent(remote: string, limit: number): RedunError {
  return new RedunError(
    "REMOTE_FAILED",
    `${withoutCredentials(remote)} said nothing for ${inWords(limit)}.`,
    "Nothing was changed. Try again; REDUN_GIT_TIMEOUT=<seconds> waits longer.",
  );
}

async function* bounded(
  body: AsyncIterableIterator<Uint8Array>,
  remote: string,
  limit: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  const next = askedAhead(body);
  for (;;) {
    const { done, value: chunk } = await heard(next(), remote, limit);
    if (done) return;
    size += chunk.length;
    if (size > MAX_PACK_BYTES) throw notTaken(remote, `It has more than ${MAX_PACK_BYTES} bytes.`);
    yield chunk;
  }
}

/** A pack is stored before isomorphic-git unpacks it: here it is looked at. */
export function boundedFs(remote: string): SafeFs {
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
  const hint =
    "git takes more than redun-git does without it: install git 2.30 or newer if you trust this remote.";
  return refusedPack(remote, why, hint);
}

/**
 * isomorphic-git fetches nothing from a remote without a HEAD, and one that holds only logs has
 * none: its list of refs is given one. The line is 50 bytes long, in hex as git's protocol has it.
 */
export function withHead(http: HttpClient, oid: Oid): HttpClient {
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

function needsGit(remote: string, url: string): RedunError {
  const reached = `${withoutCredentials(remote)}${url === remote ? "" : ` (${withoutCredentials(url)})`}`;
  return new RedunError(
    "REMOTE_FAILED",
    `Without git, only http and https remotes can be reached, and ${reached} is neither.`,
    "Install git 2.30 or newer and make sure that it is on the PATH.",
  );
}
