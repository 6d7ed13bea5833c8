/** What the folder of an array lets others read, and what its elements do in real shells. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ArrayFolder } from "../../src/cluster/array-folder.ts";
import { Scratch } from "../../src/cluster/scratch.ts";
import { workerScript } from "../../src/cluster/worker-script.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const arrays = suite("arrays");
const folder = mkdtempSync(join(tmpdir(), "redun-git-arrays-"));
const scratch = new Scratch(folder);
const test = unless(process.platform === "win32" ? "clusters' nodes have a sh" : null, arrays);

arrays.after(() => rmSync(folder, { recursive: true, force: true }));

function arrayOf(isPrivate = false): ArrayFolder {
  return scratch.newArray([{ key: "k", text: "text", isPrivate }]);
}

/** Element 0, whose command writes its own pid and waits, as a group of its own. */
function element(array: ArrayFolder) {
  const command = `sh -c 'echo $$ >${folder}/begun.tmp; mv ${folder}/begun.tmp ${folder}/begun; exec sleep 1000'`;
  const places = { folder: array.folder, root: folder, code: null, command };
  const script = workerScript(
    { ...places, writesLogs: true, looks: 1 },
    { element: "0", node: "here" },
  );
  rmSync(join(folder, "begun"), { force: true });
  const child = spawn("sh", ["-c", script], { stdio: "ignore", detached: true });
  return {
    child,
    ended: new Promise<number | null>((done) => child.once("exit", done)),
    worker: async () => {
      await until(() => existsSync(join(folder, "begun")));
      return Number(readFileSync(join(folder, "begun"), "utf8"));
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("calls that are recorded by their hash alone are for their user only", () => {
  assert.is(statSync(arrayOf(true).folder).mode & 0o077, 0);
  const umask = process.umask(0o022);
  assert.is(statSync(arrayOf(false).folder).mode & 0o777, 0o755);
  process.umask(umask);
});

test("an element ends once its call is withdrawn, and says so", async () => {
  const array = arrayOf();
  const { ended, worker } = element(array);
  const pid = await worker();
  array.withdraw(0);
  assert.not.equal(await ended, 0);
  assert.is(isAlive(pid), false);
  assert.equal(array.endOf(0), { status: "TERM", node: "here" });
});

test("what looks for the call ends with an element that is killed", async () => {
  const { child, ended, worker } = element(arrayOf());
  const pid = await worker();
  process.kill(child.pid!, "SIGKILL");
  process.kill(pid, "SIGKILL");
  await ended;
  // Nobody is left in its group.
  await until(() => !isAlive(-child.pid!));
});

test("an element whose call was withdrawn before it began does nothing", async () => {
  const array = arrayOf();
  array.withdraw(0);
  assert.is(await element(array).ended, 0);
  assert.equal(readdirSync(join(array.folder, "status")), []);
});

arrays.run();
