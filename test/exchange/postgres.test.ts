/** redun's history in PostgreSQL, which a real server holds and the real redun wrote. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, ok } from "../support/cli.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryRepository } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const RUNS = fileURLToPath(new URL("redun/runs.jsonl", import.meta.url));

/** Where Debian keeps PostgreSQL's programs; null where there are none. */
function programs(): string | null {
  const folder = "/usr/lib/postgresql";
  const [version] = existsSync(folder) ? readdirSync(folder) : [];
  if (version === undefined) return null;
  const bin = join(folder, version, "bin");
  // The package of the clients has the folder too.
  return existsSync(join(bin, "initdb")) ? bin : null;
}

const BIN = programs();
const root = process.getuid?.() === 0;
const noRedun = spawnSync("redun", ["--version"]).status === 0 ? null : "redun is not installed";
const missing = (BIN ? null : "no PostgreSQL") ?? noRedun ?? pythonWith("psycopg").missing;

/** A server of its own, which refuses to be root's, and whoever comes is let in. */
async function withServer(run: (address: string, dir: string) => void): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "pg-"));
  chmodSync(dir, 0o777);
  const port = await freePort();
  const data = join(dir, "data");
  const as = (program: string, ...words: string[]) =>
    root
      ? (["runuser", ["-u", "postgres", "--", join(BIN!, program), ...words]] as const)
      : ([join(BIN!, program), words] as const);
  let server: ChildProcess | undefined;
  try {
    const [make, makeWords] = as(
      "initdb",
      "-D",
      data,
      "-A",
      "trust",
      "-U",
      "postgres",
      "--no-sync",
    );
    execFileSync(make, makeWords, { stdio: "pipe", cwd: "/" });
    const [start, startWords] = as(
      "postgres",
      ...["-D", data, "-p", String(port), "-k", dir],
      "-F",
    );
    server = spawn(start, startWords, { stdio: "ignore", cwd: "/" });
    const ready = ["-q", "-h", "127.0.0.1", "-p", String(port)];
    await until(() => spawnSync(join(BIN!, "pg_isready"), ready).status === 0);
    run(`127.0.0.1:${port}/postgres`, dir);
  } finally {
    const ended = server && once(server, "exit");
    const [stop, stopWords] = as("pg_ctl", "-D", data, "stop", "-m", "immediate");
    spawnSync(stop, stopWords, { cwd: "/" });
    await ended;
    rmSync(dir, { recursive: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

const postgres = suite("import from redun's PostgreSQL");

unless(missing, postgres)("is the same as of redun's export, and no password is told", () =>
  withServer((address) => {
    const { dir } = temporaryRepository();
    mkdirSync(join(dir, ".redun"));
    const uri = `postgresql://postgres@${address}`;
    writeFileSync(join(dir, ".redun/redun.ini"), `[backend]\ndb_uri = ${uri}\n`);
    const env = { ...process.env, HOME: dir, TZ: "UTC" };
    const real = (...words: string[]) => execFileSync("redun", words, { cwd: dir, env });
    // The first one makes redun's tables.
    const secret = uri.replace("@", ":geheim@");
    const none = cli(dir, ["import", "--from", "redun", secret]);
    assert.match(none.stderr, "it has no tables of redun's. Nothing was imported. [BAD_IMPORT]");
    real("db", "upgrade");
    // redun's import may write what a tag replaces before the tag, which SQLite allows.
    const lax = "ALTER ROLE postgres SET session_replication_role = replica";
    execFileSync(join(BIN!, "psql"), ["-q", uri, "-c", lax]);
    real("import", "--file", RUNS);
    const words = ["import", "--from", "redun"];
    const imported = ok(dir, [...words, secret]);
    assert.is(imported, "Imported 3 executions with 15 jobs, and 5 tag edits, into redun/main\n");
    ok(dir, ["import", "--log", "lines", "--from", "redun", RUNS]);
    const lines = (log: string) =>
      ok(dir, ["export", "--log", log, "--to", "redun"]).split("\n").sort();
    assert.equal(lines("main"), lines("lines"));
    const again = ok(dir, [...words, secret.replace("postgresql:", "postgresql+psycopg2:")]);
    assert.is(again, "Nothing to import: redun/main has all 3 executions.\n");
    const absent = cli(dir, [...words, `${secret}-not`]);
    assert.match(absent.stderr, 'database "postgres-not" does not exist. Nothing was imported.');
    assert.not.match(`${none.stderr}${absent.stderr}`, "geheim");
    assert.is(absent.status, 1);
    // The temporary tables are gone.
    assert.equal(readdirSync(dir).sort(), [".git", ".redun"]);
  }),
);

postgres("an address that nobody answers is a sentence, without the password", () => {
  const { dir } = temporaryRepository();
  const { status, stderr } = cli(dir, [
    ...["import", "--from", "redun"],
    "postgresql://me:geheim@127.0.0.1:1/db",
  ]);
  assert.match(stderr, "postgresql://127.0.0.1:1/db could not be read: connect ECONNREFUSED");
  assert.not.match(stderr, "geheim");
  assert.is(status, 1);
});

postgres.run();
