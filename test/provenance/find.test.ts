/**
 * Ids that begin alike: whole ids decide, whatever the index holds of them; what is newest is the
 * same in a fresh clone.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import type { RecordFile } from "../../src/log/log.ts";
import { findEntities, findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { counted, listed } from "../../src/provenance/listing.ts";
import type { Selection } from "../../src/provenance/selection.ts";
import { jobId } from "../../src/record/encode.ts";
import type { Job } from "../../src/record/records.ts";
import { File } from "../../src/value/file.ts";
import { blobId } from "../../src/value/oid.ts";
import { StoredValue } from "../../src/value/value.ts";
import {
  DAY,
  importedStart,
  jobsFile,
  madeJob,
  madeStart,
  startFile,
} from "../support/made-records.ts";
import { temporaryRepository } from "../support/repository.ts";
import { madeSelection } from "../support/selection.ts";

/** Ids in the form of git's that share all digits but some: no object has them. */
const alike = (shared: string, end: string) => shared.padEnd(40 - end.length, "0") + end;
const TASKS = ["1", "2", "3"].map((end) => alike("abcdef0123456789", end));
const VALUES = ["1", "2", "3"].map((end) => alike("fedcba9876543210fedcba98765432", end));
const CALLS = ["1", "2"].map((end) => alike("0011223344556677", end));

function job(execution: string, index: number, more: Partial<Job>): Job {
  const id = jobId(execution, index, "sha1");
  const call = alike("77", String(index));
  return madeJob({ id, index, taskHash: TASKS[0]!, call, ...more });
}

/** A run with jobs whose tasks, calls, arguments and results have ids that begin alike. */
function nativeRun(): { id: string; files: RecordFile[] } {
  const { id, file } = startFile(madeStart());
  const jobs = [
    job(id, 0, { taskHash: TASKS[0]!, call: CALLS[0]!, result: new StoredValue(VALUES[0]!) }),
    job(id, 1, { taskHash: TASKS[1]!, call: CALLS[1]!, result: new StoredValue(VALUES[1]!) }),
    job(id, 2, { taskHash: TASKS[2]!, args: [new StoredValue(VALUES[2]!)] }),
  ];
  return { id, files: [file, jobsFile(DAY, { execution: id, jobs, tagged: [] })] };
}

/** Runs of another system, whose ids count up. */
function importedRuns(count: number): RecordFile[] {
  return Array.from({ length: count }, (_, at) => {
    const id = `exec-${String(at).padStart(4, "0")}`;
    const jobs = [
      job(id, 0, {
        id: `job-${String(at).padStart(4, "0")}`,
        taskHash: alike("12", ""),
        result: at,
      }),
    ];
    return [
      importedStart(id, madeStart({ argv: ["run", id] })),
      jobsFile(DAY, { execution: id, jobs, tagged: [] }),
    ];
  }).flat();
}

const find = suite("finding by id");
const repo = temporaryRepository();
let log: IndexedLog;
let run: string;

find.before(async () => {
  log = await IndexedLog.open({ cwd: repo.dir });
  const { id, files } = nativeRun();
  run = id;
  await log.append([...files, ...importedRuns(1500)], "made");
  assert.equal((await log.refresh()).bad, []);
});

find.after(async () => {
  await log.close();
  repo.remove();
});

