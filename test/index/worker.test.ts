/** A large log is read and digested by a thread of its own: nothing of the index may tell. */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { generateRuns } from "../../bench/generate.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openBackend } from "../../src/git/open.ts";
import { openDatabase } from "../../src/index/database.ts";
import type { Database } from "../../src/index/sqlite-types.ts";
import { updateIndex } from "../../src/index/update.ts";
import { Log } from "../../src/log/log.ts";
import { blobId } from "../../src/value/oid.ts";
import { CLI } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const REF = "refs/redun/main";
const INDEX = ".git/redun/index/redun%2Fmain.sqlite";
/** Three files each. */
const RUNS = 900;

const worker = suite("index: rebuild beside a worker");

let repo: TemporaryRepository;
let log: Log;

worker.before(async () => {
  repo = temporaryRepository();
  await generateRuns(repo.dir, REF, 0, RUNS);
  log = new Log(await openBackend(findRepository(repo.dir)), REF);
  await log.append([{ path: "tasks/aa/aaaa.yaml", text: "kind: nonsense\n" }], "a bad record");
});

worker.after(async () => {
  await log.backend.close();
  repo.remove();
});

/** Rebuilds with the built command, which leaves a file behind if it started a thread. */
function rebuild(env: Record<string, string> = {}) {
  const [preload, seen] = [join(repo.dir, "preload.cjs"), join(repo.dir, "seen")];
  rmSync(seen, { force: true });
  const threads = 'require("node:worker_threads").isMainThread';
  writeFileSync(
    preload,
    `if (!${threads}) require("node:fs").writeFileSync(${JSON.stringify(seen)}, "");`,
  );
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--require", preload, CLI, "index", "rebuild"],
    { cwd: repo.dir, encoding: "utf8", env: { ...process.env, ...env } },
  );
  assert.ok(existsSync(seen), "no worker ran");
  return { status, stderr };
}

/** The tables, each with a hash of all its rows: a diff of so many would take minutes. */
function tables(database: Database): Record<string, string> {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all() as { name: string }[];
  // Numbers that each index makes with a secret of its own.
  const secret: Record<string, readonly string[]> = { name: ["rest"], call: ["args"] };
  const rows = (name: string) =>
    database
      .prepare(`SELECT * FROM "${name}"${name === "meta" ? " WHERE key <> 'secret'" : ""}`)
      .all()
      .map((row) => {
        const entries = Object.entries(row as object);
        return JSON.stringify(entries.filter(([column]) => !secret[name]?.includes(column)));
      })
      .sort();
  return Object.fromEntries(names.map(({ name }) => [name, blobId(rows(name).join("\n"))]));
}

for (const backend of oneOf(["native", "isomorphic"])) {
  worker(`tables are those that one thread makes: ${backend}`, async () => {
    const own = new Log(await openBackend(findRepository(repo.dir), backend), REF);
    const { status, stderr } = rebuild({ REDUN_GIT_BACKEND: backend });
    assert.is(status, 0, stderr);
    assert.match(stderr, "tasks/aa/aaaa.yaml");
    const alone = openDatabase(":memory:");
    const built = openDatabase(join(repo.dir, INDEX));
    try {
      const bad = await updateIndex(alone, own, await own.tip());
      assert.equal(
        bad.map(({ path }) => path),
        ["tasks/aa/aaaa.yaml"],
      );
      assert.equal(tables(built), tables(alone));
    } finally {
      alone.close();
      built.close();
      await own.backend.close();
    }
  });
}

worker("a format that is too new is refused in its own words", async () => {
  await log.backend.append({
    ref: REF,
    expected: await log.tip(),
    files: [{ path: "format.yaml", bytes: Buffer.from("format: redun-git\nversion: 99\n") }],
    message: "from the future",
  });
  const { status, stderr } = rebuild();
  assert.is(status, 1);
  assert.match(stderr, "is in format 99");
  assert.match(stderr, "Update redun-git.");
});

worker.run();
