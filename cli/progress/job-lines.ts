import { callText } from "../../src/engine/describe-job.ts";
import type { LiveJob } from "../../src/engine/run.ts";
import { counted, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** Of more jobs than this, the others are counted by their tasks. */
const MAX_LINES = 200;

export interface JobLinesOptions {
  readonly say: (line: string) => void;
  readonly paint: Paint;
}

/** A line for each job that begins, or one for many of a task. */
export class JobLines {
  readonly #options: JobLinesOptions;
  readonly #folded = new Map<string, number>();
  #said = 0;

  constructor(options: JobLinesOptions) {
    this.#options = options;
  }

  started(job: LiveJob): void {
    if (this.#said < MAX_LINES) {
      this.#said++;
      this.#say(`Job ${shortId(job.id)}:  ${oneLine(callText(job))}`);
      return;
    }
    const { fullName } = job.task;
    this.#folded.set(fullName, (this.#folded.get(fullName) ?? 0) + 1);
  }

  /** Says how many jobs there were without a line of their own. */
  unfold(): void {
    for (const [task, count] of this.#folded)
      this.#say(`${oneLine(task)}: ${counted(count, "more job")}`);
    this.#folded.clear();
  }

  #say(text: string): void {
    const { say, paint } = this.#options;
    say(`${paint("bold", "Run")}    ${text}`);
  }
}