async function refused(word: string): Promise<string> {
  try {
    await findEntity(log, word);
  } catch (error) {
    if (error instanceof RedunError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error(`${word} was found`);
}

const only = (more: Partial<Selection>) => listed(log, "Job", madeSelection(more), 100);
const places = async (more: Partial<Selection>) =>
  (await only(more)).map((found) => found.type === "Job" && found.row.place).sort();

find("a foreign id is found as a whole, among any number that begin alike", async () => {
  for (const id of ["exec-0001", "exec-0002", "exec-1499", "job-0002", "job-1234"]) {
    assert.is((await findEntity(log, id)).id, id);
  }
  assert.is((await findEntities(log, ["exec-0003", "exec-0003"])).length, 1);
  assert.match(await refused("exec-2000"), "UNKNOWN_ID");
});

find("a prefix of several is refused with the candidates, one of one is found", async () => {
  const several = await refused("exec-");
  assert.match(several, "AMBIGUOUS_ID");
  assert.match(several, /Execution exec-0000 {2}2026-03-04 05:06:07 {2}made\.main\n/);
  assert.match(several, "and others");
  assert.match(await refused("exec-149"), "Execution exec-1499");
  const [candidates] = [await refused("abcdef012345")];
  for (const id of TASKS) assert.match(candidates, `Task ${id}  made.task`);
  assert.match(await refused("fedcba98765"), VALUES[2]!);
  assert.match(await refused(VALUES[0]!.slice(0, 39)), VALUES[1]!);
  assert.match(await refused(CALLS[0]!.slice(0, 20)), "CallNode");
});

find("whole ids in the form of git's are told apart behind any number of digits", async () => {
  for (const [ids, type] of [
    [TASKS, "Task"],
    [VALUES, "Value"],
    [CALLS, "CallNode"],
  ] as const) {
    for (const id of ids) {
      const found = await findEntity(log, id);
      assert.equal([found.type, found.id], [type, id]);
    }
  }
  assert.match(await refused(alike("fedcba9876543210", "4")), "UNKNOWN_ID");
});

find("jobs by whole ids, and by any prefix", async () => {
  assert.equal(await places({ taskHashes: [TASKS[1]!] }), [1]);
  assert.equal(await places({ taskHashes: [TASKS[1]!.slice(0, 39)] }), [0, 1, 2]);
  assert.equal(await places({ results: [VALUES[1]!] }), [1]);
  assert.equal(await places({ results: [VALUES[1]!.slice(0, 20)] }), [0, 1]);
  assert.equal(await places({ results: [VALUES[1]!.slice(0, 4)] }), [0, 1]);
  assert.equal(await places({ results: [alike("fedcba9876543210", "9")] }), []);
  assert.equal(await places({ args: [VALUES[2]!] }), [2]);
  assert.equal(await places({ args: [VALUES[0]!] }), []);
  assert.is((await only({ taskHashes: TASKS })).length, 3);
  const tasks = madeSelection({ taskHashes: [TASKS[2]!.slice(0, 39), TASKS[0]!] });
  assert.is(await counted(log, "Task", tasks), 3);
});

find("jobs that know a value are those that know that one", () => {
  const naming = (id: string) => log.index.jobsNaming(id, "jobWithResult", 10).length;
  assert.equal(VALUES.map(naming), [1, 1, 0]);
  assert.is(log.index.jobsNaming(CALLS[1]!, "jobOfCall", 10)[0]!.place, 1);
  assert.is(log.index.jobWithId(jobId(run, 2, "sha1"))?.place, 2);
});

find("values and calls are counted as they are listed", async () => {
  for (const type of ["Value", "CallNode", "Task"] as const) {
    const all = await listed(log, type, madeSelection(), 10_000);
    assert.is(await counted(log, type, madeSelection()), all.length, type);
    assert.is(new Set(all.map(({ id }) => id)).size, all.length);
  }
});

find("the last content of a path is the same one in an index that is built anew", async () => {
  const own = temporaryRepository();
  const made = await IndexedLog.open({ cwd: own.dir });
  try {
    for (let at = 0; at < 24; at++) {
      // A, and then B and A by turns, in an order of commits that is not that of time.
      const moment = (at * 7) % 24;
      const started = new Date(Date.UTC(2026, 1, 1, moment)).toISOString();
      const content = moment > 0 && moment % 2 === 1 ? "b" : "a";
      const { id, file } = startFile(madeStart({ started }));
      const report = File.recorded("report.txt", { hash: alike(content, ""), size: 1 });
      const jobs = [job(id, 0, { started, ended: started, result: report })];
      await made.append([file, jobsFile(started, { execution: id, jobs, tagged: [] })], "run");
    }
    const seen = async () => {
      const { id } = await findEntity(made, "report.txt");
      const values = await listed(made, "Value", madeSelection({ files: [] }), 10);
      const all = await listed(made, "Value", madeSelection(), 10);
      const givers = made.index.jobsNaming(id, "jobWithResult", 5);
      return [
        id,
        values.map((value) => value.id),
        all.map((value) => value.id),
        givers.map((one) => one.id),
      ];
    };
    await made.refresh();
    const before = await seen();
    made.discardIndex();
    await made.refresh();
    assert.equal(await seen(), before);
    assert.equal(before[1], before[2]);
    const [last] = await listed(made, "Job", madeSelection(), 1);
    assert.is(last?.id, (before[3] as string[])[0]);
  } finally {
    await made.close();
    own.remove();
  }
});

find(
  "the name of a task goes before prefixes that nobody writes, and before several ids",
  async () => {
    const own = temporaryRepository();
    const named = await IndexedLog.open({ cwd: own.dir });
    try {
      const tasks = ["abcd", "ab", "abcde0"].map((name) => ({
        name,
        text: `kind: task\nversion: 1\nname: ${name}\nsource: "${name}"\n`,
      }));
      const ids = tasks.map(({ text }) => blobId(text));
      const { id, file } = startFile(madeStart());
      const jobs = [
        job(id, 0, { taskHash: ids[0]!, call: alike("abcd", "1"), task: "abcd" }),
        job(id, 1, { taskHash: ids[1]!, call: alike("abcd", "2"), task: "ab" }),
        job(id, 2, { taskHash: ids[2]!, call: alike("abcde0", "3"), task: "abcde0" }),
      ];
      const files = tasks.map(({ text }, at) => ({
        path: `tasks/${ids[at]!.slice(0, 2)}/${ids[at]}.yaml`,
        text,
      }));
      await named.append(
        [file, ...files, jobsFile(DAY, { execution: id, jobs, tagged: [] })],
        "run",
      );
      await named.refresh();
      const found = async (word: string) => (await findEntity(named, word)).id;
      assert.equal([await found("ab"), await found("abcd")], [ids[1], ids[0]]);
      // One thing has this prefix, and it is long enough to be meant.
      assert.is(await found("abcde0"), alike("abcde0", "3"));
    } finally {
      await named.close();
      own.remove();
    }
  },
);

find.run();
