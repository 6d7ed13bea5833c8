/** Which tasks a script has for the command line, and two of one name. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ran, runInThread, workflowRepository, writeFiles } from "../support/cli.ts";

const TASK = 'import { task } from "redun-git";\n';
const names = suite("names of tasks");

names("two of one full name in two files are refused before anything runs", () => {
  for (const name of ["w.mjs", "w.ts", "w.mts"]) {
    const { dir } = workflowRepository({
      [name]: `${TASK}import { load as other } from "./lib/other.mjs";
export const load = task(() => 1);
export const main = task(() => [load(), other()]);
export const single = task(() => 1);
`,
      "lib/other.mjs": `${TASK}\nexport const load = task(() => 2);\n`,
    });
    for (const task of ["main", "single"]) {
      const { status, stdout, stderr } = cli(dir, ["run", name, task]);
      assert.is(status, 1);
      assert.is(stdout, "");
      assert.ok(
        stderr.includes(`Two tasks have the name load: lib/other.mjs:3 and ${name}:3 [BAD_TASK]`),
        stderr,
      );
      assert.match(stderr, /export const namespace/);
    }
    assert.is(logged(dir).length, 0);
    writeFiles(dir, {
      "lib/other.mjs": `${TASK}export const namespace = "other";\nexport const load = task(() => 2);\n`,
    });
    assert.is(ran(dir, ["-q", name, "main"]), "[ 1, 2 ]\n");
  }
});

names("two in one file, in one line too", () => {
  const { dir } = workflowRepository({
    "w.mjs": `${TASK}export const a = task({ name: "same" }, () => 1), b = task({ name: "same" }, () => 2);
export const main = task(() => [a(), b()]);
`,
    "f.mjs": `${TASK}const one = task(function step() { return 1; });
const two = task(function step() { return 2; });
export const main = task(() => [one(), two()]);
`,
  });
  assert.match(runInThread(dir, ["w.mjs", "main"]).stderr, /the name same: w\.mjs:2 and w\.mjs:2 /);
  assert.match(runInThread(dir, ["f.mjs", "main"]).stderr, /the name step: f\.mjs:2 and f\.mjs:3 /);
});

names("one that is made while the run goes on fails the job that calls it", () => {
  const { dir } = workflowRepository({
    "w.mjs": `${TASK}export const load = task(() => 1);
export const main = task(async () => {
  const { load: late } = await import("./late.mjs");
  return [load(), late()];
});
export const unused = task(async () => {
  await import("./late.mjs");
  return load();
});
`,
    "late.mjs": `${TASK}export const load = task(() => 2);\n`,
  });
  const { status, stderr } = runInThread(dir, ["-q", "w.mjs", "main"]);
  assert.is(status, 1);
  assert.match(stderr, /Two tasks have the name load: late\.mjs:2 and w\.mjs:2/);
  assert.is(logged(dir)[0].status, "FAILED");
  assert.is(ran(dir, ["-q", "w.mjs", "unused"]), "1\n");
});

names("a module that is loaded twice has its tasks once", () => {
  const { dir } = workflowRepository({
    "w.mjs": `${TASK}import { createRequire } from "node:module";
import { x as one } from "./lib/x.mjs";
import { x as two } from "./lib/x.mjs?again";
import { y as three } from "./lib/y.cjs";
const require = createRequire(import.meta.url);
const { y: four } = require("./lib/y.cjs");
delete require.cache[require.resolve("./lib/y.cjs")];
const { y: five } = require("./lib/y.cjs");
export const main = task(() => [one(), two(), three(), four(), five()]);
`,
    "lib/x.mjs": `${TASK}export const x = task(() => 1);\n`,
    "lib/y.cjs": 'exports.y = require("redun-git").task({ name: "y" }, () => 2);\n',
  });
  assert.is(ran(dir, ["-q", "w.mjs", "main"]), "[ 1, 1, 2, 2, 2 ]\n");
});

names("a module that is edited and loaded again is the same", () => {
  const { dir } = workflowRepository({
    "w.mjs": `${TASK}import { readFileSync, writeFileSync } from "node:fs";
const url = new URL("./lib/x.mjs", import.meta.url);
export const main = task(async () => {
  const { x } = await import(url.href);
  const first = await x();
  writeFileSync(url, "\\n\\n" + readFileSync(url, "utf8").replace("=> 1", "=> 10"));
  return [first, (await import(url.href + "?2")).x()];
});
`,
    "lib/x.mjs": `${TASK}export const x = task(() => 1);\n`,
  });
  assert.is(ran(dir, ["-q", "w.mjs", "main"]), "[ 1, 10 ]\n");
});

names("what the same code makes twice is one task, and dependencies may have any names", () => {
  const { dir } = workflowRepository({
    "w.mjs": `${TASK}import { z as a } from "dep-a";
import { z as b } from "dep-b";
const adder = (n) => task({ name: "add" }, (x) => x + n);
const named = (fn) => task(fn);
const [one, two] = [adder(1), adder(2)];
export const plain = named(function plain() { return 1; });
function shared() { return 5; }
const s1 = task(shared), s2 = task({ tags: { a: 1 } }, shared);
const bare = [task({ name: "bare" }, Math.max)];
task(() => "never named");
export const main = task(() => [one(1), two(1), plain(), s1(), s2(), a(), b()]);
`,
    ...Object.fromEntries(
      ["dep-a", "dep-b"].flatMap((dep) => [
        [`node_modules/${dep}/package.json`, '{ "type": "module", "main": "index.js" }'],
        [`node_modules/${dep}/index.js`, `${TASK}export const z = task(() => "${dep}");\n`],
      ]),
    ),
  });
  assert.is(
    ran(dir, ["-q", "w.mjs", "main"]).replace(/\s+/g, " "),
    "[ 2, 3, 1, 5, 5, 'dep-a', 'dep-b' ] ",
  );
});

const HELD = `${TASK}
export class Model {
  /** Trains it. */
  static train = task((n: number) => n + 1);
  static get lazy(): unknown { throw new Error("a getter was called"); }
  method() {}
}
export class Other { static train = task({ namespace: "other" }, () => "other"); }
export const flows = { daily: { clean: task(() => "clean") }, list: [task({ name: "in_list" }, () => 0)] };
export default class { static only = task(() => "only"); }
export const proxy = new Proxy({}, { ownKeys() { throw new Error("no"); } });
export const loop: Record<string, unknown> = {};
loop.self = loop;
`;

for (const [name, files] of [
  ["w.ts", { "w.ts": HELD, "package.json": '{ "type": "module" }' }],
  ["w.cts", { "w.cts": HELD }],
] as const) {
  names(`of static properties and of properties of objects (${name})`, () => {
    const { dir } = workflowRepository(files);
    const listed = ran(dir, [name, "help"]);
    const found = [...listed.matchAll(/^ {2}(\S+)/gm)].map(([, task]) => task).sort();
    assert.equal(found, ["Model.train", "Other.train", "default.only", "flows.daily.clean"]);
    assert.match(listed, /Model\.train\s+Trains it\./);
    assert.is(ran(dir, ["-q", name, "Model.train", "--n", "1"]), "2\n");
    assert.is(ran(dir, ["-q", name, "clean"]), "clean\n");
    assert.is(ran(dir, ["-q", name, "other.train"]), "other\n");
    assert.is(logged(dir).length, 3);
    const { status, stderr } = runInThread(dir, [name, "train"]);
    assert.is(status, 2);
    assert.match(stderr, /several tasks named "train": Model\.train, Other\.train/);
  });
}

names("of a module that is exported as one object", () => {
  for (const [name, inner] of [
    ["w.mts", "inner.mts"],
    ["w.cts", "inner.cts"],
  ] as const) {
    const { dir } = workflowRepository({
      [name]: `export * as inner from "./${inner}";\n`,
      [inner]: `${TASK}export const deep = task(() => "deep");\n`,
    });
    assert.is(ran(dir, ["-q", name, "inner.deep"]), "deep\n");
  }
});

names.run();
