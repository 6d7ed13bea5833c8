/** What is asked of Kubernetes: an indexed Job for an array. */
import { RedunError } from "../errors.ts";

/** Options of a task other than `memory` and `cpus`. */
export const OPTIONS = ["time", "gpus"] as const;

/** Seconds after which a finished Job goes, with its pods and their logs. */
const KEPT = 24 * 3600;
/** Which container of the pod template runs the calls: the first one. */
const CONTAINER = "redun";

/** A pod template, as an object of the API: of a file, of which we know little. */
// biome-ignore lint/suspicious/noExplicitAny: an object of the API
export type PodTemplate = any;

export interface JobRequest {
  readonly name: string;
  readonly size: number;
  readonly script: string;
  /** Of the task, for people: an annotation, because labels take few characters. */
  readonly task: string;
  readonly resources: Resources;
  readonly template: PodTemplate;
}

export interface Resources {
  readonly cpus?: number;
  /** GB, 10^9 bytes. */
  readonly memory?: number;
  readonly gpus?: number;
  /** Minutes. */
  readonly time?: number;
}

/**
 * Each index runs once. One that fails takes none of the others along, and is begun again only where it was not its
 * own fault: its node was drained or lost (`DisruptionTarget`).
 */
export function jobObject({ name, size, script, task, resources, template }: JobRequest) {
  const { cpus, memory, gpus, time } = resources;
  const limits = {
    ...(cpus !== undefined && { cpu: String(cpus) }),
    ...(memory !== undefined && { memory: String(Math.ceil(memory * 1e9)) }),
    ...(gpus !== undefined && { "nvidia.com/gpu": String(gpus) }),
  };
  const { metadata = {}, spec = {} } = template ?? {};
  const [first = {}, ...others] = spec.containers ?? [];
  const container = {
    ...first,
    name: first.name ?? CONTAINER,
    command: ["sh", "-c", script],
    args: [],
    env: [
      ...(first.env ?? []),
      { name: "REDUN_NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ],
    resources: {
      requests: { ...first.resources?.requests, ...limits },
      limits: { ...first.resources?.limits, ...limits },
    },
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      labels: { "app.kubernetes.io/managed-by": "redun-git" },
      annotations: { "redun-git/task": task },
    },
    spec: {
      completionMode: "Indexed",
      completions: size,
      parallelism: size,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: size,
      ttlSecondsAfterFinished: KEPT,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        ],
      },
      template: {
        metadata,
        spec: {
          ...spec,
          restartPolicy: "Never",
          ...(time !== undefined && { activeDeadlineSeconds: Math.ceil(time * 60) }),
          containers: [container, ...others],
        },
      },
    },
  };
}

/**
 * What a task's options say.
 * @throws RedunError BAD_TASK
 */
export function resourcesOf(
  options: Readonly<Record<string, unknown>>,
  byDefault: (option: string) => string | undefined,
): Resources {
  const found: Record<string, number> = {};
  for (const name of ["cpus", "memory", ...OPTIONS]) {
    const value = options[name] ?? byDefault(name);
    if (value === undefined) continue;
    const number = Number(value);
    if (!(Number.isFinite(number) && number > 0)) throw badOption(name, value);
    found[name] = number;
  }
  return found;
}

function badOption(name: string, value: unknown): RedunError {
  return new RedunError(
    "BAD_TASK",
    `The option ${name} is ${JSON.stringify(value) ?? typeof value}, and no number above 0.`,
    name === "time" ? "For Kubernetes it is a number of minutes." : undefined,
  );
}
