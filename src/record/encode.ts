import type { TagPair, TagParent } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import type { HashName } from "../value/hash.ts";
import { blobId, contentId } from "../value/oid.ts";
import { Fields, Remark, Timestamp } from "../value/value.ts";
import { writeYaml } from "../value/yaml-write.ts";
import {
  type Code,
  type CodeFile,
  type EntityTags,
  type Execution,
  FORMAT_VERSION,
  type Job,
  type JobSegment,
  type Outcome,
  type TagEdits,
  type TaskInclude,
  type TaskRecord,
  type Time,
} from "./records.ts";

/**
 * Records as canonical YAML. Each function fixes the field order of its kind; the schemas say the
 * same in JSON Schema, docs/format.md in words.
 */

export function formatYaml(): string {
  return writeYaml(fields({ format: "redun-git", version: FORMAT_VERSION }));
}

/** `execution.yaml`. The id is not in the file: it is the file's own object id. */
export function executionYaml(execution: Omit<Execution, "id">): string {
  const { task, argv, started, user, host, code, tags, nonce } = execution;
  return writeYaml(
    record("execution", {
      task,
      argv,
      started: time(started),
      user,
      host,
      code: codeFields(code),
      tags: tagList(tags),
      nonce,
    }),
  );
}

/** `jobs-<object id>.yaml`: the jobs of one execution that ended since the last segment. */
export function jobsYaml(segment: JobSegment): string {
  return segmentYaml(
    segment.execution,
    segment.jobs.map(jobItemYaml),
    segment.tagged.map(taggedItemYaml),
  );
}

/** A segment from items that `jobItemYaml` and `taggedItemYaml` wrote before. */
export function segmentYaml(
  execution: string,
  jobItems: readonly string[],
  taggedItems: readonly string[],
): string {
  const list = (name: string, items: readonly string[]) =>
    items.length > 0 ? `${name}:\n${items.join("")}` : "";
  const head = writeYaml(record("jobs", { execution }));
  return head + (list("jobs", jobItems) || "jobs: []\n") + list("tagged", taggedItems);
}

/** One job as an item of a segment's list. */
export function jobItemYaml(job: Job): string {
  return listItem(jobFields(job));
}

/** One entry of a segment's `tagged` list. */
export function taggedItemYaml({ type, id, tags }: EntityTags): string {
  return listItem(fields({ [type]: id, tags: tagList(tags) }));
}

/** An item two spaces in, as it stands under its key. Empty lines of a literal block stay empty. */
function listItem(value: Fields): string {
  return writeYaml([value]).replace(/^(?=.)/gm, "  ");
}

/** `outcome-<object id>.yaml` */
export function outcomeYaml(outcome: Outcome): string {
  const { execution, status, ended, reason, files } = outcome;
  return writeYaml(
    record("outcome", { execution, status, ended: time(ended), reason, files: codeFiles(files) }),
  );
}

/** `tasks/xx/<task hash>.yaml` */
export function taskYaml(task: Omit<TaskRecord, "id">): string {
  const { name, namespace, source, taskVersion, hashIncludes } = task;
  return writeYaml(
    record("task", {
      name,
      namespace: namespace ?? undefined,
      source,
      task_version: taskVersion,
      hash_includes: hashIncludes?.map(includeFields),
    }),
  );
}

function includeFields(include: TaskInclude): Fields {
  switch (include.kind) {
    case "function":
      return fields({ name: include.name ?? undefined, source: include.source });
    case "value":
      return fields({ value: include.value });
    case "file":
      return fields({ file: include.hash });
    case "task":
      return fields({ task: include.task, task_hash: include.taskHash });
  }
}

/** `tags/xx/<entity>/<object id>.yaml`, with what each parent said as a comment. */
export function tagsYaml(edits: TagEdits): string {
  return writeYaml(
    record("tags", {
      entity: edits.entity,
      type: edits.type,
      edits: edits.edits.map(({ tag, parents }) =>
        fields({
          tag: tag && tagFields(tag),
          parents: parents.length > 0 ? parents.map(parentItem) : undefined,
        }),
      ),
    }),
  );
}

function parentItem({ hash, was }: TagParent): unknown {
  return was ? new Remark(hash, formatTag(...was)) : hash;
}

/** The id of an execution's nth job. */
export function jobId(execution: string, index: number, format: HashName): string {
  // A user's map has its keys in order, so no value has the id of a job.
  return contentId(fields({ kind: "job", execution, index }), format);
}

/** The id of the fact that a task with these arguments gave this result through these calls. */
export function callId(
  call: { taskHash: string; argsHash: string; valueHash: string; children: readonly string[] },
  format: HashName,
): string {
  return contentId(
    fields({
      task_hash: call.taskHash,
      args_hash: call.argsHash,
      value_hash: call.valueHash,
      children: call.children,
    }),
    format,
  );
}

/** The id of a task, which is what "the same task" means to a cache. */
export function taskId(task: Omit<TaskRecord, "id">, format: HashName): string {
  return blobId(taskYaml(task), format);
}

/** What `args_hash` stands for: the arguments, each by the id of its value. */
export function argsId(
  ids: ReadonlyMap<string, string> | readonly string[],
  format: HashName,
): string {
  return contentId(argsValue(ids), format);
}

/** Arguments keep the order of the parameters. */
function argsValue(args: Job["args"]): unknown {
  return args instanceof Map ? new Fields([...args]) : args;
}

function record(kind: string, rest: Record<string, unknown>): Fields {
  return fields({ kind, version: FORMAT_VERSION, ...rest });
}

/** The fields of a record in the order given; those without a value are left out. */
function fields(entries: Record<string, unknown>): Fields {
  return new Fields(Object.entries(entries));
}

const time = (iso: Time): Timestamp => new Timestamp(iso);

function codeFields({ commit, tree, branch, dirty, files, patch, origin }: Code): Fields {
  return fields({ commit, tree, branch, dirty, files: codeFiles(files), patch, origin });
}

function codeFiles(files: readonly CodeFile[] | undefined): Fields[] | undefined {
  return files?.map(({ path, blob }) => fields({ path, blob }));
}

function jobFields(job: Job): Fields {
  return fields({
    id: job.id,
    index: job.index,
    parent: job.parent ?? undefined,
    task: job.task,
    task_hash: job.taskHash,
    call: job.call ?? undefined,
    status: job.status,
    reused: job.reused,
    missed: job.missed && fields({ ...job.missed }),
    started: time(job.started),
    ended: job.ended ? time(job.ended) : undefined,
    late: job.late || undefined,
    args: argsValue(job.args),
    from: job.from.size > 0 ? new Fields([...job.from]) : undefined,
    // A result may be null, which is not the same as none.
    result: job.status === "DONE" || job.status === "CACHED" ? (job.result ?? null) : undefined,
    returned: job.returned,
    tasks_below: job.tasksBelow,
    error: job.status === "FAILED" ? (job.error ?? null) : undefined,
    files: job.files && fields({ ...job.files }),
    tags: job.tags.length > 0 ? tagList(job.tags) : undefined,
  });
}

function tagList(tags: readonly TagPair[]): Fields[] {
  return tags.map(tagFields);
}

/** One-pair maps, because a key may appear twice and a value may itself be a list or a map. */
function tagFields([key, value]: TagPair): Fields {
  return new Fields([[key, value]]);
}
