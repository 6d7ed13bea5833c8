/**
 * Stands in for the API of AWS Batch, over real HTTP, and for its scheduler and hosts: containers are processes of this
 * machine. It behaves as the service's API reference says (SubmitJob, DescribeJobs, ListJobs, TerminateJob,
 * DescribeJobQueues; errors of a client with 400, TooManyRequestsException with 429; pages of a list; an array has 2 to 10,000
 * children, is PENDING until all have ended, and then FAILED if one has), and the User Guide in "Job states", "Array jobs",
 * "Job timeouts" (SIGTERM first, no retry) and "Automated job retries" (`Host EC2 (instance ...) terminated.`). No account was
 * reached: what the service does beyond these is not known.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";

/** However many are asked for; the service has 100. */
const LONGEST_PAGE = 2;

// biome-ignore lint/suspicious/noExplicitAny: objects of the API
type Resource = any;

export class BatchStandIn {
  /** Jobs by their ids, children of arrays among them. */
  readonly jobs = new Map<string, Resource>();
  /** What was asked: `submitjob`. */
  readonly requests: { readonly what: string; readonly authorization: string | undefined }[] = [];
  /** So many requests are refused before one is taken. */
  busy = 0;
  /** The answer to the next submission is lost. */
  losesAnswer = false;
  /** A time-out comes after so many of its seconds. */
  secondsPerSecond = 1;
  /** How containers end that cannot begin: as the service describes them. */
  unable: Resource | null = null;
  /** The working directory of containers, and variables that those have, or lack. */
  container: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {};
  /** What containers printed, as CloudWatch Logs keeps it: by the names of their streams. */
  readonly logs = new Map<string, string[]>();
  readonly #server: Server;
  readonly #processes = new Map<string, ChildProcess>();

  constructor() {
    this.#server = createServer(async (request, response) => {
      const [status, body] = await this.#answer(request);
      if (status === 0) {
        request.socket.destroy();
        return;
      }
      const type = status === 200 ? {} : { "x-amzn-errortype": body.type };
      response
        .writeHead(status, { "content-type": "application/json", ...type })
        .end(JSON.stringify(body));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const id of this.#processes.keys()) this.#kill(id);
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Jobs that were submitted: arrays, or alone. */
  submitted(): Resource[] {
    return [...this.jobs.values()].filter(({ jobId }) => !jobId.includes(":"));
  }

  running(): string[] {
    return [...this.jobs.values()]
      .filter(({ status, arrayProperties }) => status === "RUNNING" && !arrayProperties?.size)
      .map(({ jobId }) => jobId);
  }

  /** The spot host of a job is taken back. */
  reclaim(jobId: string): void {
    const job = this.jobs.get(jobId);
    this.#kill(jobId);
    this.#attemptEnds(job, "Host EC2 (instance i-0123456789abcdef0) terminated.", {});
  }

  async #answer(request: IncomingMessage): Promise<[number, Resource]> {
    const what = request.url!.replace("/v1/", "");
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    this.requests.push({ what, authorization: request.headers.authorization });
    if (this.busy-- > 0) return refused(429, "TooManyRequestsException", "Too Many Requests");
    const asked = JSON.parse(Buffer.concat(parts).toString());
    if (request.headers["x-amz-target"]?.toString().endsWith(".GetLogEvents")) {
      return this.#logEvents(asked);
    }
    if (what === "submitjob") return this.#submit(asked);
    if (what === "describejobs") return this.#describe(asked);
    if (what === "listjobs") return this.#list(asked);
    if (what === "terminatejob") return this.#terminate(asked);
    if (what === "describejobqueues") return this.#queues(asked);
    return refused(404, "UnknownOperationException", what);
  }

