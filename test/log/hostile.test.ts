/**
 * A log that is meant to harm: what a merge refuses, and what an index leaves out and names when
 * the log came by a plain `git fetch`. Whatever it held, the next command works.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import type { GitBackend, Oid } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { openDatabase } from "../../src/index/database.ts";
import { IndexReader } from "../../src/index/reader.ts";
import { updateIndex } from "../../src/index/update.ts";
import { Log } from "../../src/log/log.ts";
import { mergeLogs } from "../../src/log/merge.ts";
import { executionFolder, taskPath } from "../../src/record/layout.ts";
import { MAX_RECORD_BYTES } from "../../src/record/size.ts";
import { inFull, isTurnOf } from "../support/effort.ts";
import { importedStart, madeRun } from "../support/made-records.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const OPEN = { native: openNative, isomorphic: openIsomorphic } as const;
const STARTED = "2026-05-06T07:08:09.000Z";
const START = {
  task: "made.main",
  argv: ["run"],
  started: STARTED,
  user: "eve",
  host: "laptop",
  code: {},
  tags: [],
  nonce: "0",
};

interface World {
  readonly repo: TemporaryRepository;
  readonly git: GitBackend;
  log(name: string): Log;
  /** Commits entries to a log besides what it holds. */
  commit(name: string, entries: readonly Entry[]): void;
  blob(content: string | Buffer): Oid;
  /** Adds an entry, as `git mktree` takes it, to the top of the log `b`. */
  plant(entry: string): void;
  /** Why the log `b` is not merged into `a`, which must be as before. */
  refusal(): Promise<string>;
  /** What an index of a log leaves out, and how many executions it has. */
  indexed(name: string): Promise<{ bad: string[]; reasons: string[]; executions: number }>;
}

interface Entry {
  readonly path: string;
  readonly oid: Oid;
  readonly mode?: string;
}

