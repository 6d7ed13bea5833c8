import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findRepository } from "../src/git/files/repository.ts";
import { deferredBackend } from "../src/git/open.ts";
import { openDatabase } from "../src/index/database.ts";
import { indexSize } from "../src/index/index-file.ts";
import { EXECUTION_SQL } from "../src/index/rows.ts";
import { Log } from "../src/log/log.ts";
import { IndexedLog } from "../src/provenance/indexed-log.ts";
import { parseTagCondition } from "../src/query/tag-condition.ts";
import { parsePath } from "../src/record/layout.ts";
import { consoleRows } from "./console.ts";
import { generateRuns, runFiles } from "./generate.ts";
import { type Command, median, timePair } from "./pairs.ts";
import type { Facts, Row } from "./table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CLI = join(ROOT, "dist/cli.cjs");
const REF = "refs/redun/main";
const NOTHING: Command = [process.execPath, "-e", "0"];

/** Everything that is measured on one log of many runs. */
export async function largeLog(runs: number): Promise<{ rows: Row[]; facts: Facts }> {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-bench-"));
  try {
    execFileSync("git", ["init", "--quiet", folder]);
    await generateRuns(folder, REF, 0, runs);
    const at = `${runs.toLocaleString("en")} runs`;
    const rebuilt = rebuild(folder, at);
    const rows = [
      rebuilt.row,
      ...wholeProcesses(folder, at),
      ...(await queries(folder, at)),
      ...(await consoleRows([process.execPath, CLI], folder, at)),
      await update(folder, at, runs),
      tagAdd(folder, at),
      await append(folder, at, runs),
      pathHistory(folder, at, runs),
      verify(folder, at),
    ];
    return { rows, facts: { ...rebuilt.facts, ...(await sizes(folder, runs)) } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function redun(...args: string[]): Command {
  return [process.execPath, CLI, ...args];
}

/** From no index at all, beside streaming the same objects out of git and dropping them. */
function rebuild(folder: string, at: string): { row: Row; facts: Facts } {
  const [, ours] = timed(() => run(folder, redun("index", "rebuild")));
  const stream = `git ls-tree -r ${REF} | cut -c13-52 | git cat-file --batch >/dev/null`;
  const [, theirs] = timed(() => run(folder, ["sh", "-c", stream]));
  // The largest of our own process and of those that it waits for: git counts as well.
  const time = spawnSync("/usr/bin/time", ["-f", "%M", ...redun("index", "rebuild")], {
    cwd: folder,
    encoding: "utf8",
  });
  const memory = Number(time.stderr?.trim().split("\n").at(-1)) / 1024;
  return {
    row: {
      work: `rebuild, ${at}`,
      ours,
      beside: "`git cat-file --batch` of the same",
      theirs,
      goal: 3.5,
    },
    facts: Number.isNaN(memory)
      ? {}
      : { [`peak memory of a rebuild, the largest process, ${at}`]: `${memory.toFixed(0)} MB` },
  };
}

/** Every object of the log read and hashed, and the index made once more, beside git's own check. */
function verify(folder: string, at: string): Row {
  const [, ours] = timed(() => run(folder, redun("verify")));
  const [, theirs] = timed(() => run(folder, ["git", "fsck", "--no-dangling", REF]));
  return { work: `verify, ${at}`, ours, beside: "`git fsck` of the same", theirs, goal: 4 };
}

function wholeProcesses(folder: string, at: string): Row[] {
  const [newest] = execFileSync(process.execPath, [CLI, "log", "-n", "1", "--format", "json"], {
    cwd: folder,
    encoding: "utf8",
  }).split("\n");
  const { id } = JSON.parse(newest!);
  const row = (work: string, ...args: string[]): Row => ({
    work: `${work}, ${at}`,
    beside: "`node -e 0`",
    goal: 1.6,
    ...timePair(redun(...args), NOTHING, folder),
  });
  return [
    row("`log -t user=X`", "log", "-t", "user=user7"),
    row("`log <prefix>`", "log", id.slice(0, 8)),
    row("`tag list`", "tag", "list"),
  ];
}

/** The query alone, beside the sqlite3 shell doing the same. */
async function queries(folder: string, at: string): Promise<Row[]> {
  const log = await IndexedLog.open({ cwd: folder });
  const where = parseTagCondition("user=user7");
  const times = Array.from(
    { length: 200 },
    () => timed(() => log.index.search.executions({ where }, 50))[1],
  );
  const lookups = Array.from({ length: 10_000 }, (_, n) => n.toString(16).padStart(40, "0"));
  const task = execFileSync("git", ["ls-tree", "-r", "--name-only", REF, "tasks/"], {
    cwd: folder,
    encoding: "utf8",
  }).split("\n")[0]!;
  const place = parsePath(task);
  const hash = place?.kind === "task" ? place.id : "";
  const path = log.file.path;
  const cache: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < 7; round++) {
    const [, ours] = timed(() => {
      const calls = log.index.callsOf(hash);
      for (const args of lookups) calls?.with(args);
    });
    cache.ours.push(ours);
    cache.theirs.push(timed(() => rawLookups(path, lookups.length))[1]);
  }
  await log.close();
  const rows: Row[] = [
    {
      work: `10,000 cache lookups that miss, ${at}`,
      ours: median(cache.ours),
      beside: "one prepared statement of SQLite",
      theirs: median(cache.theirs),
      goal: 2,
    },
  ];
  const theirs = shellQuery(path);
  if (theirs !== null) {
    rows.push({
      work: `newest 50 of a tag, inside a process, ${at}`,
      ours: median(times),
      beside: "sqlite3's shell",
      theirs,
      goal: 1.5,
    });
  }
  return rows;
}

/** Lookups of a task's calls, as whoever knows the numbers would make them. */
function rawLookups(path: string, count: number): void {
  const database = openDatabase(path);
  const { task } = database.prepare("SELECT task FROM call LIMIT 1").get()!;
  const lookup = database.prepare("SELECT job FROM call WHERE task = ? AND args = ?");
  // Far from each other, as the numbers of ids are.
  for (let n = 0; n < count; n++) lookup.all(task as number, n * 2 ** 32);
  database.close();
}

/** Milliseconds that sqlite3's shell takes for the rows of the query; null where there is none. */
function shellQuery(path: string): number | null {
  const from = "tag d JOIN execution e ON e.seq = d.entity";
  const sql = `${EXECUTION_SQL.replace("execution e", from)}
    WHERE d.pair = (SELECT seq FROM pair WHERE key = 'user' AND value = '"user7"') AND d.type = 0
    ORDER BY d.time DESC, e.id DESC LIMIT 50;\n`;
  const runs = (count: number) =>
    timed(() =>
      spawnSync("sqlite3", [path], {
        input: sql.repeat(count),
        stdio: ["pipe", "ignore", "ignore"],
      }),
    );
  const [first, once] = runs(1);
  if (first.status !== 0) return null;
  return (runs(401)[1] - once) / 400;
}

/** 100 new runs arrive by other hands, five times; beside git's own difference of the commits. */
async function update(folder: string, at: string, runs: number): Promise<Row> {
  // From source, the first import is compiled.
  await import("../src/index/update.ts");
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < 5; round++) {
    const before = git(folder, "rev-parse", REF);
    const from = runs + round * 100;
    await generateRuns(folder, REF, from, from + 100);
    const log = await IndexedLog.open({ cwd: folder });
    await log.log.backend.commit(before);
    const start = performance.now();
    await log.refresh();
    times.ours.push(performance.now() - start);
    await log.close();
    times.theirs.push(timed(() => run(folder, ["git", "diff-tree", "-r", before, REF]))[1]);
  }
  return {
    work: `update by 100 runs, ${at}`,
    ours: median(times.ours),
    beside: "`git diff-tree -r`",
    theirs: median(times.theirs),
    goal: 4,
  };
}

function tagAdd(folder: string, at: string): Row {
  const id = git(folder, "log", "-1", "--format=%H", REF);
  const [line] = execFileSync(process.execPath, [CLI, "log", "-n", "1", "--format", "json"], {
    cwd: folder,
    encoding: "utf8",
  }).split("\n");
  const execution = JSON.parse(line!).id;
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let n = 0; n < 11; n++) {
    times.ours.push(timed(() => run(folder, redun("tag", "add", execution, `n=${n}`)))[1]);
    const [, nothing] = timed(() => run(folder, NOTHING));
    const [, imported] = timed(() =>
      fastImport(folder, "refs/bench/one", id, [["a.yaml", `${n}\n`]]),
    );
    times.theirs.push(nothing + imported);
  }
  return {
    work: `\`tag add\`, ${at}`,
    ours: median(times.ours),
    beside: "`node -e 0` and one `git fast-import`",
    theirs: median(times.theirs),
    goal: 2,
  };
}

