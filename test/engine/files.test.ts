import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyTags, File, RedunError, Scheduler, task } from "../../src/api.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { blobId, contentId } from "../../src/value/oid.ts";
import { typeName } from "../../src/value/type-name.ts";
import { Tagged } from "../../src/value/value.ts";
import { jobsFile } from "../support/made-records.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const write = task({ name: "write" }, async (path: string, content: string) => {
  return new File(path).write(content);
});
const extend = task({ name: "extend" }, async (file: File) => file.append("more\n"));
const read = task({ name: "read" }, (file: File) => file.read());
const bundle = task({ name: "bundle" }, async (path: string) => {
  const file = await new File(path).write("a\n");
  return { report: applyTags(file, { tags: { dataset: "reports" } }), rows: 1 };
});
const echo = task({ name: "echo" }, (value: unknown) => value);

async function run(expression: unknown, repository = temporaryRepository()) {
  const result = await new Scheduler({ cwd: repository.dir }).run(expression);
  return { repository, result, log: recorded(repository.dir) };
}

/** Answers from the index of a log. */
async function ask<T>(repository: TemporaryRepository, body: (log: IndexedLog) => Promise<T>) {
  const log = await IndexedLog.open({ cwd: repository.dir });
  try {
    await log.refresh();
    return await body(log);
  } finally {
    await log.close();
  }
}

const pathIn = ({ dir }: TemporaryRepository, name = "report.txt") => join(dir, name);
const state = (value: unknown) => (value as File).toJSON();

const test = suite("files in runs");

test("arguments are as they are when the job begins, results when it ends", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository);
  const { result, log } = await run(read(extend(write(path, "n=3\n"))), repository);
  assert.is(result, "n=3\nmore\n");
  const first = { path: "report.txt", hash: blobId("n=3\n"), size: 4 };
  const second = { path: "report.txt", hash: blobId("n=3\nmore\n"), size: 9 };
  assert.equal(state(jobOf(log, "write").result), first);
  const { args } = jobOf(log, "extend") as { args: ReadonlyMap<string, unknown> };
  assert.equal(state(args.get("file")), first);
  assert.equal(state(jobOf(log, "extend").result), second);
});

test("a call with the same path and other content is another call", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository);
  const calls = new Set<string | null>();
  for (const content of ["one", "two", "two"]) {
    writeFileSync(path, content);
    const { log } = await run(echo(new File(path)), repository);
    for (const { call } of log.jobs) calls.add(call);
  }
  assert.is(calls.size, 2);
});

test("a missing file is recorded as such", async () => {
  const { log } = await run(echo(new File("no/such/file")));
  // The process stands elsewhere than in the repository.
  const missing = { path: resolve("no/such/file"), hash: null, size: null };
  assert.equal(state(jobOf(log, "echo").result), missing);
});

test("the repository's own hash function is used", async () => {
  process.env.REDUN_GIT_BACKEND = "native";
  try {
    const repository = temporaryRepository({ objectFormat: "sha256" });
    const { log } = await run(write(pathIn(repository), "n=3\n"), repository);
    assert.is(state(jobOf(log, "write").result).hash, blobId("n=3\n", "sha256"));
  } finally {
    process.env.REDUN_GIT_BACKEND = "isomorphic";
  }
});

test("a file within a result is tagged and found by its path", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository);
  await run(bundle(path), repository);
  await ask(repository, async (log) => {
    const found = await findEntity(log, path);
    const file = File.recorded("report.txt", { hash: blobId("a\n"), size: 2 });
    assert.equal([found.type, found.id], ["Value", contentId(file)]);
    assert.equal(found.tags, [["dataset", "reports"]]);
    const producers = log.index.jobsNaming(found.id, "jobWithResult", 10);
    assert.equal(
      producers.map(({ task }) => task),
      ["bundle"],
    );
  });
});

test("of several contents at a path the last one is found", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository);
  for (const content of ["one", "two", "three", "one"]) await run(write(path, content), repository);
  const find = (log: IndexedLog) => findEntity(log, path);
  const last = contentId(File.recorded("report.txt", { hash: blobId("one"), size: 3 }));
  assert.is((await ask(repository, find)).id, last);
  // However the index came to know of them.
  const rebuilt = await ask(repository, async (log) => {
    log.discardIndex();
    await log.refresh();
    return find(log);
  });
  assert.is(rebuilt.id, last);
});

