import type { Why } from "../../src/compare/why.ts";
import { callText } from "../../src/engine/describe-job.ts";
import { UncaughtError } from "../../src/engine/run-end.ts";
import type {
  RunEnd,
  RunningJob,
  RunProgress,
  SchedulerListener,
} from "../../src/engine/run-events.ts";
import { isError, userStack } from "../../src/engine/user-stack.ts";
import { RedunError } from "../../src/errors.ts";
import type { Execution } from "../../src/record/records.ts";
import { nearPath } from "../../src/script/near-path.ts";
import { inspected } from "../../src/value/inspected.ts";
import { VERSION } from "../../src/version.ts";
import type { Io } from "../io.ts";
import { whyRan } from "../pages/why.ts";
import { commandLine, shortId } from "../text/lines.ts";
import { statusTable } from "../text/status-table.ts";
import { oneLine, type Paint, painter, visible } from "../text/terminal.ts";
import { attemptOf, errorText } from "./failure.ts";
import { JobLines } from "./job-lines.ts";
import type { ProgressMode } from "./mode.ts";
import { Regularly } from "./regularly.ts";
import type { SnapshotSender } from "./snapshot-sender.ts";

/** A long run shows its table of jobs this often, in milliseconds. */
const STATUS_EVERY = 20_000;

export interface ReporterOptions {
  /** `none` tells only what went wrong; in a live view there is no need of tables in between. */
  readonly mode: Exclude<ProgressMode, "json">;
  /** What makes a command mean the log of the run; asked when it is told. */
  readonly logWords?: () => string;
  /** Whether jobs have lines; asked when the run begins. */
  readonly hasJobLines?: () => boolean;
  /** Tells who keeps the live view. */
  readonly snapshots?: SnapshotSender;
  /** Whether the run leaves a record. */
  readonly isRecorded?: boolean;
  /** In milliseconds. */
  readonly statusEvery?: number;
}

/** Tells on stderr what a run does, in redun's words. */
export class RunReporter implements SchedulerListener {
  hasStarted = false;
  /** The run's record could not be committed at its end. */
  isRecordLeft = false;
  readonly #io: Io;
  readonly #options: ReporterOptions;
  readonly #paint: Paint;
  #run: RunProgress | null = null;
  #started = 0;
  #lines: JobLines | null = null;
  #statuses: Regularly | null = null;

