/** What only the isomorphic backend has to prove: what git does for the native one by itself. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, RedunError } from "../../src/errors.ts";
import { readConfig } from "../../src/git/files/config-reader.ts";
import { lockFile } from "../../src/git/files/lock-file.ts";
import { thisProcess, ticketName } from "../../src/git/files/owner.ts";
import { startOf } from "../../src/git/files/process-state.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import {
  runGit,
  type TemporaryRepository,
  temporaryFolder,
  temporaryRepository,
} from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { APPEND_PROGRAM } from "./contract/append-program.ts";
import { append, assertSound, filesAt, REF, rejects, withBackend } from "./contract/support.ts";

const isomorphic = suite("isomorphic backend");

/** A repository on which the log has one commit. */
async function withLog(
  body: (repo: TemporaryRepository, tip: string) => Promise<void>,
): Promise<void> {
  const repo = temporaryRepository({ commit: true });
  const tip = await on(repo, (git) => append(git, null, { a: "1" }));
  await body(repo, tip);
  repo.remove();
}

function on<T>(repo: TemporaryRepository, body: Parameters<typeof withBackend<T>>[2]): Promise<T> {
  return withBackend(openIsomorphic, repo.dir, body);
}

function looseFile(repo: TemporaryRepository, oid: string): string {
  return join(repo.dir, ".git/objects", oid.slice(0, 2), oid.slice(2));
}

function startChild(repo: TemporaryRepository, label: string, count: number) {
  const args = [APPEND_PROGRAM, "isomorphic", repo.dir, REF, label, String(count)];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  return { child, ended: new Promise<number | null>((done) => child.once("close", done)) };
}

// ---- objects

for (const kept of [0, 10]) {
  isomorphic(`an object torn after ${kept} bytes is written again`, async () => {
    await withLog(async (repo, tip) => {
      fs.writeFileSync(join(repo.dir, "b"), "content");
      const path = looseFile(repo, repo.git("hash-object", "b"));
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(path, Buffer.alloc(kept, 1));
      await on(repo, (git) => append(git, tip, { b: "content" }));
      assert.equal(filesAt(repo), { a: "1", b: "content" });
      assertSound(repo);
    });
  });
}

isomorphic("objects that are there are not written again, loose or packed", async () => {
  await withLog(async (repo, tip) => {
    const path = looseFile(repo, repo.git("rev-parse", `${tip}:a`));
    const old = new Date("2020-01-01T00:00:00Z");
    fs.utimesSync(path, old, old);
    const before = fs.statSync(path);
    const second = await on(repo, (git) => append(git, tip, { b: "1" }));
    const after = fs.statSync(path);
    assert.is(after.ino, before.ino);
    assert.ok(after.mtimeMs > before.mtimeMs, "marked as used, so that git gc spares it");
    repo.git("gc", "-q", "--prune=now");
    await on(repo, (git) => append(git, second, { c: "1" }));
    assert.not.ok(fs.existsSync(path));
    assertSound(repo);
  });
});

isomorphic("a process killed at any moment leaves a sound repository that goes on", async () => {
  const kill = async (afterMs: number) => {
    const repo = temporaryRepository();
    const { child, ended } = startChild(repo, "killed", 100_000);
    const log = join(repo.dir, ".git", REF);
    while (!fs.existsSync(log)) await sleep(5);
    await sleep(afterMs);
    child.kill("SIGKILL");
    await ended;
    const count = Number(repo.git("rev-list", "--count", REF));
    await on(repo, async (git) => append(git, await git.resolve(REF), { next: "1" }));
    assert.is(Object.keys(filesAt(repo)).length, count + 1);
    assertSound(repo);
    repo.remove();
  };
  await Promise.all([7, 60, 133].map(kill));
});

isomorphic("half-written files are ones that git gc removes", async () => {
  await withLog(async (repo) => {
    const shard = dirname(looseFile(repo, repo.git("rev-parse", `${REF}:a`)));
    const left = join(shard, "tmp_obj_0123456789abcdef");
    fs.writeFileSync(left, "half");
    repo.git("prune", "--expire=now");
    assert.not.ok(fs.existsSync(left));
  });
});

