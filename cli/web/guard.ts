/** Which requests are answered: only the page's own, whatever else a browser or a program sends here. */
import { timingSafeEqual } from "node:crypto";

/** What of a request tells whose it is. */
export interface Request {
  readonly method: string;
  readonly url: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A request that is answered: the path after the token, and what is asked there. */
export interface Admitted {
  readonly path: string;
  readonly asks: Readonly<Record<string, string>>;
}

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** Names under which a browser reaches this machine itself. A name that somebody else's server has is none. */
const HOSTS = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/;

/**
 * A request is the page's if it has the token, was sent to this machine by its own name (a page of
 * another site may make its own name mean this machine), and no page of another origin sent it. What changes
 * something must say its origin, and be JSON, which no form of another site can send.
 */
export function admitted({ method, url, headers }: Request, token: string): Admitted | Refusal {
  const host = one(headers.host);
  if (host === undefined || !HOSTS.test(host)) {
    return { status: 403, reason: "This server is only for 127.0.0.1 and localhost." };
  }
  const origin = one(headers.origin);
  const site = one(headers["sec-fetch-site"]);
  const isForeign = origin !== undefined && origin !== `http://${host}`;
  if (isForeign || (site !== undefined && !["same-origin", "none"].includes(site))) {
    return { status: 403, reason: "This server answers no other site." };
  }
  const [, given = "", path = ""] = /^\/([^/?]*)(?:\/([^?]*))?/.exec(url) ?? [];
  if (!isSame(given, token)) {
    return { status: 403, reason: "Open the whole address that `redun-git web` printed." };
  }
  if (method !== "GET" && method !== "HEAD") {
    if (method !== "POST") return { status: 405, reason: "Only GET and POST are answered." };
    if (origin === undefined) return { status: 403, reason: "An edit must say its origin." };
    if (!/^application\/json(?:;|$)/.test(one(headers["content-type"]) ?? "")) {
      return { status: 415, reason: "An edit must be JSON." };
    }
  }
  const at = url.indexOf("?");
  return { path, asks: Object.fromEntries(new URLSearchParams(at < 0 ? "" : url.slice(at))) };
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "object" ? header.join(",") : header;
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
