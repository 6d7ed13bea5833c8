/** Listings look at whole arguments and values, wherever they were recorded. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, openLog, Scheduler, task } from "../../src/api.ts";
import { contentId } from "../../src/value/oid.ts";
import { jsonLines, ok } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const { dir } = temporaryRepository();
const path = join(dir, "report.txt");
writeFileSync(path, "content\n");

const take = task({ name: "take" }, (text: unknown, more: unknown = null) => [text, more].length);
const tell = task({ name: "tell" }, (text: string) => text);
const hide = task({ name: "hide", record: "hash" }, (text: string) => text);
const report = task({ name: "report" }, (n: number) => ({ n, at: [{ file: new File(path) }] }));

const FAR = { list: Array.from({ length: 60 }, (_, n) => n), last: "far away" };
const scheduler = new Scheduler({ cwd: dir });
for (const expression of [
  take("short one"),
  take(`${"x".repeat(150)}needle`),
  take(`${"y".repeat(5000)}needle`),
  take(FAR),
  take(new Map([["k", new Set([`${"z".repeat(120)} in a set`])]]), "x".repeat(200)),
  [tell("a secret"), hide("a secret")],
  hide("a secret"),
  hide("kept"),
  report(1),
]) {
  await scheduler.run(expression);
}

const whole = suite("log: whole arguments and values");

for (const [pattern, count] of [
  ["*needle*", 2],
  ["*needle'*", 2],
  ["*far away*", 1],
  ["*in a set*", 1],
  ["*short*", 1],
  ["*nowhere*", 0],
] as const) {
  whole(`arg ~ ${pattern} looks at all of the arguments`, async () => {
    const list = (where: string, ...more: string[]) =>
      ok(dir, ["log", "--job", "--limit", "0", "--format", "json", "--where", where, ...more]);
    const all = jsonLines(list("task = take")).length;
    const found = jsonLines(list(`arg ~ "${pattern}"`));
    assert.is(found.length, count);
    assert.is(jsonLines(list(`task = take and not arg ~ "${pattern}"`)).length, all - count);
    assert.is(jsonLines(list(`not (task != take or arg ~ "${pattern}")`)).length, all - count);
    assert.equal(jsonLines(list(`arg ~ "${pattern}"`, "--count")), [{ type: "Job", count }]);
    const calls = ["log", "--call-node", "--format", "json", "--where", `arg ~ "${pattern}"`];
    assert.is(jsonLines(ok(dir, calls)).length, count);
    const log = await openLog({ cwd: dir });
    assert.is((await log.jobs({ where: `arg ~ "${pattern}"` })).length, count);
    assert.is(
      (await log.jobs({ where: `arg ~ "${pattern}"`, limit: 1 })).length,
      Math.min(1, count),
    );
    await log.close();
  });
}

whole("a file within a result is a file of the log like any other", () => {
  const files = jsonLines(
    ok(dir, ["log", "--value", "--value-type", "file", "--format", "json"]),
  ) as { path: string; type: string; id: string }[];
  assert.equal(
    files.map(({ path, type }) => [path, type]),
    [["report.txt", "file"]],
  );
  const page = ok(dir, ["log", files[0]!.id]);
  assert.match(page, /^File [0-9a-f]{40} .*report\.txt\n {2}8 bytes/);
  assert.not.match(page, /only its hash/);
});

whole("files within values that stand in files of their own are found as well", async () => {
  const repository = temporaryRepository();
  const many = task({ name: "many" }, () => ({
    text: "x".repeat(5000),
    files: ["0.csv", "1.csv"].map((name) => new File(join(repository.dir, name))),
  }));
  const use = task({ name: "use" }, (given: { text: string }) => given.text.length);
  const keep = task({ name: "keep", record: { result: "hash" } }, () => [
    "y".repeat(5000),
    new File(join(repository.dir, "secret.csv")),
  ]);
  for (const name of ["0.csv", "1.csv", "secret.csv"])
    writeFileSync(join(repository.dir, name), name);
  await new Scheduler({ cwd: repository.dir }).run([use(many()), keep()]);
  for (const rebuilt of [false, true]) {
    if (rebuilt) ok(repository.dir, ["index", "rebuild"]);
    const listed = jsonLines(ok(repository.dir, ["log", "--file", "--format", "json"]));
    assert.equal(listed.map(({ path }) => path).sort(), ["0.csv", "1.csv"]);
    const page = ok(repository.dir, ["log", "1.csv"]);
    assert.match(page, /^File [0-9a-f]{40} 1\.csv\n {2}5 bytes/);
    assert.match(page, /many\(\)/);
    assert.match(page, /use\(/);
  }
  writeFileSync(join(repository.dir, "1.csv"), "changed");
  await new Scheduler({ cwd: repository.dir }).run(use(many()));
  assert.match(ok(repository.dir, ["diff", "~1", "-"]), /1\.csv/);
});

whole("a value that one job keeps to itself is shown as another recorded it", () => {
  const page = ok(dir, ["log", contentId("a secret")]);
  assert.match(page, /'a secret'/);
  assert.not.match(page.split("\n")[0]!, /only its hash/);
  const line = (id: string) =>
    ok(dir, ["log", "--value", "--limit", "0"])
      .split("\n")
      .find((text) => text.includes(id.slice(0, 8)));
  assert.match(line(contentId("a secret"))!, /string 'a secret'/);
  assert.match(line(contentId("kept"))!, /only its hash was recorded/);
});

whole("--count counts what is listed", () => {
  const last = ok(dir, ["log", "--format", "json", "--limit", "1"]);
  const { id } = jsonLines(last)[0] as { id: string };
  for (const filter of [
    ["--value"],
    ["--call-node"],
    ["--value", "--exec-id", id],
    ["--call-node", "--exec-id", id],
    ["--value", "--value-type", "file"],
    ["--value", "--value-type", "string"],
    ["--file"],
  ]) {
    const rows = jsonLines(ok(dir, ["log", ...filter, "--limit", "0", "--format", "json"]));
    const [{ count }] = jsonLines(ok(dir, ["log", ...filter, "--count", "--format", "json"])) as [
      { count: number },
    ];
    assert.is(count, rows.length, filter.join(" "));
  }
});

whole.run();
