/**
 * Stands in for the API of a cluster, over real HTTP, and for its Job controller and nodes: pods are processes
 * of this machine. It behaves as the Kubernetes documentation says in "Jobs" (indexed completion, backoff limit per
 * index, pod failure policy), "Pod Lifecycle", "API Concepts" (lists in pages, 409 for a name that is taken) and "API
 * Priority and Fairness" (429 with Retry-After). No real cluster was reached: what it does beyond these is not known.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** However many are asked for. */
const LONGEST_PAGE = 2;
const INDEX = "batch.kubernetes.io/job-completion-index";

// biome-ignore lint/suspicious/noExplicitAny: objects of the API
type Resource = any;

export class KubernetesStandIn {
  readonly jobs = new Map<string, Resource>();
  readonly pods = new Map<string, Resource>();
  /** What was asked, as `GET /api/...`, and the token that came with it. */
  readonly requests: { readonly what: string; readonly token: string | undefined }[] = [];
  /** So many requests are refused before one is taken. */
  busy = 0;
  readonly #server: Server;
  readonly #processes = new Map<string, ChildProcess>();
  #made = 0;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const [status, body] = await this.#answer(request);
      const headers = {
        "content-type": "application/json",
        ...(status === 429 && { "retry-after": "0" }),
      };
      response.writeHead(status, headers).end(JSON.stringify(body));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const name of this.#processes.keys()) this.#kill(name);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** A node is drained: its pod ends by no fault of its own. */
  evict(name: string): void {
    this.#end(this.pods.get(name), "Failed", {
      reason: "Evicted",
      conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }],
    });
  }

  running(): Resource[] {
    return [...this.pods.values()].filter(({ status }) => status.phase === "Running");
  }

  async #answer(request: IncomingMessage): Promise<[number, Resource]> {
    const url = new URL(request.url!, "http://kube");
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    this.requests.push({
      what: `${request.method} ${url.pathname}`,
      token: request.headers.authorization,
    });
    if (this.busy-- > 0) return [429, refused("Too many requests, please try again later.")];
    const [, kind, name] =
      /\/namespaces\/team\/(jobs|pods)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    const found = kind === "jobs" ? this.jobs : this.pods;
    if (!kind) return [404, refused("the server could not find the requested resource")];
    if (request.method === "POST") return this.#create(JSON.parse(Buffer.concat(parts).toString()));
    if (name === undefined) return [200, this.#page(url.searchParams)];
    const one = found.get(name);
    if (!one) return [404, refused(`${kind} "${name}" not found`)];
    if (request.method === "DELETE") this.#delete(kind, name);
    return [200, one];
  }

  #create(job: Resource): [number, Resource] {
    const { name } = job.metadata;
    if (this.jobs.has(name)) return [409, refused(`jobs.batch "${name}" already exists`)];
    this.jobs.set(name, { ...job, status: {} });
    for (let index = 0; index < job.spec.completions; index++) this.#createPod(job, index);
    return [201, job];
  }

  #createPod(job: Resource, index: number): void {
    const name = `${job.metadata.name}-${index}-${(++this.#made).toString(36).padStart(5, "0")}`;
    const nodeName = `node-${this.#made}`;
    const pod = {
      metadata: {
        name,
        annotations: { [INDEX]: String(index) },
        labels: { "batch.kubernetes.io/job-name": job.metadata.name },
        creationTimestamp: new Date(Date.now() + this.#made).toISOString(),
      },
      spec: { ...job.spec.template.spec, nodeName },
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "True" }],
      } as Resource,
    };
    this.pods.set(name, pod);
    const [container] = pod.spec.containers;
    const env: Record<string, string> = { JOB_COMPLETION_INDEX: String(index) };
    for (const { name, value, valueFrom } of container.env) {
      env[name] = valueFrom?.fieldRef.fieldPath === "spec.nodeName" ? nodeName : value;
    }
    const [program, ...words] = container.command;
    const child = spawn(program, words, {
      env: { ...process.env, ...env },
      stdio: "ignore",
      detached: true,
    });
    this.#processes.set(name, child);
    pod.status = { phase: "Running" };
    const seconds = pod.spec.activeDeadlineSeconds;
    const timer =
      seconds &&
      setTimeout(() => this.#end(pod, "Failed", { reason: "DeadlineExceeded" }), 1000 * seconds);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      const exitCode = code ?? (signal === "SIGKILL" ? 137 : 143);
      const terminated = { exitCode, reason: exitCode === 0 ? "Completed" : "Error" };
      this.#end(pod, exitCode === 0 ? "Succeeded" : "Failed", {
        containerStatuses: [{ state: { terminated } }],
      });
    });
  }

  /** A pod ends, and with the last of its Job, that. */
  #end(pod: Resource, phase: string, more: Resource): void {
    if (pod.status.phase !== "Running") return;
    pod.status = { phase, ...more };
    this.#kill(pod.metadata.name);
    const job = this.jobs.get(pod.metadata.labels["batch.kubernetes.io/job-name"]);
    if (!job) return;
    if (more.conditions) this.#createPod(job, Number(pod.metadata.annotations[INDEX]));
    const left = this.running().filter(
      ({ metadata }) => metadata.labels["batch.kubernetes.io/job-name"] === job.metadata.name,
    );
    if (left.length === 0) job.status = { conditions: [{ type: "Complete", status: "True" }] };
  }

  #delete(kind: string, name: string): void {
    if (kind === "jobs") {
      this.jobs.delete(name);
      for (const pod of [...this.pods.values()]) {
        if (pod.metadata.labels["batch.kubernetes.io/job-name"] === name)
          this.#delete("pods", pod.metadata.name);
      }
      return;
    }
    const pod = this.pods.get(name);
    this.pods.delete(name);
    const job = this.jobs.get(pod.metadata.labels["batch.kubernetes.io/job-name"]);
    const wasRunning = pod.status.phase === "Running";
    pod.status = { phase: "Failed" };
    this.#kill(name);
    if (job && wasRunning) this.#createPod(job, Number(pod.metadata.annotations[INDEX]));
  }

  #kill(name: string): void {
    const child = this.#processes.get(name);
    this.#processes.delete(name);
    try {
      if (child?.exitCode === null) process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }

  #page(query: URLSearchParams): Resource {
    const [label, value] = (query.get("labelSelector") ?? "").split("=");
    const all = [...this.pods.values()].filter(({ metadata }) => metadata.labels[label!] === value);
    const from = Number(query.get("continue") ?? 0);
    const end = from + Math.min(Number(query.get("limit")), LONGEST_PAGE);
    return {
      items: all.slice(from, end),
      metadata: { continue: end < all.length ? String(end) : "" },
    };
  }
}

function refused(message: string): Resource {
  return { kind: "Status", status: "Failure", message };
}
