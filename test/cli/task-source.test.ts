/**
 * The source of a task is the text that ran, whatever becomes of its file while the run goes on,
 * wherever it is, and whoever loaded it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, start, workflowRepository, writeFiles } from "../support/cli.ts";
import { someOf } from "../support/effort.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Waits within a task for the file `go`, having made the file `waits`. */
const WAIT = `
const wait = async () => {
  fs.writeFileSync("waits", "");
  while (!fs.existsSync("go")) await new Promise((done) => setTimeout(done, 20));
};`;
const ESM = `import fs from "node:fs";\nimport { task } from "redun-git";\nexport const namespace = "flow";${WAIT}`;
const CJS = `const fs = require("node:fs");\nconst { task } = require("redun-git");\nexports.namespace = "flow";${WAIT}`;

/** Two tasks; `given` stands before a name that is exported. */
const flow = (given: string) => `
// Doubles.
${given}beta = task(async (y) => {
  return 2 * y;
});
${given}main = task(async () => { await wait(); return ${given.replace(/^.* /, "")}beta(7); });
`;
const BETA = "async (y) => {\n  return 2 * y;\n}";

/** `gamma` stands where `beta` stood, and `beta` has another body. */
const edited = (text: string) =>
  text
    .replace(/^(.*)beta = task/m, "$1gamma = task(async (z) => -z);\n\n$1beta = task")
    .replace("2 * y", "3 * y");

const source = suite("the source of a task");

/** What was recorded of each task by its name. */
function sources(dir: string): Record<string, string> {
  const tasks = logged(dir, ["--task", "--detail"]);
  return Object.fromEntries(tasks.map((task) => [task.name, task.source]));
}

for (const [name, text, change] of someOf([
  ["w.mts", ESM + flow("export const "), "removed"],
  ["w.mjs", ESM + flow("export const "), "edited"],
  ["w.ts", ESM + flow("export const "), "edited"],
  ["w.cts", ESM + flow("export const "), "edited"],
  ["w.tsx", ESM + flow("export const "), "removed"],
  ["w.cjs", CJS + flow("exports."), "removed"],
])) {
  source(`of ${name}, ${change} while the run waits, is what ran`, async () => {
    const { dir } = workflowRepository({ [name]: text });
    const run = start(dir, ["run", "-q", name, "main"]);
    await until(() => existsSync(join(dir, "waits")));
    if (change === "removed") rmSync(join(dir, name));
    else writeFileSync(join(dir, name), edited(text));
    writeFileSync(join(dir, "go"), "");
    const { status, stdout, stderr } = await run.ended;
    assert.equal([status, stdout, stderr], [0, "14\n", ""]);
    assert.is(sources(dir)["flow.beta"], BETA);
  });
}

source("of a module that is edited while it loads is what was loaded", async () => {
  for (const name of someOf(["w.mts", "w.mjs"])) {
    const text = `${ESM}\nawait wait();${flow("export const ").replace("await wait();", "")}`;
    const { dir } = workflowRepository({ [name]: text });
    const run = start(dir, ["run", "-q", name, "main"]);
    await until(() => existsSync(join(dir, "waits")));
    writeFileSync(join(dir, name), edited(text));
    writeFileSync(join(dir, "go"), "");
    const { status, stdout, stderr } = await run.ended;
    assert.equal([status, stdout, stderr], [0, "14\n", ""]);
    assert.is(sources(dir)["flow.beta"], BETA);
  }
});

source(
  "behind a source map is what was compiled, with and without its text in the map",
  async () => {
    for (const sourcesContent of [true, false]) {
      const text = ESM + flow("export const ").replace("(y)", "(y: number)");
      const { dir } = workflowRepository({ "src/w.ts": text });
      const outfile = join(dir, "out/w.mjs");
      buildSync({
        entryPoints: [join(dir, "src/w.ts")],
        outfile,
        format: "esm",
        target: "es2017",
        sourcemap: true,
        sourcesContent,
      });
      const run = start(dir, ["run", "-q", "out/w.mjs", "main"]);
      await until(() => existsSync(join(dir, "waits")));
      writeFileSync(join(dir, "src/w.ts"), edited(text));
      for (const name of ["w.mjs", "w.mjs.map"]) rmSync(join(dir, "out", name));
      writeFileSync(join(dir, "go"), "");
      const { status, stdout, stderr } = await run.ended;
      assert.equal([status, stdout, stderr], [0, "14\n", ""]);
      assert.is(sources(dir)["flow.beta"], BETA.replace("(y)", "(y: number)"));
    }
  },
);

