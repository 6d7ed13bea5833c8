/**
 * Each command meets a fault at its first use of the disk, a program or the network, at its second, and so on
 * until it passes untouched (test/support/failpoints.cjs). Afterwards the command has to work, with nothing
 * lost and nothing left behind.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  type BackendName,
  CLI,
  cli,
  environment,
  inProcess,
  logged,
  ok,
  type Result,
  record,
  runInThread,
  start,
  workflowRepository,
} from "../support/cli.ts";
import { httpRemote } from "../support/http-remote.ts";
import { runGit, temporaryFolder, temporaryRepository } from "../support/repository.ts";

/** All of these at every use take ten minutes: REDUN_TEST_EFFORT=exhaustive. */
const FAULTS = ["error", "full", "short", "kill"] as const;
type Fault = (typeof FAULTS)[number];

const FAILPOINTS = fileURLToPath(new URL("../support/failpoints.cjs", import.meta.url));

const WORKFLOW = `
import { appendFileSync } from "node:fs";
import { task } from "redun-git";
export const step = task({ name: "step" }, (n) => {
  appendFileSync("ran", \`\${n}\n\`);
  return n;
});
export const main = task({ name: "main" }, (n = 0) => [1, 2, 3].map((i) => step(10 * n + i)));
`;

interface World {
  readonly dir: string;
  readonly backend: BackendName;
}

interface Case {
  readonly args: readonly string[];
  /** Prepares the folder that each attempt gets a copy of. */
  readonly begin?: (world: World) => void;
  /** What has to be true after the command was repeated. */
  readonly end: (world: World, repeated: Result) => void;
  readonly inProcess?: boolean;
}

/** How many executions there are, by status. */
function statuses({ dir, backend }: World): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { status } of logged(dir, [], { backend })) found[status] = (found[status] ?? 0) + 1;
  return found;
}

const tagsOf = ({ dir, backend }: World, what = "-") => ok(dir, ["tag", "list", what], { backend });

const CASES: Readonly<Record<string, Case>> = {
  run: {
    args: ["run", "w.mjs", "main", "--n", "1"],
    end(world, { stdout }) {
      assert.match(stdout, /11,\s+12,\s+13/);
      const { DONE = 0, ...others } = statuses(world);
      assert.ok(DONE >= 2, "the run before, and the repeated one");
      for (const status of Object.keys(others)) assert.ok(/^(INTERRUPTED|FAILED)$/.test(status));
      // Each step that has ended is in the log: only one that was being recorded runs again.
      const ran = readFileSync(join(world.dir, "ran"), "utf8").trim().split("\n");
      assert.ok(ran.length <= 4, `steps that ran: ${ran}`);
    },
  },
  exec: {
    args: ["exec", "--", "sh", "-c", "echo said; echo more > out"],
    inProcess: true,
    end(world, { stdout }) {
      assert.is(stdout, "said\n");
      const { DONE = 0, ...others } = statuses(world);
      assert.ok(DONE >= 2);
      for (const status of Object.keys(others)) assert.ok(/^(INTERRUPTED|FAILED)$/.test(status));
    },
  },
  "tag add": {
    args: ["tag", "add", "-", "a=1"],
    end(world) {
      assert.is(tagsOf(world).match(/^.*\ba=1\b/gm)?.length, 1);
    },
  },
  "log, of an index that is behind": {
    args: ["log"],
    begin: ({ dir }) => {
      record(dir, ["w.mjs", "main", "--n", "2"]);
      const tip = runGit(dir, ["rev-parse", "redun/main"]);
      runGit(dir, ["update-ref", "refs/redun/main", "redun/main~1"]);
      ok(dir, ["index", "rebuild"]);
      runGit(dir, ["update-ref", "refs/redun/main", tip]);
    },
    end: (_, { stdout }) => assert.is(stdout.match(/^Exec /gm)?.length, 2),
  },
  "index rebuild": {
    args: ["index", "rebuild"],
    end: (world) => assert.equal(statuses(world), { DONE: 1 }),
  },
  push: {
    args: ["push"],
    end({ dir }) {
      const [mine, theirs] = [dir, remoteOf(dir)].map((at) =>
        runGit(at, ["rev-parse", "redun/main"]),
      );
      assert.is(theirs, mine);
    },
  },
  pull: {
    args: ["pull"],
    begin: (world) => {
      ok(world.dir, ["push"]);
      recordElsewhere(world);
    },
    end: (world) => assert.equal(statuses(world), { DONE: 2 }),
  },
  merge: {
    args: ["merge", "refs/heads/other"],
    begin: ({ dir }) => {
      const tip = runGit(dir, ["rev-parse", "redun/main"]);
      record(dir, ["w.mjs", "main", "--n", "2"]);
      runGit(dir, ["update-ref", "refs/heads/other", "redun/main"]);
      runGit(dir, ["update-ref", "refs/redun/main", tip]);
      ok(dir, ["tag", "add", "-", "b=2"]);
    },
    end(world) {
      assert.equal(statuses(world), { DONE: 2 });
      assert.match(tagsOf(world, "~1"), /b=2/);
    },
  },
  import: {
    args: ["import", "--from", "redun", "runs.jsonl"],
    begin: ({ dir }) => {
      const lines = fileURLToPath(new URL("../exchange/redun/runs.jsonl", import.meta.url));
      cpSync(lines, join(dir, "runs.jsonl"));
    },
    end(world) {
      const all = Object.values(statuses(world)).reduce((sum, count) => sum + count, 0);
      assert.is(all, 4);
    },
  },
};

