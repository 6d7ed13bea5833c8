/** The package as programs of every kind take it: evaluated ones, CommonJS, TypeScript of each mode. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { workflowRepository, writeFiles } from "./support/cli.ts";
import { someOf } from "./support/effort.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** A repository that has the package installed. */
function withPackage(files: Readonly<Record<string, string>>): string {
  const { dir } = workflowRepository({ "README.md": "" });
  mkdirSync(join(dir, "node_modules"));
  symlinkSync(ROOT, join(dir, "node_modules/redun-git"));
  writeFiles(dir, files);
  return dir;
}

const programs = suite("the package in a program");

const BODY = `
const inner = task((a) => a + 1);
const outer = task(function outer() { return inner(4); });
new Scheduler().run(outer()).then(async (result) => {
  const log = await openLog();
  const [newest] = await log.executions({ limit: 1 });
  console.log(result, newest.task);
  await log.close?.();
});`;
const REQUIRE = `const { openLog, Scheduler, task } = require("redun-git");${BODY}`;
const IMPORT = `import { openLog, Scheduler, task } from "redun-git";${BODY}`;
const WORKER = `new (require("node:worker_threads").Worker)(${JSON.stringify(REQUIRE)}, { eval: true });`;

for (const [name, args, input] of someOf([
  ["an ES module", ["program.mjs"], ""],
  ["node -e", ["-e", REQUIRE], ""],
  ["node -p", ["-p", `${REQUIRE}; ""`], ""],
  ["node --input-type=module -e", ["--input-type=module", "-e", IMPORT], ""],
  ["node -", ["-"], REQUIRE],
  ["node --input-type=module -", ["--input-type=module", "-"], IMPORT],
  ["a CommonJS file", ["program.cjs"], ""],
  ["an evaluated worker", ["-e", WORKER], ""],
] as const)) {
  programs(`${name} runs tasks and reads the log`, () => {
    const dir = withPackage({ "program.cjs": REQUIRE, "program.mjs": IMPORT });
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: dir,
      input,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    assert.equal([stdout.trim(), stderr], ["5 outer", ""]);
  });
}

programs.run();

const types = suite("the types of the package");

const PROGRAM = `import { File, openLog, Scheduler, type Task, task } from "redun-git";
const t: Task<[number], string> = task((x: number) => String(x));
export async function run(): Promise<string> {
  await (await openLog()).executions({ limit: 1 });
  return new Scheduler().run(t(new File("x").path.length));
}
`;

types("fit every way in which TypeScript resolves modules, without skipLibCheck", () => {
  const dir = withPackage({
    "esm/package.json": '{ "type": "module" }',
    "esm/program.ts": PROGRAM,
    "cjs/package.json": '{ "type": "commonjs" }',
    "cjs/program.ts": PROGRAM,
    "cjs/required.cts":
      'import redun = require("redun-git");\nexport = redun.task((x: number) => x);\n',
  });
  symlinkSync(join(ROOT, "node_modules/@types"), join(dir, "node_modules/@types"));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  for (const [folder, module, moduleResolution] of someOf([
    ["cjs", "nodenext", "nodenext"],
    ["esm", "nodenext", "nodenext"],
    ["esm", "node16", "node16"],
    ["esm", "esnext", "bundler"],
    ["cjs", "node16", "node16"],
  ])) {
    const options = { module, moduleResolution, target: "es2022", strict: true, noEmit: true };
    const compilerOptions = { ...options, skipLibCheck: false, types: ["node"] };
    writeFiles(dir, { [`${folder}/tsconfig.json`]: JSON.stringify({ compilerOptions }) });
    // It prints what is wrong, and fails.
    execFileSync(process.execPath, [tsc, "-p", folder], { cwd: dir, stdio: "pipe" });
  }
});

types("name no module that the types of Node 20 lack", () => {
  const folder = join(ROOT, "dist/types");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.d\.c?ts$/.test(file)) continue;
    assert.not.match(readFileSync(join(folder, file), "utf8"), /["']node:sqlite["']/, file);
  }
});

types.run();
