import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generateRuns } from "../../bench/generate.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { CLI } from "../support/cli.ts";
import { repeats } from "../support/effort.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const INDEX = ".git/redun/index/redun%2Fmain.sqlite";
const RUNS = 300;
/** When a rebuild is killed, in milliseconds after its start. */
const MOMENTS = [60, 120, 320, 400, 180, 240];

const robust = suite("index: damage, kills and other processes");

let repo: TemporaryRepository;
let expected: string;

robust.before(async () => {
  repo = temporaryRepository();
  await generateRuns(repo.dir, "refs/redun/main", 0, RUNS);
  expected = log();
  assert.is(expected.split("\n").length, RUNS + 1);
});

robust.after(() => repo.remove());

function redun(args: readonly string[], options: object = {}) {
  return spawnSync(process.execPath, [CLI, ...args], {
    cwd: repo.dir,
    encoding: "utf8",
    ...options,
  });
}

function log(options: object = {}): string {
  const { status, stdout, stderr } = redun(["log", "--format", "json"], options);
  assert.is(status, 0, stderr);
  return stdout;
}

function start(...args: string[]): { child: ChildProcess; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: repo.dir, stdio: "ignore" });
  return { child, ended: once(child, "close").then(([status]) => status) };
}

robust("a file that is no database is replaced", () => {
  redun(["index", "drop"]);
  writeFileSync(
    join(repo.dir, INDEX),
    "this is not a database, but it is longer than a header\n".repeat(50),
  );
  assert.is(log(), expected);
});

robust("a file that lost its end is replaced", () => {
  for (const size of [20_000, 100_000]) {
    log();
    truncateSync(join(repo.dir, INDEX), size);
    assert.is(log(), expected);
  }
});

robust("a ref that was moved back has its index rebuilt, and again when it is moved on", () => {
  const tip = repo.git("rev-parse", "refs/redun/main");
  const before = log();
  repo.git("update-ref", "refs/redun/main", "refs/redun/main~10");
  assert.is(log().split("\n").length, before.split("\n").length - 10);
  repo.git("update-ref", "refs/redun/main", tip);
  assert.is(log(), before);
});

robust(
  "a rebuild that is killed at any moment leaves an index that is right or rebuilt",
  async () => {
    const before = log();
    for (const wait of MOMENTS.slice(-repeats(MOMENTS.length))) {
      redun(["index", "drop"]);
      const { child, ended } = start("log");
      await sleep(wait);
      child.kill("SIGKILL");
      await ended;
      assert.is(log(), before);
    }
  },
);

robust("processes that bring the index up to date at once agree", async () => {
  const before = log();
  redun(["index", "drop"]);
  const statuses = await Promise.all(Array.from({ length: 4 }, () => start("log").ended));
  assert.equal(statuses, [0, 0, 0, 0]);
  assert.is(log(), before);
});

robust("a git directory that cannot be written is read through a temporary index", () => {
  const copy = temporaryRepository();
  cpSync(repo.dir, copy.dir, { recursive: true });
  // Root may write everywhere, so there a child reads it as the user "nobody".
  const nobody = process.getuid?.() === 0 ? 65534 : undefined;
  const each = (folder: string, change: (path: string) => void) => {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
      if (entry.isDirectory()) change(join(entry.parentPath, entry.name));
    }
    change(folder);
  };
  if (nobody) {
    each(copy.dir, (path) => chownSync(path, nobody, nobody));
    chmodSync(copy.dir, 0o755);
  }
  each(join(copy.dir, ".git"), (path) => chmodSync(path, 0o555));
  const { status, stdout, stderr } = redun(["log", "--format", "json"], {
    cwd: copy.dir,
    env: {
      ...process.env,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
    },
    ...(nobody && { uid: nobody, gid: nobody }),
  });
  each(join(copy.dir, ".git"), (path) => chmodSync(path, 0o755));
  copy.remove();
  assert.is(status, 0, stderr);
  assert.is(stdout, log());
  assert.match(stderr, "temporary index");
});

robust("closing moves what was written into the file, though others have it open", async () => {
  const open = () => IndexedLog.open({ cwd: repo.dir });
  const [reader, writer] = [await open(), await open()];
  reader.index.executionBefore(0);
  await generateRuns(repo.dir, "refs/redun/main", RUNS, RUNS + 5);
  await writer.refresh();
  const ahead = `${writer.file.path}-wal`;
  assert.ok(statSync(ahead).size > 0);
  await writer.close();
  assert.is(statSync(ahead).size, 0);
  await reader.close();
});

robust.run();
