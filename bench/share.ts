/**
 * `npm run bench:share -- [runs]`: what it costs to push one run to a remote with so many runs
 * (default 100,000), and to fetch and to pull a hundred from it, beside plain git with the same ref;
 * what a new colleague waits for, once; and twenty pushers at one remote at once. Bytes are those on the wire, both ways, counted at the remote.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findRepository } from "../src/git/files/repository.ts";
import { deferredBackend } from "../src/git/open.ts";
import { Log } from "../src/log/log.ts";
import { countBetween } from "../src/log/record-counts.ts";
import { fetchLog } from "../src/share/fetch.ts";
import { pullLog } from "../src/share/pull.ts";
import { pushLog } from "../src/share/push.ts";
import { remoteLogFor } from "../src/share/remotes.ts";
import { generateRuns, runFiles } from "./generate.ts";
import { median } from "./pairs.ts";

const REF = "refs/redun/main";
const ORIGIN = remoteLogFor("origin", REF);
const CLI = fileURLToPath(new URL("../dist/cli.cjs", import.meta.url));
/** It is known to every repository. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const PUSHES = 11;
const FETCHES = 5;
const PUSHERS = 20;

const runs = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
try {
  const bare = join(folder, "bare.git");
  execFileSync("git", ["init", "-q", "--bare", bare]);
  await generateRuns(bare, REF, 0, runs);
  firstMinute(bare);
  await large(bare);
  await pushers();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One run pushed, and a hundred pulled, by us and by plain git in turn. */
async function large(bare: string): Promise<void> {
  const [ours, other] = [cloneOf(bare, "ours"), cloneOf(bare, "other")];
  for (const { git } of [ours, other]) git("fetch", "-q", "origin", `${REF}:${REF}`);
  ours.git("update-ref", ORIGIN.tracking, REF);
  const pushed: Measured = { ours: [], theirs: [] };
  let n = runs;
  for (let round = 0; round <= PUSHES; round++) {
    await ours.log.append(runFiles(n++), "one run");
    const a = await measured(ours, () => pushLog(ours.log, ORIGIN));
    await ours.log.append(runFiles(n++), "one run");
    const b = await measured(ours, async () => ours.git("push", "-q", "origin", `${REF}:${REF}`));
    ours.git("update-ref", ORIGIN.tracking, REF);
    if (round > 0) note(pushed, a, b);
  }
  report(`push of one run to ${runs.toLocaleString("en")}`, pushed);

  const tracking = `+${REF}:${ORIGIN.tracking}`;
  const ways = {
    fetch: { work: () => fetchAndCount(other.log), refspecs: [tracking] },
    pull: { work: () => pullLog(other.log, ORIGIN), refspecs: [tracking, `${REF}:${REF}`] },
  };
  for (const [name, { work, refspecs }] of Object.entries(ways)) {
    const fetched: Measured = { ours: [], theirs: [] };
    other.git("fetch", "-q", "origin", tracking, `${REF}:${REF}`);
    for (let round = 0; round <= FETCHES; round++) {
      n = await hundred(ours, n);
      const a = await measured(other, work);
      n = await hundred(ours, n);
      const b = await measured(other, async () => other.git("fetch", "-q", "origin", ...refspecs));
      if (round > 0) note(fetched, a, b);
    }
    report(`${name} of 100 runs from ${runs.toLocaleString("en")}`, fetched);
  }
  await Promise.all([ours, other].map(({ log }) => log.backend.close()));
}

/** The first commands in a repository without a log, beside what git needs to have and to count the same. */
function firstMinute(bare: string): void {
  const newClone = (name: string) => {
    const dir = join(folder, name);
    execFileSync("git", ["init", "-q", dir]);
    execFileSync("git", ["remote", "add", "origin", bare], { cwd: dir });
    return (...command: string[]) => timed(command, dir);
  };
  const [colleague, listing, plain] = [newClone("colleague"), newClone("listing"), newClone("git")];
  const cli = [process.execPath, CLI];
  const pull = [colleague(...cli, "pull"), colleague(...cli, "log")];
  const fetch = [
    plain("git", "fetch", "-q", "origin", `${REF}:${REF}`),
    plain("git", "rev-list", "--objects", REF),
  ];
  reportTimes("pull and the first log", pull, "fetch and rev-list", fetch);
  listing(...cli, "fetch");
  const incoming = [listing(...cli, "incoming")];
  const compare = [plain("git", "diff-tree", "-r", EMPTY_TREE, REF)];
  reportTimes("incoming", incoming, "git diff-tree -r", compare);
}

