/**
 * What the index answers is what the conditions say of each row, whatever the plan of the query.
 */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openDatabase } from "../../src/index/database.ts";
import { IndexReader } from "../../src/index/reader.ts";
import type { JobRow } from "../../src/index/rows.ts";
import type { Database } from "../../src/index/sqlite-types.ts";
import { updateIndex } from "../../src/index/update.ts";
import { Log, type RecordFile } from "../../src/log/log.ts";
import { executionSubject } from "../../src/provenance/running.ts";
import { allOf, anyOf, type Condition, not } from "../../src/query/condition.ts";
import { matcher, type Subject } from "../../src/query/matcher.ts";
import { parseQuery } from "../../src/query/parse.ts";
import { printQuery } from "../../src/query/print.ts";
import { argsId, callId, jobId, taskId, taskYaml } from "../../src/record/encode.ts";
import { taskPath } from "../../src/record/layout.ts";
import { EXECUTION_STATUSES, type JOB_STATUSES, type Job } from "../../src/record/records.ts";
import { tagSet } from "../../src/tag/set.ts";
import { blobId } from "../../src/value/oid.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { conditions, tagPairsOf } from "../query/arbitrary.ts";
import { repeats } from "../support/effort.ts";
import { jobsFile, outcomeFile, startFile } from "../support/made-records.ts";
import { MemoryBackend } from "../support/memory-backend.ts";
import fc from "../support/property.ts";

const TASKS = ["main", "echo"].map((name) => {
  const task = { name, namespace: "ns", source: `() => "${name}"` };
  return { ...task, id: taskId(task, "sha1") };
});
const RUNS = 150;
const HOUR = 3_600_000;

const runs = fc.array(
  fc.record({
    tags: tagPairsOf,
    jobTags: tagPairsOf,
    user: fc.constantFrom("ann", "bob", ""),
    task: fc.constantFrom("ns.main", "main", "other"),
    argv: fc.constantFrom(["run", "w.ts", "main"], ["run", "--n", "d e"]),
    outcome: fc.constantFrom(...EXECUTION_STATUSES),
    status: fc.constantFrom<(typeof JOB_STATUSES)[number]>("DONE", "CACHED", "FAILED"),
    took: fc.constantFrom(0, 20, 1500, 90_000, 5_400_000),
  }),
  { minLength: RUNS, maxLength: RUNS },
);

/** Runs of the last weeks, each with two jobs. */
function filesOf(run: ReturnType<typeof sampled>[number], at: number, now: number): RecordFile[] {
  const time = (after: number) => new Date(now - at * 5 * HOUR + after).toISOString();
  // Enough values of one key that they are not all looked at beforehand.
  const tags = tagSet([...run.tags, ["x", at * 3]]);
  const { task, argv, user } = run;
  const start = { task, argv, user, host: "h", code: {}, tags, nonce: String(at) };
  const { id, file } = startFile({ ...start, started: time(0) });
  const job = (index: number, isMain: boolean): Job => {
    const { id: taskHash, name } = TASKS[isMain ? 0 : 1]!;
    const value = `result ${at % 40}`;
    const argsHash = argsId([blobId(writeYaml(at % 40))], "sha1");
    const call = { taskHash, argsHash, valueHash: blobId(writeYaml(value)), children: [] };
    return {
      id: jobId(id, index, "sha1"),
      index,
      parent: isMain ? null : jobId(id, 0, "sha1"),
      task: `ns.${name}`,
      taskHash,
      call: callId(call, "sha1"),
      status: run.status,
      started: time(index),
      ended: time(index + run.took),
      late: false,
      args: [at % 40],
      from: new Map(),
      ...(run.status === "FAILED" ? { error: value } : { result: value }),
      tags: isMain ? [] : tagSet(run.jobTags),
    };
  };
  const jobs = { execution: id, jobs: [job(0, true), job(1, false)], tagged: [] };
  const files = [file, jobsFile(time(0), jobs)];
  if (run.outcome === "RUNNING") return files;
  const end = { execution: id, status: run.outcome, ended: time(run.took) };
  return [...files, outcomeFile(time(0), end)];
}

function sampled() {
  return fc.sample(runs, 1)[0]!;
}

async function randomIndex(): Promise<{ database: Database; reader: IndexReader }> {
  const log = new Log(new MemoryBackend(), "refs/redun/main");
  const now = Date.now();
  const tasks = TASKS.map((task) => ({ path: taskPath(task.id), text: taskYaml(task) }));
  await log.append([...tasks, ...sampled().flatMap((run, at) => filesOf(run, at, now))], "all");
  const database = openDatabase(":memory:");
  assert.equal(await updateIndex(database, log, await log.tip()), []);
  return { database, reader: new IndexReader(database) };
}

const { database, reader } = await randomIndex();
const { search } = reader;
const EXECUTIONS = search.executions({}, 1000);
const JOBS = search.jobs({}, 1000);
const executions = new Map(EXECUTIONS.map((row) => [row.seq, row]));

function jobSubject(job: JobRow): Subject {
  const { tags, status, started, ended, task, args } = job;
  const execution = executionSubject(executions.get(job.execution)!);
  return { ...execution, tags, status, started, ended, task, args: [args] };
}

const property = (check: (a: Condition, b: Condition) => void) =>
  fc.assert(fc.property(conditions, conditions, check), { numRuns: repeats(300) });
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).sort();

const tagsAndMore = ["x > 30", "x in [3, 6, 300]", "env", "env=prod", "not env", "x=3 or x=6"];

const searching = suite("search");

searching("the sample has what it should", () => {
  assert.is(EXECUTIONS.length, RUNS);
  assert.is(JOBS.length, 2 * RUNS);
  assert.ok(new Set(EXECUTIONS.map(({ status }) => status)).size === EXECUTION_STATUSES.length);
});