isomorphic("a shared repository stays shared", async () => {
  const { dir, remove } = temporaryFolder();
  const repo = { dir, remove, git: (...args: string[]) => runGit(dir, args) };
  const before = process.umask(0o077);
  try {
    repo.git("init", "-q", "--shared=group");
    await on(repo, (git) => append(git, null, { a: "1" }));
    const blob = looseFile(repo, repo.git("rev-parse", `${REF}:a`));
    assert.is(fs.statSync(dirname(blob)).mode & 0o2070, 0o2070);
    assert.is(fs.statSync(blob).mode & 0o777, 0o440);
    assert.is(fs.statSync(join(repo.dir, ".git/refs/redun")).mode & 0o2070, 0o2070);
    assert.is(fs.statSync(join(repo.dir, ".git", REF)).mode & 0o060, 0o060);
  } finally {
    process.umask(before);
    repo.remove();
  }
});

// ---- locks

/** Leaves a lock on the log as a process would have that was killed while it held it. */
function leaveLock(repo: TemporaryRepository, owner: ReturnType<typeof thisProcess>): string {
  const tickets = join(repo.dir, ".git/redun/locks");
  fs.mkdirSync(tickets, { recursive: true });
  const ticket = join(tickets, ticketName(owner, "0badcafe"));
  const lock = join(repo.dir, ".git", `${REF}.lock`);
  fs.writeFileSync(ticket, "half an obj");
  fs.linkSync(ticket, lock);
  return lock;
}

async function isBroken(repo: TemporaryRepository): Promise<boolean> {
  const path = join(repo.dir, ".git", REF);
  const tickets = join(repo.dir, ".git/redun/locks");
  try {
    (await lockFile(path, { tickets, patienceInMs: 60 })).release();
    return true;
  } catch (error) {
    assert.instance(error, RedunError);
    assert.is((error as RedunError).code, "REF_BUSY");
    assert.ok((error as RedunError).message.includes(`${path}.lock`), "it names the file");
    return false;
  }
}

function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

/** Gives the id of a process that has ended, but whose parent does not ask how. Linux only. */
async function withZombie(body: (pid: number) => Promise<void>): Promise<void> {
  // What a shell becomes by `exec` knows nothing of the shell's children; the shell itself would ask.
  const parent = spawn("sh", ["-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 60"]);
  const [said] = await once(parent.stdout, "data");
  const until = async (pid: number, file: string, is: RegExp) => {
    while (!is.test(fs.readFileSync(`/proc/${pid}/${file}`, "utf8"))) await sleep(5);
  };
  try {
    await until(parent.pid!, "comm", /^sleep$/m);
    parent.stdin.end();
    await until(Number(said), "stat", /\) Z /);
    await body(Number(said));
  } finally {
    parent.kill();
  }
}

isomorphic("the lock of a dead process is recovered, without traces", async () => {
  await withLog(async (repo, tip) => {
    const lock = leaveLock(repo, { ...thisProcess(), pid: deadProcess() });
    const second = await on(repo, (git) => append(git, tip, { b: "2" }));
    assert.is(repo.git("rev-parse", REF), second);
    assert.not.ok(fs.existsSync(lock));
    assert.equal(fs.readdirSync(join(repo.dir, ".git/redun/locks")), []);
    assert.is(fs.readFileSync(join(repo.dir, ".git", REF), "utf8"), `${second}\n`);
    assertSound(repo);
  });
});

isomorphic("one dead lock, two processes that find it: nothing is lost", async () => {
  await withLog(async (repo) => {
    leaveLock(repo, { ...thisProcess(), pid: deadProcess() });
    const children = ["one", "two"].map((label) => startChild(repo, label, 5));
    assert.equal(await Promise.all(children.map(({ ended }) => ended)), [0, 0]);
    assert.is(repo.git("rev-list", "--count", REF), "11");
  });
});

isomorphic("a living process's lock is not broken", async () => {
  await withLog(async (repo) => {
    const lock = leaveLock(repo, thisProcess());
    assert.not(await isBroken(repo));
    assert.ok(fs.existsSync(lock));
  });
});

const noStart = thisProcess().started === "" ? "nothing tells when a process began" : null;

unless(noStart, isomorphic)("a killed process nobody waited for counts as dead", async () => {
  await withZombie((pid) =>
    withLog(async (repo) => {
      leaveLock(repo, { ...thisProcess(), pid, started: startOf(pid) });
      assert.ok(await isBroken(repo));
    }),
  );
});

unless(noStart, isomorphic)("a process id that is in use again counts as dead", async () => {
  const owner = thisProcess();
  await withLog(async (repo) => {
    leaveLock(repo, { ...owner, started: "1" });
    assert.ok(await isBroken(repo));
  });
});

/** A process of a machine that nothing is known of. */
const ELSEWHERE = {
  host: "",
  machine: "0123456789ab",
  boot: "",
  namespace: "",
  pid: 1,
  started: "",
};

