import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  File,
  type LeftOutNotice,
  type LoggedExecution,
  type LogNotice,
  openLog,
  type RedunError,
  Scheduler,
  task,
  type WaitingNotice,
} from "../src/api.ts";
import { thisProcess } from "../src/git/files/owner.ts";
import { encodeLine, type JournalLine, SEGMENT_LIMITS } from "../src/log/journal-lines.ts";
import { IndexedLog } from "../src/provenance/indexed-log.ts";
import { startFile } from "./support/made-records.ts";
import { recorded } from "./support/recorded.ts";
import { temporaryRepository } from "./support/repository.ts";

const half = task({ name: "half", namespace: "math" }, (n: number) => n / 2);
const main = task({ name: "main", namespace: "math" }, (n: number) => half(half(n)));
const fail = task({ name: "fail", namespace: "math" }, (): number => {
  throw new RangeError("no");
});

const library = suite("a log as programs use it");

library("what was run is found, read, tagged and explained", async () => {
  const { dir: cwd, git, remove } = temporaryRepository({ commit: true });
  await new Scheduler({ cwd }).run(main(8), { tags: { env: "dev", cost: 3 } });
  await new Scheduler({ cwd }).run(main(4), { tags: { env: "prod", cost: 5 }, user: "ada" });
  const log = await openLog({ cwd });
  try {
    const all = await log.executions();
    assert.equal(
      all.map(({ user }) => user === "ada"),
      [true, false],
    );
    assert.equal(await log.executions({ limit: 1 }), [all[0]]);
    assert.equal(await log.executions({ where: "cost > 3" }), [all[0]]);
    assert.equal(await log.executions({ tags: { env: "dev" } }), [all[1]]);
    assert.equal(await log.executions({ tags: { env: "dev" }, where: "cost > 3" }), []);
    assert.is(all[0]!.commit, git("rev-parse", "HEAD"));
    assert.ok(all[0]!.ended! >= all[0]!.started);

    const jobs = await log.jobsOf("-");
    assert.equal(
      jobs.map((job) => job.task),
      ["math.main", "math.half", "math.half"],
    );
    assert.equal(await log.get(jobs[1]!.id.slice(0, 10)), jobs[1]);
    assert.is((await log.jobs({ where: "task = half" })).length, 4);
    const call = await log.call(jobs[0]!.id);
    assert.equal([...call.args.values(), call.result], [4, 1]);

    await log.updateTags("-", { env: "test" }, { reason: "moved" });
    await log.addTags(["-", jobs[0]!.id], [["seen", true]]);
    const { tags } = await log.get("-");
    assert.equal(
      tags.filter(([key]) => key === "env"),
      [["env", "test"]],
    );
    const [first, second] = await log.tagHistory("-", "env");
    assert.equal(
      [first!.is, second!.was, second!.is],
      [[["env", "prod"]], [["env", "prod"]], [["env", "test"]]],
    );
    assert.is(second!.commit!.reason, "moved");
    assert.is(
      (await log.tagBlame("-")).find(({ tag }) => tag[0] === "env")!.commit!.reason,
      "moved",
    );
    await log.removeTags(["-", jobs[0]!.id], ["seen"]);
    assert.equal((await log.get(jobs[0]!.id)).tags, []);
  } finally {
    await log.close();
    remove();
  }
});