/** One run's files committed, beside a fast-import of the same bytes. */
async function append(folder: string, at: string, runs: number): Promise<Row> {
  const log = new Log(deferredBackend(findRepository(folder)), REF);
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let n = 0; n < 11; n++) {
    const files = runFiles(runs + 1000 + n);
    const start = performance.now();
    await log.append(files, "run hello_world.main [DONE] 3 jobs\n");
    times.ours.push(performance.now() - start);
    const tip = git(folder, "rev-parse", REF);
    const named = files.map(({ path, text }) => [path, text] as const);
    times.theirs.push(timed(() => fastImport(folder, "refs/bench/run", tip, named))[1]);
  }
  await log.backend.close();
  return {
    work: `append of one run, ${at}`,
    ours: median(times.ours),
    beside: "one `git fast-import`",
    theirs: median(times.theirs),
    goal: 2,
  };
}

/** Plain git's history of one execution by its literal path. */
function pathHistory(folder: string, at: string, runs: number): Row {
  const [execution] = runFiles(Math.floor(runs / 2));
  const path = execution!.path.replace("/execution.yaml", "");
  return {
    work: `\`git log -p -- <path>\`, ${at}`,
    beside: "`git rev-list --count`",
    goal: 3,
    ...timePair(
      ["git", "log", "-p", REF, "--", path],
      ["git", "rev-list", "--count", REF],
      folder,
      5,
    ),
  };
}

