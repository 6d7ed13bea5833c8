import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parentsOfAll, processesBelow, signalAll } from "../../src/git/files/process-tree.ts";
import { isFull } from "./effort.ts";

/** How the tests of one file went. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Cases of what was tested that this effort does not repeat. See ./effort.ts. */
  readonly leftOut: number;
  readonly seconds: number;
  readonly output: string;
  /** With `npm test -- --cost` alone. See ./cost.mjs. */
  readonly cost?: Cost;
}

/** Seconds of CPU, and the programs that were started. */
export interface Cost {
  readonly own: number;
  readonly children: number;
  readonly programs: string;
}

/** A file whose tests go on for longer hangs: the longest takes a minute, on a busy machine. */
const PATIENCE_IN_MS = isFull ? 20 * 60_000 : 5 * 60_000;

/**
 * Runs the tests of a file (by its bundle, if it has one) in a process of its own. uvu by itself exits 0 when a file has no
 * tests, makes a suite and forgets to run it, throws something that is no Error, or throws in a
 * `before` or `after.each` hook. So a file fails unless its own totals say that every test passed;
 * uvu's `Total` leaves out those that were skipped. A file that hangs is ended, with all that it started.
 */
export function runTestFile(
  path: string,
  { bundle = path, patienceInMs = PATIENCE_IN_MS, withCost = false } = {},
): Promise<Outcome> {
  const started = performance.now();
  const { FORCE_COLOR: _, ...env } = process.env;
  const cost = withCost ? ["--import", new URL("cost.mjs", import.meta.url).href] : [];
  const child = spawn(process.execPath, ["--enable-source-maps", ...cost, bundle], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let isHanging = false;
  const patience = setTimeout(() => {
    isHanging = true;
    signalAll([...processesBelow(child.pid!, parentsOfAll()), child.pid!], "SIGKILL");
    // What left its parents behind may hold them open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, patienceInMs);
  let output = "";
  let stdout = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (stream === child.stdout) stdout += chunk;
    });
  }
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (status, signal) => {
      clearTimeout(patience);
      const seconds = (performance.now() - started) / 1000;
      const how = isHanging ? "it did not end, and was killed" : `ended by ${signal}`;
      if (signal) output += `\n  ${how} after ${seconds.toFixed(0)} s\n`;
      const forgotten = suitesNotRun(readFileSync(path, "utf8"));
      for (const name of forgotten) output += `\n  ${name}.run() is missing\n`;
      const { total, passed, skipped } = totals(stdout);
      const leftOut = [...stdout.matchAll(LEFT_OUT)].reduce((sum, [, n]) => sum + Number(n), 0);
      const isSound = status === 0 && total === passed && total + skipped + leftOut > 0;
      const failed = isSound ? 0 : Math.max(total - passed, 1);
      done({
        passed,
        failed: failed + forgotten.length,
        skipped,
        leftOut,
        seconds,
        output,
        cost: costIn(stdout),
      });
    });
  });
}

/** What uvu says at the very end, and the parts that `skipped` of ./skipped.ts told of before. */
function totals(stdout: string): { total: number; passed: number; skipped: number } {
  const last = (name: string) =>
    Number([...stdout.matchAll(new RegExp(`^  ${name}:\\s+(\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  const parts = [...stdout.matchAll(SKIPPED)].length;
  return { total: last("Total"), passed: last("Passed"), skipped: last("Skipped") + parts };
}

function costIn(stdout: string): Cost | undefined {
  const [, own, children, programs = ""] = /^cost: (\S+) (\S+) (.*)$/m.exec(stdout) ?? [];
  return own === undefined ? undefined : { own: +own, children: +children!, programs };
}

/** A line that says what was skipped, and why. */
export const SKIPPED = /^skipped: .*$/gm;

const LEFT_OUT = /^left out: (\d+)$/gm;

/** The names of suites that a source makes and does not run: uvu does not know of them. */
function suitesNotRun(source: string): string[] {
  const made = [...source.matchAll(/^(?:const|let) (\w+) = suite\b/gm)].map(([, name]) => name!);
  if (/^import \{[^}]*\btest\b[^}]*\} from "uvu"/m.test(source)) made.push("test");
  return made.filter((name) => !new RegExp(`\\b${name}\\.run\\(\\)`).test(source));
}
