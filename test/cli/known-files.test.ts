/** A cached run of many files: what was read once is not read again, by whatever process. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, workflowRepository, writeFiles } from "../support/cli.ts";

const WORKFLOW = `
import { Dir, File, glob, task } from "redun-git";
export const namespace = "known";
export const make = task(async (n: number) => new File(\`made/\${n}.dat\`).write("x".repeat(100_000 + n)));
export const measure = task((file: File) => file.size);
export const all = task((files: File[], dir: Dir, set: FileSet) => files.length);
export const main = task(() => {
  const files = Array.from({ length: 8 }, (_, n) => make(n));
  return [...files.map((file) => measure(file)), all(files, new Dir("given"), glob("given/*.dat"))];
});
`;

/** Counts how often a process opens a file of ours. */
const COUNT = `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
let opened = 0;
for (const of of [fs, fs.promises]) {
  for (const name of ["openSync", "open", "readFileSync", "readFile"]) {
    const real = of[name];
    if (real) of[name] = (path, ...more) => {
      if (String(path).endsWith(".dat")) opened++;
      return real(path, ...more);
    };
  }
}
syncBuiltinESMExports();
process.on("exit", () => opened > 0 && fs.appendFileSync(process.env.COUNTED, \`\${opened}\\n\`));
`;

const test = suite("files that are known");

test("a run that is cached opens none of its files", async () => {
  const repository = workflowRepository({ "workflow.ts": WORKFLOW, "count.mjs": COUNT });
  const { dir } = repository;
  for (let n = 0; n < 5; n++) writeFiles(dir, { [`given/${n}.dat`]: "y".repeat(100_000 + n) });
  const counted = join(dir, "counted");
  const opened = () => {
    writeFileSync(counted, "");
    const env = { NODE_OPTIONS: `--import ${join(dir, "count.mjs")}`, COUNTED: counted };
    const { status, stderr } = cli(dir, ["run", "workflow.ts", "main"], { env });
    assert.is(status, 0, stderr);
    return readFileSync(counted, "utf8")
      .split("\n")
      .reduce((sum, line) => sum + Number(line), 0);
  };
  assert.ok(opened() >= 13);
  // Those that were just made are too young to be known by their times.
  await sleep(200);
  opened();
  assert.is(opened(), 0);
  assert.match(readFileSync(join(dir, ".git/redun/file-hashes"), "latin1"), /\nsha1 \d/);
});

test.run();
