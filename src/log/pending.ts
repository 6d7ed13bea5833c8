import type { ObjectFormat } from "../git/backend.ts";
import { outcomeYaml, segmentYaml } from "../record/encode.ts";
import { jobsPath, outcomePath } from "../record/layout.ts";
import type { ExecutionStatus, Outcome } from "../record/records.ts";
import { blobId } from "../value/oid.ts";
import type { RecordLine } from "./journal.ts";
import type { RecordFile } from "./log.ts";

/**
 * What a run has recorded and not yet committed. A live run and the recovery of a dead one build
 * it from the same journal lines, and so commit the same files.
 */
export class PendingRun {
  readonly #execution: string;
  readonly #started: string;
  readonly #format: ObjectFormat;
  readonly #files = new Map<string, string>();
  readonly #tagged = new Set<string>();
  #jobs: { job: string; index: number }[] = [];
  #characters = 0;
  #lastEnd: string | null = null;
  /** Lines and jobs of the run so far, committed ones included. */
  lineCount = 0;
  jobCount = 0;

  constructor(execution: string, started: string, format: ObjectFormat) {
    this.#execution = execution;
    this.#started = started;
    this.#format = format;
  }

  /** What waits to be committed, in jobs and in characters. */
  get waiting(): { jobs: number; characters: number } {
    return { jobs: this.#jobs.length, characters: this.#characters };
  }

  /** The end of the last job that ended, as its record says it. */
  get lastEnd(): string | null {
    return this.#lastEnd;
  }

  add(line: RecordLine): void {
    this.lineCount++;
    const text = "file" in line ? line.file.text : "job" in line ? line.job : line.tagged;
    this.#characters += text.length;
    if ("file" in line) this.#files.set(line.file.path, line.file.text);
    else if ("tagged" in line) this.#tagged.add(line.tagged);
    else {
      this.#jobs.push(line);
      this.jobCount++;
      this.#lastEnd = /^ {4}ended: (\S+)$/m.exec(line.job)?.[1] ?? this.#lastEnd;
    }
  }

  /** Adds how the run ended, and returns the line that says so. */
  end(status: Outcome["status"], ended: string): RecordLine {
    const text = outcomeYaml({ execution: this.#execution, status, ended });
    const path = outcomePath(this.#execution, this.#started, blobId(text, this.#format));
    const line: RecordLine = { file: { path, text } };
    this.add(line);
    return line;
  }

  /** Takes files back that could not be committed: they wait again. */
  putBack(files: readonly RecordFile[]): void {
    for (const { path, text } of files) this.#files.set(path, text);
  }

  /** The record files of everything that waits; nothing waits afterwards. */
  take(): RecordFile[] {
    const files = [...this.#files].map(([path, text]) => ({ path, text }));
    if (this.#jobs.length > 0 || this.#tagged.size > 0) {
      const jobs = this.#jobs.sort((a, b) => a.index - b.index).map(({ job }) => job);
      const text = segmentYaml(this.#execution, jobs, [...this.#tagged]);
      const oid = blobId(text, this.#format);
      files.push({ path: jobsPath(this.#execution, this.#started, oid), text });
    }
    this.#characters = 0;
    this.#files.clear();
    this.#tagged.clear();
    this.#jobs = [];
    return files;
  }
}

/** The commit message of a run: a log line for people, a trailer for programs. */
export function runMessage(
  title: string,
  status: ExecutionStatus,
  jobCount: number,
  execution: string,
): string {
  const jobs = jobCount === 1 ? "1 job" : `${jobCount} jobs`;
  return `${title} [${status}] ${jobs}\n\nRedun-Execution: ${execution}\n`;
}
