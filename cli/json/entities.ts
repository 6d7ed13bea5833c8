/**
 * Entities as `--format json` prints them: what a view holds, under the names that redun gives it. What is
 * related to an entity is its id alone.
 */

import type { DataflowStep } from "../../src/provenance/dataflow.ts";
import type { TaskInclude } from "../../src/record/records.ts";
import type { CallContent, CallView } from "../../src/views/call.ts";
import type { DataflowView } from "../../src/views/dataflow.ts";
import type { EntityView } from "../../src/views/entity.ts";
import type { ExecutionView, JobInList, JournalState } from "../../src/views/execution.ts";
import type { FolderView } from "../../src/views/folder.ts";
import type { JobView } from "../../src/views/job.ts";
import type { LoggedExecution, LoggedJob } from "../../src/views/logged.ts";
import type { ListedEntity, SearchView } from "../../src/views/search.ts";
import type { ShownValue } from "../../src/views/shown-value.ts";
import type { TaskView } from "../../src/views/task.ts";
import type { ValueView } from "../../src/views/value.ts";
import { jsonText } from "../text/json.ts";
import { tagsJson } from "./tags.ts";

/** The object of `log <id>`. */
export function* entityJson(view: EntityView): Generator<string> {
  if (view.type === "Execution") yield* executionPageJson(view);
  else if (view.type === "Job") yield jsonText(jobJson(view));
  else if (view.type === "Task") yield jsonText(taskJson(view));
  else if (view.type === "CallNode") yield jsonText(callJson(view));
  else yield jsonText(valuePageJson(view));
}

/** One object a line. */
export async function* searchJson({ parts }: SearchView): AsyncGenerator<string> {
  for await (const { items } of parts) {
    for await (const entity of items) yield `${jsonText(listedJson(entity))}\n`;
  }
}

/** One object a line, each with all that the page of its entity has. */
export async function* detailJson({ parts }: SearchView<EntityView>): AsyncGenerator<string> {
  for await (const { items } of parts) {
    for await (const entity of items) {
      yield* entityJson(entity);
      yield "\n";
    }
  }
}

/** An entity: what the index knows, and the content of a value. */
export function listedJson(entity: ListedEntity): object {
  if (entity.type === "Execution") return executionJson(entity);
  const common = { _type: entity.type, id: entity.id };
  const tags = tagsJson(entity.tags, entity.conflicts);
  if (entity.type === "Job") {
    return { ...common, ...jobFields(entity), parent: entity.parent, tags };
  }
  if (entity.type === "Task") return { ...common, name: entity.name ?? undefined, tags };
  const known = entity.job && { job: entity.job.id, execution: entity.job.execution };
  if (entity.type === "CallNode") return { ...common, task: entity.job?.task, ...known, tags };
  const { path, valueType, value } = entity;
  const content = valueType !== null && { type: valueType, value };
  return { ...common, path: path ?? undefined, ...content, ...known, tags };
}

/** An execution. */
export function executionJson(execution: LoggedExecution): object {
  const { type, id, status, reason, task, user, commit, argv } = execution;
  return {
    _type: type,
    id,
    status,
    ...timesJson(execution),
    ...(reason !== null && { reason }),
    task,
    user,
    commit,
    args: argv,
    tags: tagsJson(execution.tags, execution.conflicts),
  };
}

/** One object on one line, piece by piece: it may have a million jobs. */
export function* executionPageJson(view: ExecutionView): Generator<string> {
  const { jobs } = view;
  const head = jsonText(executionHeadJson(view));
  yield `${head.slice(0, -1)},"jobs":[`;
  let separator = "";
  for (const batch of jobs.list()) {
    const objects = batch.map((job) => jsonText(jobInListJson(job)));
    yield separator + objects.join(",");
    separator = ",";
  }
  yield "]}";
}

/** All of an execution's page but its jobs. */
export function executionHeadJson(view: ExecutionView): object {
  const { execution, code, links, journal, redactions } = view;
  return {
    ...executionJson(execution),
    ...(code?.files && { modules: code.files }),
    links,
    ...(journal && { journal: journalJson(journal) }),
    ...(redactions.length > 0 && { redactions }),
  };
}

/** A job in the list of its execution. */
export function jobInListJson({ job, parent }: JobInList): object {
  return {
    id: job.id,
    parent,
    status: job.status,
    ...timesJson(job),
    task: job.task,
    task_hash: job.taskHash,
    tags: tagsJson(job.tags, job.conflicts),
  };
}