searching("executions", () => {
  property((a, b) => {
    const where = allOf(a, b);
    const passes = matcher(where);
    const expected = EXECUTIONS.filter((row) => passes(executionSubject(row)));
    assert.equal(
      search.executions({ where }, 1000).map(({ id }) => id),
      expected.map(({ id }) => id),
    );
    assert.is(search.count("Execution", { where }), expected.length);
    assert.equal(ids(search.executions({ where: a, execution: b }, 1000)), ids(expected));
    assert.equal(search.executions({ where }, 3), search.executions({ where }, 1000).slice(0, 3));
  });
});

searching("jobs, by themselves and by their executions", () => {
  property((where, execution) => {
    const [isJob, isExecution] = [matcher(where), matcher(execution)];
    const expected = JOBS.filter(
      (job) =>
        isJob(jobSubject(job)) && isExecution(executionSubject(executions.get(job.execution)!)),
    );
    assert.equal(ids(search.jobs({ where, execution }, 1000)), ids(expected));
    assert.is(search.count("Job", { where, execution }), expected.length);
  });
});

searching("tasks by one of their executions", () => {
  property((_, execution) => {
    const passes = matcher(execution);
    const hashes = JOBS.filter((job) => passes(executionSubject(executions.get(job.execution)!)));
    const expected = [...new Set(hashes.map(({ taskHash }) => taskHash))].sort();
    assert.equal(ids(search.entities("Task", { execution }, 100)), expected);
  });
});

/** Ways to say the same as a condition does, which may take other ways to the rows. */
const SAME: readonly ((one: Condition) => Condition)[] = [
  (one) => anyOf(one, one),
  (one) => allOf(one, one),
  (one) => not(not(one)),
  (one) => ({ is: "not", part: { is: "not", part: one } }),
  (one) => allOf(one, anyOf(parseQuery("x"), parseQuery("not x"))),
  (one) => anyOf(one, ...Array.from({ length: 12 }, () => one)),
  (one) => anyOf(...Array.from({ length: 600 }, (_, at) => allOf(one, parseQuery(`not y=${at}`)))),
];

searching("equivalent queries give the same rows in the same order", () => {
  const known = tagsAndMore.map((text) => parseQuery(text));
  const lists = (condition: Condition) => [
    search.executions({ where: condition }, 1000).map(({ id }) => id),
    search.jobs({ where: condition }, 1000).map(({ id }) => id),
    search.jobs({ execution: condition }, 1000).map(({ id }) => id),
    search.jobs({ where: condition, execution: condition }, 7).map(({ id }) => id),
    search.entities("Task", { where: condition }, 10).map(({ id }) => id),
    search.entities("Task", { execution: condition }, 10).map(({ id }) => id),
  ];
  for (const where of [...known, ...fc.sample(conditions, repeats(10))]) {
    const expected = lists(where);
    for (const same of SAME) {
      const other = same(where);
      assert.equal(lists(other), expected, printQuery(other).slice(0, 200));
    }
  }
});

searching("more alternatives and exceptions than SQL can have are answered as in memory", () => {
  // SQLite refuses expressions deeper than 1000 and more than 500 selects in a row.
  const numbers = Array.from({ length: 1100 }, (_, at) => at * 2);
  const texts = [
    `x in [${numbers}]`,
    `x not in [${numbers}]`,
    `not (${numbers.map((n) => `x=${n}`).join(" or ")})`,
    numbers.map((n) => `not x=${n}`).join(" and "),
    numbers.map((n) => `x!=${n}`).join(" and "),
    numbers.map((n) => `x > ${n} or x ~ "${n}*"`).join(" or "),
    numbers.map((n) => `(x=${n} and env)`).join(" or "),
    numbers.map((n) => `(x=${n} or not env)`).join(" and "),
    `${"x=3 or (".repeat(9000)}x=6${")".repeat(9000)}`,
    `status in [${numbers.map((n) => (n % 4 ? "DONE" : "FAILED"))}]`,
    `exec in [${EXECUTIONS.slice(0, 40).map(({ id }, at) => id.slice(0, 8 + (at % 20)))}, ${numbers.map((n) => `e${n}`)}]`,
    `user in [${numbers.map((n) => (n === 8 ? "ann" : `u${n}`))}] or arg in [${numbers}]`,
    `task in [main, ${numbers.map((n) => `t${n}`)}]`,
    numbers.map((n) => `started < ${n}d or duration = ${n + 1}s`).join(" or "),
  ];
  for (const text of texts) {
    const where = parseQuery(text);
    const passes = matcher(where);
    assert.equal(
      search.executions({ where }, 1000).map(({ id }) => id),
      EXECUTIONS.filter((row) => passes(executionSubject(row))).map(({ id }) => id),
      text.slice(0, 100),
    );
    assert.equal(
      search.jobs({ where, execution: where }, 1000).map(({ id }) => id),
      JOBS.filter(
        (job) =>
          passes(jobSubject(job)) && passes(executionSubject(executions.get(job.execution)!)),
      ).map(({ id }) => id),
      text.slice(0, 100),
    );
    search.entities("Task", { where }, 10);
  }
});

searching("the newest come first, also when a tag leads to them", () => {
  for (const query of tagsAndMore) {
    const where = parseQuery(query);
    const times = search.executions({ where }, 1000).map(({ started }) => started);
    assert.equal(
      times,
      times.toSorted((a, b) => b - a),
      query,
    );
    const jobs = search.jobs({ execution: where }, 1000).map(({ started }) => started);
    assert.equal(
      jobs,
      jobs.toSorted((a, b) => b - a),
      query,
    );
  }
});

searching.after(() => database.close());
searching.run();
