/** What jobs cost: processor time and memory of whole runs, over those of a run with one of each. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./pairs.ts";
import type { Facts, Row } from "./table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The build that we mean to be faster than. */
const BEFORE = "a3c3c4e";
const ROUNDS = 5;
const MANY = 10_000;

/** So many trivial jobs and a sum; `odd` is the argument of one of them. */
const WORKFLOW = `
import { task } from "redun-git";
const leaf = task({ name: "leaf", namespace: "bench" }, (count: number) => count + 1);
const sum = task({ name: "sum", namespace: "bench" }, (all: number[]) => all.reduce((a, b) => a + b, 0));
export const main = task({ name: "main", namespace: "bench" }, (count: number, odd = 0) =>
  sum(Array.from({ length: count }, (_, at) => leaf(at === count >> 1 ? at - odd : at))));
`;

/** Of a process and those that it waits for: milliseconds of processor time, megabytes of the largest. */
interface Cost {
  readonly time: number;
  readonly memory: number;
}

type Costs = Record<"empty" | "first" | "cached" | "changed", Cost>;

/** @param most jobs of the largest run */
export function engine(most = 100_000): { rows: Row[]; facts: Facts } {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
  try {
    const ours = join(ROOT, "dist/cli.cjs");
    const old = buildOf(BEFORE, join(folder, "before"));
    const all: { ours: Costs; before: Costs | null }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      all.push({
        ours: measured(ours, join(folder, `ours${round}`)),
        before: old === null ? null : measured(old, join(folder, `before${round}`)),
      });
    }
    const large = runs(ours, join(folder, "large")).run(most);
    const cost = (of: (one: (typeof all)[number]) => number) => median(all.map(of));
    const over = (name: keyof Costs) => cost(({ ours }) => ours[name].time - ours.empty.time);
    const [first, cached, changed] = [over("first"), over("cached"), over("changed")];
    const many = MANY.toLocaleString("en");
    const rows: Row[] = [
      {
        work: `${many} jobs, fully cached`,
        ours: cached,
        beside: "the first time",
        theirs: first,
        goal: 0.5,
      },
      {
        work: `one changed of ${many} jobs`,
        ours: changed,
        beside: "fully cached",
        theirs: cached,
        goal: 1.2,
      },
      {
        work: `${most.toLocaleString("en")} jobs`,
        ours: large.time - cost(({ ours }) => ours.empty.time),
        beside: `${many} jobs`,
        theirs: first,
        goal: 11,
      },
    ];
    const facts: Record<string, string> = {
      [`peak memory of ${many} jobs`]: megabytes(cost(({ ours }) => ours.first.memory)),
      [`peak memory of ${most.toLocaleString("en")} jobs`]: megabytes(large.memory),
    };
    if (old !== null) {
      const theirs = cost(({ before }) => before!.first.time - before!.empty.time);
      rows.unshift({
        work: `${many} jobs and a sum`,
        ours: first,
        beside: `the build of ${BEFORE}`,
        theirs,
        goal: 0.4,
      });
      facts[`peak memory of ${many} jobs, ${BEFORE}`] = megabytes(
        cost(({ before }) => before!.first.memory),
      );
    }
    return { rows, facts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const megabytes = (count: number) => `${count.toFixed(0)} MB`;

/** The command line of an earlier commit, built with the packages that are installed; null where it is not here. */
function buildOf(commit: string, folder: string): string | null {
  const git = (...args: string[]) => spawnSync("git", args, { stdio: "ignore" }).status === 0;
  if (!git("clone", "-q", "--no-checkout", ROOT, folder)) return null;
  if (!git("-C", folder, "checkout", "-q", commit)) return null;
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  execFileSync("npm", ["run", "build"], { cwd: folder, stdio: "ignore" });
  return join(folder, "dist/cli.cjs");
}

/** Runs in a repository of their own. */
function measured(cli: string, folder: string): Costs {
  const { run } = runs(cli, folder);
  run(1);
  return { empty: run(1), first: run(MANY), cached: run(MANY), changed: run(MANY, 1) };
}

function runs(cli: string, folder: string) {
  mkdirSync(folder);
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  writeFileSync(join(folder, "workflow.ts"), WORKFLOW);
  const run = (count: number, odd = 0): Cost => {
    const task = ["workflow.ts", "main", "--count", String(count), "--odd", String(odd)];
    const command = [process.execPath, cli, "run", "--quiet", ...task];
    const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%U %S %M", ...command], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${command.join(" ")}: status ${status}\n${stderr}`);
    const [user, system, kilobytes] = stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
    return { time: 1000 * (user! + system!), memory: kilobytes! / 1024 };
  };
  return { run };
}
