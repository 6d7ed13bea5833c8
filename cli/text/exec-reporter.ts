import type { RunProgress, SchedulerListener } from "../../src/engine/run-events.ts";
import { RedunError } from "../../src/errors.ts";
import type { StandIn } from "../../src/exec/earlier.ts";
import type { Execution } from "../../src/record/records.ts";
import { nearPath } from "../../src/script/near-path.ts";
import type { Io } from "../io.ts";
import { localTime, shortId } from "./lines.ts";
import { oneLine, painter, visible } from "./terminal.ts";

/** Tells on stderr what becomes of a program's record: one line, for people, and what went wrong. */
export class ExecReporter implements SchedulerListener {
  hasStarted = false;
  /** The record could not be committed at its end. */
  isRecordLeft = false;
  /** The id of the execution, once it has begun. */
  execution = "";
  readonly #io: Io;
  readonly #isSilent: boolean;
  readonly #logWords: () => string;
  #started = 0;

  /**
   * @param isSilent tells only what went wrong; else also what did not run, and people how it ended
   * @param logWords what makes a command mean the log of the run
   */
  constructor(io: Io, isSilent: boolean, logWords: () => string) {
    this.#io = io;
    this.#logWords = logWords;
    this.#isSilent = isSilent;
  }

  runStarted({ id }: Execution): void {
    this.hasStarted = true;
    this.execution = id;
    this.#started = performance.now();
  }

  runEnded({ id, task }: Execution, _run: RunProgress, status: string): void {
    if (this.#isSilent || !this.#io.stderr.isTTY) return;
    const seconds = (performance.now() - this.#started) / 1000;
    this.#say(`Execution ${shortId(id)}: ${visible(task)} ${status} in ${seconds.toFixed(2)} s`);
  }

  /** What an earlier program printed is printed again, as far as its record holds all of it. */
  skipped({ job, execution, inputs, outputs, stdout, stderr }: StandIn): void {
    const said = [
      [this.#io.stdout, stdout],
      [this.#io.stderr, stderr],
    ] as const;
    for (const [stream, text] of said) if (typeof text === "string") stream.write(text);
    if (this.#isSilent) return;
    const of = execution
      ? ` of execution ${shortId(execution.id)} (${visible(execution.user)}, ${localTime(execution.started)})`
      : ", which is not in this log,";
    const isLong = said.some(([, text]) => typeof text === "object");
    const files = `${filesText(inputs, "input")}, ${filesText(outputs, "output")}`;
    const more = isLong ? "; what it printed is too long to be printed again" : "";
    this.#say(`Not run: job ${shortId(job)}${of} stands for it: ${files}${more}`);
  }

  recordDelayed(error: RedunError): void {
    this.#say(`Waiting to record the run: ${visible(error.message)}`);
  }

  noticed(notice: string): void {
    this.problem(notice);
  }

  problem(text: string): void {
    this.#say(`Warning: ${oneLine(text)}`);
  }

  recordLeft({ id }: Execution, error: Error, folder: string, lost: number): void {
    this.isRecordLeft = true;
    this.#say(`The record of this run could not be committed: ${visible(error.message)}`);
    if (error instanceof RedunError && error.hint) this.#say(visible(error.hint));
    const what =
      lost === 0 ? "Nothing is lost: it is" : `${lost} of its records are lost; the rest is`;
    this.#say(
      `${what} in ${nearPath(folder, this.#io.cwd)}, and the next redun-git command here commits it (\`redun-git log ${shortId(id)}${this.#logWords()}\`).`,
    );
  }

  #say(line: string): void {
    const { stderr, env } = this.#io;
    stderr.write(`${painter(stderr, env)("dim", "[redun]")} ${line}\n`);
  }
}

function filesText(count: number, what: string): string {
  return count === 0 ? `no ${what}s known` : `${count} ${what}${count === 1 ? "" : "s"} unchanged`;
}
