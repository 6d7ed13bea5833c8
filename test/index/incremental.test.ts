/**
 * Whatever a log holds, in whatever order and in whatever commits it came: the index that was
 * brought up to date step by step answers as one that was built from the end.
 */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openDatabase } from "../../src/index/database.ts";
import { NAMED } from "../../src/index/names.ts";
import { IndexReader } from "../../src/index/reader.ts";
import type { Database } from "../../src/index/sqlite-types.ts";
import { applyAppended, updateIndex } from "../../src/index/update.ts";
import { Log, type RecordFile } from "../../src/log/log.ts";
import { tagEditFile } from "../../src/log/tag-edits.ts";
import { allOf, type Condition, not, type ValueTest } from "../../src/query/condition.ts";
import { argsId, callId, jobId, taskId, taskYaml } from "../../src/record/encode.ts";
import { parsePath, taskPath, valuePath } from "../../src/record/layout.ts";
import type { EntityTags, EntityType, Job, JobStatus, Outcome } from "../../src/record/records.ts";
import { baseNode, type CurrentNode, TagGraph } from "../../src/tag/graph.ts";
import { hashTag } from "../../src/tag/hash.ts";
import { pythonJson } from "../../src/tag/python-json.ts";
import { tagSet } from "../../src/tag/set.ts";
import type { TagEdit, TagPair } from "../../src/tag/tag.ts";
import { blobId } from "../../src/value/oid.ts";
import { float } from "../../src/value/value.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { repeats } from "../support/effort.ts";
import {
  importedStart,
  jobsFile,
  madeRun,
  madeStart,
  madeTagEdit,
  outcomeFile,
  startFile,
} from "../support/made-records.ts";
import { MemoryBackend } from "../support/memory-backend.ts";
import fc from "../support/property.ts";

const REF = "refs/redun/main";
const PAIRS: readonly TagPair[] = ["a", "b"].flatMap((key) =>
  [1, float(1), "x", null].map((value) => [key, value] as TagPair),
);
const conditions = PAIRS.flatMap(([key, value]) => {
  const tag = (name: string, test: ValueTest | null = null): Condition => {
    return { is: "tag", key: name, keyIsGlob: false, test };
  };
  const is = tag(key, { op: "=", value });
  return [is, allOf(tag(key), is), allOf(is, tag("a"), tag("b")), allOf(tag("a"), not(is))];
});
const VALUES = [1, "text", ["list"]];
const TASKS = ["one", "two", "three"].map((name) => {
  const task = { name, namespace: "space", source: `() => "${name}"` };
  return { ...task, id: taskId(task, "sha1") };
});
// Few moments, so that many things happen at the same one; two days, so in two folders.
const MOMENTS = [0, 1, 2, 86_400_000].map((ms) => new Date(1.8e12 + ms).toISOString());

const below = (n: number) => fc.nat({ max: n - 1 });
const tags = fc.array(fc.constantFrom(...PAIRS), { maxLength: 3 }).map(tagSet);
const jobSpec = fc.record({
  parent: fc.nat(),
  task: below(TASKS.length),
  args: fc.array(below(VALUES.length), { maxLength: 2 }),
  result: below(VALUES.length),
  status: fc.constantFrom<JobStatus>("DONE", "DONE", "FAILED", "CACHED"),
  started: below(3),
  tags,
  /** The segments that hold it: a recovered run may bring a job once more. */
  segments: fc.uniqueArray(below(3), { minLength: 1, maxLength: 2 }),
  /** Was still running when another segment was written. */
  alsoRunning: fc.boolean(),
});
const executionSpec = fc.record({
  /** It was imported from elsewhere, with ids that begin alike. */
  isForeign: fc.boolean(),
  started: below(MOMENTS.length),
  tags,
  jobs: fc.array(jobSpec, { maxLength: 5 }),
  outcomes: fc.array(
    fc.record({
      status: fc.constantFrom<Outcome["status"]>("DONE", "FAILED", "INTERRUPTED"),
      ended: below(MOMENTS.length),
    }),
    { maxLength: 2 },
  ),
  tagged: fc.array(fc.record({ target: fc.nat(), tags, segment: below(3) }), { maxLength: 2 }),
});
const editSpec = fc.record({
  target: fc.nat(),
  action: fc.constantFrom("add", "update", "remove", "remove key"),
  pair: fc.constantFrom(...PAIRS),
  /** Made in another clone: it does not know of the edits before. */
  apart: fc.boolean(),
});
const logSpec = fc.record({
  executions: fc.array(executionSpec, { minLength: 1, maxLength: 3 }),
  edits: fc.array(editSpec, { maxLength: 6 }),
  /** Some of `conditions`: all of them would take most of the time. */
  asked: fc.uniqueArray(below(conditions.length), { minLength: 8, maxLength: 8 }),
  order: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  steps: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 6 }),
      how: fc.constantFrom("update", "own", "wait"),
    }),
    { minLength: 40, maxLength: 40 },
  ),
});