  get #isRecorded(): boolean {
    return this.#options.isRecorded ?? true;
  }

  constructor(io: Io, options: ReporterOptions) {
    this.#io = io;
    this.#options = options;
    this.#paint = painter(io.stderr, io.env);
  }

  runStarted(execution: Execution, run: RunProgress): void {
    this.#run = run;
    this.hasStarted = true;
    this.#started = performance.now();
    this.#say(`redun-git :: version ${VERSION}`);
    const command = `redun-git ${commandLine(execution.argv)}`;
    if (this.#isRecorded) this.#say(`Start Execution ${execution.id}:  ${command}`);
    else this.#always(`Nothing of this run is recorded (--no-prov):  ${command}`);
    const { mode, hasJobLines, statusEvery = STATUS_EVERY } = this.#options;
    if (mode !== "none" && (hasJobLines?.() ?? true)) {
      this.#lines = new JobLines({ say: (line) => this.#say(line), paint: this.#paint });
    }
    this.#options.snapshots?.begin(run);
    if (mode !== "plain") return;
    this.#statuses = new Regularly(statusEvery, () => {
      // While the record is written, the last table is about to come.
      if (run.running.size > 0) this.#status();
    });
  }

  jobRuns(job: RunningJob): void {
    this.#lines?.runs(job);
    this.#options.snapshots?.jobRuns();
  }

  /** Asked for, so told in any mode. */
  jobExplained(job: RunningJob, why: Why | null): void {
    const reason =
      why && why.kind !== "reused" ? whyRan(why) : "the records that say so cannot be read";
    const call = `Job ${shortId(job.id)}:  ${oneLine(callText(job))}`;
    this.#always(`${this.#paint("bold", "Why")}    ${call}: ${reason}`);
  }

  jobReused(job: RunningJob): void {
    this.#lines?.reused(job);
  }

  jobEnded(job: RunningJob): void {
    if (job.status !== "FAILED") return;
    const title = this.#paint("red", "*** Reject");
    const attempt = attemptOf(job);
    // Of one that is made again nothing else tells what went wrong.
    const why = attempt === null ? "" : ` (attempt ${attempt}: ${oneLine(errorText(job.error))})`;
    this.#say(`${title} Job ${shortId(job.id)}:  ${oneLine(callText(job))}${why}`);
  }

  fileHashing(path: string, size: number): void {
    this.#options.snapshots?.hashing(path, size);
    const megabytes = Math.round(size / 1_000_000);
    this.#say(
      `${this.#paint("bold", "Hash")}   ${oneLine(nearPath(path, this.#io.cwd))} (${megabytes} MB)`,
    );
  }

  fileHashed(path: string): void {
    this.#options.snapshots?.hashed(path);
  }

  runEnded(_execution: Execution, _run: RunProgress, status: string, end?: RunEnd): void {
    this.#options.snapshots?.end();
    this.#statuses?.stop();
    const seconds = (performance.now() - this.#started) / 1000;
    this.#status({ isOver: true });
    this.#say("");
    if (status === "INTERRUPTED") this.#interrupted(end);
    this.#say(`Execution duration: ${seconds.toFixed(2)} seconds`);
  }

  recordDelayed(error: RedunError): void {
    this.#always(`Waiting to record the run: ${visible(error.message)}`);
  }

  noticed(notice: string): void {
    this.#always(`Warning: ${oneLine(notice)}`);
  }

  recordLeft({ id }: Execution, error: Error, folder: string, lost: number): void {
    this.isRecordLeft = true;
    const title = this.#paint("red", "*** The record of this run could not be committed:");
    this.#text(`${title} ${visible(error.message)}`);
    if (error instanceof RedunError && error.hint) this.#text(visible(error.hint));
    const where = nearPath(folder, this.#io.cwd);
    this.#always(
      lost === 0
        ? `Nothing is lost: it is in ${where}, and the next`
        : `Its last ${lost} record${lost === 1 ? "" : "s"} found no room, and ${lost === 1 ? "is" : "are"} lost. The rest is in ${where}, and the next`,
    );
    this.#always(
      `redun-git command here commits it, with how the run ended (\`redun-git log ${shortId(id)}${this.#options.logWords?.() ?? ""}\`).`,
    );
  }

  /** The sender of a signal needs no explanation; anything else does. */
  #interrupted(end: RunEnd | undefined): void {
    const kept = this.#isRecorded ? " What had finished is recorded." : "";
    const title = this.#paint("red", `*** Interrupted.${kept}`);
    if (!end || /^Interrupted by SIG/.test(end.reason)) {
      this.#say(title);
      return;
    }
    this.#always(title);
    this.#text(visible(end.reason));
  }

  #status({ isOver = false } = {}): void {
    this.#lines?.unfold();
    // What was at work when the run ended, ended with it.
    const jobs = (this.#run?.counts ?? []).map((counted) =>
      isOver && counted.status === "RUNNING" ? { ...counted, status: "INTERRUPTED" } : counted,
    );
    this.#say("");
    for (const line of statusTable(jobs, Date.now())) this.#say(line);
  }

  /** The report of a failed run: the job, its parents, and the user's own error. */
  failed(error: unknown): void {
    // It was told as what interrupted the run.
    if (error instanceof RedunError && error.code === "RUN_STALLED") return;
    const title = this.#paint("red", "*** Execution failed.");
    const parents = this.#parents(error);
    const traceback = parents.length === 0 ? "" : " Traceback (most recent task last):";
    this.#always(`${title}${traceback}`);
    for (const job of parents) {
      const { file, line } = job.task.source;
      const place = file === null ? "" : `${nearPath(file, this.#io.cwd)}:${line}, `;
      this.#always(`  Job ${shortId(job.id)}: ${place}in ${oneLine(callText(job))}`);
    }
    if (error instanceof UncaughtError) this.#always(visible(error.message));
    const told = error instanceof UncaughtError ? error.cause : error;
    for (const line of errorLines(told, { cwd: this.#io.cwd, left: MAX_CAUSES }))
      this.#always(line);
  }

  #parents(error: unknown): RunningJob[] {
    const path: RunningJob[] = [];
    for (let job = this.#run?.jobThatFailed(error) ?? null; job; job = job.parent)
      path.unshift(job);
    return path;
  }

  #text(text: string): void {
    for (const line of text.split("\n")) this.#always(line);
  }

  #say(line: string): void {
    if (this.#options.mode !== "none") this.#always(line);
  }

  #always(line: string): void {
    this.#io.stderr.write(`${this.#paint("dim", "[redun]")} ${line}`.trimEnd().concat("\n"));
  }
}

/** Causes of one error that are shown: each may have many. */
const MAX_CAUSES = 100;

/** Where paths begin, and how many more causes are shown. */
interface ErrorPage {
  readonly cwd: string;
  left: number;
}

/** An error's stack without our own frames, its paths as the user would type them. */
function errorLines(error: unknown, page: ErrorPage, above: readonly unknown[] = []): string[] {
  if (!isError(error)) return [`Thrown: ${visible(inspected(error))}`];
  // An error may be its own cause.
  if (above.includes(error)) return [];
  const kept = visible(userStack(error))
    .split("\n")
    .map((line) => shortFrame(line, page.cwd));
  if (error instanceof RedunError) addAdvice(kept, error);
  const parts = error instanceof AggregateError ? error.errors : [];
  const causes = error.cause === undefined ? parts : [...parts, error.cause];
  return [
    ...kept,
    ...causes.flatMap((cause) => {
      if (page.left-- > 0) return ["Caused by:", ...errorLines(cause, page, [...above, error])];
      return page.left === -1 ? ["Caused by others, too, which are not shown."] : [];
    }),
  ];
}

/** The code of an error of ours after its message, and below that what to do. */
function addAdvice(lines: string[], { code, hint }: RedunError): void {
  const frames = lines.findIndex((line) => /^\s+at /.test(line));
  const end = frames === -1 ? lines.length : frames;
  lines[end - 1] += ` [${code}]`;
  if (hint) lines.splice(end, 0, ...visible(hint).split("\n"));
}

function shortFrame(line: string, cwd: string): string {
  return line.replace(/(?:file:\/\/)?(\/[^\s()]+?)(:\d+:\d+)/, (_, file: string, at: string) => {
    return nearPath(file, cwd) + at;
  });
}
