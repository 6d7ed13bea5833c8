/** What `verify` tells of a log that somebody tampered with: which file, which commit, and why. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { openTemporaryIndexFile } from "../../src/index/index-file.ts";
import { updateIndex } from "../../src/index/update.ts";
import { Log } from "../../src/log/log.ts";
import { mergeLogs } from "../../src/log/merge.ts";
import { valuePath } from "../../src/record/layout.ts";
import { blobId } from "../../src/value/oid.ts";
import { type Verification, type VerifyOptions, verifyLog } from "../../src/verify/verify.ts";
import { madeRun, madeTagEdit } from "../support/made-records.ts";
import { prepared, type TemporaryRepository } from "../support/repository.ts";
import { sampleLog } from "../support/sample.ts";

const REF = "refs/redun/main";
const OPEN = { native: openNative, isomorphic: openIsomorphic } as const;

const sample = await sampleLog([
  { argv: ["run", "one"] },
  { argv: ["run", "two"], fails: true },
  { argv: ["run", "three"], tags: { env: "dev" } },
]);
const copy = prepared(() => sample);

/** Problems as short texts: check, path or commit, reason. */
function told({ problems }: Verification): string[] {
  return problems.map(({ check, path, reason }) => `${check} ${path ?? "-"}: ${reason}`);
}

/** Commits a tree of the log with some files changed (null: removed), as anyone with git can. */
function rewrite(
  { dir, git }: TemporaryRepository,
  files: Readonly<Record<string, string | null>>,
  parents = [REF],
): string {
  const index = { cwd: dir, env: { ...process.env, GIT_INDEX_FILE: join(dir, ".git/other") } };
  const run = (args: string[], input?: string) =>
    execFileSync("git", args, {
      ...index,
      encoding: "utf8",
      ...(input !== undefined && { input }),
    }).trim();
  run(["read-tree", REF]);
  for (const [path, text] of Object.entries(files)) {
    if (text === null) run(["update-index", "--force-remove", path]);
    else {
      const oid = run(["hash-object", "-w", "--stdin"], text);
      run(["update-index", "--add", "--cacheinfo", `100644,${oid},${path}`]);
    }
  }
  const from = parents.flatMap((parent) => ["-p", git("rev-parse", parent)]);
  const commit = run(["commit-tree", "-m", "rewrite", ...from, run(["write-tree"])]);
  git("update-ref", REF, commit);
  return commit;
}

/** Puts another content in the place of a loose object. */
function forge({ dir }: TemporaryRepository, oid: string, type: string, bytes: Buffer): void {
  const path = join(dir, ".git/objects", oid.slice(0, 2), oid.slice(2));
  chmodSync(path, 0o644);
  writeFileSync(
    path,
    deflateSync(Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes])),
  );
}

function filesOf({ git }: TemporaryRepository, pattern: RegExp): { path: string; oid: string }[] {
  const lines = git("ls-tree", "-r", REF).split("\n");
  const files = lines.map((line) => {
    const [, oid = "", path = ""] = /^\d+ blob (\w+)\t(.*)$/.exec(line) ?? [];
    return { path, oid };
  });
  return files.filter(({ path }) => pattern.test(path));
}

function fileOf(repository: TemporaryRepository, pattern: RegExp): { path: string; oid: string } {
  return filesOf(repository, pattern)[0]!;
}

