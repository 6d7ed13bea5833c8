import type { ObjectFormat } from "../git/backend.ts";
import { outcomeYaml, segmentYaml } from "../record/encode.ts";
import type { JobFacts } from "../record/job-facts.ts";
import { jobsPath, outcomePath, parsePath } from "../record/layout.ts";
import type { CodeFile, EntityTags, ExecutionStatus, Outcome } from "../record/records.ts";
import { blobId } from "../value/oid.ts";
import {
  type BeforeLines,
  type RecordLine,
  SEGMENT_LIMITS,
  type SegmentLimits,
} from "./journal-lines.ts";
import type { RecordFile, SegmentFacts } from "./log.ts";

/**
 * What a run has recorded and not yet committed. A live run and the recovery of a dead one build
 * it from the same lines in the same order, and so commit the same files: a segment is closed by
 * what is in it, never by the time.
 */
export class PendingRun {
  readonly #execution: string;
  readonly #started: string;
  readonly #format: ObjectFormat;
  readonly #limits: SegmentLimits;
  readonly #files = new Map<string, RecordFile>();
  readonly #tagged = new Map<string, EntityTags | undefined>();
  #jobs: JobItem[] = [];
  /** Of the segment that is not closed yet, in bytes of UTF-8. */
  #segmentBytes = 0;
  /** What came since something was taken. */
  #newJobs = 0;
  #newBytes = 0;
  #lastSign: string | null;
  #status: Outcome["status"] | null = null;
  #modules: readonly CodeFile[];
  /** Jobs of the run so far, committed ones included. */
  jobCount: number;

  constructor(
    execution: string,
    started: string,
    format: ObjectFormat,
    before: BeforeLines = { jobs: 0, lastEnd: null },
    limits = SEGMENT_LIMITS,
  ) {
    this.#execution = execution;
    this.#started = started;
    this.#format = format;
    this.#limits = limits;
    this.jobCount = before.jobs;
    this.#lastSign = before.lastEnd;
    this.#modules = before.modules ?? [];
  }

  /** What has come since something was taken, in jobs and bytes of UTF-8. */
  get waiting(): { jobs: number; bytes: number } {
    return { jobs: this.#newJobs, bytes: this.#newBytes };
  }

  get isEmpty(): boolean {
    return this.#files.size === 0 && this.#items === 0;
  }

  /** Of the segment that is not closed yet. */
  get #items(): number {
    return this.#jobs.length + this.#tagged.size;
  }

  /** The last time that a job began or ended, as its record says it. */
  get lastSign(): string | null {
    return this.#lastSign;
  }