library("runs that are not committed are found, reported, and recorded by hand", async () => {
  const { dir: cwd, remove } = temporaryRepository({ commit: true });
  const { dir: other } = temporaryRepository({ commit: true });
  await new Scheduler({ cwd: other }).run(main(8), { tags: { env: "dev" } });
  const whole = await openLog({ cwd: other });
  const [done] = await whole.executions();
  await whole.close();
  const execution = leaveJournal(cwd, other, done!.id);
  const notices: LogNotice[] = [];
  const log = await openLog({ cwd, onNotice: (notice) => notices.push(notice) });
  try {
    const [run] = await log.executions({ where: "env=dev" });
    assert.equal([run!.id, run!.status, run!.ended], [execution, "RUNNING", null]);
    assert.equal(await log.executions({ where: "env=prod" }), []);
    assert.equal(await log.get("-"), run);
    const jobs = await log.jobsOf(execution.slice(0, 10));
    assert.equal(
      jobs.map((job) => [job.task, job.status, job.execution]),
      [
        ["math.main", "DONE", execution],
        ["math.half", "DONE", execution],
        ["math.half", "DONE", execution],
      ],
    );
    assert.equal(await log.get(jobs[1]!.id), jobs[1]);
    const { args, result } = await log.call(jobs[1]!.id);
    assert.equal([...args.values(), result], [8, 4]);
    assert.is(notices.length, 1);
    const [notice] = notices as WaitingNotice[];
    assert.equal(
      [notice!.kind, notice!.execution, notice!.state, notice!.error],
      ["waiting", execution, "unknown", null],
    );
    const [uncommitted] = await log.uncommitted();
    assert.equal(
      [uncommitted!.execution, uncommitted!.state, uncommitted!.ref],
      [execution, "unknown", "refs/redun/main"],
    );
    const code = (error: RedunError) => error.code;
    assert.is(await log.addTags(execution, { a: 1 }).catch(code), "UNKNOWN_ID");
    assert.is(await log.recover("0000").catch(code), "UNKNOWN_ID");
    assert.is((await log.recover(execution.slice(0, 8)))!.status, "INTERRUPTED");
    assert.is(((await log.get(execution)) as LoggedExecution).status, "INTERRUPTED");
    assert.equal(await log.uncommitted(), []);
    assert.is(await log.jobsOf(jobs[1]!.id).catch(code), "WRONG_TYPE");
  } finally {
    await log.close();
    remove();
  }
});

/** The journal of a run of another repository, as a process of another machine would have left it. */
function leaveJournal(dir: string, from: string, execution: string): string {
  const { files, executions } = recorded(from);
  const { started } = executions[0]!;
  const record = [...files].find(([path]) => path.endsWith("execution.yaml"))![1];
  const folder = join(dir, ".git/redun/journal");
  mkdirSync(folder, { recursive: true });
  const owner = {
    ...thisProcess(),
    host: "build-7",
    machine: "0123456789ab",
    boot: "0123456789ab",
  };
  const before = { jobs: 0, lastEnd: null };
  const head = { execution, started, title: "run main", ref: "refs/redun/main", record, before };
  const begin = { begin: { ...head, segment: SEGMENT_LIMITS, owner } };
  const segment = [...files].find(([path]) => /\/jobs-/.test(path))![1];
  const items = segment.slice(segment.indexOf("  - id: ")).split(/(?=^ {2}- id: )/m);
  const lines = [begin, begin, ...items.map((job, index) => ({ job, index }))];
  const bytes = lines.map((line, number) => encodeLine(number, line as JournalLine));
  writeFileSync(join(folder, `${execution}.0.journal`), Buffer.concat(bytes));
  return execution;
}

library("a record that is left out is reported once", async () => {
  const { dir: cwd, remove } = temporaryRepository({ commit: true });
  await new Scheduler({ cwd }).run(main(8));
  const path = "executions/2026/11-22/00/0000000000000000000000000000000000000000/execution.yaml";
  const adding = await IndexedLog.open({ cwd });
  await adding.log.append([{ path, text: "kind: execution\n" }], "add");
  await adding.close();
  const notices: LogNotice[] = [];
  const log = await openLog({ cwd, onNotice: (notice) => notices.push(notice) });
  try {
    assert.is((await log.executions()).length, 1);
    assert.is((await log.executions()).length, 1);
    assert.equal(
      notices.map((notice) => [notice.kind, (notice as LeftOutNotice).path]),
      [["left-out", path]],
    );
  } finally {
    await log.close();
    remove();
  }
});

