import type { ElementState, EndCause } from "../cluster/cluster.ts";

/** A task as `hq job info` prints it. */
export interface HqTask {
  readonly id: number;
  readonly state: "waiting" | "running" | "finished" | "failed" | "canceled" | "aborted";
  /** The number of the worker that runs it, or ran it. */
  readonly worker?: number;
  /** Why it failed, in a sentence. */
  readonly error?: string;
}

export function taskState({ state, worker, error = "" }: HqTask): ElementState {
  if (state === "waiting") return { phase: "queued", word: state, text: "queued", cause: null };
  if (state === "running") {
    const where = worker === undefined ? "" : ` on worker ${worker}`;
    return { phase: "running", word: state, text: `running${where}`, cause: null };
  }
  return { phase: "ended", word: state, text: state, cause: causeOf(state, error) };
}

function causeOf(state: HqTask["state"], error: string): EndCause | null {
  if (state === "canceled" || state === "aborted") return "cancelled";
  if (/^Time limit reached/.test(error)) return "time";
  return /worker that was lost|lost worker/.test(error) ? "node" : null;
}

/** The status of its program, of what it says of a failure; null where it says none. */
export function exitStatus(task: HqTask | undefined): number | null {
  if (task?.state === "finished") return 0;
  const [, code, signal] =
    /exit code (-?\d+)\.(?: Received signal (\d+))?/.exec(task?.error ?? "") ?? [];
  if (code === undefined) return null;
  return signal === undefined ? Number(code) : 128 + Number(signal);
}
