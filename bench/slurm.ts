import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SlurmForTests, whyNoSlurm } from "../test/slurm/cluster.ts";
import { median } from "./pairs.ts";

/**
 * `npm run bench:slurm`: 1000 calls through a real Slurm of three nodes on this machine, beside one
 * `sbatch --array` of the same commands, in turn. A worker here is a shell that writes a ready answer, so that
 * what is measured is ours and Slurm's. What the submitter takes is its processor time without that of
 * the same run in one process.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CALLS = Number(process.argv[2] ?? 1000);
const ROUNDS = Number(process.argv[3] ?? 3);
const WORKFLOW = `
import { task } from "redun-git";
export const one = task((n) => 1);
export const main = task({ executor: "local" }, (n) => Array.from({ length: n }, (_, i) => one(i)));
`;
/** Its last word is where the answer goes. */
const WORKER = `for last; do :; done
printf 'kind: answer\\nversion: 1\\nresult: 1\\n' >"$last"
`;

const why = whyNoSlurm();
if (why !== null) throw new Error(`There is no Slurm here: ${why}`);
const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
const slurm = new SlurmForTests();
try {
  await slurm.start();
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder });
  git("init", "--quiet");
  const worker = join(folder, "worker.sh");
  for (const [name, text] of [
    ["package.json", '{ "type": "module" }'],
    ["workflow.js", WORKFLOW],
    ["worker.sh", WORKER],
  ] as const) {
    writeFileSync(join(folder, name), text);
  }
  git("add", "-A");
  git("commit", "--quiet", "-m", "begin");
  git("config", "redun.executor.slurm.command", `sh ${worker}`);
  const figures = { ours: [] as number[], bare: [] as number[], cpu: [] as number[] };
  const arrays = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const here = run("local");
    const there = run("slurm");
    const comments = slurm.ask("squeue", "-h", "--states=all", "-o", "%k").split("\n");
    for (const comment of comments) if (comment.startsWith("redun-git:")) arrays.add(comment);
    figures.cpu.push((there.cpu - here.cpu) / CALLS);
    figures.ours.push(there.wall);
    figures.bare.push(await bare(worker));
  }
  const ratio = median(figures.ours) / median(figures.bare);
  console.log(`${CALLS} calls, ${ROUNDS} rounds, in seconds:`, figures);
  console.log(`arrays submitted: ${arrays.size / ROUNDS} a run`);
  console.log(
    `processor time of the submitter: ${(median(figures.cpu) * 1000).toFixed(2)} ms a call (goal: 5)`,
  );
  console.log(`wall time: ${ratio.toFixed(2)}x of the bare array (goal: 1.3)`);
} finally {
  slurm.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** One run: seconds on the clock and of processor time, of all that it started. */
function run(executor: string): { readonly wall: number; readonly cpu: number } {
  const cli = join(ROOT, "dist/cli.cjs");
  const words = `run -q --no-cache -o executor=${executor} workflow.js main --n ${CALLS}`;
  const command = `TIMEFORMAT="%R %U %S"; time '${process.execPath}' '${cli}' ${words} >/dev/null`;
  const env = { ...process.env, ...slurm.env };
  const { status, stderr } = spawnSync("bash", ["-c", command], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const [wall, user, system] = stderr.trim().split(/\s+/).slice(-3).map(Number);
  return { wall: wall!, cpu: user! + system! };
}

/** Seconds until the same commands have run as an array that nobody else looks after. */
async function bare(worker: string): Promise<number> {
  const out = join(folder, "out");
  mkdirSync(out);
  const script = `#!/bin/sh\nsh ${worker} ${out}/$SLURM_ARRAY_TASK_ID\n`;
  const begun = performance.now();
  const words = [`--array=0-${CALLS - 1}`, "--output=/dev/null"];
  execFileSync("sbatch", words, { input: script, env: { ...process.env, ...slurm.env } });
  while (readdirSync(out).length < CALLS) await sleep(50);
  rmSync(out, { recursive: true });
  return (performance.now() - begun) / 1000;
}
