/** The views of one entity, gathered from a real log, without a terminal. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, Scheduler, task } from "../../src/api.ts";
import { findKnown } from "../../src/provenance/find-known.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import type { CallView } from "../../src/views/call.ts";
import { type EntityView, entityView } from "../../src/views/entity.ts";
import type { ExecutionView } from "../../src/views/execution.ts";
import type { Extent } from "../../src/views/extent.ts";
import type { JobView } from "../../src/views/job.ts";
import type { TaskView } from "../../src/views/task.ts";
import type { ValueView } from "../../src/views/value.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const { dir } = temporaryRepository({ commit: true });
const namespace = "acme";
const LONG = "x".repeat(5000);

const leaf = task({ name: "leaf", namespace, tags: { team: "qa" } }, (n: number) => n * 2);
const long = task({ name: "long", namespace }, (_: number) => LONG);
const write = task({ name: "write", namespace }, (n: number) => {
  return new File(join(dir, "out.txt")).write(`${n}\n`);
});
const main = task({ name: "main", namespace }, (count: number) => {
  return [Array.from({ length: count }, (_, n) => leaf(n)), long(count), write(leaf(20))];
});
const secret = task({ name: "secret", namespace, record: { args: "hash" } }, (word: string) => {
  return word.length;
});
const fail = task({ name: "fail", namespace }, (): number => {
  throw new RangeError("on purpose");
});

for (const expression of [main(15), secret("hush"), fail()]) {
  const tags = { ticket: "T1", git_origin_url: "git@github.com:acme/planets.git" };
  await new Scheduler({ cwd: dir })
    .run<unknown>(expression, { tags, argv: ["run"] })
    .catch(() => {});
}

const records = recorded(dir);
const log = await IndexedLog.open({ cwd: dir });
await log.refresh();
const mainJob = jobOf(records, "acme.main");

async function view<T extends EntityView>(id: string, extent?: Extent): Promise<T> {
  return (await entityView(log, await findKnown(log, id), extent)) as T;
}

const test = suite("views of an entity");
test.after(() => log.close());

test("an execution: its jobs as a tree and as a list, and counts", async () => {
  const { execution, tallies, failure, journal, jobs, links } = await view<ExecutionView>(
    mainJob.execution,
  );
  assert.is(execution.status, "DONE");
  assert.is(execution.task, "acme.main");
  assert.ok(execution.started instanceof Date);
  assert.is(failure, null);
  assert.is(journal, null);
  assert.ok(links.some(({ url }) => url.startsWith("https://github.com/acme/planets")));
  const count = (task: string) => tallies.find((tally) => tally.task === task)?.count;
  assert.equal([count("acme.main"), count("acme.leaf"), count("acme.write")], [1, 16, 1]);
  assert.is(jobs.count, 19);

  const tree = [...jobs.tree()].flat();
  assert.is(tree.length, 19);
  assert.equal([tree[0]!.job.id, tree[0]!.depth], [mainJob.id, 0]);
  assert.ok(tree.slice(1).every(({ depth }) => depth === 1));
  const list = [...jobs.list()].flat();
  assert.is(list.length, 19);
  for (const { job, parent } of list) {
    assert.is(parent, records.jobs.find(({ id }) => id === job.id)!.parent);
    assert.is(job.execution, mainJob.execution);
  }
});

test("an execution that failed: the job, and its error's stack", async () => {
  const { id } = records.executions.find((execution) => execution.task === "acme.fail")!;
  const { failure } = await view<ExecutionView>(id);
  assert.is(failure!.job.id, jobOf(records, "acme.fail").id);
  assert.match(failure!.error!, /^RangeError: on purpose\n +at /);
});

test("a job: from its execution down to its call and its task", async () => {
  const found = jobsOf(records, "acme.leaf")[0]!;
  const { job, path, parent, call, content, task, children, dataflow, stack } = await view<JobView>(
    found.id,
  );
  assert.is(job.status, "DONE");
  assert.equal(
    path.map(({ task }) => task),
    ["acme.main", "acme.leaf"],
  );
  assert.is(parent, mainJob.id);
  assert.is(call!.id, found.call);
  assert.equal(content, {
    args: [{ name: "n", id: content.args[0]!.id, text: "0" }],
    argCount: 1,
    hasNames: true,
    outcome: { id: content.outcome!.id, text: "0", isError: false },
  });
  assert.is(task.name, "acme.leaf");
  assert.is(task.source, "(n: number) => n * 2");
  assert.equal(task.tags, [["team", "qa"]]);
  assert.equal(children, []);
  assert.is(dataflow!.value.id, content.outcome!.id);
  assert.is(stack, null);
});

test("a page holds one child more than it shows, and texts; the whole all children and values", async () => {
  const page = await view<JobView>(mainJob.id);
  assert.is(page.children.length, 11);
  assert.not("value" in page.content.args[0]!);
  const whole = await view<JobView>(mainJob.id, "whole");
  assert.is(whole.children.length, 18);
  assert.is(whole.content.args[0]!.value, 15);

  const { id } = jobOf(records, "acme.long");
  assert.is((await view<JobView>(id)).content.outcome!.text!.length, 500);
  assert.is((await view<JobView>(id, "whole")).content.outcome!.value, LONG);
});

test("of a value that only its hash tells there is no text and no value", async () => {
  const { content } = await view<JobView>(jobOf(records, "acme.secret").id, "whole");
  assert.equal(content.args, [{ name: "word", id: content.args[0]!.id, text: null }]);
  const value = await view<ValueView>(content.args[0]!.id);
  assert.is(value.valueType, null);
  assert.not("value" in value);
});

test("a call node: the jobs that made it, and the calls around it", async () => {
  const { call, made } = await view<CallView>(mainJob.call!);
  assert.is(call.task, "acme.main");
  assert.equal(
    made!.jobs.map(({ id }) => id),
    [mainJob.id],
  );
  assert.equal(made!.parents, []);
  assert.is(made!.children.length, 11);
  const child = await view<CallView>(jobOf(records, "acme.long").call!);
  assert.equal(child.made!.parents, [{ id: mainJob.call, task: "acme.main" }]);
});

test("a task: its jobs and its other versions", async () => {
  const jobs = jobsOf(records, "acme.leaf");
  const { task, firstJob, lastJob, others } = await view<TaskView>(jobs[0]!.taskHash);
  assert.is(task.name, "acme.leaf");
  assert.equal([firstJob!.id, lastJob!.id], [jobs[0]!.id, jobs.at(-1)!.id]);
  assert.equal(others, []);
});

test("a file: who made it and what holds it, and what is at its path now", async () => {
  const { outcome } = (await view<JobView>(jobOf(records, "acme.write").id)).content;
  const { valueType, file, maker, givenBy, takenBy, dataflow } = await view<ValueView>(outcome!.id);
  assert.is(valueType, "file");
  assert.is(file!.path, "out.txt");
  const { hash } = file!;
  const now = { isThere: true, isSame: true, hash, version: null, isFolder: false };
  assert.equal(file!.now, now);
  assert.equal(
    file!.versions.map(({ id }) => id),
    [outcome!.id],
  );
  assert.is(maker!.job.id, jobOf(records, "acme.write").id);
  assert.equal(
    givenBy.map(({ task }) => task),
    ["acme.write", "acme.main"],
  );
  assert.equal(takenBy, []);
  assert.equal(
    dataflow.sections[0]!.steps.map(({ kind }) => kind),
    ["call"],
  );
});

test("views but for the jobs of an execution are plain: they can be sent to another thread", async () => {
  for (const id of [mainJob.id, mainJob.call!, mainJob.taskHash]) {
    const gathered = await view(id);
    assert.equal(structuredClone(gathered), gathered);
  }
});

test.run();
