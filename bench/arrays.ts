import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { HyperQueueForTests, whyNoHyperQueue } from "../test/hyperqueue/server.ts";
import { SlurmForTests, whyNoSlurm } from "../test/slurm/cluster.ts";
import { median } from "./pairs.ts";

/**
 * `npm run bench:slurm`, `npm run bench:hq`: 1000 calls through a real Slurm of three nodes, or a real HyperQueue of two
 * workers, on this machine, beside one array of the same commands, submitted by the engine's own command, in turn. A
 * worker here is a shell that writes a ready answer, so that what is measured is ours and the engine's. What the submitter takes
 * is its processor time without that of the same run in one process.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXECUTOR = process.argv[2] ?? "slurm";
const CALLS = Number(process.argv[3] ?? 1000);
const ROUNDS = Number(process.argv[4] ?? 3);
const WORKFLOW = `
import { task } from "redun-git";
export const one = task((n) => 1);
export const main = task({ executor: "local" }, (n) => Array.from({ length: n }, (_, i) => one(i)));
`;
/** Its last word is where the answer goes. */
const WORKER = `for last; do :; done
printf 'kind: answer\\nversion: 1\\nresult: 1\\n' >"$last"
`;

interface Engine {
  readonly server: SlurmForTests | HyperQueueForTests;
  /** What names each array that was submitted. */
  arrays(): readonly string[];
  /** Submits some commands as an array that nobody else looks after: element `n` runs `sh <worker> <out>/<n>`. */
  submit(worker: string, out: string): void;
}

function slurm(): Engine {
  const server = new SlurmForTests();
  return {
    server,
    arrays: () => {
      const comments = server.ask("squeue", "-h", "--states=all", "-o", "%k").split("\n");
      return comments.filter((comment) => comment.startsWith("redun-git:"));
    },
    submit: (worker, out) => {
      const input = `#!/bin/sh\nsh ${worker} ${out}/$SLURM_ARRAY_TASK_ID\n`;
      const words = [`--array=0-${CALLS - 1}`, "--output=/dev/null"];
      execFileSync("sbatch", words, { input, env: { ...process.env, ...server.env } });
    },
  };
}

function hyperQueue(): Engine {
  const server = new HyperQueueForTests();
  return {
    server,
    arrays: () =>
      server
        .ask("job", "list", "--all")
        .map(({ name }: { name: string }) => name)
        .filter((name: string) => name.startsWith("one ")),
    submit: (worker, out) => {
      const command = ["sh", "-c", `sh ${worker} ${out}/$HQ_TASK_ID`];
      const none = ["--stdout=none", "--stderr=none"];
      server.ask("submit", `--array=0-${CALLS - 1}`, ...none, "--", ...command);
    },
  };
}

const why = EXECUTOR === "hq" ? whyNoHyperQueue() : whyNoSlurm();
if (why !== null) throw new Error(`There is no ${EXECUTOR} here: ${why}`);
const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
const engine = EXECUTOR === "hq" ? hyperQueue() : slurm();
try {
  await engine.server.start();
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
  git("config", `redun.executor.${EXECUTOR}.command`, `sh ${worker}`);
  const figures = { ours: [] as number[], bare: [] as number[], cpu: [] as number[] };
  const arrays = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const here = run("local");
    const there = run(EXECUTOR);
    for (const name of engine.arrays()) arrays.add(name);
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
  engine.server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** One run: seconds on the clock and of processor time, of all that it started. */
function run(executor: string): { readonly wall: number; readonly cpu: number } {
  const cli = join(ROOT, "dist/cli.cjs");
  const words = `run -q --no-cache -o executor=${executor} workflow.js main --n ${CALLS}`;
  const command = `TIMEFORMAT="%R %U %S"; time '${process.execPath}' '${cli}' ${words} >/dev/null`;
  const env = { ...process.env, ...engine.server.env };
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
  const begun = performance.now();
  engine.submit(worker, out);
  while (readdirSync(out).length < CALLS) await sleep(50);
  rmSync(out, { recursive: true });
  return (performance.now() - begun) / 1000;
}
