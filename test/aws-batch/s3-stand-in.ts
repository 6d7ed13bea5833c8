/**
 * Stands in for the API of S3, over real HTTP, as its API reference describes PutObject, GetObject, HeadObject, ListObjectsV2 and
 * DeleteObjects, for one bucket that is addressed by path. What is written is there for whoever reads next.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** However many are asked for; the service has 1000. */
const LONGEST_PAGE = 3;

export class S3StandIn {
  readonly objects = new Map<string, Buffer>();
  /** `PUT redun/code/...` */
  readonly requests: string[] = [];
  /** So many requests are refused before one is taken. */
  busy = 0;
  /** Whether reading is forbidden. */
  isForbidden = false;
  readonly #bucket: string;
  readonly #server: Server;

  constructor(bucket: string) {
    this.#bucket = bucket;
    this.#server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const [status, body] = this.#answer(request, Buffer.concat(parts));
      response.writeHead(status, { "content-length": body.length });
      response.end(request.method === "HEAD" ? undefined : body);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ method, url }: IncomingMessage, sent: Buffer): [status: number, body: Buffer] {
    const { pathname, searchParams } = new URL(url!, "http://s3.example");
    const [, bucket, ...rest] = decodeURIComponent(pathname).split("/");
    const key = rest.join("/");
    this.requests.push(`${method} ${key}`);
    if (this.busy-- > 0) return refused(503, "SlowDown");
    if (bucket !== this.#bucket) return refused(404, "NoSuchBucket");
    if (this.isForbidden && method === "GET") return refused(403, "AccessDenied");
    if (method === "PUT") {
      this.objects.set(key, sent);
      return [200, Buffer.alloc(0)];
    }
    if (method === "POST" && searchParams.has("delete")) {
      for (const [, one] of sent.toString().matchAll(/<Key>(.*?)<\/Key>/g)) {
        this.objects.delete(one!);
      }
      return [200, Buffer.from("<DeleteResult></DeleteResult>")];
    }
    if (searchParams.get("list-type") === "2") return [200, this.#list(searchParams)];
    const found = this.objects.get(key);
    return found ? [200, found] : refused(404, "NoSuchKey");
  }

  #list(asked: URLSearchParams): Buffer {
    const prefix = asked.get("prefix") ?? "";
    const all = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const from = Number(asked.get("continuation-token") ?? 0);
    const end = from + LONGEST_PAGE;
    const contents = all.slice(from, end).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    const isCut = end < all.length;
    const next = isCut ? `<NextContinuationToken>${end}</NextContinuationToken>` : "";
    return Buffer.from(
      `<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    );
  }
}

function refused(status: number, code: string): [status: number, body: Buffer] {
  return [status, Buffer.from(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`)];
}