const remoteOf = (dir: string) => join(dir, "..", "remote.git");

/** A run of somebody else, at the remote. */
function recordElsewhere({ dir }: World): void {
  const other = join(dir, "..", "other");
  cpSync(dir, other, { recursive: true });
  record(other, ["w.mjs", "main", "--n", "3"]);
  ok(other, ["push"]);
}

/** A folder with `repo` (one run in its log) and its remote, which attempts get copies of. */
function beginning({ begin }: Case, backend: BackendName): string {
  const { dir } = temporaryFolder();
  const repo = join(dir, "repo");
  cpSync(workflowRepository({ "w.mjs": WORKFLOW, ".gitignore": "ran\nout\n" }).dir, repo, {
    recursive: true,
  });
  cpSync(temporaryRepository({ bare: true }).dir, remoteOf(repo), { recursive: true });
  runGit(repo, ["remote", "add", "origin", "../remote.git"]);
  mkdirSync(join(dir, "tmp"));
  record(repo, ["w.mjs", "main"]);
  ok(repo, ["log"]);
  begin?.({ dir: repo, backend });
  writeFileSync(join(repo, "ran"), "");
  return dir;
}

/** Runs a command in whose `at`th use `how` goes wrong. */
function attempt(
  { args, inProcess: alone }: Case,
  { dir, backend }: World,
  how: Fault,
  at: number,
) {
  const failpoint = JSON.stringify({ at, how });
  const env = { REDUN_TEST_FAILPOINT: failpoint };
  if (how !== "kill" && !alone) {
    return args[0] === "run"
      ? runInThread(dir, args.slice(1), { backend, env })
      : cli(dir, args, { backend, env });
  }
  if (how !== "kill") return counted(dir, args, backend, { at, how });
  const IN_PROCESS = fileURLToPath(new URL("../support/in-process.cjs", import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [IN_PROCESS, CLI, JSON.stringify([args])],
    { cwd: dir, env: environment({ backend, env }), encoding: "utf8", timeout: 60_000 },
  );
  return { status, signal, stdout, stderr, uses: signal ? Array<string>(at).fill("") : [] };
}

/** In a process of its own, for what a thread cannot do. */
function counted(
  dir: string,
  args: readonly string[],
  backend: BackendName,
  failpoint: object,
): Result {
  const count = join(dir, "..", "uses.json");
  const env = {
    REDUN_TEST_FAILPOINT: JSON.stringify({ ...failpoint, count }),
    NODE_OPTIONS: `--require=${FAILPOINTS}`,
  };
  const result = inProcess(dir, args, { backend, env });
  return { ...result, uses: JSON.parse(readFileSync(count, "utf8")) };
}

/** What a command may not leave behind: locks, tickets of locks, journals, halves of files. */
function left(dir: string, wasKilled: boolean): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" });
  // git itself leaves these when it is killed, and `git gc` removes them.
  const pattern = wasKilled
    ? /\.lock$|redun\/locks\/|journal\/|_crash_/
    : /\.lock$|redun\/locks\/|journal\/|_crash_|tmp_(obj|pack|idx)|\.tmp|scratch\//;
  return names.filter((name) => pattern.test(name));
}