library("bad questions are refused, and change nothing", async () => {
  const { dir: cwd, git, remove } = temporaryRepository({ commit: true });
  await new Scheduler({ cwd }).run(fail()).catch(() => {});
  const log = await openLog({ cwd });
  const code = (asked: Promise<unknown>) =>
    asked.then(
      () => "none",
      (error) => error.code,
    );
  try {
    const before = git("rev-parse", "redun/main");
    assert.is(await code(log.executions({ where: "cost >" })), "BAD_QUERY");
    assert.is(await code(log.get("ffffffffffff")), "UNKNOWN_ID");
    assert.is(await code(log.call("-")), "WRONG_TYPE");
    assert.is(await code(log.removeTags("-", ["user", "none"])), "UNKNOWN_TAG");
    assert.is(git("rev-parse", "redun/main"), before);
    const [job] = await log.jobsOf("-");
    const { error } = await log.call(job!.id);
    assert.is((error as Error).message, "no");
  } finally {
    await log.close();
    remove();
  }
});

library(
  "tags whose keys SQLite or UTF-8 would change are told apart, and can be removed",
  async () => {
    const { dir: cwd, remove } = temporaryRepository({ commit: true });
    const keys = ["e", "e\0", "e\0x", "e\0y", "e\u0001", "e\ud800", "e\udbff"];
    const indexed = await IndexedLog.open({ cwd });
    // No run of ours writes halves of surrogate pairs; a log that came from elsewhere may have them.
    const { id, file } = startFile({
      task: "main",
      argv: [],
      started: "2026-01-01T00:00:00.000Z",
      user: "ann",
      host: "h",
      code: {},
      tags: keys.map((key) => [key, key]),
      nonce: "1",
    });
    await indexed.log.append([file], "run");
    await indexed.close();
    const left = async () => {
      const log = await openLog({ cwd });
      const entity = await log.get(id);
      await log.close();
      return new Map(entity.tags);
    };
    try {
      assert.equal(
        [...(await left())],
        keys.map((key) => [key, key]),
      );
      const log = await openLog({ cwd });
      assert.is((await log.executions({ tags: { "e\0x": "e\0x" } })).length, 1);
      assert.is((await log.executions({ tags: { e: "e\0x" } })).length, 0);
      for (const key of keys.slice(1)) await log.removeTags(id, [key]);
      await log.close();
      assert.equal([...(await left())], [["e", "e"]]);
      rmSync(join(cwd, ".git/redun/index"), { recursive: true });
      assert.equal([...(await left())], [["e", "e"]]);
    } finally {
      remove();
    }
  },
);

library("a file of a log is the one in its work tree, whatever the current folder", async () => {
  const { dir: cwd, remove } = temporaryRepository({ commit: true });
  const elsewhere = process.cwd();
  const size = task({ name: "size" }, async (file: File) => [(await file.read()).length, file]);
  try {
    mkdirSync(join(cwd, "sub"));
    writeFileSync(join(cwd, "sub/in.txt"), "right");
    writeFileSync(join(cwd, "in.txt"), "wrong one");
    process.chdir(join(cwd, "sub"));
    const given = new File("in.txt");
    await new Scheduler({ cwd }).run(size(given));
    const log = await openLog({ cwd });
    const [job] = await log.jobsOf("-");
    const { args, result } = await log.call(job!.id);
    await log.close();
    for (const file of [args.get("file"), (result as unknown[])[1]] as File[]) {
      assert.is(file.path, "sub/in.txt");
      assert.is(await file.read(), "right");
      assert.ok(file.exists() && file.isUnchanged());
    }
    // Given to a task again, it is the same value.
    const file = args.get("file") as File;
    await new Scheduler({ cwd }).run(size(file));
    const again = await openLog({ cwd });
    const [second] = await again.jobsOf("-");
    assert.equal(
      JSON.stringify((await again.call(second!.id)).args.get("file")),
      JSON.stringify(file),
    );
    await again.close();
    writeFileSync(given.path, "changed");
    assert.not(file.isUnchanged());
  } finally {
    process.chdir(elsewhere);
    remove();
  }
});

library.run();
