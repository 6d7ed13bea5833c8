import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { SegmentFacts } from "../log/log.ts";
import { decodeAt, isDecodable } from "../record/decode-at.ts";
import { jobId } from "../record/encode.ts";
import { type JobFacts, jobFacts, jobIds } from "../record/job-facts.ts";
import { dayOf, type RecordPath } from "../record/layout.ts";
import { isOidLike } from "../record/name.ts";
import {
  type EntityTags,
  type EntityType,
  EXECUTION_STATUSES,
  type Execution,
  fullName,
  JOB_STATUSES,
  type Job,
  type JobSegment,
  type Outcome,
  type TagEdits,
} from "../record/records.ts";
import type { TagEdit } from "../tag/tag.ts";
import { contentId } from "../value/oid.ts";
import { remember, type TagText, tagText } from "./dictionary.ts";
import { isHexId } from "./ids.ts";
import { NAMED, type Named, type Namer } from "./names.ts";
import { filesText } from "./outcome-files.ts";

/** A file of the log, as a YAML reader gave it. */
export interface DecodedFile {
  readonly path: string;
  readonly place: RecordPath;
  readonly record: unknown;
}

/**
 * What the index needs of one record file, checked, with all ids computed: the part of the work
 * that needs no database. It is plain data that JSON holds; times are milliseconds since 1970.
 */
export type Digest =
  | ExecutionDigest
  | JobsDigest
  | OutcomeDigest
  | TagsDigest
  | { readonly kind: "task"; readonly id: string; readonly name: string }
  | { readonly kind: "value"; readonly id: string }
  | { readonly kind: "tombstone" }
  | { readonly kind: "format"; readonly version: number };

export interface ExecutionDigest {
  readonly kind: "execution";
  readonly id: string;
  readonly started: number;
  readonly task: string;
  readonly user: string;
  readonly commit: string | undefined;
  readonly tree: string | undefined;
  /** As a JSON text. */
  readonly argv: string;
  readonly tags: readonly TagText[];
  /** It has an id in the form of git's that is not that of its content. */
  readonly isRedacted?: boolean;
}

export interface JobsDigest {
  readonly kind: "jobs";
  readonly execution: string;
  /** The day of the folder that holds it, as in its path. */
  readonly day: string;
  /** The object id of the file. */
  readonly oid: string;
  readonly jobs: readonly JobDigest[];
  readonly tagged: readonly TaggedDigest[];
}

export interface JobDigest {
  readonly id: string;
  /** Its place in the execution. */
  readonly index: number;
  readonly parent: string | null;
  readonly task: string;
  readonly taskHash: string;
  /** Its number in JOB_STATUSES. */
  readonly status: number;
  readonly started: number;
  readonly duration: number | null;
  /** A line that shows the arguments. */
  readonly args: string;
  /** The names by which it is found: those of its call and of what it took and gave. */
  readonly names: Names;
  /** A number made of the id of its arguments, where a cache may use its result. */
  readonly cacheKey: number | null;
  /** Files among what it took and gave. */
  readonly files: readonly { readonly id: string; readonly path: string }[];
  readonly tags: readonly TagText[];
}

export interface Names {
  /** Of ids in the form of git's: the key of a name and its rest, in turn. */
  readonly hex: readonly number[];
  readonly foreign: readonly (readonly [id: string, named: Named])[];
}

export interface TaggedDigest {
  readonly type: EntityType;
  readonly id: string;
  readonly tags: readonly TagText[];
}

export interface OutcomeDigest {
  readonly kind: "outcome";
  readonly execution: string;
  /** The day of the folder that holds it, as in its path. */
  readonly day: string;
  /** Its number in EXECUTION_STATUSES. */
  readonly status: number;
  readonly ended: number;
  readonly reason: string | null;
  readonly files: string | null;
}

export interface TagsDigest {
  readonly kind: "tags";
  readonly type: EntityType;
  readonly entity: string;
  /** The object id of the file. */
  readonly oid: string;
  readonly edits: readonly EditDigest[];
}

export interface EditDigest {
  /** null is a removal. */
  readonly tag: TagText | null;
  /** Hashes of what it replaces, sorted. */
  readonly parents: readonly string[];
}

/** Texts whose ids are remembered: few, because each may hold the file that it was read from. */
const TEXTS = 500;

/** Makes digests of record files. */
export class Digester {
  readonly #format: ObjectFormat;
  readonly #namer: Namer;
  /** Ids of short texts: what a job gave, others took. */
  readonly #textIds = new Map<string, string>();

  constructor(format: ObjectFormat, namer: Namer) {
    this.#format = format;
    this.#namer = namer;
  }