function check(
  name: string,
  one: Case,
  backend: BackendName,
  how: Fault,
  at: number,
  origin: string,
): boolean {
  const { dir: folder, remove } = temporaryFolder();
  cpSync(origin, folder, { recursive: true });
  const world = { dir: join(folder, "repo"), backend };
  const { status, signal, stdout, stderr, uses = [] } = attempt(one, world, how, at);
  const isReached = uses.length >= at;
  const what = `${name} (${backend}), ${how} at ${at}: ${uses[at - 1]}\n${stdout}\n${stderr}`;
  try {
    if (how === "kill" && isReached) assert.is(signal, "SIGKILL");
    else assert.ok(status === 0 || (isReached && status === 1), `status ${status}`);
    assert.not.match(stderr, /Please report|\n {4}at /);
    const repeated = one.inProcess
      ? inProcess(world.dir, one.args, { backend })
      : one.args[0] === "run"
        ? runInThread(world.dir, one.args.slice(1), { backend })
        : cli(world.dir, one.args, { backend });
    assert.is(repeated.status, 0, repeated.stderr);
    one.end(world, repeated);
    runGit(world.dir, ["fsck", "--strict", "--no-dangling"]);
    assert.equal(left(folder, how === "kill"), []);
  } catch (error) {
    (error as Error).message += `\n${what}`;
    throw error;
  }
  remove();
  return isReached;
}

/** Which uses meet a fault, and which fault: a few of them, every fourth, or all with all. */
function* drills(): Generator<{ how: Fault; at: number }, void, boolean> {
  const effort = process.env.REDUN_TEST_EFFORT;
  if (effort === "exhaustive") {
    for (const how of FAULTS) for (let at = 1; yield { how, at }; at++);
    return;
  }
  // Each of these begins with another fault, so that a few uses meet all of them.
  const shift = begun++;
  const step = effort === "full" ? 4 : 20;
  for (let n = 0, at = 1; ; n++, at += n === 1 ? 1 : step) {
    if (!(yield { how: FAULTS[(n + shift) % FAULTS.length]!, at })) return;
  }
}

let begun = 0;

const failing = suite("a fault");

for (const [name, one] of Object.entries(CASES)) {
  for (const backend of BACKENDS) {
    // Without git only http reaches a remote: see the requests below.
    if (backend === "isomorphic" && /^(push|pull)$/.test(name)) continue;
    failing(`at any use that ${name} makes of the world (${backend})`, () => {
      const origin = beginning(one, backend);
      const next = drills();
      for (let drill = next.next(false); !drill.done; ) {
        drill = next.next(check(name, one, backend, drill.value.how, drill.value.at, origin));
      }
    });
  }
}

failing("at any request of a push and a pull without git", async () => {
  const one = CASES.push!;
  const origin = beginning(one, "isomorphic");
  const clone = join(origin, "clone");
  cpSync(join(origin, "repo"), clone, { recursive: true });
  runGit(clone, ["update-ref", "-d", "refs/redun/main"]);
  const served = await httpRemote(origin);
  for (const dir of [join(origin, "repo"), clone]) {
    runGit(dir, ["remote", "set-url", "origin", `${served.url}/remote.git`]);
  }
  runGit(remoteOf(clone), ["config", "http.receivepack", "true"]);
  for (const [dir, command] of [
    [join(origin, "repo"), "push"],
    [clone, "pull"],
  ] as const) {
    // isomorphic-git may wait for ever for the rest of a pack that was cut: see docs/guarantees.md.
    for (const how of command === "push" ? (["error", "short"] as const) : (["error"] as const)) {
      for (let at = 1; ; at++) {
        const before = runGit(dir, ["for-each-ref"]);
        const { status, stderr, uses } = await requesting(dir, command, { how, at });
        if (uses < at) break;
        assert.is(status, 1, `${command}, ${how} at ${at}: ${stderr}`);
        assert.match(stderr, /\[(REMOTE_FAILED|PUSH_REJECTED)\]/);
        assert.is(runGit(dir, ["for-each-ref"]), before);
        runGit(dir, ["fsck", "--strict", "--no-dangling"]);
        assert.equal(left(dir, false), []);
      }
      // It has passed: back to where it was.
      if (command === "push" && how === "error") {
        runGit(remoteOf(clone), ["update-ref", "-d", "refs/redun/main"]);
        runGit(dir, ["update-ref", "-d", "refs/redun/remotes/origin/main"]);
      }
    }
  }
  served.close();
  assert.equal(statuses({ dir: clone, backend: "native" }), { DONE: 1 });
});

/** Runs a command beside this process, which serves it. */
async function requesting(dir: string, command: string, { how, at }: { how: Fault; at: number }) {
  const count = join(dir, "..", "uses.json");
  const env = {
    REDUN_TEST_FAILPOINT: JSON.stringify({ at, how, only: "request", count }),
    NODE_OPTIONS: `--require=${FAILPOINTS}`,
  };
  const result = await start(dir, [command], { backend: "isomorphic", env }).ended;
  return { ...result, uses: JSON.parse(readFileSync(count, "utf8")).length };
}

failing.run();
