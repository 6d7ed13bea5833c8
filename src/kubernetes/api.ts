import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { RedunError } from "../errors.ts";
import type { KubeAccess } from "./kubeconfig.ts";

/** How long a server that does not answer, or says "later", is asked again, in milliseconds. */
const PATIENCE = 10 * 60_000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** A server that says nothing for so long is asked again, in milliseconds. */
const SILENCE = 60_000;
/** As `kubectl` asks for them: longer lists come in pages. */
const PAGE = 500;

export interface KubeAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an object of the API, or its Status
  readonly body: any;
}

/** The plain HTTP API of a cluster. */
export class KubeApi {
  readonly #access: KubeAccess;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(access: KubeAccess) {
    this.#access = access;
    const options = { keepAlive: true, maxSockets: 4 };
    const isPlain = access.server.startsWith("http:");
    this.#agent = isPlain ? new HttpAgent(options) : new HttpsAgent({ ...options, ...access.tls });
  }

  /**
   * One request, and again while the server is not there or has no time (429, 500, 503, 504). Any other status is the
   * caller's to judge: a request that is made again finds its own work, 409.
   * @param path below the server: `/api/v1/...`
   * @throws RedunError EXECUTOR_FAILED
   */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    patience = PATIENCE,
  ): Promise<KubeAnswer> {
    const deadline = Date.now() + patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      let wait = pause;
      let why: string;
      try {
        const { answer, after } = await this.#once(method, path, body);
        if (![429, 500, 503, 504].includes(answer.status)) return answer;
        why = refusal(answer);
        if (after !== null) wait = after * 1000;
      } catch (error) {
        if (error instanceof RedunError) throw error;
        why = (error as Error).message;
      }
      if (Date.now() + wait > deadline) throw apiFailed(method, path, why);
      await sleep(wait);
    }
  }

  /** All items of a list, page by page. */
  async list(
    path: string,
    query: Readonly<Record<string, string>>,
    patience?: number,
  ): Promise<KubeAnswer["body"][]> {
    const items = [];
    for (let from = ""; ; ) {
      const page = { ...query, limit: String(PAGE), ...(from && { continue: from }) };
      const answer = await this.ask(
        "GET",
        `${path}?${new URLSearchParams(page)}`,
        undefined,
        patience,
      );
      if (answer.status !== 200) throw apiFailed("GET", path, refusal(answer));
      items.push(...answer.body.items);
      from = answer.body.metadata?.continue ?? "";
      if (!from) return items;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #once(method: string, path: string, body: unknown) {
    const { server } = this.#access;
    const token = await this.#access.token();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const request = server.startsWith("http:") ? httpRequest : httpsRequest;
    const headers = {
      accept: "application/json",
      ...(text && {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      }),
      ...(token !== null && { authorization: `Bearer ${token}` }),
    };
    const response = await new Promise<IncomingMessage>((done, fail) => {
      const sent = request(server + path, {
        method,
        headers,
        agent: this.#agent,
        timeout: SILENCE,
      });
      sent.on("response", done);
      sent.on("error", fail);
      sent.on("timeout", () => sent.destroy(new Error("it says nothing")));
      sent.end(text);
    });
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    const said = Buffer.concat(parts).toString("utf8");
    const seconds = Number(response.headers["retry-after"]);
    return {
      answer: { status: response.statusCode ?? 0, body: parsed(said) },
      after: Number.isFinite(seconds) ? seconds : null,
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

/** The server's own words. */
export function refusal({ status, body }: KubeAnswer): string {
  return body?.message ? String(body.message).trim() : `HTTP status ${status}`;
}

export function apiFailed(method: string, path: string, why: string): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    `Kubernetes refused ${method} ${path.split("?")[0]}: ${why}`,
  );
}
