import { request } from "node:http";
import { start } from "./cli.ts";

/** `redun-git web`, serving. */
export interface WebServer {
  /** The address of the page, with its token and without what it shows. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** What it has written so far is known when it has ended, as by Ctrl-C. */
  stop(): Promise<{ status: number | null; stdout: string; stderr: string }>;
  /** Asks the server, by a path from its root. */
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ): Promise<Answered>;
  /** The answer to a question of the page. */
  // biome-ignore lint/suspicious/noExplicitAny: what the page gets
  ask(question: string): Promise<any>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export async function webServer(cwd: string, args: readonly string[] = []): Promise<WebServer> {
  const running = start(cwd, ["web", ...args]);
  let printed = "";
  running.child.stdout!.on("data", (piece) => {
    printed += piece;
  });
  await running.said("Ctrl-C");
  const [url, port, token] = /http:\/\/127\.0\.0\.1:(\d+)\/([\w-]+)\//.exec(printed)!;
  const send: WebServer["send"] = (method, path, headers, body) =>
    new Promise((done, fail) => {
      const options = { host: "127.0.0.1", port: Number(port), method, path, headers };
      const asking = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece) => {
          text += piece;
        });
        response.on("error", fail);
        response.on("end", () =>
          done({ status: response.statusCode!, headers: response.headers, text }),
        );
      });
      asking.on("error", fail);
      asking.end(body);
    });
  const get: WebServer["get"] = (path, headers = {}) => send("GET", path, headers);
  return {
    url,
    port: Number(port),
    token: token!,
    stop: async () => {
      running.child.kill("SIGINT");
      return running.ended;
    },
    get,
    send,
    ask: async (question) => JSON.parse((await get(`/${token}/api/${question}`)).text),
  };
}
