import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Dir, File, type FileSet, glob, openLog, Scheduler, script, task } from "../../src/api.ts";
import { findEntity } from "../../src/provenance/find.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { jobsOf, recorded } from "../support/recorded.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

let ran: string[] = [];
const repository: TemporaryRepository = temporaryRepository();
const { dir } = repository;
process.chdir(dir);
mkdirSync("data/deep", { recursive: true });

const count = task({ name: "count" }, (set: FileSet) => {
  ran.push("count");
  return set.files().length;
});
const split = task({ name: "split" }, async (words: string[]) => {
  ran.push("split");
  const parts = new Dir("parts");
  await parts.remove();
  for (const word of words) await parts.file(word).write(word);
  return parts;
});
const size = task({ name: "size" }, (file: File) => {
  ran.push("size");
  return file.size;
});

/** The tasks whose functions an expression calls. */
async function ranBy(expression: unknown, result?: unknown): Promise<string> {
  ran = [];
  const given = await new Scheduler({ cwd: dir }).run(expression);
  if (result !== undefined) assert.equal(given, result);
  return ran.join();
}

const test = suite("sets of files in runs");

test("what is added, changed, removed or renamed runs the consumer again", async () => {
  const counted = (n: number) => ranBy(count(glob("data/**/*.csv")), n);
  writeFileSync("data/a.csv", "a");
  assert.is(await counted(1), "count");
  assert.is(await counted(1), "");
  writeFileSync("data/deep/b.csv", "b");
  assert.is(await counted(2), "count");
  writeFileSync("data/other.txt", "no member");
  assert.is(await counted(2), "");
  writeFileSync("data/a.csv", "x");
  assert.is(await counted(2), "count");
  rmSync("data/deep/b.csv");
  assert.is(await counted(1), "count");
  writeFileSync("data/a.csv", "a");
  assert.is(await counted(1), "");
});

test("from a folder below the same calls are found", async () => {
  assert.is(await ranBy(count(new Dir("data")), 2), "count");
  assert.is(await ranBy(size(new File("data/a.csv")), 1), "size");
  assert.is(await ranBy(split(["x"])), "split");
  process.chdir("data");
  try {
    assert.is(await ranBy(count(glob("**/*.csv")), 1), "");
    assert.is(await ranBy(count(new Dir("."))), "");
    assert.is(await ranBy(count(new Dir("../data"))), "");
    assert.is(await ranBy(size(new File("a.csv"))), "");
    ran = [];
    const parts = await new Scheduler({ cwd: dir }).run(split(["x"]));
    assert.equal([ran, parts.path, await parts.file("x").read()], [[], "../parts", "x"]);
  } finally {
    process.chdir(dir);
  }
});

test("a result that is not as it was is made again", async () => {
  const words = ["to", "be"];
  const first = ranBy(count(split(words)), 2);
  assert.is(await first, "split,count");
  for (const change of [
    () => appendFileSync("parts/to", "o"),
    () => rmSync("parts/be"),
    () => writeFileSync("parts/more", ""),
    () => rmSync("parts", { recursive: true }),
  ]) {
    change();
    assert.is(await ranBy(count(split(words)), 2), "split");
    assert.is(await ranBy(count(split(words)), 2), "");
  }
});

test("a file that is not read counts by its size and time", async () => {
  const sized = () => ranBy(size(new File("large.bin", { by: "stat" })));
  writeFileSync("large.bin", "1");
  const then = new Date(1_700_000_000_123);
  utimesSync("large.bin", then, then);
  assert.is(await sized(), "size");
  assert.is(await sized(), "");
  // Its content is not looked at.
  writeFileSync("large.bin", "2");
  utimesSync("large.bin", then, then);
  assert.is(await sized(), "");
  utimesSync("large.bin", then, new Date(1_700_000_000_124));
  assert.is(await sized(), "size");
  appendFileSync("large.bin", "2");
  assert.is(await sized(), "size");
});

test("a script takes sets as words, a directory as one", async () => {
  mkdirSync("lists");
  for (const name of ["a b", "c"]) writeFileSync(`lists/${name}`, `${name}\n`);
  const run = (expression: unknown) => new Scheduler({ cwd: dir }).run(expression);
  assert.is(await run(script`cat ${glob("lists/*")}`), "a b\nc\n");
  assert.is(await run(script`ls ${new Dir("lists")}`), "a b\nc\n");
});

test("a member is found by its path, with who gave and who took it", async () => {
  await ranBy(count(split(Array.from({ length: 40 }, (_, n) => `part${n}`))), 40);
  const log = await IndexedLog.open({ cwd: dir });
  try {
    await log.refresh();
    for (const path of ["parts/part7", "data/a.csv"]) {
      const { type, id } = await findEntity(log, path);
      assert.is(type, "Value", path);
      const tasks = (role: "jobWithResult" | "jobWithArgument") =>
        log.index.jobsNaming(id, role, 10).map((job) => job.task);
      assert.is(tasks("jobWithArgument").includes("count"), true, path);
      if (path === "parts/part7") assert.equal(tasks("jobWithResult"), ["split"]);
    }
  } finally {
    await log.close();
  }
});

test("a program gets sets of a log with their files as they were", async () => {
  const { id } = jobsOf(recorded(dir), "split")[0]!;
  const log = await openLog({ cwd: dir });
  try {
    const { result } = await log.call(id);
    assert.ok(result instanceof Dir);
    assert.ok((result as Dir).recordedFiles.every((file) => file.place.startsWith(dir)));
  } finally {
    await log.close();
  }
});

test.run();