interface Entity {
  readonly type: EntityType;
  readonly id: string;
  /** Tags that runs recorded on it. */
  readonly tags: TagPair[];
}

interface World {
  readonly files: RecordFile[];
  readonly entities: Entity[];
  readonly calls: { taskHash: string; argsHash: string }[];
  readonly asked: readonly number[];
}

type Spec = typeof logSpec extends fc.Arbitrary<infer T> ? T : never;

/** The files of a log. */
function makeWorld(spec: Spec): World {
  const world: World = { files: [], entities: [], calls: [], asked: spec.asked };
  for (const task of TASKS) {
    world.files.push({ path: taskPath(task.id), text: taskYaml(task) });
    entity(world, "Task", task.id);
  }
  for (const value of VALUES) entity(world, "Value", blobId(writeYaml(value)));
  // A value with a file of its own.
  const stored = writeYaml(VALUES[0]);
  world.files.push({ path: valuePath(blobId(stored)), text: stored });
  spec.executions.forEach((execution, at) => {
    addExecution(world, execution, at);
  });
  addEdits(world, spec.edits);
  return world;
}

function addExecution(world: World, spec: Spec["executions"][number], at: number): void {
  const started = MOMENTS[spec.started]!;
  const start = madeStart({
    task: "space.one",
    argv: ["run", String(at)],
    started,
    tags: spec.tags,
    nonce: String(at),
  });
  const { id: execution, file } = spec.isForeign
    ? { id: `exec-000${at}`, file: importedStart(`exec-000${at}`, start) }
    : startFile(start);
  world.files.push(file);
  entity(world, "Execution", execution, spec.tags);

  const segments = [0, 1, 2].map(() => ({ jobs: [] as Job[], tagged: [] as EntityTags[] }));
  const ids = spec.jobs.map((_, index) =>
    spec.isForeign ? `${execution}/job ${index}` : jobId(execution, index, "sha1"),
  );
  spec.jobs.forEach((job, index) => {
    const record = jobRecord(world, job, index, ids);
    for (const segment of job.segments) segments[segment]!.jobs.push(record);
    if (job.alsoRunning && job.segments.length === 1) {
      const { result: _, error: __, ...rest } = record;
      const running: Job = { ...rest, status: "RUNNING", ended: null, call: null, tags: [] };
      segments[(job.segments[0]! + 1) % 3]!.jobs.push(running);
    }
    entity(world, "Job", record.id, job.tags);
    entity(world, "CallNode", record.call!);
  });
  const taggable = [
    ...world.entities.filter(({ type }) => type !== "Execution" && type !== "Job"),
    ...world.entities.filter(({ id }) => id === execution),
    ...world.entities.filter(({ id }) => ids.includes(id)),
  ];
  for (const { target, tags: given, segment } of spec.tagged) {
    const { type, id, tags: known } = taggable[target % taggable.length]!;
    if (given.length > 0) segments[segment]!.tagged.push({ type, id, tags: given });
    known.push(...given);
  }
  for (const segment of segments) {
    if (segment.jobs.length === 0 && segment.tagged.length === 0) continue;
    world.files.push(jobsFile(started, { execution, ...segment }));
  }
  for (const { status, ended } of spec.outcomes) {
    world.files.push(outcomeFile(started, { execution, status, ended: MOMENTS[ended]! }));
  }
}