/** Milliseconds of a process. */
function timed([program, ...args]: readonly string[], cwd: string): number {
  const start = performance.now();
  execFileSync(program!, args, { cwd, stdio: "ignore" });
  return performance.now() - start;
}

function reportTimes(ours: string, a: number[], theirs: string, b: number[]): void {
  const [sumOfA, sumOfB] = [a, b].map((times) => times.reduce((sum, one) => sum + one, 0));
  const list = (times: number[]) => times.map((one) => `${(one / 1000).toFixed(1)} s`).join(" + ");
  const ratio = (sumOfA! / sumOfB!).toFixed(2);
  console.log(
    `${ours} of ${runs.toLocaleString("en")}: ${list(a)}, ${theirs} ${list(b)}, ${ratio}x`,
  );
}

/** What `redun-git fetch` does: it also says what came. */
async function fetchAndCount(log: Log): Promise<void> {
  const { before, after } = await fetchLog(log, ORIGIN);
  await countBetween(log.backend, before, after);
}

async function hundred({ log, git }: Clone, from: number): Promise<number> {
  for (let n = from; n < from + 100; n++) await log.append(runFiles(n), "one run");
  git("push", "-q", "origin", `${REF}:${REF}`);
  return from + 100;
}

/** Twenty clones that each push a run to one remote at the same moment. */
async function pushers(): Promise<void> {
  const bare = join(folder, "many.git");
  execFileSync("git", ["init", "-q", "--bare", bare]);
  const clones = Array.from({ length: PUSHERS }, (_, at) => cloneOf(bare, `pusher${at}`));
  for (const [at, { log }] of clones.entries()) await log.append(runFiles(at), "one run");
  const start = performance.now();
  const pushed = await Promise.all(clones.map(({ log }) => pushLog(log, ORIGIN)));
  const seconds = (performance.now() - start) / 1000;
  const rounds = pushed.map((one) => one.rounds);
  console.log(
    `${PUSHERS} pushers at once: all landed in ${seconds.toFixed(1)} s, ${median(rounds)} rounds in the median, ${Math.max(...rounds)} at most`,
  );
  await Promise.all(clones.map(({ log }) => log.backend.close()));
}

interface Clone {
  readonly log: Log;
  readonly wire: string;
  git(...args: string[]): void;
}

interface Cost {
  readonly milliseconds: number;
  readonly bytes: number;
}

interface Measured {
  readonly ours: Cost[];
  readonly theirs: Cost[];
}

/** A clone whose talk with its remote is copied to a file. */
function cloneOf(bare: string, name: string): Clone {
  const dir = join(folder, name);
  const wire = join(folder, `${name}.wire`);
  mkdirSync(dir);
  const git = (...args: string[]) => void execFileSync("git", args, { cwd: dir });
  git("init", "-q");
  git("config", "gc.auto", "0");
  git("remote", "add", "origin", bare);
  for (const program of ["receive-pack", "upload-pack"]) {
    const script = `${dir}-${program}`;
    writeFileSync(script, `#!/bin/sh\ntee -a ${wire} | git ${program} "$@" | tee -a ${wire}\n`);
    chmodSync(script, 0o755);
    git("config", `remote.origin.${program.replace("-", "")}`, script);
  }
  return { log: new Log(deferredBackend(findRepository(dir)), REF), wire, git };
}

async function measured({ wire }: Clone, work: () => Promise<unknown>): Promise<Cost> {
  writeFileSync(wire, "");
  const start = performance.now();
  await work();
  return { milliseconds: performance.now() - start, bytes: statSync(wire).size };
}

function note(to: Measured, ours: Cost, theirs: Cost): void {
  to.ours.push(ours);
  to.theirs.push(theirs);
}

function report(what: string, { ours, theirs }: Measured): void {
  for (const unit of ["milliseconds", "bytes"] as const) {
    const [a, b] = [ours, theirs].map((costs) => median(costs.map((cost) => cost[unit])));
    const ratio = (a! / b!).toFixed(2);
    console.log(`${what}: ${a!.toFixed(0)} ${unit}, plain git ${b!.toFixed(0)}, ${ratio}x`);
  }
}
