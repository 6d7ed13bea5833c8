import type { ObjectFormat } from "../git/backend.ts";
import type { Journal, RecordLine } from "../log/journal.ts";
import type { Appended, Log, RecordFile } from "../log/log.ts";
import { type PendingRun, runMessage } from "../log/pending.ts";
import { argsId, callId, jobItemYaml, taggedItemYaml, taskYaml } from "../record/encode.ts";
import { taskPath, valuePath } from "../record/layout.ts";
import type { EntityType, ExecutionStatus, Job, Outcome } from "../record/records.ts";
import { tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { filesIn } from "../value/file.ts";
import { blobId } from "../value/oid.ts";
import { StoredValue, withoutStack } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { writeYaml } from "../value/yaml-write.ts";
import { namedArguments } from "./named-arguments.ts";
import type { LiveJob, RunListener } from "./run.ts";
import { errorValue, isError } from "./user-stack.ts";

/** Values up to this many characters of YAML stand inline in their job. */
const INLINE_LIMIT = 2000;
/** A long run commits what has ended this often, in milliseconds, or after this many jobs. */
const CHECKPOINT_EVERY = 60_000;
const CHECKPOINT_JOBS = 5000;
/** No segment becomes so large that it would be slow to read or refused as foreign. */
const CHECKPOINT_CHARACTERS = 4_000_000;
/** Of a value whose YAML is longer than this, only the id is kept. */
const STORED_LIMIT = 50_000_000;

export interface RecorderOptions {
  readonly log: Log;
  readonly journal: Journal;
  readonly pending: PendingRun;
  readonly execution: string;
  /** Subject of the run's commit, without its status. */
  readonly title: string;
  /** Told of every commit and the files that came with it. */
  readonly onCommit: (appended: Appended, files: readonly RecordFile[]) => Promise<void>;
}

interface RecordedArgs {
  readonly names: readonly string[] | null;
  /** What the call node's `args_hash` is. */
  readonly hash: string;
  readonly args: Job["args"];
}

/** Writes down what a run does: to the journal at once, to the log at checkpoints and at its end. */
export class Recorder implements RunListener {
  readonly #options: RecorderOptions;
  readonly #format: ObjectFormat;
  readonly #seenTasks = new Set<string>();
  readonly #seenFiles = new Set<string>();
  /** The arguments of jobs that have begun: a task may change what it was given. */
  readonly #args = new WeakMap<LiveJob, RecordedArgs>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<unknown> = Promise.resolve();
  #checkpointDue = false;
  #closed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#format = options.log.backend.repository.objectFormat;
    this.#timer = setInterval(() => this.#checkpoint(), CHECKPOINT_EVERY).unref();
  }

  jobStarted(job: LiveJob): void {
    if (!this.#closed) this.#args.set(job, this.#recordArgs(job));
  }

  jobEnded(job: LiveJob): void {
    if (this.#closed) return;
    this.#addTask(job);
    this.#add({ job: jobItemYaml(this.#record(job)), index: job.index });
  }

  /** A tagged value is kept in its own file, so that `git show <value id>` prints it. */
  valueTagged(value: unknown, tags: readonly TagPair[]): void {
    if (this.#closed) return;
    const { text, id } = this.#write(value);
    if (text.length <= STORED_LIMIT) this.#addFile({ path: valuePath(id), text });
    this.#tag("Value", id, tags);
  }

  executionTagged(tags: readonly TagPair[]): void {
    this.#tag("Execution", this.#options.execution, tags);
  }

  /**
   * Commits the rest, the jobs that had begun and not ended included.
   * @throws RedunError when the log cannot be written; the journal stays, and the next command
   * commits it
   */
  async finish(
    status: Outcome["status"],
    ended: string,
    unfinished: readonly LiveJob[],
  ): Promise<Appended> {
    for (const job of unfinished) {
      this.#addTask(job);
      this.#add({ job: jobItemYaml(this.#record(job)), index: job.index });
    }
    this.#closed = true;
    clearInterval(this.#timer);
    this.#options.journal.write(this.#options.pending.end(status, ended));
    const appended = await this.#commit(status);
    this.#options.journal.remove();
    return appended;
  }

  #checkpoint(): void {
    if (this.#checkpointDue || this.#options.pending.waiting.characters === 0) return;
    this.#checkpointDue = true;
    // A checkpoint that fails leaves its lines in the journal; the last commit will tell.
    this.#writing = this.#commit("RUNNING").catch(() => {});
  }

  async #commit(status: ExecutionStatus): Promise<Appended> {
    await this.#writing;
    const { log, journal, pending, title, execution, onCommit } = this.#options;
    const committed = pending.lineCount;
    const files = pending.take();
    this.#checkpointDue = false;
    const message = runMessage(title, status, pending.jobCount, execution);
    const appended = await log.append(files, message).catch((error) => {
      pending.putBack(files);
      throw error;
    });
    journal.write({ committed });
    await onCommit(appended, files);
    return appended;
  }

  #add(line: RecordLine): void {
    this.#options.journal.write(line);
    this.#options.pending.add(line);
    const { jobs, characters } = this.#options.pending.waiting;
    const isMuch = jobs >= CHECKPOINT_JOBS || characters >= CHECKPOINT_CHARACTERS;
    if (isMuch && !this.#closed) this.#checkpoint();
  }

  #addFile(file: RecordFile): void {
    if (this.#seenFiles.has(file.path)) return;
    this.#seenFiles.add(file.path);
    this.#add({ file });
  }

  #addTask({ task }: LiveJob): void {
    const id = task.id(this.#format);
    if (this.#seenTasks.has(id)) return;
    this.#seenTasks.add(id);
    this.#addFile({ path: taskPath(id), text: taskYaml(task.record) });
    if (task.tags.length > 0) this.#tag("Task", id, task.tags);
  }

  #tag(type: EntityType, id: string, tags: readonly TagPair[]): void {
    if (!this.#closed) this.#add({ tagged: taggedItemYaml({ type, id, tags: tagSet(tags) }) });
  }

  #recordArgs({ task, args }: LiveJob): RecordedArgs {
    const { names, values } = namedArguments(task.source.parameters, args);
    const recorded = values.map((value) => this.#value(value, task.hashOnly.has("args")));
    return {
      names,
      hash: argsId(
        zip(
          names,
          recorded.map(({ id }) => id),
        ),
        this.#format,
      ),
      args: zip(
        names,
        recorded.map((value) => value.recorded),
      ),
    };
  }

  #record(job: LiveJob): Job {
    const { task, status } = job;
    const { names, hash, args } = this.#args.get(job) ?? this.#recordArgs(job);
    const record = {
      id: job.id,
      index: job.index,
      parent: job.parent?.id ?? null,
      task: task.fullName,
      taskHash: task.id(this.#format),
      status,
      started: job.started.toISOString(),
      ended: job.ended?.toISOString() ?? null,
      late: job.late,
      args,
      from: this.#from(job, names),
      tags: tagSet(job.tags),
    };
    if (status !== "DONE" && status !== "CACHED" && status !== "FAILED") {
      return { ...record, call: null };
    }
    const failed = status === "FAILED";
    const { id: valueHash, recorded } = failed
      ? this.#error(job.error)
      : this.#value(job.result, task.hashOnly.has("result"));
    job.call = callId(
      {
        taskHash: record.taskHash,
        argsHash: hash,
        valueHash,
        children: job.children.flatMap((child) => (child.late ? [] : (child.call ?? []))),
      },
      this.#format,
    );
    return { ...record, call: job.call, [failed ? "error" : "result"]: recorded };
  }

  /** A value's id, and what stands for it in the job: itself, or its id when it is large. */
  #value(value: unknown, hashOnly: boolean): { id: string; recorded: unknown } {
    const { text, id } = this.#write(value);
    if (hashOnly) return { id, recorded: new StoredValue(id) };
    // A copy, because an object may change before the job is written down.
    if (text.length <= INLINE_LIMIT) return { id, recorded: readYaml(text) };
    if (text.length <= STORED_LIMIT) this.#addFile({ path: valuePath(id), text });
    return { id, recorded: new StoredValue(id) };
  }

  /** A value as it is at this moment, its files included. */
  #write(value: unknown): { text: string; id: string } {
    for (const file of filesIn(value)) file.record(this.#format);
    const text = writeYaml(value);
    return { text, id: blobId(text, this.#format) };
  }

  /** Where an error was thrown differs by machine: its stack is recorded, and not hashed. */
  #error(error: unknown): { id: string; recorded: unknown } {
    if (!isError(error)) return this.#value(error, false);
    const recorded = errorValue(error);
    return { id: blobId(writeYaml(withoutStack(recorded)), this.#format), recorded };
  }

  #from(job: LiveJob, names: readonly string[] | null): Map<string, string[]> {
    const from = new Map<string, string[]>();
    job.from.forEach((jobs, at) => {
      if (jobs.size === 0) return;
      const name = names ? (names[Math.min(at, names.length - 1)] ?? String(at)) : String(at);
      from.set(name, [...(from.get(name) ?? []), ...[...jobs].map(({ id }) => id)]);
    });
    return from;
  }
}

function zip<T>(
  names: readonly string[] | null,
  values: readonly T[],
): Map<string, T> | readonly T[] {
  return names ? new Map(names.map((name, at) => [name, values[at]!])) : values;
}