function jobRecord(
  world: World,
  spec: Spec["executions"][number]["jobs"][number],
  index: number,
  ids: readonly string[],
): Job {
  const task = TASKS[spec.task]!;
  const args = spec.args.map((at) => VALUES[at]!);
  const argsHash = argsId(
    args.map((value) => blobId(writeYaml(value))),
    "sha1",
  );
  const result = VALUES[spec.result]!;
  const call = callId(
    { taskHash: task.id, argsHash, valueHash: blobId(writeYaml(result)), children: [] },
    "sha1",
  );
  world.calls.push({ taskHash: task.id, argsHash });
  return {
    id: ids[index]!,
    index,
    parent: index === 0 ? null : ids[spec.parent % index]!,
    task: `space.${task.name}`,
    taskHash: task.id,
    call,
    status: spec.status,
    started: MOMENTS[spec.started]!,
    ended: MOMENTS[3]!,
    late: false,
    args,
    from: new Map(),
    ...(spec.status === "FAILED" ? { error: result } : { result }),
    tags: spec.tags,
  };
}

/** Tag commands, each with what it could know when it was made. */
function addEdits(world: World, specs: Spec["edits"]): void {
  const graphs = new Map<Entity, TagGraph>();
  const recorded = (at: Entity) =>
    new TagGraph(
      at.id,
      at.tags.map((tag) => baseNode(at.id, tag)),
    );
  for (const { target, action, pair, apart } of specs) {
    const at = world.entities[target % world.entities.length]!;
    const graph = apart ? recorded(at) : (graphs.get(at) ?? recorded(at));
    graphs.set(at, graph);
    const edits = action === "add" ? graph.planAdd([pair]) : replace(graph, action, pair);
    if (edits.length > 0) {
      world.files.push(tagEditFile({ entity: at.id, type: at.type, edits }, "sha1"));
    }
  }
}

function replace(graph: TagGraph, action: string, [key, value]: TagPair): TagEdit[] {
  const old = graph.current().filter(({ tag }) => {
    return tag[0] === key && (action !== "remove" || json(tag[1]) === json(value));
  });
  if (old.length === 0) return [];
  const tag: TagPair | null = action === "update" ? [key, value] : null;
  const parents = old.map(({ hash }) => hash).sort();
  const hash = tag ? hashTag(graph.entity, key, value, parents) : hashTag("", "", null, parents);
  graph.add({ hash, tag, parents, edits: [] });
  return [{ tag, parents: old.map((node) => ({ hash: node.hash, was: node.tag })) }];
}

function entity(world: World, type: EntityType, id: string, given: readonly TagPair[] = []): void {
  const known = world.entities.find((other) => other.id === id && other.type === type);
  if (known) known.tags.push(...given);
  else world.entities.push({ type, id, tags: [...given] });
}

const json = (value: TagPair[1]) => pythonJson(value, { compact: true });

const texts = (pairs: readonly TagPair[]) => pairs.map(([k, v]) => `${k}=${json(v)}`).sort();

const tagged = <T extends { tags: readonly TagPair[]; conflicts: readonly TagPair[] }>(row: T) => {
  return { ...row, tags: texts(row.tags), conflicts: texts(row.conflicts) };
};

/** Each entity as the index finds it; null where it has none. */
function entityAnswers(database: Database, entities: readonly Entity[]) {
  const reader = new IndexReader(database);
  return entities.map(({ type, id }) => {
    const hit = reader.ids.withId(id).find((found) => found.type === type);
    const cut = [...reader.ids.withPrefix(id.slice(0, 12))].filter((found) => found.type === type);
    assert.ok(!hit || cut.some(({ ref, named }) => ref === hit.ref && named === hit.named));
    if (!hit) return null;
    if (hit.named >= NAMED.jobOfCall) return "in jobs";
    const row =
      type === "Execution"
        ? reader.execution(hit.ref)
        : type === "Job"
          ? reader.job(hit.ref)
          : reader.entity(hit.ref);
    assert.is(row?.id, id);
    const graph = [...reader.tags.graph({ ...row!, type }).nodes.keys()].sort();
    const name = row && "name" in row ? row.name : null;
    const { tags, conflicts } = tagged(row!);
    return { type, id: row?.id, name, tags, conflicts, graph };
  });
}

