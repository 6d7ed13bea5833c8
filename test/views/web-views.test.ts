/** Views that the page of `web` needs: pages of lists, charts of jobs, differences of sources, contents of files. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, Scheduler, task } from "../../src/api.ts";
import { RedunError } from "../../src/errors.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { executionView } from "../../src/views/execution.ts";
import { fileContentView } from "../../src/views/file-content.ts";
import { fileFlowView } from "../../src/views/file-flow.ts";
import { jobChart } from "../../src/views/job-chart.ts";
import { listPage } from "../../src/views/list-page.ts";
import { sourceDiffView } from "../../src/views/source-diff.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";
const { dir } = temporaryRepository({ commit: true });
const namespace = "acme";
const leaf = task({ name: "leaf", namespace }, (n: number) => n * 2);
const main = task({ name: "main", namespace }, (n: number) => [leaf(n), leaf(n + 1)]);
const older = task({ name: "leaf", namespace, version: "1" }, () => 1);
const newer = task({ name: "other", namespace, version: "2" }, () => 2);
const write = task({ name: "write", namespace }, (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return new File(join(dir, name));
});

const count = task({ name: "count", namespace }, async (file: File) => (await file.read()).length);
const both = task({ name: "both", namespace }, () => {
  const made = write("c.txt", "four");
  return [made, count(made)];
});

const run = (expression: unknown) =>
  new Scheduler({ cwd: dir }).run<unknown>(expression, { argv: ["run"] });
for (let n = 0; n < 7; n++) await run(main(n));
await run(older());
await run(newer());
await run(write("a.txt", "the text\n"));
await run(write("b.txt", "was\n"));
await run(both());
writeFileSync(join(dir, "b.txt"), "is\n");

const log = await IndexedLog.open({ cwd: dir });
await log.refresh();
const test = suite("views of the page");
test.after(() => log.close());

async function pages(type: "Execution" | "Job" | "File", limit: number, query?: string) {
  const found: string[][] = [];
  let after: string | undefined;
  do {
    const page = await listPage(log, { type, limit, after, query });
    found.push(page.items.map(({ id }) => id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return found;
}

test("pages of a list have each entity once, in its order", async () => {
  for (const type of ["Execution", "Job", "File"] as const) {
    const [all] = await pages(type, 100);
    for (const limit of [1, 3, all!.length]) {
      const some = await pages(type, limit);
      assert.equal(some.flat(), all, `${type} by ${limit}`);
      assert.is(some.length, Math.ceil(all!.length / limit));
    }
  }
  assert.is((await pages("Execution", 4, "task=acme.main")).flat().length, 7);
  assert.is((await pages("File", 10)).flat().length, 3);
});

test("a place that no page gave is refused", async () => {
  for (const after of ["x", "12", "-1", "1e9 abc", "99999999999999999 a"]) {
    for (const type of ["Execution", "Job"] as const) {
      if (type === "Job" && after === "12") continue;
      try {
        await listPage(log, { type, after });
        assert.unreachable(after);
      } catch (error) {
        assert.ok(error instanceof RedunError && error.is("USAGE"), String(error));
      }
    }
  }
});

test("files flow from the job that made one to the job that read it, past those that hand them on", async () => {
  const ofTask = { is: "field", field: "task", op: "=", operand: "acme.both" } as const;
  const [row] = log.index.search.executions({ where: ofTask }, 1);
  const { files, jobs, took, gave, isCut } = await fileFlowView(log, row!);
  assert.equal(
    files.map(({ path }) => path),
    ["c.txt"],
  );
  const tasks = jobs.map((job) => job.task);
  assert.equal(tasks, ["acme.write", "acme.count"]);
  assert.equal([took, gave, isCut], [[[0, 1]], [[0, 0]], false]);
});

test("a chart has the jobs in their order, by the places of their parents and tasks", async () => {
  const [row] = log.index.search.executions(
    { where: { is: "field", field: "task", op: "=", operand: "acme.main" } },
    1,
  );
  const view = await executionView(log, row!);
  const { tasks, jobs, count, statuses } = jobChart(view);
  assert.is(count, 3);
  assert.equal(tasks, ["acme.main", "acme.leaf"]);
  assert.equal(
    jobs.map(([, parent, task, status, , , args]) => [parent, task, statuses[status], args]),
    [
      [-1, 0, "DONE", "n=6"],
      // As in the run before.
      [0, 1, "CACHED", "n=6"],
      [0, 1, "DONE", "n=7"],
    ],
  );
  const few = jobChart(view, 2);
  assert.equal([few.jobs.length, few.count], [2, 3]);
});

test("a difference of two versions is a unified diff", async () => {
  const [one, two] = [await findEntity(log, "acme.leaf"), await findEntity(log, "acme.other")];
  const { lines } = await sourceDiffView(log, one.id, two.id);
  assert.ok(lines.length > 2 && lines[0]!.startsWith("@@"));
  assert.ok(
    lines.some((line) => line.startsWith("-")) && lines.some((line) => line.startsWith("+")),
  );
  assert.equal((await sourceDiffView(log, one.id, one.id)).lines, []);
  try {
    await sourceDiffView(log, "-", one.id);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof RedunError && error.is("WRONG_TYPE"));
  }
});

test("a file shows what was recorded, and nothing else that is at its path today", async () => {
  const same = await fileContentView(log, (await findEntity(log, "a.txt")).id);
  assert.equal(same, { text: "the text\n", base64: null, isCut: false });
  const cut = await fileContentView(log, (await findEntity(log, "a.txt")).id, 3);
  assert.equal(cut, { text: "the", base64: null, isCut: true });
  const other = await fileContentView(log, (await findEntity(log, "b.txt")).id);
  assert.equal(other, { text: null, base64: null, isCut: false });
});

test.run();
