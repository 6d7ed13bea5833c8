/** Sends events to a server (`POST`, one a request, in order), each of them once. */
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RedunError } from "../../errors.ts";

/** Attempts for one event, and milliseconds before the second one; twice as many before each further. */
const ATTEMPTS = 5;
const FIRST_PAUSE = 250;
/** A server may ask for longer pauses, of at most so many milliseconds. */
const LONGEST_PAUSE = 60_000;
const PATIENCE = 30_000;

export interface Posted {
  readonly sent: number;
  /** Those that the server has accepted before. */
  readonly known: number;
  readonly unsent: number;
  /** Where the events are that the server did not accept. */
  readonly unsentFile: string;
  /** Why the first of them was not. */
  readonly why: string | null;
}

/** @throws RedunError USAGE for what is no address of a server */
export function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "") {
    const what = "--post takes the address of a server, without a password.";
    throw new RedunError("USAGE", what, "Its key is taken from OPENLINEAGE_API_KEY.");
  }
  // As OpenLineage's own clients do.
  if (url.pathname === "/") url.pathname = "/api/v1/lineage";
  return url;
}

/**
 * Sends what the server has not accepted yet: what it has is noted under the git directory. An event that is refused
 * is left, and the rest goes on; when the server cannot be reached, no further one is tried.
 * @param key for `Authorization: Bearer`
 */
export async function postEvents(
  events: AsyncIterable<string>,
  url: URL,
  key: string | undefined,
  commonDir: string,
): Promise<Posted> {
  const folder = join(commonDir, "redun", "openlineage");
  mkdirSync(folder, { recursive: true });
  const name = createHash("sha1").update(url.href).digest("hex").slice(0, 16);
  const sentFile = join(folder, `${name}.sent`);
  const unsentFile = join(folder, `${name}.unsent.jsonl`);
  const accepted = new Set(existsSync(sentFile) ? readFileSync(sentFile, "utf8").split("\n") : []);
  const unsent: string[] = [];
  let [sent, known, isGone, why] = [0, 0, false, null as string | null];
  for await (const event of events) {
    const id = identityOf(event);
    if (accepted.has(id)) known++;
    else if (isGone) unsent.push(event);
    else {
      const failure = await post(event, url, key);
      if (failure === null) {
        appendFileSync(sentFile, `${id}\n`);
        accepted.add(id);
        sent++;
        continue;
      }
      unsent.push(event);
      why ??= failure.why;
      isGone = failure.isGone;
    }
  }
  rmSync(unsentFile, { force: true });
  if (unsent.length > 0) writeFileSync(unsentFile, unsent.join(""));
  return { sent, known, unsent: unsent.length, unsentFile, why };
}

/** A run starts once and ends once: tags that were edited since make no other event. */
function identityOf(event: string): string {
  const { run, eventType } = JSON.parse(event);
  return `${run.runId} ${eventType}`;
}

interface Failure {
  readonly why: string;
  /** The server itself, and not this event, is the trouble. */
  readonly isGone: boolean;
}

/** Null where the server accepted it. */
async function post(event: string, url: URL, key: string | undefined): Promise<Failure | null> {
  let failure: Failure = { why: "", isGone: true };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let pause = FIRST_PAUSE * 2 ** attempt;
    try {
      const response = await fetch(url, {
        method: "POST",
        body: event.trimEnd(),
        headers: {
          "content-type": "application/json",
          ...(key && { authorization: `Bearer ${key}` }),
        },
        // A key is not sent to where a server points.
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      await response.arrayBuffer();
      if (response.ok) return null;
      const { status } = response;
      const isPassing = status === 429 || status === 408 || status >= 500;
      failure = { why: `it answered ${status}`, isGone: isPassing };
      if (!isPassing) return failure;
      const asked = Number(response.headers.get("retry-after") ?? Number.NaN);
      if (asked >= 0) pause = Math.min(asked * 1000, LONGEST_PAUSE);
    } catch (error) {
      failure = { why: causeOf(error), isGone: true };
    }
    if (attempt < ATTEMPTS - 1) await sleep(pause);
  }
  return failure;
}

/** `fetch` says "fetch failed", and its cause what happened. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