/** Everything that the index can be asked about a log, without the numbers of its rows. */
function answers(database: Database, { entities, calls, asked }: World) {
  const reader = new IndexReader(database);
  const job = (seq: number | null) => (seq === null ? null : (reader.job(seq)?.id ?? null));
  const executions = reader.search.executions({}, 1000);
  const jobs = reader.search.jobs({}, 1000);
  const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);
  return {
    executions: executions.map(({ seq: _, ...row }) => tagged(row)),
    filtered: asked
      .map((at) => conditions[at]!)
      .map((where) => [
        ids(reader.search.executions({ where }, 1000)),
        ids(reader.search.jobs({ where }, 1000)),
        ids(reader.search.jobs({ execution: where }, 1000)),
        ...(["Task", "Value", "CallNode"] as const).map((type) =>
          ids(reader.search.entities(type, { where }, 1000)),
        ),
      ]),
    jobs: jobs.map(({ seq: _, execution: __, ...row }) => {
      return { ...tagged(row), parent: job(row.parent) };
    }),
    jobsOf: executions.map(({ seq }) => ids(reader.jobsOf(seq))),
    rows: (["Task", "Value", "CallNode"] as const).map((type) =>
      ids(reader.search.entities(type, {}, 1000)),
    ),
    conflicts: reader.tags.conflicts().map(({ type, seq }) => {
      const row =
        type === "Execution"
          ? reader.execution(seq)
          : type === "Job"
            ? reader.job(seq)
            : reader.entity(seq);
      return `${type} ${row?.id}`;
    }),
    entities: entityAnswers(database, entities),
    uses: entities
      .filter(({ type }) => type === "Value")
      .map(({ id }) =>
        (["jobWithResult", "jobWithArgument"] as const).map((role) =>
          ids(reader.jobsNaming(id, role, 1000)),
        ),
      ),
    newestUses: entities
      .filter(({ type }) => type === "Value")
      .map(({ id }) => ids(reader.jobsNaming(id, "jobWithResult", 2))),
    calls: entities
      .filter(({ type }) => type === "CallNode")
      .map(({ id }) => ids(reader.jobsNaming(id, "jobOfCall", 1000))),
    ofTask: entities
      .filter(({ type }) => type === "Task")
      .map(({ id }) => {
        const row = reader.entityWithId("Task", id);
        return (
          row && [reader.jobsOfTask(row.seq, 1000), reader.firstJobsOfTask(row.seq, 2)].map(ids)
        );
      }),
    cached: calls.map(({ taskHash, argsHash }) => reader.callsOf(taskHash)?.with(argsHash)[0]),
    keys: reader.tags
      .keyCounts()
      .map(({ key, type, count }) => `${key} ${type} ${count}`)
      .sort(),
    counts: reader.counts(),
  };
}

/** Commits the files in a random order and grouping, and keeps the index up to date meanwhile. */
async function grow(log: Log, database: Database, { files }: World, spec: Spec): Promise<void> {
  const left = files
    .map((file, at) => ({ file, key: spec.order[at % spec.order.length]! + at / 1000 }))
    .sort((a, b) => a.key - b.key)
    .map(({ file }) => file);
  for (let turn = 0; left.length > 0; turn++) {
    const { size, how } = spec.steps[turn % spec.steps.length]!;
    const taken = left.splice(0, size);
    const { before, after } = await log.append(taken, "some");
    if (how === "own") own(() => applyAppended(database, log, before, after, taken));
    if (how === "update") assert.equal(await updateIndex(database, log, after), []);
  }
  assert.equal(await updateIndex(database, log, await log.tip()), []);
}

/** As the log does it: the index may fail to take a commit, and is brought up to date later. */
function own(apply: () => void): void {
  try {
    apply();
  } catch {}
}

async function check(spec: Spec): Promise<void> {
  const log = new Log(new MemoryBackend(), REF);
  const world = makeWorld(spec);
  const [database, rebuilt] = [await openDatabase(":memory:"), await openDatabase(":memory:")];
  try {
    await grow(log, database, world, spec);
    assert.equal(await updateIndex(rebuilt, log, await log.tip()), []);
    const found = answers(database, world);
    assert.equal(found, answers(rebuilt, world));
    checkOrder(found);
  } finally {
    database.close();
    rebuilt.close();
  }
}

