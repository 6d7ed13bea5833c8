/**
 * What claims an id that belongs to something else is left out and named, by an index that was
 * brought up step by step in any order as by one that is built anew.
 */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openDatabase } from "../../src/index/database.ts";
import type { BadRecord } from "../../src/index/file-adder.ts";
import { IndexReader } from "../../src/index/reader.ts";
import type { Database } from "../../src/index/sqlite-types.ts";
import { updateIndex } from "../../src/index/update.ts";
import { Log, type RecordFile } from "../../src/log/log.ts";
import { jobId, taskYaml } from "../../src/record/encode.ts";
import { jobsPath, taskPath } from "../../src/record/layout.ts";
import type { Job } from "../../src/record/records.ts";
import { repeats } from "../support/effort.ts";
import {
  DAY,
  importedStart,
  jobsFile,
  madeJob,
  madeStart,
  outcomeFile,
  startFile,
} from "../support/made-records.ts";
import { MemoryBackend } from "../support/memory-backend.ts";
import fc from "../support/property.ts";

const LATER = "2026-03-05T05:06:07.000Z";
/** The task that made jobs name. */
const TASK = "7a".repeat(20);

const start = (started: string, nonce = "0") => madeStart({ argv: ["run", nonce], started, nonce });
const job = (id: string, index: number, more: Partial<Job> = {}) => madeJob({ id, index, ...more });

const jobs = (started: string, execution: string, ...list: Job[]) =>
  jobsFile(started, { execution, jobs: list, tagged: [] });

const mine = startFile(start(DAY));
const own = [0, 1].map((index) => job(jobId(mine.id, index, "sha1"), index));
const other = startFile(start(LATER, "other"));
const HONEST: readonly RecordFile[] = [
  mine.file,
  jobs(DAY, mine.id, ...own),
  outcomeFile(DAY, { execution: mine.id, status: "DONE", ended: DAY }),
  other.file,
  importedStart("exec-1", start(DAY, "exec-1")),
  jobs(DAY, "exec-1", job("job-1", 0), job("job-2", 1, { parent: "job-1" })),
];
/** Each of them claims what one of the others has. */
const FORGED: readonly RecordFile[] = [
  // A native job's id.
  jobs(LATER, other.id, job(own[0]!.id, 0)),
  jobs(LATER, other.id, job(own[1]!.id, 7)),
  // Two foreign jobs' ids, and the place of one.
  jobs(LATER, other.id, job(jobId(other.id, 3, "sha1"), 3), job("job-1", 4)),
  jobs(LATER, other.id, job("job-9", 5), job("job-9", 6)),
  // An execution's, on another day, with its jobs and its end.
  importedStart("exec-1", start(LATER, "forged")),
  jobs(LATER, "exec-1", job("job-7", 7)),
  outcomeFile(LATER, { execution: "exec-1", status: "FAILED", ended: LATER }),
  importedStart(mine.id, start(LATER, "forged")),
  outcomeFile(LATER, { execution: mine.id, status: "FAILED", ended: LATER }),
  // A folder or shard that is not its own.
  misplaced(jobs(DAY, mine.id, job(jobId(mine.id, 5, "sha1"), 5)), (path) =>
    path.replace(`/${mine.id.slice(0, 2)}/`, "/zz/"),
  ),
  misplaced(startFile(start(DAY, "9")).file, (path) => path.replace("03-04", "03-06")),
  misplaced(jobs(DAY, mine.id, job(jobId(mine.id, 6, "sha1"), 6)), () =>
    jobsPath(other.id, LATER, "0".repeat(40)),
  ),
];

function misplaced({ path, text }: RecordFile, change: (path: string) => string): RecordFile {
  return { path: change(path), text };
}

function answers(database: Database) {
  const reader = new IndexReader(database);
  const executions = reader.search.executions({}, 100);
  return {
    executions: executions.map(({ seq: _, ...row }) => row),
    jobs: reader.search
      .jobs({}, 100)
      .map(({ id, place, time, task, status }) => ({ id, place, time, task, status })),
    tasks: reader.search.entities("Task", {}, 100).map(({ id, name }) => `${id} ${name}`),
  };
}

async function grown(files: readonly (readonly RecordFile[])[]) {
  const log = new Log(new MemoryBackend(), "refs/redun/main");
  const database = openDatabase(":memory:");
  const rebuilt = openDatabase(":memory:");
  try {
    let bad: BadRecord[] = [];
    const told = new Set<string>();
    for (const some of files) {
      const { after } = await log.append(some, "some");
      bad = await updateIndex(database, log, after);
      for (const { path } of bad) told.add(path);
    }
    const all = await updateIndex(rebuilt, log, await log.tip());
    return { step: answers(database), anew: answers(rebuilt), told, bad: all };
  } finally {
    database.close();
    rebuilt.close();
  }
}

