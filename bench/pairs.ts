import { spawn, spawnSync } from "node:child_process";

export type Command = readonly [program: string, ...args: string[]];

export interface Pair {
  /** Median wall times in milliseconds. */
  readonly ours: number;
  readonly theirs: number;
}

/**
 * Times two commands in turn, A B A B ..., so that a machine whose speed drifts slows both. The
 * first round warms the caches and is not counted.
 */
export function timePair(ours: Command, theirs: Command, cwd: string, rounds = 21): Pair {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round++) {
    const a = wallTime(ours, cwd);
    const b = wallTime(theirs, cwd);
    if (round === 0) continue;
    times.ours.push(a);
    times.theirs.push(b);
  }
  return { ours: median(times.ours), theirs: median(times.theirs) };
}

/** As `timePair`, but ours only until it says the first byte: what stands before a program's work. */
export async function timeToOutput(ours: Command, theirs: Command, cwd: string): Promise<Pair> {
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= 21; round++) {
    const a = await outputTime(ours, cwd);
    const b = wallTime(theirs, cwd);
    if (round === 0) continue;
    times.ours.push(a);
    times.theirs.push(b);
  }
  return { ours: median(times.ours), theirs: median(times.theirs) };
}

function outputTime([program, ...args]: Command, cwd: string): Promise<number> {
  const start = performance.now();
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((done, fail) => {
    let first = 0;
    child.stdout.once("data", () => {
      first = performance.now() - start;
    });
    child.once("error", fail);
    child.once("close", (status) =>
      status === 0 && first > 0 ? done(first) : fail(new Error(`status ${status}`)),
    );
  });
}

function wallTime([program, ...args]: Command, cwd: string): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: status ${status}\n${stderr}`);
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
