import type { ObjectFormat } from "../git/backend.ts";
import type { Journal } from "../log/journal.ts";
import type { RecordLine } from "../log/journal-lines.ts";
import type { Appended, Log, RecordFile } from "../log/log.ts";
import { type LineFacts, type PendingRun, runMessage } from "../log/pending.ts";
import { jobItemYaml, taggedItemYaml, taskYaml } from "../record/encode.ts";
import { type JobIds, jobFacts } from "../record/job-facts.ts";
import { taskPath, valuePath } from "../record/layout.ts";
import type { CodeFile, EntityType, ExecutionStatus, Job, Outcome } from "../record/records.ts";
import { MAX_WRITTEN_BYTES } from "../record/size.ts";
import { tagGroups, tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { withoutSecretTags } from "../value/cut.ts";
import { JobRecords } from "./job-records.ts";
import { JobsInFlight } from "./jobs-in-flight.ts";
import type { LiveJob, RunListener } from "./run.ts";
import { Secrets } from "./secrets.ts";
import { type ValueLimits, valueLimits } from "./value-limits.ts";

/** A long run commits what has ended this often, in milliseconds, */
const CHECKPOINT_EVERY = 60_000;
/** and when so much waits: about a segment. */
const CHECKPOINT = { jobs: 5000, bytes: 4_000_000 };

export interface RecorderOptions {
  readonly log: Log;
  readonly journal: Journal;
  readonly pending: PendingRun;
  readonly execution: string;
  /** Subject of the run's commit, without its status. */
  readonly title: string;
  /** Receives every commit and the files that came with it. */
  readonly onCommit: (appended: Appended, files: readonly RecordFile[]) => Promise<void>;
  /** Receives what a value holds that is not recorded. */
  readonly onNotice: (notice: string) => void;
  readonly limits?: ValueLimits;
  /** Texts that are recorded by their hash alone. */
  readonly secrets?: Secrets;
  /** When so much waits, it is committed. */
  readonly checkpoint?: { readonly jobs: number; readonly bytes: number };
}

/** How a run ended, and when. */
export type RecordedEnd = Pick<Outcome, "status" | "ended" | "reason">;

/**
 * Writes down what a run does: to the journal at once, to the log at checkpoints and at its end.
 */
export class Recorder implements RunListener {
  readonly #options: RecorderOptions;
  readonly #format: ObjectFormat;
  readonly #seenTasks = new Set<string>();
  readonly #seenFiles = new Set<string>();
  readonly #jobs: JobRecords;
  readonly #inFlight = new JobsInFlight((job) => this.#writeBegun(job));
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<unknown> = Promise.resolve();
  /** What is being committed. */
  #taken: readonly RecordFile[] = [];
  #checkpointDue = false;
  #closed = false;
  #lost = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { objectFormat, workTree } = options.log.backend.repository;
    this.#format = objectFormat;
    this.#jobs = new JobRecords({
      format: objectFormat,
      root: workTree,
      limits: options.limits ?? valueLimits(null),
      secrets: options.secrets ?? new Secrets(),
      addFile: (file) => this.#addFile(file),
      tell: options.onNotice,
    });
    this.#timer = setInterval(() => this.#checkpoint(), CHECKPOINT_EVERY).unref();
  }

  /** How many records found no room, neither in the log nor in the journal. Known after `finish`. */
  get lost(): number {
    return this.#lost;
  }

  jobStarted(job: LiveJob): void {
    if (this.#closed) return;
    this.#jobs.begin(job);
  }

  /** The id of a job's arguments, from when it has begun. */
  argsHash(job: LiveJob): string | null {
    return this.#jobs.argsHash(job);
  }

  /** Whether a record's arguments are those of a job; false where only their ids can tell. */
  hasArgs(job: LiveJob, args: Job["args"]): boolean {
    return this.#jobs.hasArgs(job, args);
  }

  /** The text of a value's file that is not committed yet. */
  pendingValue(id: string): string | undefined {
    const path = valuePath(id);
    const { pending } = this.#options;
    return pending.textOf(path) ?? this.#taken.find((file) => file.path === path)?.text;
  }

  jobRuns(job: LiveJob): void {
    if (!this.#closed) this.#inFlight.begun(job);
  }

  jobReturned(job: LiveJob, value: unknown): void {
    if (!this.#closed) this.#jobs.returned(job, value);
  }

  jobBound(job: LiveJob, args: readonly unknown[]): void {
    if (this.#closed) return;
    this.#jobs.bound(job, args);
    this.#inFlight.begun(job);
  }

  jobResulted(job: LiveJob, result: unknown): void {
    if (!this.#closed) this.#jobs.resulted(job, result);
  }

  jobEnded(job: LiveJob): void {
    if (this.#closed) return;
    this.#inFlight.ended(job);
    this.#addJob(job);
  }

  /** A tagged value is kept in its own file, so that `git show <value id>` prints it. */
  valueTagged(value: unknown, tags: readonly TagPair[], isHashOnly: boolean): void {
    if (!this.#closed) this.#tag("Value", this.#jobs.store(value, isHashOnly), tags);
  }

  /** Keeps a value in a file of its own. Returns its id. */
  keep(value: unknown): string {
    return this.#jobs.store(value);
  }

  executionTagged(tags: readonly TagPair[]): void {
    if (tags.length > 0) this.#tag("Execution", this.#options.execution, tags);
  }

  /** Files that were loaded as modules while the run goes on; its outcome will name them. */
  modulesLoaded(modules: readonly CodeFile[]): void {
    if (!this.#closed) this.#add({ modules });
  }

  /**
   * Commits the rest, the jobs that had begun and not ended included.
   * @throws RedunError when the log cannot be written; the journal stays, and the next command
   * commits it
   */
  async finish(end: RecordedEnd, unfinished: readonly LiveJob[]): Promise<Appended> {
    this.writeEnd(end, unfinished);
    const { journal } = this.#options;
    try {
      await this.#writing;
      const appended = await this.#commit(end.status);
      journal.remove();
      return appended;
    } catch (error) {
      this.#lost = journal.leave();
      throw error;
    }
  }

  /** Writes the end into the journal alone, for a process that exits: the next command commits it. */
  writeEnd({ status, ended, reason }: RecordedEnd, unfinished: readonly LiveJob[]): void {
    if (this.#closed) return;
    for (const job of unfinished) this.#addJob(job);
    this.#closed = true;
    clearInterval(this.#timer);
    this.#inFlight.close();
    this.#options.journal.writeEnd(
      this.#options.pending.end(
        status,
        ended,
        reason === undefined ? undefined : this.#jobs.hidden(reason),
      ),
    );
  }

  #checkpoint(): void {
    if (this.#checkpointDue || this.#options.pending.isEmpty) return;
    this.#checkpointDue = true;
    this.#writing = this.#writing
      // What the end of the run is among is not committed as RUNNING.
      .then(() => (this.#closed ? undefined : this.#commit("RUNNING")))
      // A checkpoint that fails leaves its lines in the journal; the last commit will tell.
      .catch(() => {});
  }

  async #commit(status: ExecutionStatus): Promise<Appended> {
    this.#checkpointDue = false;
    const { log, journal, pending, title, execution, onCommit } = this.#options;
    // The last commit is followed by the end of the whole journal.
    if (status === "RUNNING") {
      journal.rotate(pending);
      this.#inFlight.writeAgain();
    }
    const files = pending.take();
    this.#taken = files;
    const message = runMessage(title, status, pending.jobCount, execution);
    const appended = await log.append(files, message).catch((error) => {
      pending.putBack(files);
      throw error;
    });
    if (status === "RUNNING") journal.trim();
    this.#taken = [];
    await onCommit(appended, files);
    return appended;
  }

  #add(line: RecordLine, facts?: LineFacts): void {
    this.#options.journal.write(line);
    this.#options.pending.add(line, facts);
    const { jobs, bytes } = this.#options.pending.waiting;
    const limit = this.#options.checkpoint ?? CHECKPOINT;
    const isMuch = jobs >= limit.jobs || bytes >= limit.bytes;
    if (isMuch && !this.#closed) this.#checkpoint();
  }

  #addJob(job: LiveJob): void {
    this.#addTask(job);
    const { text, record, ids } = this.#item(job);
    const facts = jobFacts(record, ids, this.#format);
    this.#add({ job: text, index: job.index }, { job: facts });
  }

  /** Nothing of it is committed while the run goes on. */
  #writeBegun(job: LiveJob): void {
    this.#addTask(job);
    this.#options.journal.write({ begun: this.#item(job).text, index: job.index });
  }

  #item(job: LiveJob): { text: string; record: Job; ids: JobIds | null } {
    let { record, ids } = this.#jobs.record(job);
    let text = jobItemYaml(record);
    if (isLong(text)) {
      // A segment is no longer than its longest item.
      this.#tag("Job", record.id, record.tags);
      record = { ...record, tags: [] };
      text = jobItemYaml(record);
    }
    if (text.length > LONGEST_JOB) text = jobItemYaml({ ...record, from: new Map() });
    return { text, record, ids };
  }

  #addFile(file: RecordFile): void {
    if (this.#seenFiles.has(file.path)) return;
    this.#seenFiles.add(file.path);
    // Of what nobody would read only the id is kept, which is in its job.
    if (Buffer.byteLength(file.text) <= MAX_WRITTEN_BYTES) this.#add({ file });
  }

  #addTask({ task }: LiveJob): void {
    const id = task.id(this.#format);
    if (this.#seenTasks.has(id)) return;
    this.#seenTasks.add(id);
    this.#addFile({ path: taskPath(id), text: taskYaml(task.record(this.#format)) });
    if (task.tags.length > 0) this.#tag("Task", id, task.tags);
  }

  #tag(type: EntityType, id: string, tags: readonly TagPair[]): void {
    if (this.#closed) return;
    for (const some of tagGroups(tagSet(withoutSecretTags(tags)), CHECKPOINT.bytes)) {
      const tagged = { type, id, tags: some };
      this.#add({ tagged: taggedItemYaml(tagged) }, { tagged });
    }
  }
}

/** Items that have more are divided where that can be done. */
function isLong(item: string): boolean {
  return 3 * item.length > CHECKPOINT.bytes && Buffer.byteLength(item) > CHECKPOINT.bytes;
}

/** Characters of a job's item: what its arguments came from is left out of one that has more. */
const LONGEST_JOB = 16_000_000;
