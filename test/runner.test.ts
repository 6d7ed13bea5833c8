import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isRunning } from "../src/git/files/process-state.ts";
import { temporaryFolder } from "./support/repository.ts";
import { runTestFile } from "./support/test-file.ts";
import { until } from "./support/until.ts";

const runner = suite("test runner");
const { dir } = temporaryFolder();

/** What the runner says of a file with these lines below a suite named `it`. */
async function outcome(body: string, patienceInMs?: number) {
  const path = join(dir, `${count++}.mjs`);
  writeFileSync(path, `import { suite } from ${UVU};\nconst it = suite("it");\n${body}\n`);
  const { passed, failed, skipped } = await runTestFile(path, { patienceInMs });
  return [passed, failed, skipped].join();
}

let count = 0;
const UVU = JSON.stringify(import.meta.resolve("uvu"));
const GOOD = 'it("works", () => {});';

const FILES: Readonly<Record<string, [lines: string, passedFailedSkipped: string]>> = {
  "what passes": [`${GOOD} it.run();`, "1,0,0"],
  "a skipped test, which uvu's total leaves out": [`${GOOD} it.skip("later"); it.run();`, "1,0,1"],
  "skipped tests alone": ['it.skip("later"); it.run();', "0,0,1"],
  "a part that says that it is skipped": [
    'it("works", () => console.log("\\nskipped: half (no disk)")); it.run();',
    "1,0,1",
  ],
  "a failed test": [`${GOOD} it("fails", () => { throw new Error(); }); it.run();`, "1,1,0"],
  "a thrown string": [`${GOOD} it("fails", () => { throw "no"; }); it.run();`, "1,1,0"],
  "a thrown string beside a skipped test": [
    `${GOOD} it("fails", () => { throw "no"; }); it.skip("later"); it.run();`,
    "1,1,1",
  ],
  "a rejection with undefined": [`${GOOD} it("fails", () => Promise.reject()); it.run();`, "1,1,0"],
  "a failing before": [`it.before(() => { throw new Error(); }); ${GOOD} it.run();`, "0,1,0"],
  "a failing before.each": [
    `it.before.each(() => { throw new Error(); }); ${GOOD} it.run();`,
    "0,1,0",
  ],
  "a failing after.each": [
    `it.after.each(() => { throw new Error(); }); ${GOOD} it.run();`,
    "0,1,0",
  ],
  "a failing after": [`it.after(() => { throw "no"; }); ${GOOD} it.run();`, "0,1,0"],
  "no test": ["it.run();", "0,1,0"],
  "a suite that is not run": [
    `${GOOD}\nconst two = suite("two");\ntwo("is forgotten", () => {});\nit.run();`,
    "1,1,0",
  ],
  "a test that never ends, with nothing to wait for": [
    `${GOOD} it("waits", () => new Promise(() => {})); it.run();`,
    "0,1,0",
  ],
  "an end with status 0 in the middle": [
    `${GOOD} it("exits", () => process.exit(0)); it.run();`,
    "0,1,0",
  ],
  "an error after the end": [
    `${GOOD} it.run(); setTimeout(() => { throw new Error(); }, 300);`,
    "1,1,0",
  ],
  "totals that a test prints": [
    'it("fails", () => { console.log("  Total:     9\\n  Passed:    9\\n"); process.exit(0); }); it.run();',
    "9,1,0",
  ],
};
for (const [name, [lines, expected]] of Object.entries(FILES)) {
  runner(name, async () => assert.is(await outcome(lines), expected));
}

runner("cases that a file leaves out are counted, and are no tests", async () => {
  const path = join(dir, "left-out.mjs");
  const says = 'console.log("\\nleft out: 2\\nleft out: 3");';
  writeFileSync(
    path,
    `import { suite } from ${UVU};\nconst it = suite("it");\n${says}\n${GOOD} it.run();\n`,
  );
  const { passed, failed, skipped, leftOut } = await runTestFile(path);
  assert.equal([passed, failed, skipped, leftOut], [1, 0, 0, 5]);
});

runner("a file that hangs is ended and told of, with what it started", async () => {
  const path = join(dir, "hangs.mjs");
  const pidFile = join(dir, "pid");
  // It holds the file's own output open.
  const start = `spawn("sh", ["-c", "echo $$ > ${pidFile}; sleep 1000"], { stdio: "inherit" })`;
  writeFileSync(
    path,
    `import { spawn } from "node:child_process";\nimport { suite } from ${UVU};
const it = suite("it");\n${GOOD} it("hangs", () => new Promise(() => ${start})); it.run();`,
  );
  const { passed, failed, output } = await runTestFile(path, { patienceInMs: 2000 });
  assert.equal([passed, failed], [0, 1]);
  assert.match(output, /it did not end, and was killed after \d+ s\n/);
  await until(() => !isRunning(Number(readFileSync(pidFile, "utf8"))));
});

runner.run();
