import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { RedunError } from "../../src/errors.ts";
import { jsonText } from "../text/json.ts";
import type { ApiError } from "./api.ts";
import type { PageDocument } from "./document.ts";
import { admitted } from "./guard.ts";

/** What the server serves. */
export interface Served {
  readonly document: PageDocument;
  /** The answer to a question of the page, as JSON. */
  readonly answer: (name: string, asks: Readonly<Record<string, string>>) => Promise<string>;
  /** Does what an edit says; null where nothing may be edited. */
  readonly edit: ((body: string) => Promise<object>) | null;
  /** Hears of what is a defect of ours. */
  readonly onError: (error: unknown) => void;
}

export interface Serving {
  /** The address of the page, with its token. After its `#` comes what it shows. */
  readonly url: string;
  close(): Promise<void>;
}

/** Bytes of an edit. */
const MAX_BODY = 100_000;

/**
 * Serves the page to this machine alone, until it is closed.
 * @param port 0 for any that is free
 * @throws RedunError PORT_TAKEN
 */
export async function serve(served: Served, port: number): Promise<Serving> {
  const token = randomBytes(18).toString("base64url");
  const server = createServer((request, response) => {
    respond(served, token, request, response).catch((error) => {
      served.onError(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, "text/plain", "This is a defect of redun-git: see its terminal.");
    });
  });
  await listen(server, port);
  const { port: given } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${given}/${token}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((listening, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE" || error.code === "EACCES";
      if (!isTaken) return fail(error);
      fail(
        new RedunError(
          "PORT_TAKEN",
          `Port ${port} cannot be had: ${error.code === "EACCES" ? "it is not allowed" : "another program has it"}.`,
          "Give another `--port`, or none for one that is free.",
        ),
      );
    });
    server.listen(port, "127.0.0.1", listening);
  });
}

async function respond(
  { document, answer, edit }: Served,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const found = admitted({ method, url, headers }, token);
  if ("status" in found) return send(response, found.status, "text/plain", `${found.reason}\n`);
  const { path, asks } = found;
  if (path === "" && method !== "POST") {
    response.setHeader("Content-Security-Policy", `${document.policy}; frame-ancestors 'none'`);
    return send(response, 200, "text/html; charset=utf-8", document.html);
  }
  const question = /^api\/([a-z]+)$/.exec(path)?.[1];
  if (question && method !== "POST") return sendJson(response, () => answer(question, asks));
  if (path === "edit" && method === "POST") {
    if (!edit) return send(response, 403, "text/plain", "This page was opened with --read-only.\n");
    const body = await bodyOf(request);
    if (body === null) return send(response, 413, "text/plain", "This edit is too long.\n");
    return sendJson(response, async () => jsonText(await edit(body)));
  }
  send(response, 404, "text/plain", "There is no such page.\n");
}

async function sendJson(response: ServerResponse, work: () => Promise<string>): Promise<void> {
  try {
    send(response, 200, "application/json", await work());
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    const { code, message, hint } = error;
    const body: ApiError = { code, message, hint };
    send(response, code === "UNKNOWN_ID" ? 404 : 400, "application/json", jsonText(body));
  }
}

/** Null where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    length += (piece as Buffer).length;
    // Read to its end: who sends is to read the answer, and not that the connection broke.
    if (length <= MAX_BODY) pieces.push(piece as Buffer);
  }
  return length > MAX_BODY ? null : Buffer.concat(pieces).toString("utf8");
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
  });
  response.end(text);
}
