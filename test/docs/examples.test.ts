/** Every function and class of the public API has an `@example`, which type-checks against the built package, and runs. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ok, workflowRepository, writeFiles } from "../support/cli.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** What the examples of an export print. They run in this order, in one repository. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  task: [/^Hello, Ada!\n$/],
  Scheduler: [/^40\n$/],
  applyTags: [/^\{ loss: 2 \}\n$/],
  cond: [/^150\n$/],
  seq: [/^\[ 'LOAD', 'TRAIN' \]\n$/],
  catchError: [/^none, as there is no a.csv\n$/],
  catchAll: [/^1\n$/],
  mapTask: [/^\[ 'Hello, ada!', 'Hello, bob!' \]\n$/],
  flatMap: [/^\[ 'to', 'be', 'or', 'not' \]\n$/],
  float: [/^true 3.2\n$/],
  openLog: [/^[0-9a-f]{40} greet \S+Z\n$/],
  LogViews: [/^Execution [0-9a-f]{40}\n$/],
  LogSharing: [/^sent \d+ executions, received 0\n$/],
  RedunError: [/^UNKNOWN_ID .*0000000/],
};

interface Documented {
  readonly name: string;
  readonly examples: readonly string[];
}

/** The sections of docs/api.md, which another test compares with the code. */
function documented(): Documented[] {
  const [head = "", ...sections] = readFileSync(join(ROOT, "docs/api.md"), "utf8").split(/^## /m);
  const values = /^\*\*Functions and classes:\*\* (.*)$/m.exec(head)![1]!;
  const names = [...values.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  return sections.slice(0, names.length).map((section, at) => {
    assert.is(section.split("\n")[0], names[at]);
    // Those of a member stand within the declaration.
    const codes = ["", "   \\* "].flatMap((indent) => {
      const fence = `^${indent}\`\`\``;
      const blocks = section.matchAll(new RegExp(`${fence}ts\\n([\\s\\S]*?)${fence}$`, "gm"));
      return [...blocks].map(([, code = ""]) => code.replace(/^ {3}\* ?/gm, ""));
    });
    return { name: names[at]!, examples: codes.filter((code) => code.startsWith("import ")) };
  });
}

const examples = suite("examples in doc comments");
const all = documented();
const { dir, git } = workflowRepository({ "package.json": '{ "type": "module" }' });
git("init", "-q", "--bare", "shared.git");
git("remote", "add", "origin", join(dir, "shared.git"));
mkdirSync(join(dir, "node_modules"));
symlinkSync(ROOT, join(dir, "node_modules/redun-git"));
symlinkSync(join(ROOT, "node_modules/@types"), join(dir, "node_modules/@types"));
const files = new Map(
  all.flatMap(({ name, examples }) =>
    examples.map((code, at) => [`${name}-${at}.ts`, code] as const),
  ),
);
writeFiles(dir, Object.fromEntries(files));
// Once for all of them: a loader would take longer than most examples.
buildSync({
  entryPoints: [...files.keys()].map((file) => join(dir, file)),
  outdir: dir,
  outExtension: { ".js": ".mjs" },
  format: "esm",
  target: "node20",
  sourcemap: "inline",
  keepNames: true,
});

examples("every function and class has one, or stands in one of another", () => {
  const texts = [...files.values()].join("");
  const without = all.filter(
    ({ name, examples }) =>
      examples.length === 0 && !new RegExp(`^import .*\\b${name}\\b`, "m").test(texts),
  );
  assert.equal(
    without.map(({ name }) => name),
    [],
  );
});

examples("they type-check", () => {
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true, types: ["node"] };
  writeFiles(dir, { "tsconfig.json": JSON.stringify({ compilerOptions }) });
  execFileSync(process.execPath, [TSC, "--noEmit", "-p", "."], { cwd: dir, stdio: "pipe" });
});

// Those of which nothing is written here only have to end well.
const others = all.map(({ name }) => name).filter((name) => !(name in PRINTED));
for (const name of [...Object.keys(PRINTED), ...others]) {
  const count = all.find((one) => one.name === name)?.examples.length ?? 0;
  for (let at = 0; at < count; at++) {
    examples(`${name} runs`, () => {
      if (name === "openLog") tagGreeting();
      const { stdout, stderr, status } = runExample(`${name}-${at}`);
      assert.is(status, 0, stderr);
      assert.match(stdout, PRINTED[name]?.[at] ?? /^/, stderr);
    });
  }
}

function runExample(name: string) {
  const env = { ...process.env, NODE_OPTIONS: "" };
  return spawnSync(process.execPath, [`${name}.mjs`], { cwd: dir, env, encoding: "utf8" });
}

/** Tags the run of the first example: the one of `openLog` looks for `env=prod`. */
function tagGreeting(): void {
  const [newest] = ok(dir, ["log", "--where", "task=greet", "--format", "json"]).split("\n");
  const { id } = JSON.parse(newest!) as { id: string };
  ok(dir, ["tag", "add", id, "env=prod"]);
}

examples.run();
