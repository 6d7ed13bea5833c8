/** Processes of containers, as the machine sees them: real ones, and folders that look like /proc. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fateOf, thisProcess } from "../../src/git/files/owner.ts";
import { INITIAL_NAMESPACE, processWithin } from "../../src/git/files/process-within.ts";
import { noContainersInside } from "../support/mounts.ts";
import { temporaryFolder } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const made = suite("processes of a made /proc");
const CONTAINER = "4026532178";

/** `/proc` of a machine: its first process, we, and process 17 of a container, which is 900 here. */
function madeProc({ hidepid = "", state = "S (sleeping)", namespace = CONTAINER } = {}): string {
  const { dir } = temporaryFolder();
  const add = (pid: number, ids: string, ns: string, processState = "S (sleeping)") => {
    mkdirSync(join(dir, `${pid}/ns`), { recursive: true });
    writeFileSync(
      join(dir, `${pid}/status`),
      `Name:\tnode\nState:\t${processState}\nNSpid:\t${ids}\n`,
    );
    symlinkSync(`pid:[${ns}]`, join(dir, `${pid}/ns/pid`));
  };
  add(1, "1", INITIAL_NAMESPACE);
  add(process.pid, String(process.pid), INITIAL_NAMESPACE);
  add(900, "900\t17", namespace, state);
  symlinkSync(String(process.pid), join(dir, "self"));
  const mount = `22 27 0:21 / /proc rw,relatime - proc proc rw${hidepid}\n`;
  writeFileSync(join(dir, "self/mountinfo"), mount);
  return dir;
}

made("one that runs is known by its id here; others have ended", () => {
  const proc = madeProc();
  assert.is(processWithin(CONTAINER, 17, proc), 900);
  assert.is(processWithin(CONTAINER, 18, proc), null);
  assert.is(processWithin(CONTAINER, process.pid, proc), null);
  assert.is(processWithin(CONTAINER, 17, madeProc({ namespace: "4026532999" })), null);
  assert.is(processWithin(CONTAINER, 17, madeProc({ state: "Z (zombie)" })), null);
  assert.is(processWithin(CONTAINER, 17, madeProc({ hidepid: ",hidepid=0" })), 900);
});

made("nothing is known where processes may be hidden, or cannot be looked at", () => {
  for (const hidepid of [",hidepid=2", ",gid=4,hidepid=invisible", ",hidepid=ptraceable"]) {
    assert.is(processWithin(CONTAINER, 18, madeProc({ hidepid })), undefined, hidepid);
  }
  assert.is(processWithin(CONTAINER, 17, temporaryFolder().dir), undefined);
  const unreadable = madeProc();
  rmSync(join(unreadable, "900/status"));
  mkdirSync(join(unreadable, "900/status"));
  assert.is(processWithin(CONTAINER, 18, unreadable), undefined);
  const withoutFirst = madeProc();
  rmSync(join(withoutFirst, "1"), { recursive: true });
  assert.is(processWithin(CONTAINER, 18, withoutFirst), undefined);
  const ofAnother = madeProc();
  rmSync(join(ofAnother, "self"));
  assert.is(processWithin(CONTAINER, 18, ofAnother), undefined);
});

made("one that ends while it is looked at has ended", () => {
  const proc = madeProc();
  rmSync(join(proc, "900/status"));
  assert.is(processWithin(CONTAINER, 17, proc), null);
});

made.run();

const real = suite("owners in containers");

unless(noContainersInside(), real)("are alive until they end, and dead afterwards", async () => {
  const print = `
    const { readlinkSync, readFileSync } = require("node:fs");
    const started = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[19];
    const namespace = readlinkSync("/proc/self/ns/pid").replace(/\\D/g, "");
    console.log(JSON.stringify({ pid: process.pid, namespace, started }));
    setInterval(() => {}, 1e6);`;
  const words = ["--kill-child", "--pid", "--fork", "--mount-proc", process.execPath, "-e", print];
  const child = spawn("unshare", words, { stdio: ["ignore", "pipe", "inherit"] });
  const closed = new Promise((done) => child.once("close", done));
  const inside = JSON.parse(String(await new Promise((done) => child.stdout.once("data", done))));
  const owner = { ...thisProcess(), ...inside };
  const alive = fateOf(owner);
  const other = fateOf({ ...owner, pid: 4000 });
  const reused = fateOf({ ...owner, started: "1" });
  const fromInside = fateOf(owner, { ...thisProcess(), namespace: "4026530000" });
  child.kill("SIGKILL");
  await closed;
  await until(() => fateOf(owner).state === "dead");
  assert.is(alive.state, "alive", alive.why);
  assert.match(alive.why, /^process \d+ runs, which is 1 in its container$/);
  assert.equal(other, { state: "dead", why: "process 4000 of its container has ended" });
  assert.is(reused.state, "dead");
  assert.match(reused.why, /another one has its number/);
  assert.is(fromInside.state, "unknown");
  assert.equal(fateOf(owner), { state: "dead", why: "process 1 of its container has ended" });
});

unless(noContainersInside(), real)(
  "that have no /proc of their own are not taken for others",
  async () => {
    const files = join(import.meta.dirname, "../../src/git/files");
    const script = `
    import { fateOf, thisProcess } from ${JSON.stringify(`${files}/owner.ts`)};
    import { isRunning } from ${JSON.stringify(`${files}/process-state.ts`)};
    const owner = thisProcess();
    // The first process is that which tsx was started by, and it runs; its start is unknown here.
    const first = fateOf({ ...owner, pid: 1, started: "7" }).state;
    console.log(JSON.stringify({ owner, own: fateOf(owner).state, first, runs: isRunning(1) }));
    setInterval(() => {}, 1e6);`;
    const words = ["--kill-child", "--pid", "--fork", "sh", "-c", '"$@"; exit', "sh"];
    const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", script];
    const child = spawn("unshare", [...words, ...node], { stdio: ["ignore", "pipe", "inherit"] });
    const closed = new Promise((done) => child.once("close", done));
    const inside = JSON.parse(String(await new Promise((done) => child.stdout.once("data", done))));
    const { state, why } = fateOf(inside.owner);
    child.kill("SIGKILL");
    await closed;
    assert.equal([inside.own, inside.first, inside.runs], ["alive", "alive", true]);
    assert.is(state, "alive", why);
    // Who is just ending cannot be looked at.
    await until(() => fateOf(inside.owner).state === "dead");
  },
);

unless(noContainersInside(), real)("nobody knows of who stands in another container", () => {
  const { boot, machine, host, namespace } = thisProcess();
  const script = `
    import { fateOf } from ${JSON.stringify(join(import.meta.dirname, "../../src/git/files/owner.ts"))};
    const owner = ${JSON.stringify({ boot, machine, host, namespace, pid: 4194305, started: "1" })};
    console.log(fateOf(owner).state);`;
  const words = ["--pid", "--fork", "--mount-proc", process.execPath, "--import", "tsx"];
  const { stdout } = spawnSync("unshare", [...words, "--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  assert.is(stdout, "unknown\n");
});

real.run();