const claims = suite("claims to ids");

const paths = (files: readonly { path: string }[]) => files.map(({ path }) => path).sort();

claims("what claims another's id is left out and named", async () => {
  const { step, anew, told, bad } = await grown([HONEST, FORGED]);
  assert.equal(paths(bad), paths(FORGED));
  assert.equal([...told].sort(), paths(FORGED));
  assert.equal(step, anew);
  const alone = await grown([HONEST]);
  assert.equal(alone.bad, []);
  assert.equal(step, alone.step);
});

claims("in any order, and one by one, the same is believed", async () => {
  const orders = fc
    .shuffledSubarray([...HONEST, ...FORGED], { minLength: HONEST.length + FORGED.length })
    .chain((files) =>
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 20, maxLength: 20 }).map((sizes) => {
        const left = [...files];
        return sizes.map((size) => left.splice(0, size)).filter(({ length }) => length > 0);
      }),
    );
  const expected = (await grown([HONEST])).step;
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const { step, anew } = await grown(order);
      assert.equal(step, anew);
      if (order.flat().length === HONEST.length + FORGED.length) assert.equal(step, expected);
    }),
    { numRuns: repeats(40), endOnFailure: true },
  );
});

claims("a task has the name of its record, whatever jobs say", async () => {
  const task = { name: "real", namespace: "made", source: "() => 1" };
  const text = taskYaml(task).replace("version: 1\n", `version: 1\nid: ${TASK}\n`);
  const record = { path: taskPath(TASK), text };
  const named = (name: string, index: number) =>
    jobs(DAY, mine.id, job(jobId(mine.id, index, "sha1"), index, { task: name }));
  const [a, b] = [named("evil.b", 2), named("evil.a", 3)];
  for (const order of [[[mine.file, a, b]], [[mine.file], [b], [a]], [[mine.file], [a], [b]]]) {
    const { step, anew } = await grown(order);
    assert.equal(step, anew);
    assert.equal(step.tasks, [`${TASK} evil.a`]);
    for (const whole of [
      [...order, [record]],
      [[record], ...order],
    ]) {
      const known = await grown(whole);
      assert.equal(known.step, known.anew);
      assert.equal(known.step.tasks, [`${TASK} made.real`]);
    }
  }
});

claims(
  "jobs that call each other in a ring are left out and named, or have no parent",
  async () => {
    const at = (index: number) => jobId(mine.id, index, "sha1");
    const native = (index: number, parent: number) => job(at(index), index, { parent: at(parent) });
    const foreign = (index: number, parent: number) =>
      job(`job-${index}`, index, { parent: `job-${parent}` });
    const imported = importedStart("exec-2", start(DAY, "exec-2"));
    // Of one segment it can be told who is in the ring.
    const rings = [
      jobs(DAY, mine.id, native(10, 10)),
      jobs(DAY, mine.id, native(11, 12), native(12, 11)),
      jobs(DAY, "exec-2", foreign(13, 14), foreign(14, 13)),
    ];
    const begun = [mine.file, imported];
    const { step, anew, bad } = await grown([[...begun, ...rings]]);
    assert.equal(paths(bad), paths(rings));
    assert.match(bad[0]!.reason, "names a parent that did not begin before it");
    assert.equal(step, anew);
    assert.equal(step.jobs, []);

    const [a, b] = [jobs(DAY, mine.id, native(2, 3)), jobs(DAY, mine.id, native(3, 2))];
    const [c, d] = [jobs(DAY, "exec-2", foreign(2, 3)), jobs(DAY, "exec-2", foreign(3, 2))];
    for (const order of [
      [[...begun, a, b, c, d]],
      [begun, [a, c], [b, d]],
      [begun, [d, b], [c, a]],
    ]) {
      const { tops } = await topsOf(order);
      assert.equal(tops, ["2", "2"]);
    }
  },
);

/** The places of the jobs without a parent, of all executions, after each update and anew. */
async function topsOf(files: readonly (readonly RecordFile[])[]) {
  const log = new Log(new MemoryBackend(), "refs/redun/main");
  const [database, rebuilt] = [openDatabase(":memory:"), openDatabase(":memory:")];
  try {
    for (const some of files) await updateIndex(database, log, (await log.append(some, "x")).after);
    await updateIndex(rebuilt, log, await log.tip());
    const [step, anew] = [database, rebuilt].map((one) =>
      one
        .prepare("SELECT seq & 1048575 AS place FROM job WHERE parent IS NULL ORDER BY seq")
        .all()
        .map(({ place }) => String(place)),
    );
    assert.equal(step, anew);
    return { tops: step! };
  } finally {
    database.close();
    rebuilt.close();
  }
}

claims.run();