async function sizes(folder: string, runs: number): Promise<Facts> {
  run(folder, ["git", "gc", "--quiet", "--prune=now"]);
  const packed = Number(/size-pack: (\d+)/.exec(git(folder, "count-objects", "-v"))?.[1]) * 1024;
  const log = await IndexedLog.open({ cwd: folder });
  await log.refresh();
  // With the runs that were added since it was rebuilt.
  const { executions } = log.index.counts();
  await log.close();
  // What was not moved into the file yet is, when the last one closes it.
  const index = indexSize(log.file.path);
  const of = runs.toLocaleString("en");
  return {
    [`bytes of a run in git, packed, of ${of}`]: (packed / executions).toFixed(0),
    [`bytes of a run in the index, of ${of}`]: (index / executions).toFixed(0),
  };
}

function fastImport(
  folder: string,
  ref: string,
  from: string,
  files: readonly (readonly [string, string])[],
): void {
  const body = files.map(
    ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  const input = `commit ${ref}\ncommitter B <b@example.org> 1700000000 +0000\ndata 1\nx\nfrom ${from}\n${body.join("")}\ndone\n`;
  const args = ["fast-import", "--quiet", "--done", "--force"];
  const { status } = spawnSync("git", args, {
    cwd: folder,
    input,
    stdio: ["pipe", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`git fast-import ended with status ${status}`);
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
}

function run(folder: string, [program, ...args]: Command): void {
  const { status, stderr } = spawnSync(program, args, {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: status ${status}\n${stderr}`);
}

function timed<T>(body: () => T): [result: T, milliseconds: number] {
  const start = performance.now();
  const result = body();
  return [result, performance.now() - start];
}
