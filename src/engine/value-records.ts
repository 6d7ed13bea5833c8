import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { RecordFile } from "../log/log.ts";
import { valuePath } from "../record/layout.ts";
import { hiddenCount, hideValues, isSecretName, mayHoldSecret, redactText } from "../redact.ts";
import { codecName } from "../value/codecs.ts";
import { withoutSecretsIn } from "../value/cut.ts";
import { withheldError, withholdError } from "../value/error-fields.ts";
import type { File } from "../value/file.ts";
import { filesIn, recordFiles } from "../value/files-in.ts";
import { blobId } from "../value/oid.ts";
import { isOpaqueIn } from "../value/opaque-in.ts";
import { preview } from "../value/preview.ts";
import { type ErrorValue, StoredValue, withoutStack } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { type NotEncoded, TOO_LARGE, writeTold, writeYaml } from "../value/yaml-write.ts";
import type { LiveJob } from "./live-job.ts";
import { RecordedError } from "./recorded-error.ts";
import { recordedReduction } from "./reduction.ts";
import { hasTwins } from "./registry.ts";
import type { Secrets } from "./secrets.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { errorValue, errorWithoutTexts, isError } from "./user-stack.ts";
import type { ValueLimits } from "./value-limits.ts";

/** An argument of fewer characters is not a value to keep elsewhere, whatever the limit. */
const TINY = 200;
/** Short values that are remembered: what one job gave, the next one takes. */
const MOST_SCALARS = 1000;
/** Files of one job's arguments or result that its record also names. */
export const MAX_FILES = 1000;
export const NO_FILES: readonly File[] = [];

/** A value's id, and what stands for it in the job: itself, or its id when it is large. */
export interface Recorded {
  readonly id: string;
  readonly recorded: unknown;
  /** Characters of YAML that stand in the job. */
  readonly length: number;
  /** The files in it, where it stands elsewhere. */
  readonly files: readonly File[];
  /** Nothing in it is known by its kind alone, and nothing was cut because it looks like a secret. */
  readonly isExact: boolean;
}

/** Whose value it is, for notices. */
export interface Place {
  readonly job: LiveJob;
  readonly name: string;
  /** Of an argument, its parameter: it may say that this is a secret. */
  readonly parameter?: string | undefined;
}

/** What the records of one run have in common. */
export interface RecordContext {
  readonly format: ObjectFormat;
  /** The top of the work tree, from which paths of files are recorded. */
  readonly root: string | null;
  readonly limits: ValueLimits;
  /** What must not be recorded, as far as it is known before the run. */
  readonly secrets: Secrets;
  /** Takes the files of values that are too large to stand in their job. */
  readonly addFile: (file: RecordFile) => void;
  /** Receives what of a value is not recorded. */
  readonly tell: (notice: string) => void;
}

/** Records values as they are at this moment, whatever becomes of them later. */
export class ValueRecords {
  readonly #context: RecordContext;
  readonly #format: ObjectFormat;
  /** What has been told, by task: it would be the same of each of its jobs. */
  readonly #told = new Set<string>();
  readonly #scalars = new Map<Scalar, Recorded>();
  /** How many texts were known to be hidden when those were looked at. */
  #hiddenThen = 0;

  constructor(context: RecordContext) {
    this.#context = context;
    this.#format = context.format;
  }