  /** What a journal has to say of everything up to here in a file of its own. */
  get before(): BeforeLines {
    const modules = this.#modules.length > 0 ? { modules: this.#modules } : {};
    return { jobs: this.jobCount, lastEnd: this.#lastSign, ...modules };
  }

  /** How the run ended, once a line has said so. */
  get status(): Outcome["status"] | null {
    return this.#status;
  }

  /** @param facts what the line says, where that is known: nobody has to read the segment for that */
  add(line: RecordLine, facts: LineFacts = {}): void {
    if ("modules" in line) {
      this.#modules = withModules(this.#modules, line.modules);
      return;
    }
    const text = "file" in line ? line.file.text : "job" in line ? line.job : line.tagged;
    const bytes = Buffer.byteLength(text);
    this.#newBytes += bytes;
    if ("file" in line) this.#addFile(line.file);
    else this.#addItem(line, facts, bytes);
  }

  #addItem(line: ItemLine, { job, tagged }: LineFacts, bytes: number): void {
    const isFull = this.#items >= this.#limits.items;
    if (isFull || this.#segmentBytes + bytes > this.#limits.bytes) this.closeSegment();
    this.#segmentBytes += bytes;
    if ("tagged" in line) this.#tagged.set(line.tagged, tagged);
    else {
      this.#jobs.push({ text: line.job, index: line.index, facts: job });
      this.jobCount++;
      this.#newJobs++;
      this.#lastSign = later(this.#lastSign, timeIn(line.job, STARTED));
      this.#lastSign = later(this.#lastSign, timeIn(line.job, ENDED));
    }
  }

  /** Adds how the run ended, and returns the line that says so. */
  end(status: Outcome["status"], ended: string, reason?: string): RecordLine {
    const text = outcomeYaml({
      execution: this.#execution,
      status,
      ended,
      ...(reason !== undefined && { reason }),
      ...(this.#modules.length > 0 && { files: this.#modules }),
    });
    const path = outcomePath(this.#execution, this.#started, blobId(text, this.#format));
    const line: RecordLine = { file: { path, text } };
    this.add(line);
    return line;
  }

  /** What comes from now on goes into another segment. */
  closeSegment(): void {
    if (this.#items === 0) return;
    const items = this.#jobs.sort((a, b) => a.index - b.index);
    const texts = items.map(({ text }) => text);
    const text = segmentYaml(this.#execution, texts, [...this.#tagged.keys()]);
    const path = jobsPath(this.#execution, this.#started, blobId(text, this.#format));
    const segment = this.#factsOf(items);
    this.#tagged.clear();
    this.#jobs = [];
    this.#segmentBytes = 0;
    this.#addFile({ path, text, ...(segment && { segment }) });
  }

  #factsOf(items: readonly JobItem[]): SegmentFacts | null {
    const jobs = items.flatMap(({ facts }) => facts ?? []);
    const tagged = [...this.#tagged.values()].flatMap((tags) => tags ?? []);
    const isAll = jobs.length === items.length && tagged.length === this.#tagged.size;
    return isAll ? { execution: this.#execution, jobs, tagged } : null;
  }

  /** Takes files back that could not be committed: they wait again. */
  putBack(files: readonly RecordFile[]): void {
    for (const file of files) this.#addFile(file);
  }

  /** The text of a file that waits. */
  textOf(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  /** The record files of everything that waits; nothing waits afterwards. */
  take(): RecordFile[] {
    this.closeSegment();
    return this.takeClosed();
  }

  /** The record files of everything but the segment that is not closed yet. */
  takeClosed(): RecordFile[] {
    const files = [...this.#files.values()];
    this.#files.clear();
    this.#newJobs = 0;
    this.#newBytes = 0;
    return files;
  }

  #addFile(file: RecordFile): void {
    const { path, text } = file;
    this.#files.set(path, file);
    if (parsePath(path)?.kind !== "outcome") return;
    const status = /^status: (\w+)$/m.exec(text)?.[1];
    if (status) this.#status = status as Outcome["status"];
  }
}

/** A job that ended, as an item of a segment. */
interface JobItem {
  readonly text: string;
  readonly index: number;
  readonly facts: JobFacts | undefined;
}

type ItemLine = Extract<RecordLine, { job: unknown } | { tagged: unknown }>;

/** What a line of a job, or of tags, says. */
export interface LineFacts {
  readonly job?: JobFacts;
  readonly tagged?: EntityTags;
}

/** Characters of paths: with a long reason too, an outcome is short enough for a journal's end. */
const MAX_MODULES = 8_000;

/** In the order of an outcome: by path, then by content, each once; the first of very many. */
function withModules(known: readonly CodeFile[], more: readonly CodeFile[]): readonly CodeFile[] {
  const name = ({ path, blob }: CodeFile) => `${path}\0${blob}`;
  const all = new Map([...known, ...more].map((file) => [name(file), file]));
  let length = 0;
  const kept: CodeFile[] = [];
  for (const name of [...all.keys()].sort()) {
    length += name.length;
    if (length <= MAX_MODULES || kept.length === 0) kept.push(all.get(name)!);
  }
  return kept;
}

const STARTED = "\n    started: ";
const ENDED = "\n    ended: ";

/** A time of a job's item: nothing else begins so in that column. */
function timeIn(job: string, field: string): string | undefined {
  const at = job.indexOf(field);
  if (at < 0) return undefined;
  const from = at + field.length;
  return job.slice(from, job.indexOf("\n", from));
}

/** Times of records are in the order of their texts. */
function later(a: string | null, b: string | undefined): string | null {
  return b === undefined || (a !== null && a > b) ? a : b;
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
