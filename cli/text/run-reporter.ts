import { inspect } from "node:util";
import { namedArguments } from "../../src/engine/named-arguments.ts";
import type { LiveJob, Run } from "../../src/engine/run.ts";
import type { SchedulerListener } from "../../src/engine/scheduler.ts";
import { isError, userStack } from "../../src/engine/user-stack.ts";
import type { Execution } from "../../src/record/records.ts";
import { nearPath } from "../../src/script/near-path.ts";
import { previewArgs } from "../../src/value/preview.ts";
import { VERSION } from "../../src/version.ts";
import { commandLine, shortId } from "./lines.ts";
import { statusTable } from "./status-table.ts";
import { oneLine, type Paint, painter, visible } from "./terminal.ts";

/** Tells on stderr what a run does, in redun's words. */
export class RunReporter implements SchedulerListener {
  hasStarted = false;
  readonly #stream: NodeJS.WriteStream;
  readonly #quiet: boolean;
  readonly #paint: Paint;
  #run: Run | null = null;
  #started = 0;

  constructor(stream: NodeJS.WriteStream, { quiet }: { quiet: boolean }) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#paint = painter(stream);
  }

  runStarted(execution: Execution): void {
    this.hasStarted = true;
    this.#started = performance.now();
    this.#say(`redun-git :: version ${VERSION}`);
    this.#say(`Start Execution ${execution.id}:  redun-git ${commandLine(execution.argv)}`);
  }

  jobStarted(job: LiveJob): void {
    this.#say(`${this.#paint("bold", "Run")}    Job ${shortId(job.id)}:  ${callText(job)}`);
  }

  jobEnded(job: LiveJob): void {
    if (job.status !== "FAILED") return;
    this.#say(`${this.#paint("red", "*** Reject")} Job ${shortId(job.id)}:  ${callText(job)}`);
  }

  runEnded(_execution: Execution, run: Run, status: string): void {
    this.#run = run;
    const seconds = (performance.now() - this.#started) / 1000;
    this.#say("");
    for (const line of statusTable(run.counts, Date.now())) this.#say(line);
    this.#say("");
    if (status === "INTERRUPTED") {
      this.#say(this.#paint("red", "*** Interrupted. What had finished is recorded."));
    }
    this.#say(`Execution duration: ${seconds.toFixed(2)} seconds`);
  }

  /** The report of a failed run: the job, its parents, and the user's own error. */
  failed(error: unknown): void {
    const title = this.#paint("red", "*** Execution failed.");
    this.#always(`${title} Traceback (most recent task last):`);
    for (const job of this.#parents(error)) {
      const { file, line } = job.task.source;
      const place = file === null ? "" : `${nearPath(file, process.cwd())}:${line}, `;
      this.#always(`  Job ${shortId(job.id)}: ${place}in ${callText(job)}`);
    }
    for (const line of errorLines(error)) this.#always(line);
  }

  #parents(error: unknown): LiveJob[] {
    const path: LiveJob[] = [];
    for (let job = this.#run?.jobThatFailed(error) ?? null; job; job = job.parent)
      path.unshift(job);
    return path;
  }

  #say(line: string): void {
    if (!this.#quiet) this.#always(line);
  }

  #always(line: string): void {
    this.#stream.write(`${this.#paint("dim", "[redun]")} ${line}`.trimEnd().concat("\n"));
  }
}

function callText(job: LiveJob): string {
  const { names, values } = namedArguments(job.task.source.parameters, job.args);
  const args = names ? new Map(names.map((name, at) => [name, values[at]])) : values;
  return oneLine(`${job.task.fullName}(${previewArgs(args)})`);
}

/** An error's stack without our own frames, its paths as the user would type them. */
function errorLines(error: unknown, above: readonly unknown[] = []): string[] {
  if (!isError(error)) return [`Thrown: ${visible(inspect(error))}`];
  // An error may be its own cause.
  if (above.includes(error)) return [];
  const kept = visible(userStack(error)).split("\n").map(shortFrame);
  const parts = error instanceof AggregateError ? error.errors : [];
  const causes = error.cause === undefined ? parts : [...parts, error.cause];
  return [
    ...kept,
    ...causes.flatMap((cause) => ["Caused by:", ...errorLines(cause, [...above, error])]),
  ];
}

function shortFrame(line: string): string {
  return line.replace(/(?:file:\/\/)?(\/[^\s()]+?)(:\d+:\d+)/, (_, file: string, at: string) => {
    return nearPath(file, process.cwd()) + at;
  });
}