  /**
   * The digest of one file.
   * @throws RedunError BAD_RECORD for a file that is not what its path says
   */
  digest({ path, place, record }: DecodedFile): Digest {
    if (place.kind === "value") return { kind: "value", id: place.id };
    if (!isDecodable(place)) {
      return { kind: "format", version: (record as { version: number }).version };
    }
    const oid = "id" in place ? place.id : "";
    const decoded = decodeAt(path, place, record);
    switch (decoded.kind) {
      case "execution":
        return execution(decoded.record);
      case "jobs":
        return this.#jobs(path, oid, decoded.record);
      case "outcome":
        return outcome(path, decoded.record);
      case "task":
        return { kind: "task", id: oid, name: fullName(decoded.record) };
      case "tombstone":
        return { kind: "tombstone" };
      case "tags":
        return tagEdits(oid, decoded.record);
    }
  }

  #jobs(path: string, oid: string, { execution, jobs, tagged }: JobSegment): JobsDigest {
    for (const job of jobs) this.#checkId(execution, job);
    const facts = jobs.map((job) => {
      const ids = job.call === null ? null : jobIds(job, this.#format, this.#idOf);
      return jobFacts(job, ids, this.#format);
    });
    return this.ofFacts(path, oid, { execution, jobs: facts, tagged });
  }

  /** The digest of a segment, by what this process knows of it: the same as that of its file. */
  ofFacts(path: string, oid: string, { execution, jobs, tagged }: SegmentFacts): JobsDigest {
    return {
      kind: "jobs",
      execution,
      day: dayOf(path),
      oid,
      jobs: jobs.map((job) => this.#job(job)),
      tagged: tagged.map(taggedDigest),
    };
  }

  /** An id of git's form is that of the job's place: none can be claimed for another. */
  #checkId(execution: string, { id, index }: Job): void {
    if (!isOidLike(id, this.#format === "sha1" ? 40 : 64)) return;
    if (id === jobId(execution, index, this.#format)) return;
    throw new RedunError("BAD_RECORD", `Job ${index} claims the id ${id}, which is not its own.`);
  }

  /** Field by field: a rest of fields, spread, takes ten times as long, and there may be a million. */
  #job(job: JobFacts): JobDigest {
    const { call, ids, files, tags } = job;
    const names = new NameList(this.#namer);
    if (ids) {
      names.add(call!, NAMED.jobOfCall);
      for (const id of ids.args) names.add(id, NAMED.jobWithArgument);
      names.add(ids.outcome, NAMED.jobWithResult);
      for (const { id, isResult } of files) {
        names.add(id, isResult ? NAMED.jobWithResult : NAMED.jobWithArgument);
      }
    }
    return {
      id: job.id,
      index: job.index,
      parent: job.parent,
      task: job.task,
      taskHash: job.taskHash,
      status: JOB_STATUSES.indexOf(job.status),
      started: job.started,
      duration: job.duration,
      args: job.args,
      names: names.all,
      cacheKey: ids && job.isForReuse ? this.#namer.number(ids.argsHash) : null,
      files: files.length === 0 ? NONE : files.map(({ id, path }) => ({ id, path })),
      tags: tags.length === 0 ? NONE : tags.map(tagText),
    };
  }

  readonly #idOf = (value: unknown): string => {
    if (typeof value !== "string" || value.length > 100) return contentId(value, this.#format);
    return remember(this.#textIds, value, () => contentId(value, this.#format), TEXTS);
  };
}

const NONE: readonly never[] = [];

/** Collects the names of a job. */
class NameList {
  readonly all: { hex: number[]; foreign: [string, Named][] } = { hex: [], foreign: [] };
  readonly #namer: Namer;

  constructor(namer: Namer) {
    this.#namer = namer;
  }

  add(id: string, named: Named): void {
    if (!isHexId(id)) {
      this.all.foreign.push([id, named]);
      return;
    }
    const { key, rest } = this.#namer.name(id, named);
    this.all.hex.push(key, rest);
  }
}

function execution(record: Execution): ExecutionDigest {
  const { id, started, task, argv, user, code, tags } = record;
  return {
    kind: "execution",
    id,
    started: Date.parse(started),
    task,
    user,
    commit: code.commit,
    tree: code.tree,
    argv: JSON.stringify(argv),
    tags: tags.map(tagText),
  };
}

function outcome(path: string, record: Outcome): OutcomeDigest {
  const { execution, status, ended, reason = null, files } = record;
  const code = EXECUTION_STATUSES.indexOf(status);
  const day = dayOf(path);
  const more = { reason, files: files ? filesText(files) : null };
  return { kind: "outcome", execution, day, status: code, ended: Date.parse(ended), ...more };
}

function tagEdits(oid: string, { entity, type, edits }: TagEdits): TagsDigest {
  return { kind: "tags", type, entity, oid, edits: edits.map(edit) };
}

function edit({ tag, parents }: TagEdit): EditDigest {
  return { tag: tag && tagText(tag), parents: parents.map(({ hash }) => hash).sort() };
}

function taggedDigest({ type, id, tags }: EntityTags): TaggedDigest {
  return { type, id, tags: tags.map(tagText) };
}