/** What is newer is decided by the execution's start, the job's place and the id. */
function checkOrder({ executions, jobs, uses, calls }: ReturnType<typeof answers>): void {
  const time = ({ started, id }: { started: number; id: string }) => [started, 0, id] as const;
  inOrder(executions.map(time));
  const places = new Map(
    jobs.map(({ time: start, place, id }) => [id, [start, place, id] as const]),
  );
  inOrder([...places.values()]);
  for (const list of [...uses.flat(), ...calls]) inOrder(list.map((id) => places.get(id)!));
}

function inOrder(keys: readonly (readonly [number, number, string])[]): void {
  const sorted = keys.toSorted(
    ([time, place, id], [otherTime, otherPlace, other]) =>
      otherTime - time || otherPlace - place || idOrder(other, id),
  );
  assert.equal(keys, sorted);
}

/** Ids that are no object's come before the others. */
function idOrder(a: string, b: string): number {
  const key = (id: string) => `${/^[0-9a-f]{40}$/.test(id) ? 1 : 0}${id}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

const incremental = suite("incremental index");

incremental("random logs in random commits: step by step is as from scratch", async () => {
  await fc.assert(fc.asyncProperty(logSpec, check), { numRuns: repeats(200), endOnFailure: true });
});

incremental("current tags are those of redun's rule, whatever the order", async () => {
  await fc.assert(
    fc.asyncProperty(logSpec, async (spec) => {
      const log = new Log(new MemoryBackend(), REF);
      const world = makeWorld(spec);
      const database = await openDatabase(":memory:");
      try {
        await grow(log, database, world, spec);
        const found = entityAnswers(database, world.entities);
        world.entities.forEach(({ id, tags: given }, at) => {
          const graph = new TagGraph(
            id,
            given.map((tag) => baseNode(id, tag)),
          );
          for (const [file, { path, text }] of world.files.entries()) {
            const place = parsePath(path);
            if (place?.kind !== "tags" || place.entity !== id) continue;
            for (const node of nodesOf(id, text)) graph.add({ ...node, edits: [file] });
          }
          const row = found[at];
          const actual = row === null || row === "in jobs" ? null : row;
          const textsOf = (nodes: readonly CurrentNode[]) =>
            [...new Set(nodes.map(({ tag: [k, v] }) => `${k}=${json(v)}`))].sort();
          assert.equal(actual?.tags ?? [], textsOf(graph.current()));
          assert.equal(actual?.conflicts ?? [], textsOf(graph.conflicts()));
        });
      } finally {
        database.close();
      }
    }),
    { numRuns: repeats(60), endOnFailure: true },
  );
});

incremental("3000 rival edits of one tag are all in conflict", async () => {
  const log = new Log(new MemoryBackend(), REF);
  const database = openDatabase(":memory:");
  try {
    const { id, files } = madeRun(1);
    const was: TagPair = ["number", 1];
    const parents = [{ hash: baseNode(id, was).hash, was }];
    const rivals = Array.from({ length: 3000 }, (_, at) =>
      madeTagEdit(id, ["number", `v${at}`], parents),
    );
    await log.append([...files, ...rivals], "all");
    assert.equal(await updateIndex(database, log, await log.tip()), []);
    const [row] = new IndexReader(database).search.executions({}, 1);
    assert.equal([row!.tags.length, row!.conflicts.length], [3000, 3000]);
  } finally {
    database.close();
  }
});

incremental.run();

/** The tag nodes of an edit file, read without our decoder: its YAML is simple enough. */
function nodesOf(id: string, yaml: string) {
  const nodes: { hash: string; tag: TagPair | null; parents: string[] }[] = [];
  for (const edit of yaml.split("\n  - tag:").slice(1)) {
    const parents = [...edit.matchAll(/- ([0-9a-f]{40})/g)].map(([, hash]) => hash!).sort();
    const [, key, text] = /^\n {6}(\w): (.*)\n/.exec(edit) ?? [];
    const value =
      text === undefined ? null : text === "1.0" ? float(1) : text === "x" ? "x" : JSON.parse(text);
    const tag: TagPair | null = key === undefined ? null : [key, value];
    const hash = tag ? hashTag(id, tag[0], tag[1], parents) : hashTag("", "", null, parents);
    nodes.push({ hash, tag, parents });
  }
  return nodes;
}
