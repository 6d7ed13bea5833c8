/** What `hashIncludes` puts into a task's hash, and what the log says of that. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, RedunError, Scheduler, task } from "../../src/api.ts";
import { definitionOf } from "../../src/engine/task.ts";
import { decodeTask } from "../../src/record/decode.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { type RecordedJob, recorded } from "../support/recorded.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const includes = suite("hashIncludes");

/** Runs an expression; the jobs of that run. */
async function run({ dir }: TemporaryRepository, expression: unknown): Promise<RecordedJob[]> {
  const before = new Set(recorded(dir).jobs.map(({ id }) => id));
  await new Scheduler({ cwd: dir }).run(expression);
  return recorded(dir).jobs.filter(({ id }) => !before.has(id));
}

const half = (n: number): number => n / 2;
class Scale {
  readonly by = 3;
}

const idOf = (value: unknown) => definitionOf(value)!.id("sha1");
const recordOf = (value: unknown) => definitionOf(value)!.record("sha1");

includes("each thing is recorded by what it says, in the order given", async () => {
  const repository = temporaryRepository();
  const params = join(repository.dir, "params.json");
  writeFileSync(params, "{}");
  const other = task({ name: "other", namespace: "lib", version: "3" }, () => 1);
  const long = "x".repeat(3000);
  const items = [half, Scale, "text", 1.5, { a: [1] }, new File(params), other, long];
  const all = task({ name: "all", version: "1", hashIncludes: items }, () => 1);
  const [job] = await run(repository, all());
  const text = `${repository.git("show", job!.taskHash)}\n`;
  assert.equal(decodeTask(readYaml(text), "x").hashIncludes, [
    { kind: "function", name: "half", source: "(n: number): number => n / 2" },
    { kind: "function", name: "Scale", source: "class Scale {\n  readonly by = 3;\n}" },
    { kind: "value", value: "text" },
    { kind: "value", value: 1.5 },
    { kind: "value", value: { a: [1] } },
    { kind: "file", hash: "9e26dfeeb6e641a33dae4961196235bdb965b21b" },
    { kind: "task", task: "lib.other", taskHash: idOf(other) },
    { kind: "value", value: (recordOf(all).hashIncludes![7] as { value: unknown }).value },
  ]);
  assert.match(text, /\n {2}- value: !value [0-9a-f]{40}\n$/);
});

includes("nothing, and an empty list, change no id", () => {
  const plain = task({ name: "plain", version: "1" }, () => 1);
  const empty = task({ name: "plain", version: "1", hashIncludes: [] }, () => 1);
  assert.is(idOf(empty), idOf(plain));
  assert.is(idOf(plain), "9bc2a44474650622958fa00a1bf769d5559de6b0");
});

includes("whatever changes in one of them is another task, and runs", async () => {
  const repository = temporaryRepository();
  const params = join(repository.dir, "params.json");
  const make = (version: string, text: string) => {
    const other = task({ name: "other", version }, () => 1);
    const options = { name: "main", hashIncludes: [text, other, new File(params)] };
    return task(options, () => 7);
  };
  writeFileSync(params, "1");
  const statuses = async (expression: unknown) =>
    (await run(repository, expression)).map(({ status }) => status).join();
  assert.is(await statuses(make("1", "a")()), "DONE");
  assert.is(await statuses(make("1", "a")()), "CACHED");
  assert.is(await statuses(make("2", "a")()), "DONE");
  assert.is(await statuses(make("1", "b")()), "DONE");
  assert.is(await statuses(make("1", "a")()), "CACHED");
});

includes("a file counts as it is when a run begins, whenever the task was made", async () => {
  const repository = temporaryRepository();
  const params = join(repository.dir, "params.json");
  writeFileSync(params, "1");
  const leaf = task({ name: "leaf", hashIncludes: [new File(params)] }, () => 1);
  const main = task({ name: "main" }, () => leaf());
  const statuses = async () =>
    (await run(repository, main())).map((job) => `${job.task} ${job.status}`).join();
  assert.is(await statuses(), "main DONE,leaf DONE");
  assert.is(await statuses(), "main CACHED,leaf CACHED");
  writeFileSync(params, "2");
  assert.is(await statuses(), "main CACHED,leaf DONE");
  writeFileSync(params, "1");
  assert.is(await statuses(), "main CACHED,leaf CACHED");
});

includes("options() replaces the task's own, for the calls made through it", async () => {
  const repository = temporaryRepository();
  const own = task({ name: "own", hashIncludes: ["a"] }, (n: number) => n);
  const other = own.options({ hashIncludes: ["b"] });
  assert.is(idOf(other), idOf(task({ name: "own", hashIncludes: ["b"] }, (n: number) => n)));
  assert.is(idOf(other.options({ tags: { k: 1 } })), idOf(other));
  assert.is(idOf(other.options({ hashIncludes: ["a"] })), idOf(own));
  const main = task({ name: "main" }, () => [own(1), other(1)]);
  const first = await run(repository, main());
  assert.is(new Set(first.map(({ taskHash }) => taskHash)).size, 3);
  // By its name `own` would be called: so `main` is taken whole, as long as both are what they were.
  const again = await run(repository, main());
  assert.equal(
    again.map((job) => `${job.task} ${job.status}`),
    ["main CACHED"],
  );
});

/** The message of the BAD_TASK that something throws. */
function refused(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof RedunError && error.code === "BAD_TASK") return error.message;
    throw error;
  }
  return "";
}

includes("what has no content of its own is refused, with its place", () => {
  const lazy = task({ name: "lazy" }, () => 1)();
  for (const [item, message] of [
    [new (class Model {})(), /hashIncludes\[1\]: Model {}, whose content is not known\./],
    [lazy, /hashIncludes\[1\]: Lazy\(lazy\(\.\.\.\)\), whose content is not known\./],
    [Promise.resolve(1), /hashIncludes\[1\]: Promise \{[\s\S]*\}, whose content is not known\./],
    [[new File("a.txt")], /hashIncludes\[1\], which holds a File\./],
    [[half], /hashIncludes\[1\]: \[ \[Function: half\] \], whose content is not known\./],
  ] as const) {
    for (const make of [
      () => task({ name: "bad", hashIncludes: ["fine", item] }, () => 1),
      () => task({ name: "bad" }, () => 1).options({ hashIncludes: ["fine", item] }),
    ]) {
      assert.match(refused(make), message);
    }
  }
  const text = { name: "bad", hashIncludes: "text" } as never;
  assert.match(
    refused(() => task(text, () => 1)),
    /hashIncludes: 'text'\./,
  );
});

includes.run();
