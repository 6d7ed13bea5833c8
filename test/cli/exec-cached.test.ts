/** `exec --cached` and `step --cached`: when an earlier program stands for one, and when it does not. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLI, ok } from "../support/cli.ts";
import { jobTree } from "../support/job-tree.ts";
import { argument, paths, programRepository } from "../support/programs.ts";
import { recorded } from "../support/recorded.ts";
import { skipped } from "../support/skipped.ts";

const exec = suite("exec --cached");
/** Each run leaves a line in a file that git ignores. */
const FILES = {
  "count.sh": 'echo ran >> runs.log; wc -l < "$1" > lines.txt; echo counted; echo careful >&2\n',
  "data.csv": "a\nb\n",
  ".gitignore": "*.log\n",
};
const COUNT = ["--", "sh", "count.sh", "data.csv"];

/** Runs a command with nothing on its standard input, as `exec --cached` wants it. */
function run(dir: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stdio = ["ignore", "pipe", "pipe"] as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    cwd: dir,
    env: { ...process.env, ...env },
    encoding: "utf8",
    stdio: [...stdio],
  });
  return { status, stdout, stderr };
}

const cached = (dir: string, words: readonly string[], env?: Readonly<Record<string, string>>) =>
  run(dir, ["exec", "--cached", ...words], env);

