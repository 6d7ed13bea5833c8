import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyTags, File, Scheduler, task } from "../../src/api.ts";
import { Digester } from "../../src/index/digest.ts";
import { FACTORS, Namer } from "../../src/index/names.ts";
import type { RecordFile } from "../../src/log/log.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { parsePath } from "../../src/record/layout.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

/** Everything that a run commits. */
const committed: RecordFile[] = [];
const { committed: tell } = IndexedLog.prototype;
IndexedLog.prototype.committed = function (appended, files) {
  committed.push(...files);
  return tell.call(this, appended, files);
};

const echo = task({ name: "echo", tags: { kind: "any" } }, (...values: unknown[]) => values);
const greet = task({ name: "greet" }, (name: string, ending = "!") => `Hello, ${name}${ending}`);
const hidden = task({ name: "hidden", record: "hash" }, (secret: string) => [secret]);
const write = task({ name: "write" }, async (path: string) => {
  const file = await new File(path).write("a\n");
  return applyTags({ file, rows: 1 }, { tags: { dataset: "reports" }, jobTags: { cost: 1.5 } });
});
const fails = task({ name: "fails" }, (file: File): number => {
  throw new Error(`no ${file.path}`, { cause: { at: 3 } });
});
const main = task({ name: "main" }, async (dir: string, _run: number) => {
  const values = [
    1,
    -0,
    1.5,
    Number.NaN,
    "1",
    "no",
    "a\nb\n",
    "\ud800",
    true,
    null,
    12n,
    undefined,
  ];
  const more = [[], {}, { b: [1], a: undefined }, new Date(0), new Set([1]), "x".repeat(3000)];
  await fails(new File(join(dir, "in.txt"))).catch(() => {});
  return [
    ...values.map((value) => echo(value)),
    echo(...values, more),
    more.map((value) => echo(value)),
    greet("Ada"),
    greet("Ada", "?"),
    hidden("s"),
    write(join(dir, "out.txt")),
  ];
});

const test = suite("what a run knows of its segments");

test("is what their files say", async () => {
  const { dir, remove } = temporaryRepository();
  writeFileSync(join(dir, "in.txt"), "in\n");
  // The second run takes results of the first, one by one.
  for (let run = 0; run < 2; run++) await new Scheduler({ cwd: dir }).run(main(dir, run));
  const digester = new Digester(
    "sha1",
    new Namer(Array.from({ length: FACTORS }, (_, n) => n + 7)),
  );
  let jobs = 0;
  for (const { path, text, segment } of committed) {
    const place = parsePath(path)!;
    if (place.kind !== "jobs") continue;
    const known = digester.ofFacts(path, place.id, segment!);
    assert.equal(known, digester.digest({ path, place, record: readYaml(text) }));
    jobs += known.jobs.length;
  }
  assert.ok(jobs > 40);
  remove();
});

test.run();
