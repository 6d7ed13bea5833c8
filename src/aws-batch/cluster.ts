import { eachAtOnce } from "../at-once.ts";
import type { ArrayJob, Cluster, ClusterFacts, ElementState } from "../cluster/cluster.ts";
import type { Mirror } from "../cluster/mirror.ts";
import { RedunError } from "../errors.ts";
import type { BatchApi } from "./api.ts";
import { BEFORE_ITS_END, CANCELLED, jobState } from "./jobs.ts";
import { logTail } from "./log-tail.ts";
import { type BatchRequest, batchRequest, OPTIONS } from "./options.ts";

/** An array job has no more children. */
const MAX_ARRAY = 10_000;
/** So many jobs are described at once. */
const MOST_DESCRIBED = 100;
/** So often a job begins, where its host was lost each time. */
const ATTEMPTS = 5;
/** A name has no more characters. */
const LONGEST_NAME = 128;
/** So many elements of an array are ended at once. */
const AT_ONCE = 10;
/** What follows the id of a job that is no array: those have two children at least. */
const ALONE = "#1";

/** What its images have. */
export const WORKER = "redun-git oneshot";

/** AWS Batch by its client: an array is an array job of a job definition that exists. */
export class BatchCluster implements Cluster {
  readonly kind = "aws_batch";
  readonly title = "AWS Batch";
  readonly options = OPTIONS;
  readonly command = WORKER;
  readonly keepsNoLogs = true;
  readonly mirror: Mirror | undefined;
  readonly variables = { element: `\${AWS_BATCH_JOB_ARRAY_INDEX:-0}`, node: "$(uname -n)" };
  readonly #api: BatchApi;
  readonly #root: string;
  readonly #default: (option: string) => string | undefined;

  /**
   * @param byDefault what git config says of an option that neither task nor call sets
   * @param root the top of the work tree; "" for the current directory
   * @param mirror where containers share no folder with this machine
   */
  constructor(
    api: BatchApi,
    byDefault: (option: string) => string | undefined,
    root: string,
    mirror?: Mirror,
  ) {
    this.#api = api;
    this.#root = root;
    this.mirror = mirror;
    this.#default = byDefault;
  }

