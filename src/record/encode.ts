import type { TagPair, TagParent } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import type { HashName } from "../value/hash.ts";
import { blobId, contentId } from "../value/oid.ts";
import { Fields, Remark, Timestamp } from "../value/value.ts";
import { writeYaml, yamlAfterKey, yamlKey } from "../value/yaml-write.ts";
import {
  type Code,
  type CodeFile,
  type EntityTags,
  type Execution,
  type Job,
  type JobSegment,
  type Outcome,
  PLAIN_FORMAT,
  RECORD_VERSION,
  type TagEdits,
  type TaskInclude,
  type TaskRecord,
  type Time,
  type Tombstone,
} from "./records.ts";

/**
 * Records as canonical YAML. Each function fixes the field order of its kind; the schemas say the
 * same in JSON Schema, docs/format.md in words.
 */

/** `format.yaml` */
export function formatYaml(version = PLAIN_FORMAT): string {
  return writeYaml(fields({ format: "redun-git", version }));
}

/**
 * `execution.yaml`. The id is not in the file: it is the file's own object id, unless it is that of
 * another system, `foreignId`.
 */
export function executionYaml(execution: Omit<Execution, "id">, foreignId?: string): string {
  const { task, argv, started, user, host, code, tags, nonce, imported } = execution;
  return writeYaml(
    record("execution", {
      id: foreignId,
      task,
      argv,
      started: time(started),
      user,
      host,
      code: codeFields(code),
      tags: tagList(tags),
      nonce: nonce || undefined,
      imported,
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

/**
 * One job as an item of a segment's list. A run writes one for each of its jobs, perhaps a million: so
 * it is put together line by line, and not from a map of its fields.
 */
export function jobItemYaml(job: Job): string {
  const { parent, call, reused, ended, late, from, returned, tasksBelow, files, tags } = job;
  const isGood = job.status === "DONE" || job.status === "CACHED";
  let text = `  - id:${yamlAfterKey(job.id, 6)}    index: ${job.index}\n`;
  if (parent !== null) text += parentLine(parent);
  text += taskLine(job.task) + taskHashLine(job.taskHash);
  if (call !== null) text += line("call", call);
  text += `    status: ${job.status}\n`;
  if (reused !== undefined) text += line("reused", reused);
  if (job.missed) text += line("missed", fields({ ...job.missed }));
  text += `    started: ${checkedTime(job.started)}\n`;
  if (ended) text += `    ended: ${checkedTime(ended)}\n`;
  if (late) text += "    late: true\n";
  text += `    args:${argsText(job.args)}`;
  if (from.size > 0) text += line("from", new Fields([...from]));
  // A result may be null, which is not the same as none.
  if (isGood) text += line("result", job.result ?? null);
  if (returned !== undefined) text += line("returned", returned);
  if (tasksBelow !== undefined) text += line("tasks_below", tasksBelow);
  if (job.status === "FAILED") text += line("error", job.error ?? null);
  if (files) text += line("files", fields({ ...files }));
  if (job.imported) text += line("imported", job.imported);
  return tags.length > 0 ? text + line("tags", tagList(tags)) : text;
}

/** One field of a job's item. */
function line(key: string, value: unknown): string {
  return `    ${key}:${yamlAfterKey(value, 6)}`;
}

const parentLine = lineAgain("parent");
const taskLine = lineAgain("task");
const taskHashLine = lineAgain("task_hash");

/** One field of a job's item that is often the same as in the item before. */
function lineAgain(key: string): (value: string) => string {
  let last = { value: "", text: line(key, "") };
  return (value) => {
    if (value !== last.value) last = { value, text: line(key, value) };
    return last.text;
  };
}

/** Arguments keep the order of the parameters. */
function argsText(args: Job["args"]): string {
  if (!(args instanceof Map)) return yamlAfterKey(args, 6);
  let text = "";
  for (const [name, value] of args) {
    if (value !== undefined) text += `      ${yamlKey(name, 6)}${yamlAfterKey(value, 8)}`;
  }
  return text === "" ? " {}\n" : `\n${text}`;
}

let lastTime = "";

/** Most jobs begin and end in the same millisecond as another one. */
function checkedTime(iso: Time): Time {
  if (iso !== lastTime) lastTime = new Timestamp(iso).iso;
  return iso;
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

/** `tasks/xx/<task hash>.yaml`; the hash is in the file if another system made it. */
export function taskYaml(task: Omit<TaskRecord, "id">, foreignId?: string): string {
  const { name, namespace, source, taskVersion, hashIncludes } = task;
  return writeYaml(
    record("task", {
      id: foreignId,
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

/** `tombstones/xx/<object id>.yaml` */
export function tombstoneYaml(tombstone: Tombstone): string {
  const { by, at, reason, redacted, removed, values, unused, movedTo } = tombstone;
  const listed = <T>(items: readonly T[]) => (items.length > 0 ? items : undefined);
  return writeYaml(
    record("tombstone", {
      by,
      at: time(at),
      reason,
      redacted: listed(redacted.map((one) => fields({ ...one }))),
      removed: listed(removed),
      values: listed(values),
      unused: listed(unused),
      moved_to: movedTo,
    }),
  );
}

function parentItem({ hash, was }: TagParent): unknown {
  return was ? new Remark(hash, formatTag(...was)) : hash;
}

/** The id of an execution's nth job. */
export function jobId(execution: string, index: number, format: HashName): string {
  // A user's map has its keys in order, so no value has the id of a job.
  return blobId(`kind: job\nexecution:${yamlAfterKey(execution, 2)}index: ${index}\n`, format);
}

/** The id of the fact that a task with these arguments gave this result through these calls. */
export function callId(
  call: { taskHash: string; argsHash: string; valueHash: string; children: readonly string[] },
  format: HashName,
): string {
  const { taskHash, argsHash, valueHash, children } = call;
  const head = `task_hash:${yamlAfterKey(taskHash, 2)}args_hash:${yamlAfterKey(argsHash, 2)}`;
  let text = `${head}value_hash:${yamlAfterKey(valueHash, 2)}children:`;
  if (children.length === 0) text += " []\n";
  else {
    text += "\n";
    for (const child of children) text += `  -${yamlAfterKey(child, 4)}`;
  }
  return blobId(text, format);
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
  if (!(ids instanceof Map)) return contentId(ids, format);
  let text = "";
  for (const [name, id] of ids) text += yamlKey(name, 0) + yamlAfterKey(id, 2);
  return blobId(text || "{}\n", format);
}

function record(kind: string, rest: Record<string, unknown>): Fields {
  return fields({ kind, version: RECORD_VERSION, ...rest });
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

function tagList(tags: readonly TagPair[]): Fields[] {
  return tags.map(tagFields);
}

/** One-pair maps, because a key may appear twice and a value may itself be a list or a map. */
function tagFields([key, value]: TagPair): Fields {
  return new Fields([[key, value]]);
}