export function jobJson(view: JobView): object {
  const { type, job, parent, children, call, content, from, dataflow, links, journal } = view;
  const { redactions } = view;
  return {
    _type: type,
    id: job.id,
    ...jobFields(job),
    parent,
    children: children.map(({ id }) => id),
    call: call?.id ?? null,
    ...argsJson(content),
    from,
    ...outcomeJson(content),
    ...(dataflow && { dataflow: dataflowJson(dataflow) }),
    links,
    ...(journal && { journal: journalJson(journal) }),
    ...(redactions.length > 0 && { redactions }),
    tags: tagsJson(job.tags, job.conflicts),
  };
}

/** What a listing tells programs of a job. */
export function jobFields(job: LoggedJob) {
  return {
    status: job.status,
    ...timesJson(job),
    execution: job.execution,
    task: job.task,
    task_hash: job.taskHash,
  };
}

export function callJson({ type, call, made }: CallView): object {
  const common = { _type: type, id: call.id };
  const tags = tagsJson(call.tags, call.conflicts);
  if (!made) return { ...common, tags };
  const { content, task, parents, children, jobs, dataflow } = made;
  return {
    ...common,
    task: call.task,
    task_hash: task.id,
    ...argsJson(content),
    ...outcomeJson(content),
    parents: parents.map(({ id }) => id),
    children: children.map(({ id }) => id),
    jobs: jobs.map(({ id }) => id),
    ...(dataflow && { dataflow: dataflowJson(dataflow) }),
    tags,
  };
}

export function taskJson(view: TaskView): object {
  const { type, task, firstJob, lastJob, others, changedHelpers } = view;
  return {
    _type: type,
    id: task.id,
    name: task.name,
    source: task.source,
    task_version: task.version,
    hash_includes: task.hashIncludes?.map(includeJson),
    first_job: firstJob?.id,
    last_job: lastJob?.id,
    changed_helpers: changedHelpers,
    versions: others.map(({ id }) => id),
    tags: tagsJson(task.tags, task.conflicts),
  };
}

function includeJson(include: TaskInclude): object {
  switch (include.kind) {
    case "function":
      return { name: include.name, source: include.source };
    case "value":
      return { value: include.value };
    case "file":
      return { file: include.hash };
    case "task":
      return { task: include.task, task_hash: include.taskHash };
  }
}

export function valuePageJson(view: ValueView): object {
  const { type, id, valueType, value, file, givenBy, takenBy, dataflow } = view;
  const ids = (jobs: readonly LoggedJob[]) => jobs.map((job) => job.id);
  return {
    _type: type,
    id,
    ...(valueType !== null && { type: valueType, value }),
    ...(file && {
      versions: file.versions.map((version) => version.id),
      hash_now: file.now?.hash ?? null,
    }),
    produced_by: ids(givenBy),
    consumed_by: ids(takenBy),
    dataflow: dataflowJson(dataflow),
    tags: tagsJson(view.tags, view.conflicts),
  };
}

/** The object of `log <folder>`. */
export function folderJson({ path, files, makers, takenBy }: FolderView): object {
  return {
    _type: "Folder",
    path,
    files: files.map((file) => ({ id: file.id, path: file.path })),
    produced_by: makers.map((job) => job.id),
    consumed_by: takenBy.map((job) => job.id),
  };
}

/** What a call took. */
export function argsJson({ args, hasNames }: CallContent): object {
  return {
    args: hasNames ? new Map(args.map((arg) => [arg.name, valueJson(arg)])) : args.map(valueJson),
    arg_ids: new Map(args.map(({ name, id }) => [name, id])),
  };
}

/** What a call gave or raised; nothing while it has not ended. */
export function outcomeJson({ outcome }: CallContent): object {
  if (!outcome) return {};
  return { [outcome.isError ? "error" : "result"]: valueJson(outcome), result_id: outcome.id };
}

/** A whole value; its id alone where no more was recorded. */
export function valueJson(shown: ShownValue): unknown {
  return "value" in shown ? shown.value : { _type: "Value", id: shown.id };
}

/** Where a value came from. */
export function dataflowJson({ sections, isCut }: DataflowView): object {
  return {
    sections: sections.map(({ name, steps, variables }) => ({
      name,
      steps: steps.map(stepJson),
      variables: variables.map((variable) => {
        return { name: variable.name, id: variable.id, value: valueJson(variable) };
      }),
    })),
    is_cut: isCut,
  };
}

function stepJson(step: DataflowStep): object {
  if (!("call" in step)) return step;
  const { id, job, task, arguments: names } = step.call;
  return { kind: step.kind, call: id, job, task, arguments: names };
}

export function journalJson({ state, why }: JournalState): object {
  return { state, why };
}

/** When something began and ended; null while it goes on. */
export function timesJson({ started, ended }: { started: Date; ended: Date | null }) {
  return {
    start_time: started.toISOString(),
    end_time: ended?.toISOString() ?? null,
  };
}