for (const [name, open] of Object.entries(OPEN)) {
  const verify = suite(`verify, ${name}`);
  const test = (
    title: string,
    body: (
      repository: TemporaryRepository,
      check: (options?: VerifyOptions) => Promise<Verification>,
      log: Log,
    ) => Promise<void>,
  ) => {
    verify(title, async () => {
      const repository = copy();
      const backend = open(findRepository(repository.dir));
      try {
        const log = new Log(backend, REF);
        await body(repository, (options) => verifyLog(log, options), log);
      } finally {
        await backend.close();
        repository.remove();
      }
    });
  };

  test("a log as it was written is whole, merged with another one too", async (_, check, log) => {
    const before = await check();
    assert.equal(told(before), []);
    assert.equal([before.commits, before.executions.length], [3, 3]);
    assert.is(before.calls, 5);
    const other = new Log(log.backend, "refs/redun/other");
    await other.append(madeRun(1).files, "run\n");
    await mergeLogs(log, { commit: (await other.tip())!, name: "other" });
    const merged = await check();
    assert.equal(told(merged), []);
    assert.equal([merged.commits, merged.executions.length], [5, 4]);
  });

  test("an empty log is whole", async ({ git }, check) => {
    git("update-ref", "-d", REF);
    const { tip, problems } = await check();
    assert.equal([tip, problems], [null, []]);
  });

  test("a file that a commit removed, although a later one brought it back", async (repository, check) => {
    const { path, oid } = fileOf(repository, /outcome/);
    const text = repository.git("cat-file", "blob", oid);
    const bad = rewrite(repository, { [path]: null });
    rewrite(repository, { [path]: `${text}\n` });
    const found = await check();
    assert.equal(told(found), [`history ${path}: This commit removed it, and a log only grows.`]);
    assert.is(found.problems[0]!.commit, bad);
  });

  test("a merge that drops what one side had", async (repository, check, log) => {
    await new Log(log.backend, "refs/redun/other").append(madeRun(1).files, "run\n");
    const bad = rewrite(repository, {}, [REF, "refs/redun/other"]);
    const found = await check();
    assert.is(found.problems.length, 2);
    assert.ok(found.problems.every(({ check, commit }) => check === "history" && commit === bad));
  });

  test("a record that was changed in place", async (repository, check) => {
    const { path, oid } = fileOf(repository, /execution\.yaml/);
    const text = repository.git("cat-file", "blob", oid).replace("user: ", "user: not-");
    const bad = rewrite(repository, { [path]: `${text}\n` });
    const found = await check();
    assert.match(told(found).join("\n"), `history ${path}: This commit changed it`);
    assert.match(
      told(found).join("\n"),
      /records .*: Its name is \w+, but its content has the id /,
    );
    assert.is(found.problems[0]!.commit, bad);
  });

  test("a job whose call does not follow from its result", async (repository, check) => {
    const segments = filesOf(repository, /jobs-/).map(({ path, oid }) => {
      return { path, oid, text: `${repository.git("cat-file", "blob", oid)}\n` };
    });
    // One that took the outcome of another job, and that job.
    for (const isCached of [true, false]) {
      const { path, oid, text } = segments.find(
        ({ text }) => text.includes("Hello, you!") && text.includes("reused:") === isCached,
      )!;
      const lie = text.replace("Hello, you!", "Goodbye!");
      const forged = path.replace(oid, blobId(lie));
      const bad = rewrite(repository, { [path]: null, [forged]: lie });
      const found = await check();
      const call = found.problems.find(({ path }) => path === forged);
      assert.match(
        call?.reason ?? "",
        /^Job \d names the call \w{40}; its task, arguments, outcome/,
      );
      assert.is(call?.commit, bad);
    }
  });

  test("a value under another value's id", async (repository, check) => {
    const id = blobId("right\n");
    const quoted = '"right"\n';
    const path = valuePath(id);
    rewrite(repository, { [path]: "wrong\n", [valuePath(blobId(quoted))]: quoted });
    const reasons = (await check()).problems.map(({ reason }) => reason).sort();
    assert.equal(
      reasons,
      [
        `It is named ${blobId(quoted)}, but the value in it has the id ${id}.`,
        `It is named ${id}, but the value in it has the id ${blobId("wrong\n")}.`,
      ].sort(),
    );
  });

  test("what no reader would believe", async (repository, check) => {
    const { path } = fileOf(repository, /execution\.yaml/);
    const text = "kind: outcome\nversion: 1\nstatus: GREAT\n";
    const bad = path.replace("execution.yaml", `outcome-${blobId(text)}.yaml`);
    rewrite(repository, { [bad]: text });
    const found = await check();
    assert.match(told(found).join("\n"), `records ${bad}: Not a record of kind outcome`);
    assert.is(found.problems.length, 1);
  });

  test("objects whose content was changed on the disk", async (repository, check) => {
    const { path, oid } = fileOf(repository, /outcome/);
    forge(repository, oid, "blob", Buffer.from("kind: outcome\n"));
    const [first] = (await check()).problems;
    assert.is(first?.path, path);
    assert.match(first?.reason ?? "", /content (?:of the blob \w+ )?has the id/);
  });

  test("a folder that is not there", async (repository, check) => {
    const tree = repository.git("rev-parse", `${REF}:executions`);
    rmSync(join(repository.dir, ".git/objects", tree.slice(0, 2), tree.slice(2)));
    const found = await check();
    assert.ok(found.problems.length > 0);
    for (const text of told(found)) assert.match(text, tree);
  });

  test("a commit that says it has other parents than it was made with", async (repository, check) => {
    const second = repository.git("rev-parse", `${REF}~1`);
    const text = repository.git("cat-file", "commit", second).replace(/^parent .*\n/m, "");
    forge(repository, second, "commit", Buffer.from(text));
    const found = await check();
    assert.is(found.problems.length, 1);
    assert.match(told(found)[0]!, /^history -: .*has the id/);
  });

  test("a range is its own commits and files", async (repository, check, log) => {
    const { path } = fileOf(repository, /outcome/);
    rewrite(repository, { [path]: null });
    const from = repository.git("rev-parse", REF);
    const { id, files } = madeRun(1);
    await log.append(files, "run\n");
    await log.append([madeTagEdit(id, ["env", "prod"])], "tag\n");
    assert.is((await check()).problems.length, 1);
    const since = await check({ range: `${from}..` });
    assert.equal(told(since), []);
    assert.equal([since.commits, since.files, since.executions], [2, 3, [id]]);
    assert.is((await check({ range: `${from}~1..${from}` })).problems.length, 1);
    assert.is((await check({ range: `${from}~1` })).problems.length, 0);
  });

  test("a journal that was damaged", async (repository, check) => {
    const folder = join(repository.dir, ".git/redun/journal");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${"ab".repeat(20)}.0.journal`);
    writeFileSync(path, "not a journal\n");
    assert.equal(told(await check()), [
      `journals ${path}: Its beginning is damaged: it does not say of which run it is.`,
    ]);
  });

  test("an index that says something else than the log", async (_, check, log) => {
    const index = openTemporaryIndexFile("unwritable");
    try {
      assert.is((await check({ index })).index, "none");
      await updateIndex(index.database, log, await log.tip());
      assert.is((await check({ index })).index, "equal");
      index.database.exec("UPDATE execution SET status = 1 - status WHERE seq = 1");
      index.database.exec("DELETE FROM tag WHERE pair = (SELECT max(pair) FROM tag)");
      const found = await check({ index });
      assert.is(found.index, "different");
      assert.match(told(found).join("\n"), /The index lacks a row of tags: /);
      assert.match(told(found).join("\n"), /made anew has not, a row of executions: /);
    } finally {
      index.close();
    }
  });

  verify.run();
}
