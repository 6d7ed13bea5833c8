/** The page of an execution: of any size, at any depth, and while it runs. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import { JobTree, type TreeRow } from "../../src/index/job-tree.ts";
import { cli, jsonLines, ok, record, start, workflowRepository } from "../support/cli.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const pages = suite("an execution's page");

const leaf = task({ name: "leaf" }, (n: number) => n);
const down: (n: number) => unknown = task({ name: "down" }, (n: number): unknown =>
  n === 0 ? leaf(0) : down(n - 1),
);
const fan = task({ name: "fan" }, (n: number) => [
  ...Array.from({ length: n }, (_, at) => leaf(at)),
  down(2),
]);

pages("thousands of jobs, each once, under their parents, in text and in JSON", async () => {
  const { dir } = temporaryRepository();
  await new Scheduler({ cwd: dir }).run([fan(2500), leaf(-1)]);
  const { jobs } = recorded(dir);
  const page = ok(dir, ["log", "-"]);
  const lines = page.split("\n").filter((line) => /^ *Job /.test(line));
  assert.is(lines.length, jobs.length);
  assert.is(new Set(lines.map((line) => line.trim().slice(0, 12))).size, jobs.length);
  assert.match(page, /^Jobs: 2506 \(DONE: 2505, CACHED: 1, FAILED: 0\)$/m);
  const depths = lines.map((line) => /^ */.exec(line)![0].length / 2);
  assert.equal([depths.at(0), ...depths.slice(-6)], [0, 1, 1, 2, 3, 4, 0]);

  const [found] = jsonLines(ok(dir, ["log", "-", "--format", "json"])) as [
    { jobs: { id: string; parent: string | null }[] },
  ];
  assert.equal(
    found.jobs.map(({ id, parent }) => [id, parent]).sort(),
    jobs.map(({ id, parent }) => [id, parent]).sort(),
  );
});

pages("calls as deep as 3,000 do not make lines as long as that", async () => {
  const { dir } = temporaryRepository();
  await new Scheduler({ cwd: dir }).run(down(3000));
  const lines = ok(dir, ["log", "-"]).split("\n");
  assert.ok(lines.every((line) => line.length < 300));
  assert.match(lines.at(-2)!, /^ {80}\(level 3001\) Job [0-9a-f]{8} .* leaf\(n=0\)$/);
});

pages(
  "a run that goes on is known by -, ~1, and its id, and is no entity of the log yet",
  async () => {
    const { dir } = workflowRepository({
      "w.mjs": `import { task } from "redun-git";
export const done = task(() => 1);
export const slow = task(async () => { console.error("begun"); await new Promise((d) => setTimeout(d, 60_000)); });
`,
    });
    record(dir, ["w.mjs", "done"]);
    const { child, said, ended } = start(dir, ["run", "-q", "w.mjs", "slow"]);
    try {
      await said("begun");
      const [first] = jsonLines(ok(dir, ["log", "-n", "1", "--format", "json"])) as [
        { id: string; status: string },
      ];
      assert.is(first.status, "RUNNING");
      for (const word of ["-", first.id, first.id.slice(0, 9)]) {
        const page = ok(dir, ["log", word]);
        assert.ok(page.startsWith(`Exec ${first.id} [RUNNING]`));
        assert.match(page, /and is in its journal until it is committed/);
      }
      assert.match(ok(dir, ["log", "~1"]), /w\.mjs done/);
      for (const args of [
        ["tag", "add", "-", "a=1"],
        ["tag", "blame", "-"],
        ["diff", "-"],
        ["path", "-"],
      ]) {
        const { status, stderr } = cli(dir, args);
        assert.is(status, 1, args.join(" "));
        assert.match(stderr, /is only in its journal, and not in refs\/redun\/main yet/);
      }
      assert.match(cli(dir, ["log", "~2"]).stderr, /are no 2 executions before .* has 2/);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  },
);

pages.run();

const trees = suite("JobTree");

const walked = (rows: readonly TreeRow[]) => {
  const tree = new JobTree([rows.slice(0, 2), rows.slice(2)], rows.length);
  return [...tree.walk()].map(({ number, depth }) => [tree.seqs[number], depth]);
};

trees("every job once, behind its parent, siblings in order", () => {
  assert.equal(walked([]), []);
  assert.equal(
    walked([
      [10, null, null],
      [11, 10, null],
      [12, 10, null],
      [13, 11, null],
      [14, null, null],
    ]),
    [
      [10, 0],
      [11, 1],
      [13, 2],
      [12, 1],
      [14, 0],
    ],
  );
});

trees("a job whose parent is unknown, later or itself is at the top", () => {
  assert.equal(
    walked([
      [10, 7, null],
      [11, 13, null],
      [12, 12, null],
      [13, 11, null],
    ]),
    [
      [10, 0],
      [11, 0],
      [13, 1],
      [12, 0],
    ],
  );
});

trees("the failure that ended a run is the first one of each level", () => {
  const rows: TreeRow[] = [
    [1, null, 50],
    [2, 1, 40],
    [3, 1, 30],
    [4, 2, 20],
    [5, 3, null],
    [6, 3, 29],
  ];
  assert.is(new JobTree([rows], rows.length).failure(), 5);
  assert.is(new JobTree([[[1, null, null]]], 1).failure(), undefined);
});

trees.run();
