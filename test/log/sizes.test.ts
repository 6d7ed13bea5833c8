/** Nothing is written that readers refuse: at each limit, and above it. */
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyTags, Scheduler, task } from "../../src/api.ts";
import { RedunError } from "../../src/errors.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openBackend } from "../../src/git/open.ts";
import type { RecordLine } from "../../src/log/journal-lines.ts";
import { Log } from "../../src/log/log.ts";
import { PendingRun } from "../../src/log/pending.ts";
import { tagEditFile } from "../../src/log/tag-edits.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { decodeJobs } from "../../src/record/decode.ts";
import { jobItemYaml, taggedItemYaml } from "../../src/record/encode.ts";
import { valuePath } from "../../src/record/layout.ts";
import { MAX_WRITTEN_BYTES } from "../../src/record/size.ts";
import { MAX_TAG } from "../../src/tag/value.ts";
import { blobId } from "../../src/value/oid.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { inFull, repeats } from "../support/effort.ts";
import { madeRun } from "../support/made-records.ts";
import fc from "../support/property.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

const sizes = suite("sizes");

const STARTED = "2026-11-22T14:29:09.294Z";
const EXECUTION = "0123456789abcdef0123456789abcdef01234567";

function jobLine(index: number, size: number): RecordLine {
  const text = "ä".repeat(size);
  const job = jobItemYaml({
    id: blobId(`${index}`),
    index,
    parent: null,
    task: "t",
    taskHash: EXECUTION,
    call: EXECUTION,
    status: "DONE",
    started: STARTED,
    ended: STARTED,
    late: false,
    args: [text],
    from: new Map(),
    result: null,
    tags: [],
  });
  return { job, index };
}

function tagLine(n: number, size: number): RecordLine {
  return {
    tagged: taggedItemYaml({ type: "Value", id: EXECUTION, tags: [[`k${n}`, "x".repeat(size)]] }),
  };
}

sizes("segments stay below their limits, hold all items once, and come out alike", () => {
  const item = fc.record({ size: fc.integer({ min: 0, max: 900 }), isJob: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 300, max: 3000 }),
      (items, count, bytes) => {
        const lines = items.map(({ size, isJob }, n) => (isJob ? jobLine : tagLine)(n, size));
        const limits = { items: count, bytes };
        const pending = () => new PendingRun(EXECUTION, STARTED, "sha1", undefined, limits);
        const whole = pending();
        for (const line of lines) whole.add(line);
        const files = whole.take();
        // As recovery does: what is closed is taken now and then.
        const inParts = pending();
        const parts = lines.flatMap((line) => {
          inParts.add(line);
          return inParts.takeClosed();
        });
        assert.equal([...parts, ...inParts.take()], files);
        const found: string[] = [];
        for (const { text } of files) {
          const { jobs, tagged } = decodeJobs(readYaml(text));
          const names = [
            ...jobs.map(({ index }) => `job ${index}`),
            ...tagged.map(({ tags }) => tags[0]![0]),
          ];
          assert.ok(names.length <= count);
          const head = 100;
          assert.ok(names.length === 1 || Buffer.byteLength(text) <= bytes + head);
          found.push(...names);
        }
        const expected = items.map(({ isJob }, n) => (isJob ? `job ${n}` : `k${n}`));
        assert.equal(found.sort(), expected.sort());
      },
    ),
    { numRuns: repeats(60) },
  );
});

inFull(sizes)(
  "a record of 64 MiB is written and read in a clone, one of a byte more is refused",
  async () => {
    const { dir, git, remove } = temporaryRepository();
    const backend = await openBackend(findRepository(dir));
    const log = new Log(backend, "refs/redun/main");
    const file = (length: number) => {
      const text = `${"x".repeat(length - 1)}\n`;
      return { path: valuePath(blobId(text)), text };
    };
    const refusal = await log
      .append([file(MAX_WRITTEN_BYTES + 1)], "x")
      .catch((error: unknown) => error);
    assert.instance(refusal, RedunError);
    assert.match((refusal as RedunError).message, /67108865 bytes/);
    assert.is(git("for-each-ref"), "");
    const largest = file(MAX_WRITTEN_BYTES);
    await log.append([largest], "x");
    await backend.close();
    const clone = temporaryRepository();
    clone.git("fetch", "-q", dir, "refs/redun/*:refs/redun/*");
    const indexed = await IndexedLog.open({ cwd: clone.dir });
    assert.equal((await indexed.refresh()).bad, []);
    await indexed.close();
    remove();
    clone.remove();
  },
);

