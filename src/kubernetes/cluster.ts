import type { ArrayJob, Cluster, ClusterFacts, ElementState } from "../cluster/cluster.ts";
import { apiFailed, type KubeApi, refusal } from "./api.ts";
import { jobObject, OPTIONS, type PodTemplate, resourcesOf } from "./job.ts";
import type { KubeAccess } from "./kubeconfig.ts";
import { exitStatus, isEnded, latestPods, podState } from "./pods.ts";

/** Kubernetes holds each pod of a Job as an object; larger Jobs are more than one list of them is good for. */
const MAX_ARRAY = 1000;
/** How long it is asked how pods stand, in milliseconds: it is asked again in any case. */
const SHORT_PATIENCE = 5000;

/** Kubernetes by its plain API: an array is a Job with indexed completions, `batch/v1`. */
export class KubernetesCluster implements Cluster {
  readonly kind = "k8s";
  readonly title = "Kubernetes";
  readonly options: readonly string[] = OPTIONS;
  readonly command = "redun-git oneshot";
  readonly keepsNoLogs = true;
  readonly variables = { element: "$JOB_COMPLETION_INDEX", node: "$REDUN_NODE" };
  readonly #api: KubeApi;
  readonly #access: KubeAccess;
  readonly #namespace: string;
  readonly #template: PodTemplate;
  readonly #default: (option: string) => string | undefined;

  /**
   * @param template the pod that calls run in: its image, its volumes
   * @param byDefault what git config says of an option that neither task nor call sets
   */
  constructor(
    api: KubeApi,
    access: KubeAccess,
    template: PodTemplate,
    byDefault: (option: string) => string | undefined,
  ) {
    this.#api = api;
    this.#access = access;
    this.#template = template;
    this.#default = byDefault;
    this.#namespace = byDefault("namespace") ?? access.namespace;
  }

  request(options: Readonly<Record<string, unknown>>): readonly string[] {
    return [JSON.stringify(resourcesOf(options, this.#default))];
  }

  async about(): Promise<ClusterFacts> {
    return { name: this.#access.cluster, maxArray: MAX_ARRAY };
  }

  async submit({ token, name: task, size, request, script }: ArrayJob): Promise<string> {
    const name = jobName(token);
    const resources = JSON.parse(request[0]!);
    const job = jobObject({ name, size, script, task, resources, template: this.#template });
    const answer = await this.#api.ask("POST", this.#jobs(), job);
    // It has taken an earlier try, whose answer was lost.
    if (answer.status === 201 || answer.status === 409) return name;
    throw apiFailed("POST", this.#jobs(), refusal(answer));
  }

  async find(token: string): Promise<string | null> {
    const path = `${this.#jobs()}/${jobName(token)}`;
    const answer = await this.#api.ask("GET", path);
    if (answer.status === 200) return jobName(token);
    if (answer.status === 404) return null;
    throw apiFailed("GET", path, refusal(answer));
  }

  /** As redun tags elements of arrays: `name:3`. */
  elementName(job: string, element: number): string {
    return `${job}:${element}`;
  }

  async states(jobs: readonly string[]): Promise<ReadonlyMap<string, ElementState>> {
    const found = new Map<string, ElementState>();
    for (const name of jobs) {
      const path = `${this.#jobs()}/${name}`;
      const answer = await this.#api.ask("GET", path, undefined, SHORT_PATIENCE);
      if (answer.status === 404) continue;
      if (answer.status !== 200) throw apiFailed("GET", path, refusal(answer));
      const { spec, status = {} } = answer.body;
      const isOver = isFinished(status) || spec.suspend === true;
      const pods = latestPods(await this.#pods(name));
      for (let n = 0; n < spec.completions; n++) {
        const pod = pods.get(n);
        if (pod) found.set(this.elementName(name, n), podState(pod, isOver));
        else if (!isOver) found.set(this.elementName(name, n), NO_POD);
      }
    }
    return found;
  }

  causeIn(): null {
    return null;
  }

  async exitStatus(job: string, element: number): Promise<number | null> {
    const pods = await this.#pods(job).catch(() => []);
    const pod = latestPods(pods).get(element);
    return pod && isEnded(pod) ? exitStatus(pod) : null;
  }

  /** Of a Job that goes on, pods that are deleted are made again: these find no call, and do nothing. */
  async cancel(elements: ReadonlyMap<string, readonly number[] | "all">): Promise<void> {
    for (const [job, which] of elements) {
      try {
        if (which === "all") {
          await this.#api.ask("DELETE", `${this.#jobs()}/${job}?propagationPolicy=Background`);
          continue;
        }
        const pods = latestPods(await this.#pods(job));
        for (const n of which) {
          const name = pods.get(n)?.metadata.name;
          if (name) await this.#api.ask("DELETE", `${this.#podsPath()}/${name}`);
        }
      } catch {
        // Their calls were withdrawn: what has not begun does nothing.
      }
    }
  }

  close(): void {
    this.#api.close();
  }

  #pods(job: string) {
    const labelSelector = `batch.kubernetes.io/job-name=${job}`;
    return this.#api.list(this.#podsPath(), { labelSelector }, SHORT_PATIENCE);
  }

  #jobs(): string {
    return `/apis/batch/v1/namespaces/${encodeURIComponent(this.#namespace)}/jobs`;
  }

  #podsPath(): string {
    return `/api/v1/namespaces/${encodeURIComponent(this.#namespace)}/pods`;
  }
}

const NO_POD: ElementState = { phase: "queued", word: "Pending", text: "queued", cause: null };

/** Names are lower case, and the same for the same array: so it cannot be submitted twice. */
function jobName(token: string): string {
  return `redun-${token.toLowerCase()}`;
}

function isFinished({ conditions = [] }): boolean {
  return conditions.some(
    ({ type, status }: { type: string; status: string }) =>
      status === "True" && ["Complete", "Failed"].includes(type),
  );
}
