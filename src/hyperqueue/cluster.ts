import type { ArrayJob, Cluster, ClusterFacts, ElementState } from "../cluster/cluster.ts";
import { patiently } from "../cluster/patiently.ts";
import { type ProgramResult, programFailed, runProgram } from "../cluster/program.ts";
import { workerCommand } from "../cluster/worker-command.ts";
import { OPTIONS, submitWords } from "./options.ts";
import { exitStatus, type HqTask, taskState } from "./tasks.ts";

/** HyperQueue by its own command, `hq --output-mode=json`. */
export class HyperQueueCluster implements Cluster {
  readonly kind = "hq";
  readonly title = "HyperQueue";
  readonly options = OPTIONS;
  readonly command = workerCommand();
  // In its paths for output `:` and `%{` mean something, and cannot be quoted.
  readonly keepsNoLogs = true;
  readonly cancelsWholeArrays = true;
  // Without a program of its own where that is possible: tasks may be short.
  readonly variables = {
    element: "$HQ_TASK_ID",
    node: '$({ read -r name </proc/sys/kernel/hostname && echo "$name"; } 2>/dev/null || uname -n)',
  };
  readonly #default: (option: string) => string | undefined;

  /** @param byDefault what git config says of an option that neither task nor call sets */
  constructor(byDefault: (option: string) => string | undefined) {
    this.#default = byDefault;
  }

  request(options: Readonly<Record<string, unknown>>): readonly string[] {
    return submitWords(options, this.#default);
  }

  async about(): Promise<ClusterFacts> {
    const { client_host } = await this.#asked<{ client_host: string }>(["server", "info"]);
    return { name: client_host, maxArray: Number.MAX_SAFE_INTEGER };
  }

  async submit({ token, name, size, request, script }: ArrayJob): Promise<string> {
    const words = [
      "submit",
      `--name=${name} ${token}`,
      `--array=0-${size - 1}`,
      "--stdout=none",
      "--stderr=none",
      "--directives=off",
      ...request,
      "--",
      ...["sh", "-c", script],
    ];
    // After an answer that got lost, the array may be there.
    const { id } = await this.#asked<{ id: number }>(words, async () => {
      const job = await this.find(token);
      return job === null ? null : { id: Number.parseInt(job, 10) };
    });
    return jobName(id, token);
  }

  async find(token: string): Promise<string | null> {
    const jobs = await this.#asked<HqJob[]>(["job", "list", "--all"]);
    const job = jobs.find(({ name }) => name.endsWith(` ${token}`));
    return job ? jobName(job.id, token) : null;
  }

  /** As HyperQueue writes a task, `7@3`, with what tells its job 7 from one of another server. */
  elementName(job: string, element: number): string {
    return `${job}@${element}`;
  }

  async states(jobs: readonly string[]): Promise<ReadonlyMap<string, ElementState>> {
    const words = ["job", "info", jobs.map(idOf).join(",")];
    const details = await this.#said<readonly HqJobDetail[]>(await this.#hq(words), words);
    const found = new Map<string, ElementState>();
    const wanted = new Set(jobs);
    for (const { info, tasks } of listOf(details)) {
      const job = jobName(info.id, info.name);
      if (!wanted.has(job)) continue;
      for (const task of tasks) found.set(this.elementName(job, task.id), taskState(task));
    }
    return found;
  }

  causeIn(): null {
    return null;
  }

  async exitStatus(job: string, element: number): Promise<number | null> {
    try {
      const words = ["job", "info", idOf(job)];
      const details = await this.#said<readonly HqJobDetail[]>(await this.#hq(words), words);
      const detail = listOf(details).find(({ info }) => jobName(info.id, info.name) === job);
      return exitStatus(detail?.tasks.find(({ id }) => id === element));
    } catch {
      return null;
    }
  }

  /** It ends whole jobs only. Other elements see that their calls are withdrawn. */
  async cancel(elements: ReadonlyMap<string, readonly number[] | "all">): Promise<void> {
    const whole = [...elements].filter(([, which]) => which === "all").map(([job]) => job);
    if (whole.length === 0) return;
    try {
      const words = ["job", "list"];
      const there = await this.#said<HqJob[]>(await this.#hq(words), words);
      const ours = there.filter(({ id, name }) => whole.includes(jobName(id, name)));
      if (ours.length === 0) return;
      await this.#hq(["job", "cancel", ours.map(({ id }) => id).join(",")]);
    } catch {
      // Their calls were withdrawn: what has not begun does nothing.
    }
  }

  /** Tries again for some time while the server cannot be reached. */
  async #asked<Answer>(
    words: readonly string[],
    isDone: () => Promise<Answer | null> = async () => null,
  ): Promise<Answer> {
    const said = await patiently(
      () => this.#hq(words),
      isLater,
      async () => {
        const answer = await isDone();
        return answer && { status: 0, stdout: JSON.stringify(answer), stderr: "" };
      },
    );
    return this.#said(said, words);
  }

  /** @throws RedunError EXECUTOR_FAILED */
  #said<Answer>({ status, stdout, stderr }: ProgramResult, words: readonly string[]): Answer {
    const command = `hq ${words.slice(0, words[0] === "submit" ? 1 : 2).join(" ")}`;
    let answer: { error?: string } | undefined;
    try {
      answer = JSON.parse(stdout);
    } catch {
      // A word that it does not know is said in plain text.
    }
    if (status === 0 && answer !== undefined) return answer as Answer;
    throw programFailed(command, answer?.error ?? stderr);
  }

  #hq(words: readonly string[]): Promise<ProgramResult> {
    const server = this.#default("server");
    const where = server === undefined ? [] : [`--server-dir=${server}`];
    const given = ["--output-mode=json", "--colors=never", ...where, ...words];
    return runProgram(this.title, "hq", given);
  }
}

interface HqJob {
  readonly id: number;
  readonly name: string;
}

interface HqJobDetail {
  readonly info: HqJob;
  readonly tasks: readonly HqTask[];
}

/** Where it finds none of what was asked for, it prints an empty object. */
function listOf<Item>(answer: readonly Item[] | object): readonly Item[] {
  return Array.isArray(answer) ? answer : [];
}

/**
 * Its number, and the end of the token in its name: a server that began anew without all of its journal gives
 * the same numbers again.
 */
function jobName(id: number, token: string): string {
  return `${id}-${token.slice(-12)}`;
}

function idOf(job: string): string {
  return job.split("-")[0]!;
}

/** What is said of a server that does not answer now. */
const LATER = /is unreachable|Connection (?:refused|reset|closed)|timed out|No running instance/i;

function isLater({ status, stdout }: ProgramResult): boolean {
  return status !== 0 && LATER.test(stdout);
}
