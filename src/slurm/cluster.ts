import type {
  ArrayJob,
  Cluster,
  ClusterFacts,
  ElementState,
  EndCause,
} from "../cluster/cluster.ts";
import { patiently } from "../cluster/patiently.ts";
import { type ProgramResult, programFailed, runProgram } from "../cluster/program.ts";
import { workerCommand } from "../cluster/worker-command.ts";
import { OPTIONS, sbatchWords } from "./options.ts";
import { ranges } from "./ranges.ts";

/** What stands before the token in the comment of our jobs. */
const MARK = "redun-git:";

/** Slurm by its own commands, in forms that need no accounting: `sbatch`, `squeue`, `scontrol`, `scancel`. */
export class SlurmCluster implements Cluster {
  readonly kind = "slurm";
  readonly title = "Slurm";
  readonly options = OPTIONS;
  readonly command = workerCommand();
  readonly variables = { element: "$SLURM_ARRAY_TASK_ID", node: "$SLURMD_NODENAME" };
  readonly #default: (option: string) => string | undefined;

  /** @param byDefault what git config says of an option that neither task nor call sets */
  constructor(byDefault: (option: string) => string | undefined) {
    this.#default = byDefault;
  }

  request(options: Readonly<Record<string, unknown>>): readonly string[] {
    return sbatchWords(options, this.#default);
  }

  async about(): Promise<ClusterFacts> {
    const { status, stdout, stderr } = await patiently(
      () => slurm("scontrol", ["show", "config"]),
      isLater,
    );
    if (status !== 0) throw programFailed("scontrol show config", stderr);
    const name = /^ClusterName\s*=\s*(\S+)/m.exec(stdout)?.[1] ?? "";
    // Numbers below it, from 0 on.
    const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? 1001);
    return { name, maxArray: Math.max(1, size) };
  }

  async submit({ token, name, size, request, script, logs }: ArrayJob): Promise<string> {
    const words = [
      "--parsable",
      `--array=0-${size - 1}`,
      `--job-name=${name}`,
      `--comment=${MARK}${token}`,
      `--output=${logFile(logs, "out")}`,
      `--error=${logFile(logs, "err")}`,
      "--requeue",
      ...request,
    ];
    // After an answer that got lost, the array may be there.
    const { status, stdout, stderr } = await patiently(
      () => slurm("sbatch", words, script),
      isLater,
      async () => {
        const job = await this.find(token);
        return job === null ? null : { status: 0, stdout: job, stderr: "" };
      },
    );
    if (status !== 0) throw programFailed("sbatch", stderr);
    // In a federation the cluster's name follows.
    return stdout.trim().split(";")[0]!;
  }

  async find(token: string): Promise<string | null> {
    const words = ["--noheader", "--me", "--states=all", "--format=%F|%k"];
    const { status, stdout, stderr } = await patiently(() => slurm("squeue", words), isLater);
    if (status !== 0) throw programFailed("squeue", stderr);
    const line = stdout.split("\n").find((line) => line.endsWith(`|${MARK}${token}`));
    return line === undefined ? null : line.split("|")[0]!;
  }

  elementName(job: string, element: number): string {
    return `${job}_${element}`;
  }

  async states(jobs: readonly string[]): Promise<ReadonlyMap<string, ElementState>> {
    const words = [
      "--noheader",
      "--array",
      "--states=all",
      `--jobs=${jobs.join(",")}`,
      "--format=%i|%T|%N|%r",
    ];
    const { status, stdout, stderr } = await slurm("squeue", words);
    // So it says of a single one that it no longer knows.
    const isForgotten = /Invalid job id/i.test(stderr);
    if (status !== 0 && !isForgotten) throw programFailed("squeue", stderr);
    const lines = stdout.split("\n").filter(Boolean);
    return new Map(
      lines.map((line) => {
        const [id, word, node, ...reason] = line.split("|");
        return [id!, stateOf(word!, node!, reason.join("|"))];
      }),
    );
  }

  causeIn(stderr: string): EndCause | null {
    const lines = stderr.split("\n").filter((line) => line.startsWith("slurmstepd"));
    const said = WRITTEN.find(([pattern]) => lines.some((line) => pattern.test(line)));
    return said ? said[1] : null;
  }

  async exitStatus(job: string, element: number): Promise<number | null> {
    try {
      const { stdout } = await slurm("scontrol", ["show", "job", this.elementName(job, element)]);
      const [, status, signal] = /\bExitCode=(\d+):(\d+)/.exec(stdout) ?? [];
      if (status === undefined) return null;
      return Number(signal) > 0 ? 128 + Number(signal) : Number(status);
    } catch {
      return null;
    }
  }

  async cancel(elements: ReadonlyMap<string, readonly number[] | "all">): Promise<void> {
    const words = [...elements].flatMap(([job, which]) =>
      which === "all" ? [job] : ranges(which).map((range) => `${job}_[${range}]`),
    );
    try {
      await slurm("scancel", ["--quiet", ...words]);
    } catch {
      // Their calls were withdrawn: what has not begun does nothing.
    }
  }
}

function slurm(program: string, words: readonly string[], input?: string): Promise<ProgramResult> {
  return runProgram("Slurm", program, words, input);
}

/** In its file names a percent sign begins a pattern. */
function logFile(folder: string, extension: string): string {
  return `${folder.replaceAll("%", "%%")}/%a.${extension}`;
}

const ALIVE = /^(?:RUNNING|COMPLETING|CONFIGURING|SUSPENDED|STOPPED|STAGE_OUT|SIGNALING|RESIZING)$/;
const QUEUED = /^(?:PENDING|REQUEUED|REQUEUE_FED|REQUEUE_HOLD|RESV_DEL_HOLD|SPECIAL_EXIT)$/;
const CAUSES: Readonly<Record<string, EndCause>> = {
  TIMEOUT: "time",
  DEADLINE: "time",
  OUT_OF_MEMORY: "memory",
  NODE_FAIL: "node",
  BOOT_FAIL: "node",
  CANCELLED: "cancelled",
  REVOKED: "cancelled",
  PREEMPTED: "preempted",
};

/** What its daemon writes into the standard error of a job that it ends, the surest first. */
const WRITTEN: readonly (readonly [RegExp, EndCause])[] = [
  [/exceeded (?:job |step )?memory limit|oom.kill/i, "memory"],
  [/DUE TO TIME LIMIT/, "time"],
  [/DUE TO NODE FAILURE/, "node"],
  [/DUE TO PREEMPTION/, "preempted"],
];

function stateOf(word: string, node: string, reason: string): ElementState {
  if (QUEUED.test(word)) {
    const why = /^(?:None|)$/.test(reason) ? "" : ` (${reason})`;
    return { phase: "queued", word, text: `queued${why}`, cause: null };
  }
  if (ALIVE.test(word)) {
    return { phase: "running", word, text: node ? `running on ${node}` : "running", cause: null };
  }
  return { phase: "ended", word, text: word.toLowerCase(), cause: CAUSES[word] ?? null };
}

/** What a controller says, or its commands of it, that does not answer now, or has no room now. */
const LATER =
  /Unable to contact slurm controller|Socket timed out|Connection refused|Zero Bytes were transmitted|temporarily unable|Resource temporarily unavailable|Slurm controller is in standby|communication connection failure|Transport endpoint|AssocMaxSubmitJobLimit|QOSMaxSubmitJob|job submit limit/i;

function isLater({ status, stderr }: ProgramResult): boolean {
  return status !== 0 && LATER.test(stderr);
}
