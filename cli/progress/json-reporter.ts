import type { Why } from "../../src/compare/why.ts";
import { callText } from "../../src/engine/describe-job.ts";
import type {
  RunEnd,
  RunningJob,
  RunProgress,
  SchedulerListener,
} from "../../src/engine/run-events.ts";
import { RedunError } from "../../src/errors.ts";
import type { Execution } from "../../src/record/records.ts";
import type { Io } from "../io.ts";
import { whyRan } from "../pages/why.ts";
import { jsonText } from "../text/json.ts";
import { attemptOf, errorText } from "./failure.ts";

/** Tells on stderr what a run does, for programs: an object of JSON on a line for each event. */
export class JsonReporter implements SchedulerListener {
  hasStarted = false;
  isRecordLeft = false;
  readonly #io: Pick<Io, "stderr">;
  readonly #isRecorded: boolean;
  #run: RunProgress | null = null;
  #started = 0;

  constructor(io: Pick<Io, "stderr">, { isRecorded = true } = {}) {
    this.#io = io;
    this.#isRecorded = isRecorded;
  }

  runStarted({ id, task, argv, started }: Execution, run: RunProgress): void {
    this.#run = run;
    this.hasStarted = true;
    this.#started = performance.now();
    const recorded = this.#isRecorded ? {} : { recorded: false };
    this.#tell("runStarted", { execution: id, task, argv, time: started, ...recorded });
  }

  jobStarted(job: RunningJob): void {
    const { id, parent, task, started } = job;
    this.#tell("jobStarted", {
      job: id,
      parent: parent?.id ?? null,
      task: task.fullName,
      call: callText(job),
      time: started.toISOString(),
      ...attemptFact(job),
    });
  }

  jobExplained({ id, task }: RunningJob, why: Why | null): void {
    const text = why && why.kind !== "reused" ? whyRan(why) : null;
    this.#tell("jobExplained", { job: id, task: task.fullName, why: why?.kind ?? null, text });
  }

  jobHeard({ id, task }: RunningJob, state: string | undefined): void {
    this.#tell("jobHeard", { job: id, task: task.fullName, state: state ?? null });
  }

  jobEnded(job: RunningJob): void {
    const { id, task, status, started, ended, error } = job;
    this.#tell("jobEnded", {
      job: id,
      task: task.fullName,
      status,
      seconds: ended ? (ended.getTime() - started.getTime()) / 1000 : null,
      ...(status === "FAILED" && { error: errorText(error) }),
      ...attemptFact(job),
    });
  }

  fileHashing(path: string, size: number): void {
    this.#tell("fileHashing", { path, bytes: size });
  }

  fileHashed(path: string): void {
    this.#tell("fileHashed", { path });
  }

  noticed(text: string): void {
    this.#tell("notice", { text });
  }

  recordDelayed({ message }: RedunError): void {
    this.#tell("recordDelayed", { text: message });
  }

  recordLeft({ id }: Execution, error: Error, folder: string, lost: number): void {
    this.isRecordLeft = true;
    this.#tell("recordLeft", { execution: id, error: errorText(error), folder, lost });
  }

  runEnded({ id, task }: Execution, run: RunProgress, status: string, end?: RunEnd): void {
    const jobs: Record<string, number> = {};
    for (const { status, count } of run.counts) jobs[status] = (jobs[status] ?? 0) + count;
    const seconds = Math.round(performance.now() - this.#started) / 1000;
    const reason = end?.reason;
    this.#tell("runEnded", { execution: id, task, status, seconds, jobs, reason });
  }

  /** After `runEnded`: what it failed by, and the job that this came out of. */
  failed(error: unknown): void {
    if (error instanceof RedunError && error.code === "RUN_STALLED") return;
    const job = this.#run?.jobThatFailed(error)?.id ?? null;
    this.#tell("runFailed", { job, error: errorText(error) });
  }

  #tell(event: string, facts: Readonly<Record<string, unknown>>): void {
    this.#io.stderr.write(`${jsonText({ event, ...facts })}\n`);
  }
}

function attemptFact(job: RunningJob): { attempt?: number } {
  const attempt = attemptOf(job);
  return attempt === null ? {} : { attempt };
}
