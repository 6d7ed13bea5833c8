/** What pods say of the elements of an array. */
import type { ElementState, EndCause } from "../cluster/cluster.ts";

// biome-ignore lint/suspicious/noExplicitAny: an object of the API
type Pod = any;

const INDEX = "batch.kubernetes.io/job-completion-index";

/** The latest pod of each index: one whose node was lost has another one after it. */
export function latestPods(pods: readonly Pod[]): Map<number, Pod> {
  const latest = new Map<number, Pod>();
  for (const pod of pods) {
    const index = Number(pod.metadata?.annotations?.[INDEX]);
    const other = latest.get(index);
    if (!other || begun(pod) > begun(other)) latest.set(index, pod);
  }
  return latest;
}

function begun(pod: Pod): string {
  return pod.metadata?.creationTimestamp ?? "";
}

/** @param isOver whether no other pod comes after this one */
export function podState(pod: Pod, isOver: boolean): ElementState {
  const { phase = "Pending", reason } = pod.status ?? {};
  const node: string | undefined = pod.spec?.nodeName;
  const cause = causeOf(pod);
  // The Job makes another one.
  if (isEnded(pod) && cause === "node" && !isOver) {
    return { phase: "queued", word: "Disrupted", text: "queued (its node failed)", cause: null };
  }
  if (isEnded(pod)) {
    const word = cause === "memory" ? "OOMKilled" : (reason ?? phase);
    return { phase: "ended", word, text: word, cause };
  }
  if (phase === "Running") {
    return {
      phase: "running",
      word: phase,
      text: node ? `running on ${node}` : "running",
      cause: null,
    };
  }
  const why = waitingReason(pod);
  return { phase: "queued", word: phase, text: why ? `queued (${why})` : "queued", cause: null };
}

export function isEnded(pod: Pod): boolean {
  return ["Succeeded", "Failed"].includes(pod.status?.phase);
}

/** The exit status of the container that runs the call. */
export function exitStatus(pod: Pod): number | null {
  return terminated(pod)?.exitCode ?? null;
}

function causeOf(pod: Pod): EndCause | null {
  const { reason, conditions = [] } = pod.status ?? {};
  if (terminated(pod)?.reason === "OOMKilled") return "memory";
  if (reason === "DeadlineExceeded") return "time";
  const isDisrupted = conditions.some(
    ({ type, status }: { type: string; status: string }) =>
      type === "DisruptionTarget" && status === "True",
  );
  return isDisrupted ? "node" : null;
}

function terminated(pod: Pod) {
  return pod.status?.containerStatuses?.[0]?.state?.terminated;
}

/** Why it does not begin: no node has room, or its image is not to be had. */
function waitingReason(pod: Pod): string | undefined {
  const { containerStatuses = [], conditions = [] } = pod.status ?? {};
  const waiting = containerStatuses[0]?.state?.waiting?.reason;
  if (waiting && waiting !== "ContainerCreating") return waiting;
  const scheduled = conditions.find(({ type }: { type: string }) => type === "PodScheduled");
  return scheduled?.status === "False" ? scheduled.reason : undefined;
}
