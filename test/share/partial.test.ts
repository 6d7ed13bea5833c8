/** Partial clones: what they left out is brought together, and what cannot be brought is told. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GitBackend } from "../../src/git/backend.ts";
import { loadConfig } from "../../src/git/files/config.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { changesBetween } from "../../src/share/changes.ts";
import { pullLog } from "../../src/share/pull.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { cli, ok } from "../support/cli.ts";
import { type Clone, clone, cloneIn, closeClones } from "../support/clone.ts";
import { runGit, temporaryFolder, temporaryRepository } from "../support/repository.ts";

const REF = "refs/redun/main";
const TRACKED = "refs/redun/*:refs/redun/remotes/origin/*";
const OWN = `+${REF}:${REF}`;

/** A bare repository with a log of some runs, and a partial clone that has nothing of it yet. */
async function hub(filter: string, runs: number) {
  const bare = temporaryRepository({ bare: true });
  for (const name of ["allowFilter", "allowAnySHA1InWant"]) {
    bare.git("config", `uploadpack.${name}`, "true");
  }
  const ada = clone(`file://${bare.dir}`, "ada");
  const add = async (count: number) => {
    for (let at = 0; at < count; at++) {
      const id = await ada.run(`${at}`);
      await ada.tag(id, "env", "prod");
    }
    ada.git("push", "-q", "origin", `${REF}:${REF}`);
  };
  await add(runs);
  const { dir } = temporaryFolder();
  runGit("/", ["clone", "-q", `--filter=${filter}`, `file://${bare.dir}`, dir]);
  const git = (...args: string[]) => runGit(dir, args);
  return { bare, add, own: cloneIn({ dir, git, remove() {} }) };
}

/** How often git fetched meanwhile; `open` is a backend that was opened before. */
async function fetches(work: () => Promise<unknown>, open?: GitBackend): Promise<number> {
  const trace = join(temporaryFolder().dir, "trace");
  const environments = [process.env, ...(open ? [open.repository.env] : [])];
  for (const env of environments) env.GIT_TRACE = trace;
  try {
    await work();
  } finally {
    for (const env of environments) delete env.GIT_TRACE;
  }
  // Where no git ran there is no trace.
  const lines = existsSync(trace) ? readFileSync(trace, "utf8").split("\n") : [];
  return lines.filter((line) => / built-in: git fetch /.test(line)).length;
}

/** What a query is answered: how many executions there are, and how many records are not here. */
async function query({ dir }: Pick<Clone, "dir">): Promise<[number, number | null]> {
  const log = await IndexedLog.open({ cwd: dir });
  try {
    const { absent } = await log.refresh();
    return [log.index.search.executions({ where: undefined }, -1).length, absent];
  } finally {
    await log.close();
  }
}

const pull = (one: Clone) =>
  pullLog(one.log, remoteLogFor("origin", REF, loadConfig(one.backend.repository)));

const partial = suite("partial clones");

// Where folders are left out, they are one request more.
for (const [filter, requests] of [
  ["blob:none", 1],
  ["blob:limit=1", 1],
  ["tree:0", 2],
] as const) {
  partial(`a pull brings all records in one request, and a query none (${filter})`, async () => {
    const { add, own } = await hub(filter, 12);
    own.git("fetch", "-q", "origin", TRACKED);
    // The first is that of the pull itself.
    assert.is(await fetches(() => pull(own), own.backend), 1 + requests);
    let found: unknown;
    assert.is(await fetches(async () => (found = await query(own))), 0);
    assert.equal(found, [12, 0]);
    await add(3);
    assert.is(await fetches(() => pull(own), own.backend), 1, "what a pull fetches is whole");
    assert.is(await fetches(async () => (found = await query(own))), 0);
    assert.equal(found, [15, 0]);
  });

  partial(`or the first query does (${filter})`, async () => {
    const { add, own } = await hub(filter, 12);
    for (const [more, all] of [
      [0, 12],
      [5, 17],
    ] as const) {
      await add(more);
      own.git("fetch", "-q", "origin", OWN);
      let found: unknown;
      assert.is(await fetches(async () => (found = await query(own))), requests);
      assert.equal(found, [all, 0]);
      assert.is(await fetches(() => query(own)), 0);
    }
  });

  partial(
    `without the network, what is there is answered, and the rest told (${filter})`,
    async () => {
      const { bare, add, own } = await hub(filter, 4);
      own.git("fetch", "-q", "origin", OWN);
      assert.equal(await query(own), [4, 0]);
      await add(2);
      own.git("fetch", "-q", "origin", OWN);
      const away = `${bare.dir}-away`;
      renameSync(bare.dir, away);
      try {
        const absent = filter === "tree:0" ? null : 6;
        assert.equal(await query(own), [4, absent]);
        assert.equal(await query(own), [4, absent], "each time");
        const { status, stdout, stderr } = cli(own.dir, ["log", "--count"]);
        assert.equal([status, stdout.trim()], [0, "4 Execution"]);
        assert.match(stderr, /^warning: this clone is partial, and .* not here and in no answer/);
        assert.match(stderr, "`redun-git pull` brings them");
        const code = await pull(own).catch((error) => error.code);
        assert.ok(["REMOTE_FAILED", "OBJECT_MISSING"].includes(code), code);
      } finally {
        renameSync(away, bare.dir);
      }
      assert.equal((await pull(own)).merged?.scenario, "equal");
      assert.equal(await query(own), [6, 0]);
      assert.match(ok(own.dir, ["log"]), /env=prod/);
    },
  );
}

