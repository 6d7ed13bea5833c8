/** Views of more than one entity, gathered from a real log, without a terminal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import { editTags } from "../../src/provenance/edit-tags.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { allOf } from "../../src/query/condition.ts";
import { parseTagCondition } from "../../src/query/tag-condition.ts";
import { ENTITY_TYPES } from "../../src/record/records.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { changesView } from "../../src/views/changes.ts";
import { commitViews } from "../../src/views/commits.ts";
import { comparisonView } from "../../src/views/comparison.ts";
import { blameView, historyView } from "../../src/views/history.ts";
import {
  type ListedEntity,
  type SearchOptions,
  searchCounts,
  searchPages,
  searchView,
} from "../../src/views/search.ts";
import { tagKeysView, tagValuesView } from "../../src/views/tags.ts";
import { temporaryRepository } from "../support/repository.ts";
import { madeSelection } from "../support/selection.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const { dir, git } = temporaryRepository({ commit: true });
const namespace = "acme";
const LONG = "x\n".repeat(300);

const double = task({ name: "double", namespace, tags: { team: "qa" } }, (n: number) => n * 2);
const main = task({ name: "main", namespace }, (n: number, text: string) => [double(n), text]);

async function run(env: string, n: number, text: string): Promise<void> {
  await new Scheduler({ cwd: dir }).run<unknown>(main(n, text), { tags: { env }, argv: ["run"] });
  // Two runs in one millisecond have no order.
  await new Promise((done) => setTimeout(done, 2));
}

await run("dev", 1, "a");
await run("prod", 2, "b");
await run("prod", 3, LONG);

const log = await IndexedLog.open({ cwd: dir });
await log.refresh();
const [third, second, first] = log.index.search.executions({ where: allOf() }, 3);

async function found(options: Partial<SearchOptions>): Promise<ListedEntity[]> {
  const search = { types: ENTITY_TYPES, selection: madeSelection(), limit: 100, ...options };
  const all: ListedEntity[] = [];
  for await (const { items } of searchView(log, search).parts) {
    for await (const item of items) all.push(item);
  }
  return all;
}

const test = suite("views of listings");
test.after(() => log.close());

test("a search: the newest first, as many as were asked for, and whether there are more", async () => {
  const types = ["Execution"] as const;
  assert.equal(
    (await found({ types })).map(({ id }) => id),
    [third!.id, second!.id, first!.id],
  );
  const view = searchView(log, { types, selection: madeSelection(), limit: 2 });
  assert.equal([view.query, view.isWhole, view.ref], [null, true, "refs/redun/main"]);
  for await (const part of view.parts) assert.is(part.isCut, true);
  const where = parseTagCondition("env=prod");
  const asked = { types, selection: madeSelection({ where }), limit: 2 };
  const narrowed = searchView(log, asked);
  assert.is(narrowed.query, "env = prod");
  for await (const part of narrowed.parts) assert.is(part.isCut, false);
  assert.equal(await searchCounts(log, asked), [{ type: "Execution", count: 2 }]);
});

test("a limit of each type, or of all together", async () => {
  const byType = (entities: readonly ListedEntity[]) =>
    ENTITY_TYPES.map((type) => entities.filter((entity) => entity.type === type).length);
  assert.equal(byType(await found({ limit: 2 })), [2, 2, 2, 2, 2]);
  assert.equal(byType(await found({ limit: 4, limitsAll: true })), [3, 1, 0, 0, 0]);
});

test("entities of a page are texts; in the whole are values, and a job's parent", async () => {
  const where = parseTagCondition("team=qa");
  const types = ["Job"] as const;
  const [page] = await found({ types, selection: madeSelection({ where }) });
  const [whole] = await found({ types, selection: madeSelection({ where }), extent: "whole" });
  assert.ok(page?.type === "Job" && whole?.type === "Job");
  assert.equal([page.argsText, page.execution, "parent" in page], ["n=3", third!.id, false]);
  assert.match(whole.parent!, /^[0-9a-f]{40}$/);

  const values = { types: ["Value"], selection: madeSelection({ valueTypes: ["int"] }) } as const;
  const [text] = await found(values);
  assert.ok(text?.type === "Value");
  assert.equal([text.valueType, text.text, "value" in text], ["int", "6", false]);
  const [value] = await found({ ...values, extent: "whole" });
  assert.ok(value?.type === "Value");
  assert.is(value.value, 6);
});

test("the pages of what a search found", async () => {
  const types = ["Execution"] as const;
  const view = searchPages(log, { types, selection: madeSelection(), limit: 1 });
  for await (const { items } of view.parts) {
    for await (const page of items) {
      assert.is(page.type, "Execution");
      assert.is(page.type === "Execution" && page.jobs.count, 2);
    }
  }
});

test("commits of the code, with the executions that ran them", async () => {
  const commits = [];
  for await (const view of commitViews(log, { revision: "HEAD", where: allOf() }))
    commits.push(view);
  assert.is(commits.length, 1);
  const { commit, executions, count } = commits[0]!;
  assert.is(commit.oid, git("rev-parse", "HEAD"));
  assert.is(count, 3);
  assert.is(executions[0]!.id, third!.id);
  assert.ok("isDirty" in executions[0]! && !executions[0].isOtherCommit);
});

test("keys and values of tags are in their own order, whatever that of their rows is", () => {
  const { keys, conflictCount } = tagKeysView(log);
  assert.equal(
    keys.map(({ key }) => key).toSorted(),
    keys.map(({ key }) => key),
  );
  assert.equal(
    keys.find(({ key }) => key === "env"),
    { key: "env", type: "Execution", count: 3 },
  );
  assert.is(conflictCount, 0);
  assert.equal(tagValuesView(log, [parseTagCondition("env"), parseTagCondition("team")]), [
    { tag: ["env", "dev"], type: "Execution", count: 1 },
    { tag: ["env", "prod"], type: "Execution", count: 2 },
    { tag: ["team", "qa"], type: "Job", count: 3 },
    { tag: ["team", "qa"], type: "Task", count: 1 },
  ]);
});

test("the history and the blame of tags", async () => {
  const entity = await findEntity(log, first!.id);
  await editTags(log, [entity], { kind: "update", tags: [["env", "qa"]] }, { reason: "checked" });
  await log.refresh();
  const edited = await findEntity(log, first!.id);
  const { key, changes } = await historyView(log, edited, "env");
  assert.is(key, "env");
  assert.equal(
    changes.map(({ was, is }) => [was, is]),
    [
      [[], [["env", "dev"]]],
      [[["env", "dev"]], [["env", "qa"]]],
    ],
  );
  assert.is(changes[1]!.commit!.reason, "checked");
  const { id, tags } = await blameView(log, edited);
  assert.is(id, first!.id);
  assert.is(tags.find(({ tag }) => tag[0] === "env")!.commit!.reason, "checked");
});

test("a comparison: short values as texts, long ones as a diff of a hundred lines at most", async () => {
  const { before, after, isPrevious, tags, call, jobs } = await comparisonView(
    log,
    second!.id,
    third!.id,
  );
  assert.equal([before.id, after.id, isPrevious], [second!.id, third!.id, false]);
  assert.equal(tags, []);
  const [n, text] = call!.args;
  assert.equal([n!.name, n!.before!.text, n!.after!.text, n!.diff], ["n", "2", "3", null]);
  assert.is(text!.after!.text.length, 100);
  assert.equal(text!.diff!.lines, []);
  assert.ok(text!.diff!.count > 300);
  assert.is(jobs.all.after.total, 2);

  const whole = await comparisonView(log, second!.id, undefined, "whole");
  assert.equal([whole.before.id, whole.isPrevious], [first!.id, true]);
  assert.equal(
    whole.call!.args.map(({ before, after }) => [before!.value, after!.value]),
    [
      [1, 2],
      ["a", "b"],
    ],
  );
});

test("what a remote lacks: all, as long as nothing was fetched", async () => {
  const remote = remoteLogFor("/nowhere/else.git", "refs/redun/main", log.config);
  const view = await changesView(log, remote, "outgoing");
  assert.equal([view.isEmpty, view.isSeen], [false, false]);
  assert.equal(
    view.executions.map(({ id }) => id),
    [third!.id, second!.id, first!.id],
  );
  assert.equal(
    view.tags.map(({ id, changes }) => [id, changes]),
    [[first!.id, [{ key: "env", removed: ["dev"], added: ["qa"] }]]],
  );
  const nothing = await changesView(log, remote, "incoming");
  assert.equal([nothing.executions, nothing.tags], [[], []]);
});

test.run();
