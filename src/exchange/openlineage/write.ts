/**
 * Runs as OpenLineage events, one JSON object a line: a START and an end for each execution and each job
 * (spec 2-0-2). Files are the datasets.
 */
import { createHash } from "node:crypto";
import type { Execution, Job } from "../../record/records.ts";
import type { TagPair } from "../../tag/tag.ts";
import { formatTagValue } from "../../tag/text.ts";
import { preview } from "../../value/preview.ts";
import { VERSION } from "../../version.ts";
import type { GraphRun } from "../graph.ts";
import { filesOf, type GraphFile, statusOf } from "../run-facts.ts";

type Fields = Readonly<Record<string, unknown>>;

const PRODUCER = `urn:redun-git:${VERSION}`;
const SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const FACETS = "https://openlineage.io/spec/facets";

export function* openLineage(runs: Iterable<GraphRun>): Generator<string> {
  for (const run of runs) for (const event of eventsOf(run)) yield `${JSON.stringify(event)}\n`;
}

function* eventsOf(run: GraphRun): Generator<Fields> {
  const { execution, jobs, outcome, tasks } = run;
  const sources = new Map(tasks.map(({ id, source }) => [id, source]));
  const name = nameOf(execution, execution.task || "execution");
  const whole = { run: runId("execution", execution.id), job: name };
  const facets = { run: { ...tagsFacet(execution.tags) }, job: { ...codeFacet(execution) } };
  yield event("START", execution.started, whole, facets);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  for (const job of jobs) {
    const above = job.parent === null ? undefined : byId.get(job.parent);
    const parent = above
      ? { run: runId("job", above.id), job: nameOf(execution, above.task) }
      : whole;
    const own = { run: runId("job", job.id), job: nameOf(execution, job.task) };
    yield* jobEvents(job, own, parent, sources.get(job.taskHash));
  }
  if (!outcome) return;
  const end = { DONE: "COMPLETE", FAILED: "FAIL", INTERRUPTED: "ABORT", RUNNING: "OTHER" }[
    statusOf(run)
  ];
  const failed = outcome.reason === undefined ? {} : errorFacet(outcome.reason);
  yield event(end, outcome.ended, whole, { ...facets, run: { ...facets.run, ...failed } });
}

interface Name {
  readonly run: string;
  readonly job: { readonly namespace: string; readonly name: string };
}

function* jobEvents(job: Job, own: Name, parent: Name, source?: string): Generator<Fields> {
  const { job: named, run } = parent;
  const facets = {
    run: {
      parent: facet("1-2-0/ParentRunFacet", "ParentRunFacet", { run: { runId: run }, job: named }),
      ...tagsFacet(job.tags),
    },
    job: {
      jobType: facet("2-0-4/JobTypeJobFacet", "JobTypeJobFacet", {
        processingType: "BATCH",
        integration: "REDUN_GIT",
        jobType: "TASK",
      }),
      ...(source !== undefined && {
        sourceCode: facet("1-0-1/SourceCodeJobFacet", "SourceCodeJobFacet", {
          language: job.imported ? "python" : "javascript",
          sourceCode: source,
        }),
      }),
    },
  };
  const inputs = filesOf(job, "taken").map(dataset);
  yield event("START", job.started, own, facets, { inputs });
  if (job.ended === null) return;
  const isGood = job.status === "DONE" || job.status === "CACHED";
  const failed = isGood ? {} : errorFacet(preview(job.error, 1000));
  const datasets = { inputs, outputs: filesOf(job, "given").map(dataset) };
  const end = { ...facets, run: { ...facets.run, ...failed } };
  yield event(isGood ? "COMPLETE" : "FAIL", job.ended, own, end, datasets);
}

function event(
  eventType: string,
  eventTime: string,
  { run, job }: Name,
  facets: { readonly run: Fields; readonly job: Fields },
  datasets: { readonly inputs?: readonly Fields[]; readonly outputs?: readonly Fields[] } = {},
): Fields {
  const { inputs = [], outputs = [] } = datasets;
  return {
    eventType,
    eventTime,
    run: { runId: run, facets: facets.run },
    job: { ...job, facets: facets.job },
    inputs,
    outputs,
    producer: PRODUCER,
    schemaURL: SCHEMA,
  };
}

function facet(path: string, name: string, fields: Fields): Fields {
  return { _producer: PRODUCER, _schemaURL: `${FACETS}/${path}.json#/$defs/${name}`, ...fields };
}

function tagsFacet(tags: readonly TagPair[]): Fields {
  if (tags.length === 0) return {};
  const list = tags.map(([key, value]) => ({
    key,
    value: formatTagValue(value),
    source: "redun-git",
  }));
  return { tags: facet("1-0-0/TagsRunFacet", "TagsRunFacet", { tags: list }) };
}

function codeFacet({ code }: Execution): Fields {
  if (code.origin === undefined) return {};
  const { origin: url, commit: version, branch } = code;
  return {
    sourceCodeLocation: facet("1-1-0/SourceCodeLocationJobFacet", "SourceCodeLocationJobFacet", {
      type: "git",
      url,
      ...(version !== undefined && { version }),
      ...(branch !== undefined && { branch }),
    }),
  };
}

function errorFacet(message: string): Fields {
  const fields = { message, programmingLanguage: "JavaScript" };
  return { errorMessage: facet("1-0-1/ErrorMessageRunFacet", "ErrorMessageRunFacet", fields) };
}

/** The project is the namespace of its jobs. */
function nameOf({ tags }: Execution, name: string): Name["job"] {
  const project = tags.find(([key]) => key === "project")?.[1];
  return { namespace: typeof project === "string" && project !== "" ? project : "redun-git", name };
}

/** A file's name as OpenLineage's naming has it: that of its store, and its path there. */
function dataset({ path, hash }: GraphFile): Fields {
  const [, store, rest] = /^([a-z][a-z0-9+.-]*:\/\/[^/]+)\/(.+)$/.exec(path) ?? [];
  const named =
    store === undefined ? { namespace: "file", name: path } : { namespace: store, name: rest };
  if (hash === null) return { ...named, facets: {} };
  const version = facet("1-0-1/DatasetVersionDatasetFacet", "DatasetVersionDatasetFacet", {
    datasetVersion: hash,
  });
  return { ...named, facets: { version } };
}

/** A UUID (version 5's form) that follows from an id; redun's ids are UUIDs already. */
function runId(kind: string, id: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id;
  const hex = createHash("sha1").update(`redun-git ${kind} ${id}`).digest("hex");
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
