/** Smart HTTP as a forge serves it: `git http-backend` behind a server on loopback. */
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpRemoteOptions {
  /** Basic auth: `user:password`. Without it everyone may read and write. */
  readonly login?: string;
  /** Cuts the connection after so many bytes of a pushed pack. */
  readonly diesAfter?: number;
}

export interface HttpRemote {
  /** `http://127.0.0.1:<port>`; the served folder's repositories are below it. */
  readonly url: string;
  /** The requests that were served, as `POST /r.git/git-receive-pack`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Serves the bare repositories in a folder. The caller must not block its own event loop. */
export async function httpRemote(
  folder: string,
  options: HttpRemoteOptions = {},
): Promise<HttpRemote> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const given = Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64").toString();
    if (options.login !== undefined && given !== options.login) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
      return;
    }
    requests.push(`${request.method} ${pathname}`);
    const isPush = request.method === "POST" && pathname.endsWith("/git-receive-pack");
    if (isPush && options.diesAfter !== undefined) return dieAfter(request, options.diesAfter);
    serve(folder, request, response, pathname, searchParams.toString(), given.split(":")[0] ?? "");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

function dieAfter(request: IncomingMessage, bytes: number): void {
  let seen = 0;
  request.on("data", (chunk: Buffer) => {
    seen += chunk.length;
    if (seen >= bytes) request.socket.destroy();
  });
}

function serve(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: string,
  user: string,
): void {
  const { headers } = request;
  const child = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.receivepack",
      GIT_CONFIG_VALUE_0: "true",
      REQUEST_METHOD: request.method ?? "GET",
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: headers["content-type"] ?? "",
      REMOTE_USER: user,
      ...(headers["content-length"] && { CONTENT_LENGTH: headers["content-length"] }),
      ...(headers["content-encoding"] && { HTTP_CONTENT_ENCODING: headers["content-encoding"] }),
      ...(headers["git-protocol"] && { GIT_PROTOCOL: String(headers["git-protocol"]) }),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (head === null) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.toString("latin1", 0, end).split("\r\n");
    const fields = lines.map((line) => line.split(/: */, 2) as [string, string]);
    const status = Number.parseInt(fields.find(([name]) => name === "Status")?.[1] ?? "200", 10);
    response.writeHead(status, Object.fromEntries(fields.filter(([name]) => name !== "Status")));
    response.write(head.subarray(end + 4));
    head = null;
  });
  child.on("close", () => response.end());
}
