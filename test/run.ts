/**
 * Runs every *.test.ts below test/, a few files at a time, each in a process of its own, and ends
 * with `N passed, N failed, N skipped`. See support/test-file.ts for what counts as failed.
 * Where `/dev/shm` is large enough, the tests' temporary files are there, unless `TMPDIR` is set.
 * Arguments are parts of file names: `npm test -- cli/log` runs only those. With `--fast` it runs
 * only files whose tests start no process (no git, no command of ours) and take few seconds. With
 * `--cost` it lists what CPU each file took, which a busy machine does not change much.
 */
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundled } from "./support/bundle.ts";
import { folderInMemory } from "./support/in-memory.ts";
import { startsProcesses } from "./support/starts-processes.ts";
import { type Cost, type Outcome, runTestFile, SKIPPED } from "./support/test-file.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** One more than there are cores, as some tests wait for what they have started. */
const AT_ONCE = Math.min(availableParallelism(), 7) + 1;
/** They start no process, but compute for longer than all the others that do not. */
const LONG = ["test/index/incremental.test.ts", "test/index/search.test.ts"];
/** Longest, by `--cost`: they begin early, lest one worker waits at the end for the other. */
const LONGEST = [
  "test/examples/examples.test.ts",
  "test/executors/workers.test.ts",
  "test/format/format.test.ts",
  "test/git/contract-isomorphic.test.ts",
  "test/cli/exec.test.ts",
  "test/cli/web/browser.test.ts",
  "test/log/sizes.test.ts",
  "test/git/contract-native.test.ts",
  "test/log/hostile.test.ts",
  "test/cli/many-arguments.test.ts",
  "test/slurm/slurm.test.ts",
  "test/script/load.test.ts",
  "test/cli/rerun.test.ts",
  "test/engine/lazy-values.test.ts",
  "test/index/robust.test.ts",
  "test/share/push.test.ts",
  "test/cli/run-end.test.ts",
  "test/engine/scheduler.test.ts",
  "test/engine/cache.test.ts",
  "test/cli/disk.test.ts",
  "test/executors/custom.test.ts",
  "test/cli/exec-cached.test.ts",
];
/** Pure functions first: they fail in a second. The rest in the order of the house. */
const ORDER = [
  "value",
  "tag",
  "query",
  "record",
  "git",
  "log",
  "index",
  "provenance",
  "compare",
  "share",
  "views",
  "source",
  "script",
  "engine",
  "cli",
];

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const isFast = process.argv.includes("--fast");
const withCost = process.argv.includes("--cost");
const named = findTests(join(ROOT, "test"))
  .map((path) => relative(ROOT, path))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const bundles = await bundled(named);
const files = named
  .filter((file) => !isFast || !(LONG.includes(file) || startsProcesses(file, bundles.inputs)))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

const memory = process.env.TMPDIR ? null : folderInMemory();
if (memory) {
  process.env.TMPDIR = memory;
  console.log(`temporary files are in memory: ${memory}`);
}

const outcomes: Outcome[] = [];
const costs: (Cost & { file: string })[] = [];
const queue = [...files];
await Promise.all(Array.from({ length: AT_ONCE }, work));

if (withCost) showCosts();

const sum = (count: (outcome: Outcome) => number) =>
  outcomes.reduce((total, outcome) => total + count(outcome), 0);
const [passed, failed, skipped, leftOut] = [
  sum((outcome) => outcome.passed),
  sum((outcome) => outcome.failed) + (files.length === 0 ? 1 : 0),
  sum((outcome) => outcome.skipped),
  sum((outcome) => outcome.leftOut),
];
if (leftOut > 0) {
  console.log(`${leftOut} more cases of these with REDUN_TEST_EFFORT=full, as in .ci/run`);
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let file = queue.shift(); file; file = queue.shift()) {
    const outcome = await runTestFile(join(ROOT, file), { bundle: bundles.of(file), withCost });
    outcomes.push(outcome);
    if (outcome.cost) costs.push({ file, ...outcome.cost });
    const mark = outcome.failed > 0 ? "FAIL" : "ok  ";
    const { cost } = outcome;
    const cpu = cost ? `, ${(cost.own + cost.children).toFixed(1)} s of CPU` : "";
    console.log(`${mark} ${file}  ${outcome.passed} passed, ${outcome.seconds.toFixed(1)} s${cpu}`);
    if (outcome.failed > 0) console.log(outcome.output);
    for (const [note] of outcome.output.matchAll(SKIPPED)) console.log(`     ${note}`);
  }
}

/** The dearest file first: its CPU seconds, of these its children's, and what it started. */
function showCosts(): void {
  const total = ({ own, children }: Cost) => own + children;
  for (const cost of costs.sort((a, b) => total(b) - total(a))) {
    const figures = [total(cost), cost.children].map((n) => n.toFixed(1).padStart(7)).join("");
    console.log(`${figures}  ${cost.file}  ${cost.programs}`);
  }
  console.log(`${costs.reduce((sum, cost) => sum + total(cost), 0).toFixed(0)} s of CPU`);
}

function findTests(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return findTests(path);
    return entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

function rank(file: string): number {
  const place = LONGEST.indexOf(file);
  if (place >= 0) return ORDER.indexOf("record") + 0.5 + place / 1000;
  const at = ORDER.indexOf(file.split("/")[1] ?? "");
  return at < 0 ? ORDER.length : at;
}