test("ids come before paths, and what is neither is an error", async () => {
  const { repository, log } = await run(echo(new File("0123/no")));
  const { id } = jobOf(log, "echo");
  await run(echo(new File(id.slice(0, 9))), repository);
  await ask(repository, async (log) => {
    assert.is((await findEntity(log, id.slice(0, 9))).type, "Job");
    assert.is((await findEntity(log, "0123/no")).type, "Value");
    for (const word of ["0123/n", "ech", "", "read"]) {
      await findEntity(log, word).then(
        () => assert.unreachable(word),
        (error) => assert.is((error as RedunError).code, "UNKNOWN_ID"),
      );
    }
  });
});

test("a file is one value, and is found, by whatever path", async () => {
  const repository = temporaryRepository();
  const { dir } = repository;
  mkdirSync(join(dir, "s"));
  writeFileSync(join(dir, "s/a"), "a");
  symlinkSync("s", join(dir, "link"));
  symlinkSync("s/a", join(dir, "b"));
  symlinkSync(dir, join(tmpdir(), `${basename(dir)}-link`));
  const elsewhere = join(tmpdir(), `${basename(dir)}-link`);
  const paths = ["s/a", "s/../s/a", "link/a", "link/../s/a", "b"].map((path) => `${dir}/${path}`);
  paths.push(`${elsewhere}/s/a`, `${elsewhere}/link/a`, relative(process.cwd(), paths[0]!));
  try {
    for (const path of paths) {
      const { log } = await run(echo(new File(path)), repository);
      for (const { result } of log.jobs) assert.is(state(result).path, "s/a");
    }
    await ask(repository, async (log) => {
      const id = contentId(File.recorded("s/a", { hash: blobId("a"), size: 1 }));
      for (const path of [...paths, "s/a"]) assert.is((await findEntity(log, path)).id, id, path);
    });
  } finally {
    rmSync(elsewhere);
  }
});

test("paths in older records are found by what they say", async () => {
  const { repository } = await run(echo(1));
  const { append } = await oldRecord(repository, "../old/data.csv");
  await append();
  await ask(repository, async (log) => {
    assert.is((await findEntity(log, "../old/data.csv")).type, "Value");
  });
});

/** A job that took a file under a path as it was recorded once. */
async function oldRecord(repository: TemporaryRepository, path: string) {
  const { executions } = recorded(repository.dir);
  const { id, started } = executions[0]!;
  const job = {
    ...recorded(repository.dir).jobs[0]!,
    id: "old",
    index: 1,
    args: [new File(path)],
  };
  const file = jobsFile(started, { execution: id, jobs: [job], tagged: [] });
  return { append: () => ask(repository, (log) => log.append([file], "old")) };
}

test("a folder is what is in it", async () => {
  const repository = temporaryRepository();
  const data = join(repository.dir, "data");
  const result = async () => state((await run(echo(new File(data)), repository)).result);
  mkdirSync(join(data, "a/b"), { recursive: true });
  writeFileSync(join(data, "a.txt"), "1");
  writeFileSync(join(data, "a/x"), "22");
  chmodSync(join(data, "a/x"), 0o755);
  symlinkSync("x", join(data, "a/link"));
  writeFileSync(join(data, "a/b/y"), "333");
  const before = await result();
  repository.git("add", "-A");
  repository.git("commit", "-qm", "data");
  assert.equal(before, { path: "data", hash: repository.git("rev-parse", "HEAD:data"), size: 6 });
  const { log } = await run(echo(new File(data)), repository);
  assert.is(typeName(log.jobs[0]!.result), "folder");
  renameSync(join(data, "a/x"), join(data, "a/z"));
  assert.is.not((await result()).hash, before.hash);
});

const MEGABYTE = 2 ** 20;

/** Runs a task with a value, and counts the turns of the event loop until its function is called. */
async function turnsUntilCalled(repository: TemporaryRepository, value: unknown) {
  let turns = 0;
  let handle = setImmediate(function turn() {
    turns++;
    handle = setImmediate(turn);
  });
  const hashed: [string, number][] = [];
  const take = task({ name: "take" }, (_: unknown) => turns);
  // Begins when everything else of the run is ready.
  const main = task({ name: "main" }, () => {
    turns = 0;
    return take(value);
  });
  const listener = { fileHashing: (path: string, size: number) => hashed.push([path, size]) };
  const result = await new Scheduler({ cwd: repository.dir, listener }).run(main());
  clearImmediate(handle);
  return { turns: result, hashed, job: jobOf(recorded(repository.dir), "take") };
}