  /** What stands for a short text, a number, a boolean or null; null for every other value. */
  scalar(value: unknown, room = Number.POSITIVE_INFINITY): Recorded | null {
    if (!isScalar(value)) return null;
    if (this.#hiddenThen !== hiddenCount()) {
      this.#hiddenThen = hiddenCount();
      this.#scalars.clear();
    }
    const known = this.#scalars.get(value);
    if (known && known.length <= room && Object.is(known.recorded, value)) return known;
    const text = writeYaml(value);
    const { length } = text;
    if (length > Math.min(room, this.#context.limits.inline)) return null;
    if (typeof value === "string" && mayHoldSecret(value) && redactText(value) !== value)
      return null;
    const id = blobId(text, this.#format);
    const recorded = { id, recorded: value, length, files: NO_FILES, isExact: true };
    if (length < TINY) {
      if (this.#scalars.size >= MOST_SCALARS) this.#scalars.clear();
      this.#scalars.set(value, recorded);
    }
    return recorded;
  }

  /** What stands for a value, in `room` characters of a job if they are enough. */
  value(
    of: Place,
    value: unknown,
    hashOnly: boolean,
    room = this.#context.limits.inline,
  ): Recorded {
    let isEncoded = true;
    const written = this.#write(value, (instance, error) => {
      isEncoded = false;
      const name = codecName(instance);
      this.#notice(of, notEncoded(name, error), `not encoded ${name}`);
    });
    const kept = hashOnly ? written : this.#withoutSecrets(written, of.parameter);
    const { text, id } = kept;
    const { length } = text;
    const isCutSecret = kept !== written;
    if (isCutSecret) this.#notice(of, SECRET);
    const isExact = !isCutSecret && !isOpaqueIn(text);
    if (isCut(text)) this.#notice(of, TOO_DEEP);
    else if (text.startsWith(`!opaque ${TOO_LARGE} `)) this.#notice(of, NOT_WRITTEN);
    else if (
      !isExact &&
      isEncoded &&
      !isCutSecret &&
      of.name === "result" &&
      of.job.task.cacheScope === "log"
    ) {
      this.#notice(of, OPAQUE);
    }
    if (hashOnly) {
      this.#context.secrets.add(value);
      return { id, recorded: new StoredValue(id), length: 0, files: NO_FILES, isExact };
    }
    // A copy, because an object may change before the job is written down.
    if (length <= Math.min(room, this.#context.limits.inline)) {
      return { id, recorded: readYaml(text), length, files: NO_FILES, isExact };
    }
    this.#store(of, text, id);
    const files = filesIn(isCutSecret ? readYaml(text) : value).slice(0, MAX_FILES);
    // As they are now: a file may be recorded again with another content.
    const copies = files.length > 0 ? (readYaml(writeYaml(files)) as File[]) : NO_FILES;
    return { id, recorded: new StoredValue(id), length: 0, files: copies, isExact };
  }

  /** Where an error was thrown differs by machine: its stack is recorded, and not hashed. */
  error(job: LiveJob): Recorded {
    const { error, task } = job;
    if (!isError(error)) return this.#thrown(job, error);
    if (error instanceof RecordedError) recordFiles(error.facts, this.#format, this.#context.root);
    const recorded = withheldError(error) ?? this.#withheld(error, task) ?? errorValue(error);
    const id = blobId(writeYaml(withoutStack(recorded)), this.#format);
    return { id, recorded, length: 0, files: NO_FILES, isExact: false };
  }

  /** What is recorded of an error that holds what is recorded by its hash alone; null where it holds none of that. */
  #withheld(error: Error, { hashOnly }: TaskDefinition): ErrorValue | null {
    let recorded: ErrorValue;
    if (hashOnly.isAny) {
      const id = blobId(writeYaml(withoutStack(errorValue(error))), this.#format);
      recorded = errorWithoutTexts(error, id);
    } else {
      const hidden = (text: string) => this.hidden(text);
      const known = this.#context.secrets.hiddenIn(errorValue(error, hidden));
      recorded = withoutSecretsIn(known) as ErrorValue;
      if (writeYaml(recorded) === writeYaml(errorValue(error))) return null;
    }
    // It may be an argument of a task, or a part of a result.
    withholdError(error, recorded);
    return recorded;
  }

  /** What is not an error may be anything. */
  #thrown(job: LiveJob, thrown: unknown): Recorded {
    const place = { job, name: "error" };
    if (job.task.hashOnly.isAny) return this.value(place, thrown, true);
    return this.value(place, this.#context.secrets.hiddenIn(thrown), false);
  }

  /** A text that is recorded of the run as a whole. */
  hidden(text: string): string {
    return redactText(this.#context.secrets.hidden(text));
  }

  /** What a function returned, as a record says it; null where none can. */
  reduction(value: unknown): { recorded: unknown } | null {
    const reduction = recordedReduction(value, {
      keep: (argument) => this.#argument(argument),
      // By its name another would be found.
      isNamed: (task) => task.base === null && !hasTwins(task, this.#format),
    });
    if (reduction === undefined) return null;
    const written = this.#write(reduction);
    const { text, id } = written;
    // What was cut cannot be computed from.
    if (isOpaqueIn(text) || this.#withoutSecrets(written) !== written) return null;
    if (text.length <= this.#context.limits.inline) return { recorded: readYaml(text) };
    if (Buffer.byteLength(text) > this.#context.limits.stored) return null;
    this.#store(null, text, id);
    return { recorded: new StoredValue(id) };
  }

  /** An argument of a call that was returned: itself, or its id, as among the arguments of its job. */
  #argument(value: unknown): unknown {
    const isSmall = typeof value !== "object" && String(value).length < TINY;
    if (isSmall || value === null) return value;
    const written = this.#write(value);
    const { text, id } = written;
    if (text.length <= this.#context.limits.inline || isOpaqueIn(text)) return value;
    // Found again in what it is a part of, which is not recorded then.
    if (this.#withoutSecrets(written) !== written) return value;
    this.#store(null, text, id);
    return new StoredValue(id);
  }

  /**
   * Keeps a value in a file of its own, unless it is too large for one, or recorded by its hash alone.
   * Returns its id.
   */
  store(value: unknown, isHashOnly = false): string {
    const written = this.#write(value);
    const { text, id } = isHashOnly ? written : this.#withoutSecrets(written);
    if (!isHashOnly) this.#store(null, text, id);
    return id;
  }

  /** A value as it is at this moment, its files included. */
  #write(value: unknown, notEncoded?: NotEncoded): Written {
    recordFiles(value, this.#format, this.#context.root);
    const text = writeTold(value, notEncoded);
    return { text, id: blobId(text, this.#format) };
  }

  /** The same without what looks like a secret; the same object where there was none. */
  #withoutSecrets(written: Written, parameter?: string): Written {
    const isNamed = parameter !== undefined && isSecretName(parameter);
    if (!isNamed && !mayHoldSecret(written.text)) return written;
    const value = readYaml(written.text);
    const kept = withoutSecretsIn(value, parameter);
    if (kept === value) return written;
    // Whatever else is recorded may hold it too: an error's message, what is made of it.
    if (isNamed) hideValues(tellingTexts(value));
    const text = writeYaml(kept);
    return { text, id: blobId(text, this.#format) };
  }

  #store(of: Place | null, text: string, id: string): void {
    const bytes = Buffer.byteLength(text);
    if (bytes <= this.#context.limits.stored) this.#context.addFile({ path: valuePath(id), text });
    else if (of) of.job.refused ??= tooLarge(of, bytes, this.#context.limits.stored);
  }

  /** @param about what of it is told once */
  #notice({ job, name }: Place, what: string, about = what): void {
    const { fullName } = job.task;
    const key = `${fullName} ${name} ${about}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#context.tell(`The ${name} of job ${job.id.slice(0, 8)} ${fullName} is ${what}`);
  }
}

/** A value as YAML, and its id. */
interface Written {
  readonly text: string;
  readonly id: string;
}

const SECRET =
  "recorded without what looks like a secret (`!cut`), so its task runs each time. If it is none: git config redun.notSecret, with its name.";

/** Texts of a secret that are looked for in others: a word may stand anywhere. */
function tellingTexts(value: unknown): string[] {
  const texts: string[] = [];
  const left = [value];
  while (left.length > 0 && texts.length < MOST_TEXTS) {
    const next = left.pop();
    if (typeof next === "string" && next.length >= 8 && /[^\p{L}]/u.test(next)) texts.push(next);
    else if (typeof next === "object" && next !== null) left.push(...Object.values(next));
  }
  return texts;
}

/** Of one value. */
const MOST_TEXTS = 10;

function notEncoded(name: string | undefined, error: unknown): string {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : preview(error, 100);
  return `recorded by its kind alone, at least in part: it holds an instance that its codec ${name} cannot encode (${why}). So its task runs each time.`;
}

function tooLarge({ job, name }: Place, bytes: number, limit: number): RedunError {
  const above: string[] = [];
  for (let of = job.parent; of && above.length < 5; of = of.parent) above.push(of.task.fullName);
  const within = above.length > 0 ? ` (called by ${above.join(", by ")})` : "";
  return new RedunError(
    "VALUE_TOO_LARGE",
    `The ${name} of job ${job.id.slice(0, 8)} ${job.task.fullName}${within} has ${bytes} bytes of YAML, of at most ${limit}.`,
    'Write it to a file, and pass `new File(path)`. Or record its hash alone (`record: "hash"`), or raise `git config redun.valueLimit`.',
  );
}

type Scalar = string | number | boolean | null;

/** What nobody can change: it stands for itself. */
function isScalar(value: unknown): value is Scalar {
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" || value === null;
}

const TOO_DEEP =
  "nested more than 1000 levels deep: what is deeper is recorded as !opaque, by its kind alone.";
const NOT_WRITTEN =
  "too large to be written down, with what is in it several times: it is recorded as !opaque, by its kind alone.";
const OPAQUE =
  "recorded by its kind alone, at least in part: it holds what has no form of its own, such as a function, an instance of a class without a codec, a Map with properties, a hidden property, or a cycle. It is never taken from the log, so each run computes it anew.";

/** Whether something was too deep to be written down: a thousand levels take some characters. */
function isCut(text: string): boolean {
  return text.length > 2000 && text.includes("!opaque structure deeper than 1000 ");
}