for (const [backend, open] of Object.entries(OPEN)) {
  const hostile = suite(`hostile logs, ${backend}`);
  const test = (title: string, body: (world: World) => Promise<void>) => {
    if (!isTurnOf(backend, Object.keys(OPEN), title)) return;
    hostile(title, async () => {
      const repo = temporaryRepository({ commit: true });
      const git = open(findRepository(repo.dir));
      try {
        const world = worldOf(repo, git);
        await world.log("a").append(madeRun(1).files, "run\n");
        await world.log("b").append(madeRun(2).files, "run\n");
        await body(world);
        // The next command works.
        await world.log("a").append(madeRun(3).files, "run\n");
        assert.is((await world.indexed("a")).executions, 2);
      } finally {
        await git.close();
        repo.remove();
      }
    });
  };

  test("a record that is too large is never read", async (world) => {
    const oid = world.blob(Buffer.alloc(MAX_RECORD_BYTES + 1, "a"));
    const path = taskPath(oid);
    world.commit("b", [{ path, oid }]);
    assert.match(await world.refusal(), `${path} in b is damaged or forged. It has 2013`);
    const { bad, executions } = await world.indexed("b");
    assert.equal([bad, executions], [[path], 1]);
    // Whoever asks for it all the same is told.
    let told: unknown;
    try {
      for await (const { text } of world.log("b").read([oid])) told = text;
    } catch (error) {
      told = (error as RedunError).code;
    }
    assert.ok(told === "BAD_RECORD" || told === "", String(told).slice(0, 100));
    for await (const { text } of world.log("b").read([world.blob("small")])) {
      assert.is(text, "small");
    }
  });

  test("a large file at many paths is read once", async (world) => {
    const start = importedStart("run-1", START).text;
    const oid = world.blob(`${start}# ${"x".repeat(100_000)}\n`);
    const entries = Array.from({ length: 1500 }, (_, at) => {
      return { path: `${executionFolder(`run-${at}`, STARTED)}/execution.yaml`, oid };
    });
    world.commit("b", entries);
    let reads = 0;
    const { read } = world.git;
    const counting: GitBackend = {
      ...world.git,
      read: (oids) =>
        read(
          (async function* () {
            for await (const one of oids) {
              if (one === oid) reads++;
              yield one;
            }
          })(),
        ),
    };
    const database = openDatabase(":memory:");
    const log = new Log(counting, world.log("b").ref);
    const bad = await updateIndex(database, log, await log.tip());
    database.close();
    // One whose turn came first is the only one that may be what it says.
    assert.ok(bad.length >= 1499, String(bad.length));
    assert.ok(reads <= 3, `read ${reads} times`);
    assert.match(await world.refusal(), "run-");
  });

  test("modes of others than ordinary files are refused by all", async (world) => {
    const entries = ["120000", "100755"].map((mode, at) => {
      const oid = world.blob(`kind: task ${at}\n`);
      return { path: taskPath(oid), oid, mode };
    });
    world.commit("b", entries);
    assert.match(await world.refusal(), /symbolic link|mode 100755/);
    const { bad, reasons } = await world.indexed("b");
    assert.equal(bad, entries.map(({ path }) => path).sort());
    assert.match(reasons.join(), "It is a symbolic link");
  });

  test("a file whose mode changes leaves every index", async (world) => {
    const { path } = madeRun(2).files[0]!;
    const log = world.log("b");
    const database = openDatabase(":memory:");
    await updateIndex(database, log, await log.tip());
    world.commit("b", [
      { path, oid: world.repo.git("rev-parse", `${log.ref}:${path}`), mode: "100755" },
    ]);
    const bad = await updateIndex(database, log, await log.tip());
    assert.equal(
      bad.map((one) => one.path),
      [path],
    );
    assert.equal(new IndexReader(database).search.executions({}, 10), []);
    database.close();
  });

  test("an imported execution whose id is known on another day is refused", async (world) => {
    const first = importedStart("run-1", START);
    await world.log("a").append([first], "import\n");
    const second = importedStart("run-1", { ...START, started: "2026-05-07T07:08:09.000Z" });
    world.commit("b", [{ path: second.path, oid: world.blob(second.text) }]);
    assert.match(await world.refusal(), `Its id is known: ${first.path} has it.`);
    world.repo.git("update-ref", world.log("a").ref, `${world.log("a").ref}~1`);
  });

  test("a few folders that lead to more files than could be listed are refused", async (world) => {
    let [kind, oid] = ["100644 blob", world.blob("x\n")];
    for (let level = 0; level < 8; level++) {
      oid = mktree(
        world,
        Array.from({ length: 20 }, (_, at) => `${kind} ${oid}\tn${at}`),
      );
      kind = "040000 tree";
    }
    world.plant(`040000 tree ${oid}\tbomb`);
    assert.match(await world.refusal(), /bomb\/\S+ in b is damaged or forged. It stands here once/);
    // Nobody is told which commit brought what of it.
    const to = (await world.log("b").tip())!;
    let arrived = 0;
    for await (const { files } of world.git.additions({ from: null, to, paths: ["bomb"] })) {
      arrived += files.length;
    }
    assert.ok(arrived < 200_000, String(arrived));
    const { bad, executions } = await world.indexed("b");
    assert.match(bad.join(" "), /^bomb\/\S+$/);
    assert.is(executions, 1);
  });

  test("a tree in the place of a file is refused", async (world) => {
    const { repo } = world;
    const tree = mktree(world, [`100644 blob ${world.blob("x\n")}\tfile`]);
    const raw = Buffer.concat([Buffer.from("100644 odd\0"), Buffer.from(tree, "hex")]);
    const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    const folder = execFileSync("git", args, { cwd: repo.dir, input: raw, encoding: "utf8" });
    world.plant(`040000 tree ${folder.trim()}\todd`);
    assert.match(await world.refusal(), `odd/odd in b is damaged or forged. What it should hold`);
    assert.is((await world.indexed("b")).executions, 1);
  });

  test("folders in folders are looked into as far as people make them", async (world) => {
    world.plant(`040000 tree ${deepTree(world, 400)}\tdeep`);
    assert.match(await world.refusal(), "It is 201 folders deep, of at most 200.");
    const { reasons, executions } = await world.indexed("b");
    assert.equal([reasons, executions], [["It is 201 folders deep, of at most 200."], 1]);
  });

  test("a folder that is too large is left out, wherever it is", async (world) => {
    const file = world.blob("x\n");
    const name = "n".repeat(200);
    const many = Array.from({ length: 75_000 }, (_, at) => `100644 blob ${file}\t${name}${at}`);
    world.plant(`040000 tree ${mktree(world, many)}\tmany`);
    assert.match(await world.refusal(), /many in b is damaged .* bytes, of at most 16777216/);
    const { bad, executions } = await world.indexed("b");
    assert.equal([bad, executions], [["many"], 1]);
  });

  if (backend === "isomorphic") {
    test("what a packed object would need is known before it is read", async (world) => {
      const big = world.blob(Buffer.alloc(MAX_RECORD_BYTES + 1, "a"));
      const small = world.blob("a".repeat(100));
      const random = randomBytes(5000).toString("hex");
      const alike = [world.blob(random), world.blob(`${random.slice(0, -9)}x`)];
      const oids = [big, small, ...alike];
      const known = (await world.git.sizes(oids)).slice();
      execFileSync("git", ["pack-objects", "-q", ".git/objects/pack/pack"], {
        cwd: world.repo.dir,
        input: `${oids.join("\n")}\n`,
      });
      world.repo.git("prune-packed");
      assert.equal(known, [MAX_RECORD_BYTES + 1, 100, 10_000, 9992]);
      // One of the two is a delta of the other, which must be held to read it.
      assert.equal((await world.git.sizes(oids)).slice(0, 3), known.slice(0, 3));
      assert.ok([9992, 10_000].includes((await world.git.sizes(oids))[3]!));
      const path = taskPath(big);
      world.commit("b", [{ path, oid: big }]);
      assert.match(await world.refusal(), `${path} in b is damaged or forged. It has 2013`);
      assert.equal((await world.indexed("b")).bad, [path]);
    });
  }

  if (backend === "native") {
    inFull(test)(
      "an imported record that is too large is refused in a partial clone as well",
      async (world) => {
        const { text, path } = importedStart("run-1", START);
        const oid = world.blob(`${text}# ${"x".repeat(MAX_RECORD_BYTES)}\n`);
        world.commit("b", [{ path, oid }]);
        const { repo } = world;
        repo.git("config", "uploadpack.allowFilter", "true");
        repo.git("config", "uploadpack.allowAnySHA1InWant", "true");
        const clone = mkdtempSync(join(tmpdir(), "redun-git-"));
        const git = (...args: string[]) => execFileSync("git", args, { cwd: clone, stdio: "pipe" });
        git("init", "-q");
        git("remote", "add", "origin", `file://${repo.dir}`);
        const refs = ["refs/redun/a:refs/redun/a", "refs/redun/b:refs/redun/b"];
        git("fetch", "-q", "--filter=blob:none", "origin", ...refs);
        const partial = openNative(findRepository(clone));
        try {
          const log = new Log(partial, "refs/redun/a");
          const commit = (await partial.resolve("refs/redun/b"))!;
          const error = await mergeLogs(log, { commit, name: "b" }).catch((reason) => reason);
          assert.match(String(error), `${path} in b is damaged or forged. It has 2013`);
        } finally {
          await partial.close();
          rmSync(clone, { recursive: true });
        }
      },
    );

    test("two entries of one name, and names that are not UTF-8, are refused", async (world) => {
      const { repo } = world;
      const entry = (name: string | Buffer, text: string) =>
        Buffer.concat([
          Buffer.from("100644 "),
          Buffer.from(name),
          Buffer.from([0]),
          Buffer.from(world.blob(text), "hex"),
        ]);
      const tree = (...entries: Buffer[]) => {
        const input = Buffer.concat(entries);
        const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
        return execFileSync("git", args, { cwd: repo.dir, input, encoding: "utf8" }).trim();
      };
      const format = entry("format.yaml", "format: redun-git\nversion: 1\n");
      for (const [odd, words] of [
        [[entry("notes", "one\n"), entry("notes", "two\n")], "two entries"],
        [
          [entry(Buffer.from([0x6e, 0xff]), "x\n"), entry(Buffer.from([0x6e, 0xfe]), "y\n")],
          "not UTF-8",
        ],
      ] as const) {
        const commit = repo.git("commit-tree", "-m", "odd", tree(format, ...odd));
        repo.git("update-ref", "refs/redun/b", commit);
        assert.match(await world.refusal(), words);
      }
    });
  }

  hostile.run();
}

