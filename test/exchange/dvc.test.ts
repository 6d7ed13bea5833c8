/** DVC's experiments, from a repository that DVC 3.67.1 made (dvc/make.sh). */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok } from "../support/cli.ts";
import { prepared, temporaryRepository } from "../support/repository.ts";

const BUNDLE = fileURLToPath(new URL("dvc/experiments.bundle", import.meta.url));

const experiments = prepared(() => {
  const made = temporaryRepository();
  made.git("fetch", "--quiet", BUNDLE, "refs/*:refs/bundled/*");
  for (const line of made.git("for-each-ref", "--format=%(refname)", "refs/bundled").split("\n")) {
    made.git("update-ref", line.replace("refs/bundled/", "refs/"), line);
    made.git("update-ref", "-d", line);
  }
  return made;
});

const dvc = suite("import from DVC");

dvc("an experiment is an execution with a job for each stage, and its metrics are tags", () => {
  const { dir, git } = experiments();
  const words = ["import", "--from", "dvc", "."];
  assert.is(
    ok(dir, words),
    "Imported 3 executions with 9 jobs, and 0 tag edits, into redun/main\n",
  );
  const tip = git("rev-parse", "redun/main");
  assert.is(ok(dir, words), "Nothing to import: redun/main has all 3 executions.\n");
  assert.is(git("rev-parse", "redun/main"), tip);
  const [half] = logged(dir, ["-t", "acc<0.7"]);
  const commit = git("for-each-ref", "--format=%(objectname)", "refs/exps/*/*/half");
  assert.equal([half!.id, half!.commit, half!.user], [`dvc-${commit}`, commit, "Ann"]);
  const line = ok(dir, ["log", "-t", "dvc.experiment=half"]);
  assert.match(line, `dvc.baseline=${git("rev-parse", "main")}`);
  assert.match(line, "val.loss=1.0, val.n=1.0");
  const page = ok(dir, ["log", half!.id]);
  const jobs = page.split("\n").filter((line) => /^ *Job/.test(line));
  assert.match(jobs.join("\n"), /dvc\.experiment\(\)\n.* prep\(.*, prep\.n=3\)\n.* train\(/);
  ok(dir, ["verify"]);
});

dvc(
  "a file is known by its content where git or DVC's cache has it, and its makers by its path",
  () => {
    const { dir, git } = experiments();
    // Its MD5 names it in the cache. What DVC made of the first experiment is not there.
    mkdirSync(join(dir, ".dvc/cache/files/md5/f2"), { recursive: true });
    writeFileSync(
      join(dir, ".dvc/cache/files/md5/f2/6c9d0e6863f3de4d122c02b198f9d1"),
      "x\n".repeat(3),
    );
    ok(dir, ["import", "--from", "dvc", "."]);
    const train = ok(dir, ["log", "train.py"]);
    const blob = git("rev-parse", "main:train.py");
    assert.match(train, blob);
    const data = ok(dir, ["log", "data.csv"]);
    assert.match(data, "Produced by Job");
    assert.match(data, "Task dvc:prep:");
    const call = /<-- <([0-9a-f]{8})> train/.exec(ok(dir, ["log", "metrics.json"]))?.[1];
    const page = ok(dir, ["log", call!]);
    assert.match(page, /train\.lr += <[0-9a-f]{8}> 0\.5/);
    assert.match(page, "model.bin': {md5: '");
    assert.match(page, /data\.csv +<-- derives from|prep_result <-- /);
  },
);

dvc("what cannot be read is said, and a repository without experiments refused", () => {
  const { dir, git } = experiments();
  const none = cli(temporaryRepository().dir, ["import", "--from", "dvc", "."]);
  assert.match(none.stderr, "The repository has no experiments of DVC's.");
  assert.is(none.status, 1);
  const base = git("rev-parse", "main");
  const ref = `refs/exps/${base.slice(0, 2)}/${base.slice(2)}/empty`;
  git("update-ref", ref, base);
  const { stderr } = cli(dir, ["import", "--from", "dvc", "."]);
  assert.is(stderr, "Left out: empty, which has no dvc.lock.\n");
});

dvc.run();