inFull(sizes)(
  "values, tags and errors of any size leave a log that a clone reads whole",
  async () => {
    const { dir } = temporaryRepository();
    const text = (length: number) => "ä".repeat(length >> 1);
    const many = (count: number, size: number) =>
      Array.from({ length: count }, (_, n) => [`k${n}`, "v".repeat(size)] as const);
    const give = task({ name: "give" }, (length: number) => text(length));
    const fail = task({ name: "fail" }, () => {
      throw new Error("x".repeat(3_000_000));
    });
    const take = task({ name: "take" }, (...all: string[]) => all.length);
    const main = task({ name: "main" }, async () => {
      applyTags(1, { tags: many(3, 2e6), jobTags: many(3, 2e6), executionTags: many(3, 2e6) });
      // Its YAML has a line feed more, and perhaps quotes.
      const kept = await give(50_000_000 - 8);
      const refused = (give(50_000_000) as unknown as Promise<never>).catch((error) => error.code);
      assert.is(await refused, "VALUE_TOO_LARGE");
      await (fail() as unknown as Promise<never>).catch(() => {});
      const count = await take(...Array.from({ length: 3000 }, (_, n) => `${n}`.repeat(400)));
      return [kept.length, count];
    });
    const tags = many(3, 2e6);
    assert.equal(await new Scheduler({ cwd: dir }).run(main(), { tags }), [25e6 - 4, 3000]);

    const clone = temporaryRepository();
    clone.git("fetch", "-q", dir, "refs/redun/*:refs/redun/*");
    const indexed = await IndexedLog.open({ cwd: clone.dir });
    assert.equal((await indexed.refresh()).bad, []);
    assert.is(indexed.index.counts().jobs, 5);
    const execution = indexed.index.executionBefore(0)!;
    assert.is(execution.status, "DONE");
    assert.is(execution.tags.filter(([key]) => /^k\d$/.test(key)).length, 3);
    const job = indexed.index.jobsOf(execution.seq)[0]!;
    assert.is(job.tags.filter(([key]) => /^k\d$/.test(key)).length, 3);
    await indexed.close();
    const { files, values } = recorded(clone.dir);
    const longest = Math.max(...[...values.values()].map((value) => Buffer.byteLength(value)));
    assert.ok(longest > 49_000_000 && longest <= 50_000_000, `${longest}`);
    for (const [path, content] of files) {
      const limit = path.startsWith("values/") ? 50_000_000 : 5_000_000;
      assert.ok(Buffer.byteLength(content) <= limit, path);
    }
    clone.remove();
  },
);

sizes("a tag at its limit is recorded, one above it refused before anything runs", async () => {
  const { dir } = temporaryRepository();
  let ran = 0;
  const main = task({ name: "main" }, () => ++ran);
  const run = (length: number) =>
    new Scheduler({ cwd: dir }).run(main(), { tags: { k: "x".repeat(length) } });
  // Key, U+0000 and quotes count.
  const refusal = await run(MAX_TAG - 3).catch((error: unknown) => error);
  assert.is((refusal as RedunError).code, "BAD_TAG");
  assert.match((refusal as RedunError).message, /The tag "k" has 16777217 characters/);
  assert.is(ran, 0);
  await run(MAX_TAG - 4);
  const [tag] = recorded(dir).executions.flatMap(({ tags }) => tags.filter(([key]) => key === "k"));
  const more = recorded(dir).tagged.flatMap(({ tags }) => tags.filter(([key]) => key === "k"));
  assert.is([...(tag ? [tag] : []), ...more].length, 1);
  assert.ok(execFileSync("git", ["fsck", "--strict"], { cwd: dir }));
});

inFull(sizes)(
  "a record of more tags than readers take is neither written nor believed",
  async () => {
    const { dir, git, remove } = temporaryRepository();
    const backend = await openBackend(findRepository(dir));
    const log = new Log(backend, "refs/redun/main");
    const { id, files } = madeRun(1);
    await log.append(files, "run\n");
    const edits = Array.from({ length: 2 ** 19 + 1 }, (_, n) => ({
      tag: ["k", n] as const,
      parents: [],
    }));
    const file = tagEditFile({ entity: id, type: "Execution", edits }, "sha1");
    const before = git("rev-parse", log.ref);
    const refusal = await log.append([file], "tag\n").then(String, String);
    assert.match(refusal, "It has 524289 tags, of at most 524288.");
    assert.is(git("rev-parse", log.ref), before);
    const bytes = Buffer.from(file.text);
    await backend.append({
      ref: log.ref,
      expected: before,
      files: [{ path: file.path, bytes }],
      message: "",
    });
    await backend.close();
    const indexed = await IndexedLog.open({ cwd: dir });
    const { bad } = await indexed.refresh();
    assert.equal(
      bad.map(({ path }) => path),
      [file.path],
    );
    assert.match(bad[0]!.reason, "It has 524289 tags, of at most 524288.");
    await indexed.close();
    remove();
  },
);

sizes.run();
