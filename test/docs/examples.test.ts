/** Every `@example` of the public API type-checks against the built package, and runs. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ok, workflowRepository, writeFiles } from "../support/cli.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** What each example prints; by the export that it documents. */
const EXAMPLES: Readonly<Record<string, readonly [source: string, output: RegExp]>> = {
  task: ["engine/task.ts", /^Hello, Ada!\n$/],
  Scheduler: ["engine/scheduler.ts", /^40\n$/],
  applyTags: ["engine/apply-tags.ts", /^\{ loss: 2 \}\n$/],
  File: ["value/file.ts", /^[0-9a-f]{40}\n$/],
  openLog: ["open-log.ts", /^[0-9a-f]{40} greet \S+Z\n$/],
  RedunError: ["errors.ts", /^UNKNOWN_ID .*0000000/],
};

/** The code of the one `@example` in a source file. */
function exampleIn(source: string): string {
  const text = readFileSync(join(ROOT, "src", source), "utf8");
  const blocks = [...text.matchAll(/^ \* @example\n \* ```ts\n([\s\S]*?)^ \* ```$/gm)];
  assert.is(blocks.length, 1, source);
  return blocks[0]![1]!.replace(/^ \* ?/gm, "");
}

const examples = suite("examples in doc comments");
const { dir } = workflowRepository({ "package.json": '{ "type": "module" }' });
mkdirSync(join(dir, "node_modules"));
symlinkSync(ROOT, join(dir, "node_modules/redun-git"));
symlinkSync(join(ROOT, "node_modules/@types"), join(dir, "node_modules/@types"));
writeFiles(
  dir,
  Object.fromEntries(
    Object.entries(EXAMPLES).map(([name, [source]]) => [`${name}.ts`, exampleIn(source)]),
  ),
);

examples("type-check", () => {
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true, types: ["node"] };
  writeFiles(dir, { "tsconfig.json": JSON.stringify({ compilerOptions }) });
  execFileSync(process.execPath, [TSC, "--noEmit", "-p", "."], { cwd: dir, stdio: "pipe" });
});

for (const [name, [, output]] of Object.entries(EXAMPLES)) {
  examples(`${name} runs`, () => {
    if (name === "openLog") tagGreeting();
    const { stdout, stderr } = runExample(name);
    assert.match(stdout, output, stderr);
  });
}

function runExample(name: string) {
  const args = ["--import", import.meta.resolve("tsx"), `${name}.ts`];
  const env = { ...process.env, NODE_OPTIONS: "" };
  return spawnSync(process.execPath, args, { cwd: dir, env, encoding: "utf8" });
}

/** Tags the run of the first example: the one of `openLog` looks for `env=prod`. */
function tagGreeting(): void {
  const [newest] = ok(dir, ["log", "--where", "task=greet", "--format", "json"]).split("\n");
  const { id } = JSON.parse(newest!) as { id: string };
  ok(dir, ["tag", "add", id, "env=prod"]);
}

examples.run();