  #queues({ jobQueues }: Resource): [number, Resource] {
    const all = [
      { jobQueueName: "spot", state: "ENABLED" },
      { jobQueueName: "closed", state: "DISABLED" },
    ];
    const wanted = all.filter(({ jobQueueName }) => jobQueues?.includes(jobQueueName) ?? true);
    return [200, { jobQueues: wanted }];
  }

  /** GetLogEvents of CloudWatch Logs. */
  #logEvents({ logGroupName, logStreamName, limit }: Resource): [number, Resource] {
    const lines = logGroupName === "/aws/batch/job" ? this.logs.get(logStreamName) : undefined;
    if (!lines) return refused(400, "ResourceNotFoundException", "no such log stream");
    return [200, { events: lines.slice(-limit).map((message) => ({ message, timestamp: 0 })) }];
  }

  #submit(asked: Resource): [number, Resource] {
    const { jobName, jobQueue, jobDefinition, arrayProperties } = asked;
    if (!/^[a-z0-9][\w-]{0,127}$/i.test(jobName)) {
      return refused(400, "ClientException", `Job name is not valid: ${jobName}`);
    }
    if (jobQueue !== "spot")
      return refused(400, "ClientException", `JobQueue ${jobQueue} not found.`);
    if (!/^science(:\d+)?$/.test(jobDefinition)) {
      return refused(
        400,
        "ClientException",
        `JobDefinition with ARN or name ${jobDefinition} not found.`,
      );
    }
    const size = arrayProperties?.size;
    if (size !== undefined && !(size >= 2 && size <= 10_000)) {
      return refused(400, "ClientException", "Array size must be between 2 and 10000");
    }
    const jobId = randomUUID();
    const job = { ...asked, jobId, status: size ? "PENDING" : "RUNNABLE", createdAt: Date.now() };
    this.jobs.set(jobId, job);
    for (let index = 0; index < (size ?? 0); index++) {
      const child = { ...job, jobId: `${jobId}:${index}`, arrayProperties: { index } };
      this.jobs.set(child.jobId, { ...child, status: "RUNNABLE" });
    }
    setImmediate(() => {
      for (const one of this.#partsOf(job)) this.#begin(one, 1);
    });
    if (!this.losesAnswer) return [200, { jobId, jobName }];
    this.losesAnswer = false;
    return [0, null];
  }

  #partsOf({ jobId, arrayProperties }: Resource): Resource[] {
    if (!arrayProperties?.size) return [this.jobs.get(jobId)];
    return [...this.jobs.values()].filter((one) => one.jobId.startsWith(`${jobId}:`));
  }

  #begin(job: Resource, attempt: number): void {
    if (job.status !== "RUNNABLE") return;
    job.status = "RUNNING";
    job.attempt = attempt;
    if (this.unable !== null) {
      this.#attemptEnds(job, "Essential container in task exited", this.unable);
      return;
    }
    const { index } = job.arrayProperties ?? {};
    const [program, ...words] = job.containerOverrides.command;
    const { cwd, env = {} } = this.container;
    const child = spawn(program, words, {
      cwd,
      env: {
        ...process.env,
        ...env,
        AWS_BATCH_JOB_ID: job.jobId,
        AWS_BATCH_JOB_ATTEMPT: String(attempt),
        ...(index !== undefined && { AWS_BATCH_JOB_ARRAY_INDEX: String(index) }),
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const logStreamName = `science/default/${randomUUID().replaceAll("-", "")}`;
    const lines: string[] = [];
    this.logs.set(logStreamName, lines);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => lines.push(line));
    }
    this.#processes.set(job.jobId, child);
    const seconds = job.timeout?.attemptDurationSeconds;
    const timer =
      seconds &&
      setTimeout(
        () => {
          job.timedOut = true;
          child.kill("SIGTERM");
        },
        (1000 * seconds) / this.secondsPerSecond,
      );
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (this.#processes.get(job.jobId) !== child) return;
      this.#processes.delete(job.jobId);
      const exitCode = code ?? (signal === "SIGKILL" ? 137 : 143);
      const why = job.timedOut
        ? "Job attempt duration exceeded timeout"
        : (job.terminated ?? "Essential container in task exited");
      this.#attemptEnds(job, why, { exitCode, logStreamName });
    });
  }

  #attemptEnds(job: Resource, statusReason: string, container: Resource): void {
    const { attempts = 1, evaluateOnExit = [] } = job.retryStrategy ?? {};
    const isFailure = container.exitCode !== 0;
    const rule = evaluateOnExit.find(({ onStatusReason = "*" }: Resource) =>
      new RegExp(`^${onStatusReason.replaceAll("*", ".*")}$`).test(statusReason),
    );
    const mayRetry = isFailure && !job.timedOut && !job.terminated && job.attempt < attempts;
    if (mayRetry && rule?.action !== "EXIT") {
      job.status = "RUNNABLE";
      setImmediate(() => this.#begin(job, job.attempt + 1));
      return;
    }
    Object.assign(job, { status: isFailure ? "FAILED" : "SUCCEEDED", statusReason, container });
    this.#childEnded(job);
  }

  #childEnded({ jobId }: Resource): void {
    const parent = this.jobs.get(jobId.split(":")[0]);
    if (!parent.arrayProperties?.size) return;
    const statuses = this.#partsOf(parent).map(({ status }) => status);
    if (!statuses.every((status) => status === "SUCCEEDED" || status === "FAILED")) return;
    parent.status = statuses.includes("FAILED") ? "FAILED" : "SUCCEEDED";
  }

  #terminate({ jobId, reason }: Resource): [number, Resource] {
    const found = this.jobs.get(jobId);
    // It is no error to end what has ended, or never was.
    for (const job of found ? this.#partsOf(found) : []) {
      if (job.status === "RUNNING") {
        job.terminated = reason;
        this.#processes.get(job.jobId)?.kill("SIGTERM");
      } else if (job.status === "RUNNABLE") {
        Object.assign(job, { status: "FAILED", statusReason: reason });
        this.#childEnded(job);
      }
    }
    return [200, {}];
  }

  #describe({ jobs }: Resource): [number, Resource] {
    if (jobs.length > 100) return refused(400, "ClientException", "At most 100 jobs");
    const found = jobs.map((id: string) => this.jobs.get(id)).filter(Boolean);
    return [200, { jobs: found.map(shown) }];
  }

  #list({
    jobQueue,
    arrayJobId,
    jobStatus = "RUNNING",
    filters,
    nextToken,
  }: Resource): [number, Resource] {
    const [name] = filters?.[0]?.values ?? [];
    const all = [...this.jobs.values()].filter((job) => {
      if (arrayJobId) return job.jobId.startsWith(`${arrayJobId}:`) && job.status === jobStatus;
      const isOne = job.jobQueue === jobQueue && !job.jobId.includes(":");
      if (!name) return isOne && job.status === jobStatus;
      return isOne && job.jobName.toLowerCase().startsWith(name.toLowerCase().replace("*", ""));
    });
    const from = Number(nextToken ?? 0);
    const end = from + LONGEST_PAGE;
    return [
      200,
      {
        jobSummaryList: all.slice(from, end).map(shown),
        ...(end < all.length && { nextToken: String(end) }),
      },
    ];
  }

  #kill(id: string): void {
    const child = this.#processes.get(id);
    this.#processes.delete(id);
    try {
      if (child?.exitCode === null) process.kill(-child.pid!, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
}

function shown({ jobId, jobName, status, statusReason, container, arrayProperties }: Resource) {
  return { jobId, jobName, status, statusReason, container, arrayProperties };
}

function refused(status: number, type: string, message: string): [number, Resource] {
  return [status, { type, message }];
}
