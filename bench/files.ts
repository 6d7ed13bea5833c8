import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Command, median } from "./pairs.ts";
import type { Facts, Row } from "./table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const GIGABYTE = 1_000_000_000;
const ROUNDS = 3;

/** One argument of 1 GB: the time that its hash takes within a run, beside git's own. Processor time. */
export function largeFile(): { rows: Row[]; facts: Facts } {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
  try {
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    execFileSync("sh", ["-c", `head -c ${GIGABYTE} /dev/urandom > large.bin`], { cwd: folder });
    const measured = Array.from({ length: ROUNDS }, () => ({
      // The kept hash of an earlier round must not answer.
      ours: measure([process.execPath, "--input-type=module", "-e", hashing()], folder),
      theirs: cpuOf(["git", "hash-object", "--no-filters", "large.bin"], folder),
    }));
    const rounds = measured.map(({ ours, theirs }) => ({ ours: ours.cpu, theirs }));
    return {
      rows: [
        {
          work: "hash of a 1 GB File argument, CPU",
          ours: median(rounds.map(({ ours }) => ours)),
          beside: "`git hash-object`, CPU",
          theirs: median(rounds.map(({ theirs }) => theirs)),
          goal: 1.2,
        },
      ],
      facts: {
        "a run with a 1 GB argument, memory": `${Math.max(...measured.map(({ ours }) => ours.memory))} MB`,
        "longest wait of the event loop meanwhile": `${Math.max(...measured.map(({ ours }) => ours.wait))} ms`,
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A whole run, less what the same run with a small file takes: what is left is the file. */
function hashing(): string {
  return `
import { monitorEventLoopDelay } from "node:perf_hooks";
import { rmSync, writeFileSync } from "node:fs";
import { File, Scheduler, task } from ${JSON.stringify(pathToFileURL(join(ROOT, "dist/index.js")).href)};
const size = task({ name: "size" }, (file) => file.size);
const run = async (path) => {
  rmSync(".git/redun/file-hashes", { force: true });
  const before = process.cpuUsage();
  await new Scheduler().run(size(new File(path)));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
writeFileSync("small.bin", String(Math.random()));
await run("small.bin");
writeFileSync("small.bin", String(Math.random()));
const small = await run("small.bin");
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const cpu = (await run("large.bin")) - small;
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ cpu, memory, wait: Math.round(delay.max / 1e6) }));
`;
}

function measure([program, ...args]: Command, cwd: string) {
  const text = execFileSync(program, args, { cwd, encoding: "utf8" });
  return JSON.parse(text) as { cpu: number; memory: number; wait: number };
}

/** Processor time of a program, in milliseconds. */
function cpuOf(command: Command, cwd: string): number {
  const script = `TIMEFORMAT='%U %S'; time "$@" > /dev/null`;
  const { stderr } = spawnSync("bash", ["-c", script, "-", ...command], { cwd, encoding: "utf8" });
  const [user, system] = stderr.trim().split(" ").map(Number);
  return (user! + system!) * 1000;
}
