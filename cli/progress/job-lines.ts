import { callText } from "../../src/engine/describe-job.ts";
import type { RunningJob } from "../../src/engine/run-events.ts";
import { counted, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { attemptOf } from "./failure.ts";

/** Of more jobs than this, the others are counted by their tasks. */
const MAX_LINES = 200;

export interface JobLinesOptions {
  readonly say: (line: string) => void;
  readonly paint: Paint;
}

/** What a job does instead of waiting: it runs, or takes an earlier result. */
type Act = "Run" | "Cached";

/** A line for each job that runs or is cached, or one for many of a task. */
export class JobLines {
  readonly #options: JobLinesOptions;
  readonly #folded: Record<Act, Map<string, number>> = { Run: new Map(), Cached: new Map() };
  #said = 0;

  constructor(options: JobLinesOptions) {
    this.#options = options;
  }

  runs(job: RunningJob): void {
    this.#add("Run", job);
  }

  reused(job: RunningJob): void {
    this.#add("Cached", job);
  }

  #add(act: Act, job: RunningJob): void {
    if (this.#said < MAX_LINES) {
      this.#said++;
      const attempt = attemptOf(job);
      const again = attempt === null ? "" : ` (attempt ${attempt})`;
      this.#say(act, `Job ${shortId(job.id)}:  ${oneLine(callText(job))}${again}`);
      return;
    }
    const { fullName } = job.task;
    const folded = this.#folded[act];
    folded.set(fullName, (folded.get(fullName) ?? 0) + 1);
  }

  /** Says how many jobs there were without a line of their own. */
  unfold(): void {
    for (const act of ["Run", "Cached"] as const) {
      for (const [task, count] of this.#folded[act]) {
        this.#say(act, `${oneLine(task)}: ${counted(count, "more job")}`);
      }
      this.#folded[act].clear();
    }
  }

  #say(act: Act, text: string): void {
    const { say, paint } = this.#options;
    say(`${paint(act === "Run" ? "bold" : "cyan", act)}${act === "Run" ? "    " : " "}${text}`);
  }
}