  request(options: Readonly<Record<string, unknown>>): readonly string[] {
    return [JSON.stringify(batchRequest(options, this.#default))];
  }

  async about(): Promise<ClusterFacts> {
    const name = this.#default("queue");
    if (name === undefined) return { name: "", maxArray: MAX_ARRAY };
    const { DescribeJobQueuesCommand } = this.#api.sdk;
    const { jobQueues = [] } = await this.#api.ask("DescribeJobQueues", (client) =>
      client.send(new DescribeJobQueuesCommand({ jobQueues: [name] })),
    );
    const queue = jobQueues[0];
    if (queue?.state === "ENABLED") return { name: queue.jobQueueName!, maxArray: MAX_ARRAY };
    throw new RedunError(
      "EXECUTOR_FAILED",
      `AWS Batch has ${queue ? `the job queue ${name}, but it is ${queue.state}` : `no job queue ${name} in this region`}.`,
      "`git config redun.executor.aws_batch.queue <name>` names another one, `...region <region>` another region.",
    );
  }

  async submit({ token, name, size, request, script, execution, job }: ArrayJob): Promise<string> {
    const { queue, definition, resources, time }: BatchRequest = JSON.parse(request[0]!);
    const { SubmitJobCommand } = this.#api.sdk;
    const command = new SubmitJobCommand({
      jobName: `${jobPrefix(token)}${name.replace(/[^\w-]/g, "_")}`.slice(0, LONGEST_NAME),
      jobQueue: queue,
      jobDefinition: definition,
      ...(size > 1 && { arrayProperties: { size } }),
      containerOverrides: {
        command: ["sh", "-c", script],
        resourceRequirements: [...resources],
      },
      retryStrategy: {
        attempts: ATTEMPTS,
        evaluateOnExit: [
          { onStatusReason: "Host EC2*", action: "RETRY" },
          { onReason: "*", action: "EXIT" },
        ],
      },
      ...(time !== null && { timeout: { attemptDurationSeconds: time } }),
      tags: {
        redun_task_name: name,
        redun_execution_id: execution,
        ...(job !== null && { redun_job_id: job }),
      },
      propagateTags: true,
    });
    const id = await this.#api.askOnce(
      "SubmitJob",
      async (client) => (await client.send(command)).jobId!,
      () => this.#idOf(token, queue),
    );
    return size > 1 ? id : id + ALONE;
  }

  /** Of a task with a queue of its own, it may be in any. */
  async find(token: string): Promise<string | null> {
    const { paginateDescribeJobQueues } = this.#api.sdk;
    const queues = await this.#api.ask("DescribeJobQueues", async (client) => {
      const names: string[] = [];
      for await (const { jobQueues = [] } of paginateDescribeJobQueues({ client }, {})) {
        names.push(...jobQueues.map(({ jobQueueName }) => jobQueueName!));
      }
      return names;
    });
    for (const queue of queues) {
      const id = await this.#idOf(token, queue);
      if (id === null) continue;
      const [job] = await this.#described([id]);
      return job?.arrayProperties?.size === undefined ? id + ALONE : id;
    }
    return null;
  }

  async #idOf(token: string, jobQueue: string): Promise<string | null> {
    const { paginateListJobs } = this.#api.sdk;
    const filters = [{ name: "JOB_NAME", values: [`${jobPrefix(token)}*`] }];
    return this.#api.ask("ListJobs", async (client) => {
      for await (const page of paginateListJobs({ client }, { jobQueue, filters })) {
        const id = page.jobSummaryList?.[0]?.jobId;
        if (id !== undefined) return id;
      }
      return null;
    });
  }

  /** As Batch and redun name the child of an array: `id:3`. */
  elementName(job: string, element: number): string {
    return job.endsWith(ALONE) ? job.slice(0, -ALONE.length) : `${job}:${element}`;
  }

  async states(jobs: readonly string[]): Promise<ReadonlyMap<string, ElementState>> {
    const found = new Map<string, ElementState>();
    const parents = await this.#described(jobs.map(idOf));
    for (const { jobId, status, ...parent } of parents) {
      if (!parent.arrayProperties?.size) found.set(jobId!, jobState({ status, ...parent }));
      else await this.#addChildren(jobId!, status === "SUCCEEDED" || status === "FAILED", found);
    }
    return found;
  }

  /**
   * Children that have not succeeded. They are listed by state only: one that goes on meanwhile is seen in a later
   * state, which is listed after.
   */
  async #addChildren(
    arrayJobId: string,
    isOver: boolean,
    found: Map<string, ElementState>,
  ): Promise<void> {
    const { paginateListJobs } = this.#api.sdk;
    const statuses = isOver ? (["FAILED"] as const) : ([...BEFORE_ITS_END, "FAILED"] as const);
    for (const jobStatus of statuses) {
      await this.#api.ask("ListJobs", async (client) => {
        for await (const page of paginateListJobs({ client }, { arrayJobId, jobStatus })) {
          const jobs = page.jobSummaryList ?? [];
          for (const { jobId, ...job } of jobs) found.set(jobId!, jobState(job));
        }
      });
    }
  }

  async #described(ids: readonly string[]) {
    const { DescribeJobsCommand } = this.#api.sdk;
    const all = [];
    for (let at = 0; at < ids.length; at += MOST_DESCRIBED) {
      const jobs = ids.slice(at, at + MOST_DESCRIBED);
      const answer = await this.#api.ask("DescribeJobs", (client) =>
        client.send(new DescribeJobsCommand({ jobs })),
      );
      all.push(...(answer.jobs ?? []));
    }
    return all;
  }

  causeIn(): null {
    return null;
  }

  async exitStatus(job: string, element: number): Promise<number | null> {
    try {
      const [found] = await this.#described([this.elementName(job, element)]);
      return found?.container?.exitCode ?? null;
    } catch {
      return null;
    }
  }

  async lastWords(job: string, element: number): Promise<string> {
    try {
      const [found] = await this.#described([this.elementName(job, element)]);
      return found ? await logTail(found, this.#default("region"), this.#root) : "";
    } catch {
      return "";
    }
  }

  close(): void {
    this.#api.close();
  }

  async cancel(elements: ReadonlyMap<string, readonly number[] | "all">): Promise<void> {
    const ids = [...elements].flatMap(([job, which]) =>
      which === "all" ? [idOf(job)] : which.map((n) => this.elementName(job, n)),
    );
    const { TerminateJobCommand } = this.#api.sdk;
    await eachAtOnce(ids, AT_ONCE, async (jobId) => {
      try {
        await this.#api.ask("TerminateJob", (client) =>
          client.send(new TerminateJobCommand({ jobId, reason: CANCELLED })),
        );
      } catch {
        // Its call was withdrawn: what has not begun does nothing.
      }
    });
  }
}

/** What the names of an array's job begin with, which is how it is found. */
function jobPrefix(token: string): string {
  return `redun-${token}-`;
}

function idOf(job: string): string {
  return job.split("#")[0]!;
}