test("a large file is hashed while the event loop turns, and once", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository, "large.bin");
  const content = Buffer.alloc(40 * MEGABYTE + 7, "0123456789abcdef\n");
  writeFileSync(path, content);
  await sleep(150);
  const first = await turnsUntilCalled(repository, [{ deep: new File(path) }]);
  assert.equal(first.hashed, [[path, content.length]]);
  assert.ok(first.turns > 10, `${first.turns} turns`);
  const [{ deep }] = [...(first.job.args as ReadonlyMap<string, [{ deep: File }]>).values()][0]!;
  assert.equal(deep.toJSON(), {
    path: "large.bin",
    hash: blobId(content),
    size: content.length,
  });
  const other = temporaryRepository();
  assert.equal((await turnsUntilCalled(other, new File(path))).hashed, []);
  other.remove();
  repository.remove();
});

test("so are large files in a folder, and files that a task gives", async () => {
  const repository = temporaryRepository();
  const folder = pathIn(repository, "data");
  mkdirSync(join(folder, "deep"), { recursive: true });
  writeFileSync(join(folder, "small"), "1");
  writeFileSync(join(folder, "deep/large"), Buffer.alloc(40 * MEGABYTE, "x"));
  symlinkSync("large", join(folder, "deep/link"));
  await sleep(150);
  const { hashed, turns } = await turnsUntilCalled(repository, new File(folder));
  assert.equal(hashed, [[join(folder, "deep/large"), 40 * MEGABYTE]]);
  assert.ok(turns > 5, `${turns} turns`);

  const path = pathIn(repository, "given.bin");
  const give = task({ name: "give" }, async () => {
    await new File(path).write(Buffer.alloc(40 * MEGABYTE, "y"));
    return new File(path);
  });
  const given: string[] = [];
  const listener = { fileHashing: (path: string) => given.push(path) };
  const result = await new Scheduler({ cwd: repository.dir, listener }).run(give());
  assert.equal(given, [path]);
  assert.is(result.hash, blobId(Buffer.alloc(40 * MEGABYTE, "y")));
  repository.remove();
});

test("a large file of an earlier result is hashed so before it is taken", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository, "large.bin");
  let calls = 0;
  const give = task({ name: "give" }, async (path: string) => {
    calls++;
    return new File(path).write(Buffer.alloc(40 * MEGABYTE, "y"));
  });
  await run(give(path), repository);
  // Its time of change is another: it has to be read.
  utimesSync(path, new Date(0), new Date(0));
  const hashed: string[] = [];
  const listener = { fileHashing: (path: string) => hashed.push(path) };
  const scheduler = () => new Scheduler({ cwd: repository.dir, listener });
  await scheduler().run(give(path));
  assert.equal([hashed.length, calls], [1, 1]);
  assert.ok(hashed[0]!.endsWith("large.bin"));
  await scheduler().run(give(path));
  assert.equal([hashed.length, calls], [1, 1]);
  repository.remove();
});

test("a file that keeps changing, or goes away, does not hold up a run", async () => {
  const repository = temporaryRepository();
  const path = pathIn(repository, "growing.log");
  writeFileSync(path, Buffer.alloc(40 * MEGABYTE, "z"));
  const growing = setInterval(() => appendFileSync(path, "more\n"), 1);
  const { job } = await turnsUntilCalled(repository, new File(path));
  clearInterval(growing);
  assert.is(job.status, "DONE");

  const gone = pathIn(repository, "gone.bin");
  writeFileSync(gone, Buffer.alloc(40 * MEGABYTE, "z"));
  const listener = { fileHashing: () => rmSync(gone) };
  const result = await new Scheduler({ cwd: repository.dir, listener }).run(echo(new File(gone)));
  assert.equal(state(result), { path: "gone.bin", hash: null, size: null });
  repository.remove();
});

test("what only looks like a file is no file", async () => {
  const { repository } = await run(echo({ path: "fake", hash: null, size: null }));
  await run(echo(new Tagged("file", { path: "odd" })), repository);
  await ask(repository, async (log) => {
    for (const word of ["fake", "odd"]) {
      await findEntity(log, word).then(
        () => assert.unreachable(word),
        (error) => assert.instance(error, RedunError),
      );
    }
  });
});

test.run();
