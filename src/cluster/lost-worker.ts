import type { ExecutorCall } from "../engine/executor.ts";
import { RedunError } from "../errors.ts";
import type { Cluster, EndCause } from "./cluster.ts";
import { tailOf } from "./printed.ts";
import type { ElementOutcome } from "./watch.ts";
import { SCRIPT_STATUS } from "./worker-script.ts";

/** Lines of its standard error that the error shows. */
const LINES = 10;

/** Why a call was not answered: its time was over, its memory, its node, or its worker failed. */
export async function lostWorker(
  cluster: Cluster,
  call: ExecutorCall,
  outcome: ElementOutcome,
): Promise<RedunError> {
  const { array, element, node } = outcome;
  const where = node === null ? "" : ` on ${node}`;
  const stderr = tailOf(array.folder, element, "err");
  const cause = outcome.state?.cause ?? cluster.causeIn(stderr);
  const why = cause ? CAUSES[cause] : await reason(cluster, outcome);
  const isSilent = stderr === "" && outcome.status === null;
  const said = isSilent ? await cluster.lastWords?.(array.job, element) : stderr;
  const lines = (said ?? "").trimEnd().split("\n").slice(-LINES).join("\n");
  return new RedunError(
    "WORKER_FAILED",
    `${cluster.title} job ${cluster.elementName(array.job, element)}${where} ended before it had answered ${call.task}: ${why}.${lines && `\n${lines}`}`,
    cause ? HINTS[cause] : undefined,
  );
}

const CAUSES: Readonly<Record<EndCause, string>> = {
  time: "its time was over",
  memory: "it took more memory than it was given",
  node: "its node failed",
  cancelled: "it was cancelled",
  preempted: "another job got its place",
};

const HINTS: Readonly<Record<EndCause, string | undefined>> = {
  time: "Give the task more of it, `task({ time: ... }, ...)`, if it needs that.",
  memory: "Give the task more, `task({ memory: <GB> }, ...)`, if it needs that.",
  node: "`task({ retries: 2 }, ...)` tries again.",
  cancelled: undefined,
  preempted: "`task({ retries: 2 }, ...)` tries again.",
};

async function reason(
  cluster: Cluster,
  { array, element, status, state }: ElementOutcome,
): Promise<string> {
  if (status === "TERM") return "it was told to end: its time was over, or somebody cancelled it";
  if (status !== null) return `its command ${endOf(Number(status))}`;
  const exit = await cluster.exitStatus(array.job, element);
  const told = exit === null ? undefined : SCRIPT_STATUS[exit];
  if (told !== undefined) return told;
  if (state?.reason) return `it left no word; ${cluster.title} says: ${state.reason}`;
  if (exit === null) return `it left no word, and ${cluster.title} no longer knows it`;
  return `it left no word; its program ${endOf(exit)}`;
}

function endOf(status: number): string {
  if (status === 127) return "was not found there (status 127)";
  if (status === 128 + 9) return "was killed (SIGKILL), as it happens when memory runs out";
  return status > 128 ? `was ended by signal ${status - 128}` : `ended with status ${status}`;
}
