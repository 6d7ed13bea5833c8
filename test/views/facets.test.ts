/** What executions can be chosen by, parts of their list, and what changed in a task. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { task } from "../../src/api.ts";
import { Scheduler } from "../../src/engine/scheduler.ts";
import { findExecution } from "../../src/provenance/find-execution.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionView } from "../../src/views/execution.ts";
import { toggled } from "../../src/views/facet-query.ts";
import { facets } from "../../src/views/facets.ts";
import { taskChangeView } from "../../src/views/task-change.ts";
import { ExecutionWindow } from "../../src/views/window.ts";
import { logged } from "../support/cli.ts";
import { sampleLog } from "../support/sample.ts";

const env = (name: string, fails = false) => ({ argv: ["run"], tags: { env: name }, fails });
const { dir } = await sampleLog([env("dev"), env("prod"), env("prod", true), env("prod")]);
for (const version of ["1", "2"]) {
  const versioned = task({ name: "versioned", version, namespace: "acme" }, () => version);
  await new Scheduler({ cwd: dir }).run(versioned(), { argv: ["run"], user: "ada" });
}
const log = await IndexedLog.open({ cwd: dir });
await log.refresh();

const test = suite("facets and windows");
test.after(() => log.close());

/** A window that has found all. */
function windowOf(query: string | null): ExecutionWindow {
  const found = new ExecutionWindow(log, query);
  while (!found.isWhole) found.findMore();
  return found;
}

const facetsOf = (query: string | null) =>
  [...facets(log, windowOf(query))].filter((one) => one !== null);

/** `env: prod 3*`, with a mark at what is chosen. */
function shown(query: string | null): string[] {
  return facetsOf(query).map(({ name, values }) => {
    const texts = values.map(
      ({ text, count, isChosen }) => `${text} ${count}${isChosen ? "*" : ""}`,
    );
    return `${name}: ${texts.join(", ")}`;
  });
}

test("what tells executions apart, and in how many it is so; what is the same in all is left out", () => {
  const all = shown(null);
  assert.is(all[0], "status: DONE 5, FAILED 1");
  assert.ok(all.includes("env: prod 3, dev 1"));
  assert.ok(all.some((facet) => /^user: /.test(facet)));
  assert.not(all.some((facet) => /^redun.version|^git_commit/.test(facet)));
});

test("counts are of what matches the query, and of a facet without its own part in it", () => {
  const prod = shown("env = prod");
  assert.is(prod[0], "status: DONE 2, FAILED 1");
  assert.ok(prod.includes("env: prod 3*, dev 1"));
  const failed = shown("status = FAILED and env = prod");
  assert.is(failed[0], "status: DONE 2, FAILED 1*");
  assert.ok(failed.includes("env: prod 1*"));
  assert.ok(shown("env = nowhere").includes("env: nowhere 0*, prod 3, dev 1"));
  assert.throws(() => shown("env ="), /expected a value/);
});

test("a facet's value is asked for, then another one, then none", () => {
  assert.is(toggled(null, "env = prod"), "env = prod");
  assert.is(toggled("env = prod", "env = dev"), "env = dev");
  assert.is(toggled("env = prod", "env = prod"), null);
  assert.is(
    toggled("env=prod and cost > 3", "status = FAILED"),
    "env = prod and cost > 3 and status = FAILED",
  );
  assert.is(toggled("a or b", "env = prod"), "(a or b) and env = prod");
  assert.is(toggled("cost > 3 and env=prod", "env = prod"), "cost > 3");
  for (const { values } of facetsOf(null)) {
    for (const { condition, count } of values) {
      assert.is(windowOf(toggled(null, condition)).count, count, condition);
    }
  }
});

test("any part of a list is what the whole list has there", () => {
  const ids = logged(dir).map(({ id }) => id);
  for (const query of [null, "env = prod", "not env = prod", "status = FAILED"]) {
    const wanted = logged(dir, query === null ? [] : ["--where", query]).map(({ id }) => id);
    const window = windowOf(query);
    assert.is(window.count, wanted.length);
    const unsought = new ExecutionWindow(log, query);
    for (let from = 0; from <= ids.length; from++) {
      const part = window.read(from, 2).map(({ id }) => id);
      assert.equal(part, wanted.slice(from, from + 2), `${query} from ${from}`);
      assert.equal(
        unsought.read(from, 2).map(({ id }) => id),
        part,
      );
    }
  }
});

test("the outline of jobs is the tree, and its numbers read them", async () => {
  const { jobs } = await executionView(
    log,
    await findExecution(log, logged(dir).at(-1)!.id as string),
  );
  const tree = [...jobs.tree()].flat();
  const { numbers, depths } = jobs.outline();
  assert.equal(
    [...depths],
    tree.map(({ depth }) => depth),
  );
  assert.equal(
    jobs.read([...numbers]),
    tree.map(({ job }) => job),
  );
  assert.equal(
    jobs.read([numbers[2]!]).map(({ id }) => id),
    [tree[2]!.job.id],
  );
});

test("a first version of a task has not changed, and none of which the source is not known", async () => {
  const versions = logged(dir, ["--task", "--task-name", "acme.versioned"]);
  for (const { id } of versions) assert.is(await taskChangeView(log, id as string), null);
});

test.run();