isomorphic("another machine's lock is broken when it is old, not before", async () => {
  await withLog(async (repo) => {
    const lock = leaveLock(repo, ELSEWHERE);
    assert.not(await isBroken(repo));
    const old = new Date(Date.now() - 11 * 60_000);
    fs.utimesSync(lock, old, old);
    assert.ok(await isBroken(repo));
  });
});

isomorphic("git's own lock is waited for, and never broken", async () => {
  await withLog(async (repo, tip) => {
    const lock = join(repo.dir, ".git", `${REF}.lock`);
    fs.writeFileSync(lock, "");
    const old = new Date("2020-01-01T00:00:00Z");
    fs.utimesSync(lock, old, old);
    assert.not(await isBroken(repo));
    const waiting = on(repo, (git) => append(git, tip, { b: "2" }));
    await sleep(100);
    fs.rmSync(lock);
    const second = await waiting;
    assert.is(repo.git("rev-parse", REF), second);
  });
});

isomorphic("a released lock leaves the file as it was", async () => {
  await withLog(async (repo, tip) => {
    assert.ok(await isBroken(repo));
    assert.is(repo.git("rev-parse", REF), tip);
    assert.equal(fs.readdirSync(join(repo.dir, ".git/refs/redun")), ["main"]);
    assert.equal(fs.readdirSync(join(repo.dir, ".git/redun/locks")), []);
  });
});

// ---- refusals

function refusal(repo: TemporaryRepository): ErrorCode | undefined {
  try {
    openIsomorphic(findRepository(repo.dir));
    return undefined;
  } catch (error) {
    assert.instance(error, RedunError);
    assert.match((error as RedunError).hint ?? "", /Install git 2\.30/);
    return (error as RedunError).code;
  }
}

isomorphic("refuses SHA-256", () => {
  const repo = temporaryRepository({ objectFormat: "sha256" });
  assert.is(refusal(repo), "UNSUPPORTED_REPOSITORY");
  repo.remove();
});

for (const [key, value] of [
  ["extensions.refStorage", "reftable"],
  ["extensions.partialClone", "origin"],
  ["remote.some origin.promisor", "true"],
] as const) {
  isomorphic(`refuses ${key} = ${value}`, () => {
    const repo = temporaryRepository();
    assert.is(refusal(repo), undefined);
    repo.git("config", key, value);
    assert.is(refusal(repo), "UNSUPPORTED_REPOSITORY");
    repo.remove();
  });
}

isomorphic("refuses alternates", () => {
  const [repo, other] = [temporaryRepository(), temporaryRepository({ commit: true })];
  const alternates = join(repo.dir, ".git/objects/info/alternates");
  fs.writeFileSync(alternates, `${other.dir}/.git/objects\n`);
  assert.is(refusal(repo), "UNSUPPORTED_REPOSITORY");
  repo.remove();
  other.remove();
});

isomorphic("refuses a split index", async () => {
  const repo = temporaryRepository({ commit: true });
  repo.git("update-index", "--split-index");
  await on(repo, (git) => rejects(git.head(), "UNSUPPORTED_REPOSITORY"));
  repo.remove();
});

isomorphic("refuses a broken ref and a circle of refs", async () => {
  const repo = temporaryRepository();
  const refs = join(repo.dir, ".git/refs/redun");
  fs.mkdirSync(refs);
  fs.writeFileSync(join(refs, "main"), "");
  fs.writeFileSync(join(refs, "circle"), "ref: refs/redun/circle\n");
  await on(repo, async (git) => {
    await rejects(git.resolve(REF), "BAD_REF");
    await rejects(append(git, null, { a: "1" }), "BAD_REF");
    await rejects(git.resolve("refs/redun/circle"), "BAD_REF");
    await rejects(git.resolve("../../etc/passwd"), "BAD_REF");
  });
  repo.remove();
});

// ---- work tree and configuration

isomorphic("dirty: a change that keeps size and time", async () => {
  const repo = temporaryRepository({ commit: true });
  const path = join(repo.dir, "README");
  const time = new Date("2020-01-01T00:00:00Z");
  fs.utimesSync(path, time, time);
  repo.git("update-index", "--refresh");
  fs.writeFileSync(path, "A repository for a test\n");
  fs.utimesSync(path, time, time);
  assert.is((await on(repo, (git) => git.head())).dirty, true);
  repo.remove();
});