function mktree({ repo }: Pick<World, "repo">, lines: readonly string[]): Oid {
  const input = lines.join("\n");
  return execFileSync("git", ["mktree"], { cwd: repo.dir, input, encoding: "utf8" }).trim();
}

/** A tree with a file below so many folders. */
function deepTree({ repo, blob }: Pick<World, "repo" | "blob">, levels: number): Oid {
  const path = Array.from({ length: levels }, () => "d").join("/");
  const lines = ["commit refs/deep", "committer Eve <eve@example.com> 0 +0000", "data 0"];
  const input = [...lines, `M 100644 ${blob("x\n")} ${path}/d`, "", "done", ""].join("\n");
  // Loose objects, as git makes them one by one.
  const args = ["-c", "fastimport.unpackLimit=1000", "fast-import", "--quiet", "--done"];
  execFileSync("git", args, { cwd: repo.dir, input });
  return repo.git("rev-parse", "refs/deep^{tree}");
}

function worldOf(repo: TemporaryRepository, git: GitBackend): World {
  const log = (name: string) => new Log(git, `refs/redun/${name}`);
  return {
    repo,
    git,
    log,
    commit(name, entries) {
      const { ref } = log(name);
      const lines = [
        `commit ${ref}`,
        "committer Eve <eve@example.com> 1700000000 +0000",
        "data 0",
        `from ${ref}^0`,
        ...entries.map(({ path, oid, mode = "100644" }) => `M ${mode} ${oid} ${path}`),
      ];
      const input = `${lines.join("\n")}\n\ndone\n`;
      execFileSync("git", ["fast-import", "--quiet", "--done"], { cwd: repo.dir, input });
    },
    blob(content) {
      const args = ["hash-object", "-w", "--stdin"];
      return execFileSync("git", args, { cwd: repo.dir, input: content, encoding: "utf8" }).trim();
    },
    plant(entry) {
      const ref = "refs/redun/b";
      const top = [...repo.git("ls-tree", ref).split("\n"), entry];
      const commit = repo.git("commit-tree", "-p", ref, "-m", "planted", mktree({ repo }, top));
      repo.git("update-ref", ref, commit);
    },
    async refusal() {
      const before = repo.git("for-each-ref");
      const commit = (await log("b").tip())!;
      const error = await mergeLogs(log("a"), { commit, name: "b" }).catch((reason) => reason);
      assert.instance(error, RedunError, String(error));
      assert.is(repo.git("for-each-ref"), before);
      return (error as RedunError).message;
    },
    async indexed(name) {
      const database = openDatabase(":memory:");
      try {
        const bad = await updateIndex(database, log(name), await log(name).tip());
        return {
          bad: bad.map(({ path }) => path).sort(),
          reasons: bad.map(({ reason }) => reason),
          executions: new IndexReader(database).search.executions({}, 100).length,
        };
      } finally {
        database.close();
      }
    },
  };
}