partial("a query asks again when the remote is back, and a run needs it for nothing", async () => {
  const { bare, own } = await hub("blob:none", 3);
  own.git("fetch", "-q", "origin", OWN);
  const away = `${bare.dir}-away`;
  renameSync(bare.dir, away);
  const empty = cli(own.dir, ["log"]);
  assert.match(empty.stdout, "No executions in refs/redun/main, as far as its records are here.");
  assert.not.match(empty.stdout, /\byet\b/);
  await own.run("offline");
  const [found, absent] = await query(own);
  assert.is(found, 1);
  assert.ok(Number(absent) > 0, String(absent));
  renameSync(away, bare.dir);
  assert.equal(await query(own), [4, 0]);
  assert.equal(cli(own.dir, ["log", "--count"]).stderr, "");
});

partial("very many objects are fetched in several requests, with progress", async () => {
  const bare = temporaryRepository({ bare: true });
  for (const name of ["allowFilter", "allowAnySHA1InWant"]) {
    bare.git("config", `uploadpack.${name}`, "true");
  }
  const files = Array.from({ length: 10_001 }, (_, at) => [
    `M 100644 inline ${at % 256}/${at}`,
    `data ${String(at).length}`,
    `${at}`,
  ]);
  const begin = ["commit refs/heads/main", "committer a <a@b.c> 1700000000 +0000", "data 0"];
  const input = `${[begin, ...files].flat().join("\n")}\n`;
  execFileSync("git", ["fast-import", "--quiet"], { cwd: bare.dir, input });
  const { dir } = temporaryFolder();
  const url = `file://${bare.dir}`;
  runGit("/", ["clone", "-q", "--bare", "--filter=blob:none", url, dir]);
  const backend = openNative(findRepository(dir));
  try {
    const commit = (await backend.resolve("refs/heads/main"))!;
    const oids = [...(await backend.missing(commit))];
    assert.is(oids.length, 10_001);
    const told: string[] = [];
    const onBrought = (done: number, total: number) => void told.push(`${done}/${total}`);
    assert.is(await fetches(async () => void (await backend.bring(oids, onBrought)), backend), 2);
    assert.equal(told, ["0/10001", "10000/10001", "10001/10001"]);
    assert.is((await backend.missing(commit)).size, 0);
  } finally {
    await backend.close();
  }
});

partial("incoming asks once", async () => {
  const { own } = await hub("blob:none", 6);
  own.git("fetch", "-q", "origin", TRACKED);
  const log = await IndexedLog.open({ cwd: own.dir });
  try {
    await log.refresh();
    const theirs = await log.log.backend.resolve("refs/redun/remotes/origin/main");
    let incoming: Awaited<ReturnType<typeof changesBetween>> | undefined;
    const asked = await fetches(async () => {
      incoming = await changesBetween(log, null, theirs);
    }, log.log.backend);
    assert.ok(asked > 0 && asked <= 2, `${asked} requests: edits, and runs`);
    assert.is(incoming?.executions.length, 6);
  } finally {
    await log.close();
    rmSync(own.dir, { recursive: true, force: true });
  }
});

partial.after(closeClones);
partial.run();