function runs(dir: string): number {
  const path = join(dir, "runs.log");
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

exec("skips an equal run, prints what that printed, and says which one stands for it", () => {
  const { dir } = programRepository(FILES);
  cached(dir, COUNT);
  const again = cached(dir, COUNT);
  assert.equal([again.status, again.stdout, runs(dir)], [0, "counted\n", 1]);
  const { executions, jobs } = recorded(dir);
  const [first, second] = executions.toSorted((a, b) => (a.started < b.started ? -1 : 1));
  const [ran, stands] = [first!, second!].map(
    ({ id }) => jobs.find(({ execution }) => execution === id)!,
  );
  assert.equal([ran!.status, stands!.status, stands!.reused], ["DONE", "CACHED", ran!.id]);
  assert.equal(stands!.result, ran!.result);
  assert.match(
    again.stderr,
    new RegExp(
      `^careful\\n\\[redun\\] Not run: job ${ran!.id.slice(0, 8)} of execution ${first!.id.slice(0, 8)} \\(.*\\) stands for it: 2 inputs unchanged, 1 output unchanged\\n$`,
    ),
  );
  assert.match(ok(dir, ["why", "-"]), /was cached by job/);
});

exec("runs where an input, an output or a word is another one, or gone", () => {
  const { dir } = programRepository(FILES);
  const changes: [() => void, RegExp][] = [
    [() => {}, /no earlier execution/],
    [() => writeFileSync(join(dir, "data.csv"), "c\n"), /the content of data\.csv changed/],
    [
      () => writeFileSync(join(dir, "lines.txt"), "9\n"),
      /lines\.txt is not as the equal call left it/,
    ],
    [() => rmSync(join(dir, "lines.txt")), /lines\.txt is not as the equal call left it/],
  ];
  for (const [at, [change, why]] of changes.entries()) {
    change();
    cached(dir, COUNT);
    assert.is(runs(dir), at + 1);
    assert.match(ok(dir, ["why", "-"]), why);
  }
  run(dir, ["exec", ...COUNT]);
  assert.is(runs(dir), 5);
  assert.match(ok(dir, ["why", "-"]), /runs its program unless --cached is given/);
  cached(dir, ["--env", "HOME", ...COUNT]);
  assert.is(runs(dir), 6);
});

exec("no program that failed, was killed or made too little stands for another", () => {
  const { dir } = programRepository(FILES);
  const programs = [
    [[], "exit 3", 3],
    [[], "kill -9 $$", 137],
    [["--out", "none.txt"], "true", 0],
  ] as const;
  for (const [options, end, status] of programs) {
    const words = [...options, "--", "sh", "-c", `echo ran >> runs.log; ${end}`];
    const before = runs(dir);
    assert.is(cached(dir, words).status, status);
    assert.is(cached(dir, words).status, status);
    assert.is(runs(dir), before + 2, end);
  }
});

exec("declared outputs are those that the earlier program made", () => {
  const { dir } = programRepository(FILES);
  const program = ["--", "sh", "-c", "echo ran >> runs.log; echo 1 > a.txt; echo 2 > b.txt"];
  cached(dir, ["--out", "a.txt", ...program]);
  cached(dir, ["--out", "a.txt", ...program]);
  assert.is(runs(dir), 1);
  // Of b.txt that record does not tell.
  cached(dir, ["--out", "*.txt", ...program]);
  assert.is(runs(dir), 2);
});

exec("what a program may have read from its standard input is not known", () => {
  const { dir, env } = programRepository(FILES);
  const command = "redun-git exec --cached -- sh -c 'echo ran >> runs.log; cat'";
  const shell = (text: string) =>
    spawnSync("sh", ["-c", text], {
      cwd: dir,
      encoding: "utf8",
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  assert.match(shell(`echo 1 | ${command}`).stderr, /a pipe, is not recorded/);
  assert.is(shell(`${command} < /dev/null`).stdout, "");
  assert.is(runs(dir), 2);
  if (process.platform !== "linux") return skipped("files on standard input", "no /proc");
  // A file that is tracked is an input.
  for (const at of [3, 3]) {
    assert.is(shell(`${command} < data.csv`).stdout, "a\nb\n");
    assert.is(runs(dir), at);
  }
  const found = recorded(dir).jobs.map((job) => argument(job, "found_inputs") ?? []);
  assert.ok(found.some((files) => paths(files).includes("data.csv")));
});

exec("a secret that was cut makes equal what is not", () => {
  const { dir } = programRepository(FILES);
  const words = ["--", "sh", "-c", "echo ran >> runs.log", "sh", "--token"];
  for (const secret of ["one", "other"]) {
    assert.match(cached(dir, [...words, secret]).stderr, /a secret was cut/);
  }
  assert.is(runs(dir), 2);
});

exec("takes only the results that redun.cacheFrom trusts", () => {
  const { dir, git } = programRepository(FILES);
  cached(dir, COUNT, { REDUN_USER: "ann" });
  git("config", "redun.cacheFrom", "mine");
  cached(dir, COUNT, { REDUN_USER: "bob" });
  assert.is(runs(dir), 2);
  cached(dir, COUNT, { REDUN_USER: "ann" });
  assert.is(runs(dir), 2);
});

exec("steps are skipped one by one, and a program with steps as a whole", () => {
  const { dir, env } = programRepository({
    ...FILES,
    "all.sh": `for i in 1 2; do redun-git step --cached --in $i.in --out $i.out s$i -- sh -c "echo ran >> runs.log; cp $i.in $i.out; echo x=$i >> \\$REDUN_TAGS"; done < /dev/null\n`,
    "1.in": "1\n",
    "2.in": "2\n",
  });
  const program = ["--", "sh", "all.sh"];
  run(dir, ["exec", ...program], env);
  writeFileSync(join(dir, "2.in"), "3\n");
  const { stderr } = run(dir, ["exec", ...program], env);
  assert.is(runs(dir), 3);
  assert.match(
    stderr,
    /^\[redun\] Not run: .* stands for it: 1 input unchanged, 1 output unchanged\n$/,
  );
  const { executions, jobs } = recorded(dir);
  const last = executions.toSorted((a, b) => (a.started < b.started ? -1 : 1)).at(-1)!;
  const latest = jobs.filter(({ execution }) => execution === last.id);
  assert.equal(jobTree(latest), ["all.sh DONE", ["s1 CACHED", "s2 DONE"]]);
  // It gives its job the tags again that its program gave it.
  assert.equal(latest.find(({ task }) => task === "s1")!.tags, [["x", 1]]);
  assert.is(cached(dir, program, env).status, 0);
  assert.is(runs(dir), 3);
});

exec("rerun runs it, whatever is cached", () => {
  const { dir } = programRepository(FILES);
  cached(dir, COUNT);
  run(dir, ["rerun", "--here", "-"]);
  assert.is(runs(dir), 2);
});

exec.run();