source("that was changed after it was compiled is not taken for what runs", () => {
  const { dir } = workflowRepository({ "src/w.ts": ESM + flow("export const ") });
  const outfile = join(dir, "out/w.mjs");
  buildSync({
    entryPoints: [join(dir, "src/w.ts")],
    outfile,
    format: "esm",
    sourcemap: true,
    sourcesContent: false,
  });
  writeFileSync(join(dir, "src/w.ts"), edited(ESM + flow("export const ")));
  utimesSync(join(dir, "src/w.ts"), new Date(), new Date(Date.now() + 5000));
  assert.is(ok(dir, ["run", "-q", "out/w.mjs", "beta", "--y", "7"]), "14\n");
  assert.is(sources(dir)["flow.beta"], BETA);
});

source("of a program that loads its workflow itself is what ran", async () => {
  const program = (text: string) =>
    `${text}\nconst { Scheduler } = await import("redun-git");\nconsole.log(await new Scheduler().run(main()));\n`;
  for (const [name, ...loader] of [
    ["w.mjs"],
    ["w.mts", "--import", import.meta.resolve("tsx")],
  ] as const) {
    const text = program(ESM + flow("export const "));
    const { dir } = workflowRepository({ [name]: text });
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(ROOT, join(dir, "node_modules/redun-git"));
    const child = spawn(process.execPath, [...loader, name], { cwd: dir, stdio: "pipe" });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        printed += chunk;
      });
    }
    await until(() => existsSync(join(dir, "waits")));
    writeFileSync(join(dir, name), edited(text));
    writeFileSync(join(dir, "go"), "");
    await once(child, "close");
    assert.is(printed, "14\n");
    assert.is(sources(dir)["flow.beta"], BETA);
  }
});

source("and its hash do not depend on the name of the folder", () => {
  const folders = someOf([
    "per%41cent",
    "why?",
    "plain",
    "ha#sh",
    "per%zz",
    "bl ank",
    "line\nfeed",
    "(a:1:2)",
  ]);
  const { dir } = workflowRepository({ "README.md": "" });
  for (const folder of folders) {
    writeFiles(dir, {
      [`${folder}/lib.cjs`]: "exports.lib = (z) => z + 1;\n",
      [`${folder}/w.mjs`]:
        'import { task } from "redun-git";\nimport { lib } from "./lib.cjs";\nexport const namespace = "flow";\nexport const a = task((x) => x), b = task(lib);\n',
      [`${folder}/w.cjs`]:
        'const { task } = require("redun-git");\nconst { lib } = require("./lib.cjs");\nexports.namespace = "flow";\nexports.a = task((x) => x); exports.b = task(lib);\n',
    });
    ok(dir, ["run", "-q", `${folder}/w.mjs`, "b", "--z", "1"]);
    ok(dir, ["run", "-q", `${folder}/w.cjs`, "a", "--x", "1"]);
    if (folder === "why?") continue;
    const text = "import { task } from 'redun-git';\nexport const namespace = 'flow';\n";
    writeFiles(dir, { [`${folder}/w.ts`]: `${text}export const a = task((x) => x);` });
    ok(dir, ["run", "-q", `${folder}/w.ts`, "a", "--x", "1"]);
  }
  const tasks = logged(dir, ["--task", "--detail"]).map(({ name, source }) => [name, source]);
  assert.equal(tasks.sort(), [
    ["flow.a", "(x) => x"],
    ["flow.b", "(z) => z + 1"],
  ]);
});

source("of TypeScript in a folder with a question mark is refused, which tsx cannot load", () => {
  const { dir } = workflowRepository({ "why?/w.ts": ESM });
  const { status, stderr } = cli(dir, ["run", "why?/w.ts", "main"]);
  assert.is(status, 1);
  assert.match(
    stderr,
    /question mark: .*why\?\/w\.ts \[SCRIPT_FAILED_TO_LOAD\]\nRename the folder/,
  );
});

source.run();