isomorphic("dirty: symbolic links, executable bits, converted line ends", async () => {
  const repo = temporaryRepository({ commit: true });
  const dirty = async () => (await on(repo, (git) => git.head())).dirty;
  fs.symlinkSync("README", join(repo.dir, "link"));
  repo.git("add", ".");
  repo.git("commit", "-q", "-m", "link");
  fs.lutimesSync(join(repo.dir, "link"), new Date(), new Date());
  assert.is(await dirty(), false);
  fs.chmodSync(join(repo.dir, "README"), 0o755);
  assert.is(await dirty(), true);
  repo.git("config", "core.fileMode", "false");
  assert.is(await dirty(), false);
  fs.writeFileSync(join(repo.dir, "README"), "a repository for a test\r\n");
  assert.is(await dirty(), true);
  repo.git("config", "core.autocrlf", "true");
  assert.is(await dirty(), false);
  fs.rmSync(join(repo.dir, "link"));
  fs.symlinkSync("elsewhere", join(repo.dir, "link"));
  assert.is(await dirty(), true);
  repo.remove();
});

isomorphic("dirty: a submodule at another commit, or changed inside", async () => {
  const [repo, inner] = [
    temporaryRepository({ commit: true }),
    temporaryRepository({ commit: true }),
  ];
  const dirty = async () => (await on(repo, (git) => git.head())).dirty;
  repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.dir, "module");
  repo.git("commit", "-q", "-m", "module");
  assert.is(await dirty(), false);
  fs.writeFileSync(join(repo.dir, "module/README"), "changed");
  assert.is(await dirty(), true);
  repo.git("-C", "module", "commit", "-q", "-a", "-m", "moved");
  assert.is(await dirty(), true);
  repo.git("add", "module");
  repo.git("commit", "-q", "-m", "moved");
  assert.is(await dirty(), false);
  repo.git("submodule", "--quiet", "deinit", "--all");
  assert.is(await dirty(), false, "not checked out");
  repo.remove();
  inner.remove();
});

const CONFIG =
  String.raw`
# a comment
; another
[plain] key = value # comment
	Other-Key=  two  words	
	empty =
	bool
	quoted = "a # b ; c"  tail "  x "
	escapes = a\tb\nc\\d\"e
	"broken" 
`.replace('\t"broken" \n', "") +
  String.raw`
[sub "With \"Quotes\" and.dots"]
	key = continued \
    line
	spaces = "  inside  "  
[Old.Style] Key = 1
[url "git@github.com:"] insteadOf = https://github.com/
[a] b = 1
[a] b = 2
	c = x"y z"w;comment
	d = ""
	e = trailing\t
	f = two  spaces
[A "B"] C = "multi \
line"
`;

isomorphic("reads a config file as git does", () => {
  const repo = temporaryRepository();
  fs.appendFileSync(join(repo.dir, ".git/config"), CONFIG);
  const config = readConfig(findRepository(repo.dir));
  const listed = repo.git("config", "--list", "-z").split("\0").filter(Boolean);
  assert.ok(listed.length > 20);
  for (const entry of listed) {
    const [key, ...lines] = entry.split("\n");
    const value = lines.length > 0 ? lines.join("\n") : "true";
    assert.ok(
      config.getAll(key!).includes(value),
      `${JSON.stringify(entry)}: ${config.getAll(key!)}`,
    );
  }
  assert.equal(config.getAll("a.b"), ["1", "2"]);
  repo.remove();
});

isomorphic("refuses an include of which only git knows whether it holds", () => {
  const repo = temporaryRepository();
  const found = findRepository(repo.dir);
  repo.git("config", "includeIf.hasconfig:remote.*.url:https://x.org/**.path", "extra");
  assert.throws(
    () => readConfig(found),
    (error: unknown) => error instanceof RedunError && /hasconfig:.* holds/.test(error.message),
  );
  repo.remove();
});

for (const line of ["[unclosed", '[x] key = "open', "[x] 1key = 2", "[x] k v"]) {
  isomorphic(`refuses the config line ${line}, as git does`, async () => {
    const repo = temporaryRepository();
    const found = findRepository(repo.dir);
    const path = join(repo.dir, ".git/config");
    fs.writeFileSync(path, `${line}\n${fs.readFileSync(path, "utf8")}`);
    assert.throws(() => repo.git("config", "--list"), /bad config line 1/);
    const repository = { ...found, workTree: null };
    assert.throws(
      () => readConfig(repository),
      (error: unknown) => error instanceof RedunError && /line 1 /.test(error.message),
    );
    repo.remove();
  });
}

isomorphic.run();
