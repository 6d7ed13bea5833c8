/** Programs that `exec` and `step` run: what is recorded of them, and that they notice nothing. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { signalTree } from "../../src/git/files/process-tree.ts";
import { plain } from "../../src/value/plain.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { BACKENDS, CLI, cli, inProcess, logged, ok, start, tagTexts } from "../support/cli.ts";
import { oneOf, repeats } from "../support/effort.ts";
import { jobTree } from "../support/job-tree.ts";
import { argument, jobOf, paths, programRepository } from "../support/programs.ts";
import { recorded } from "../support/recorded.ts";
import { skipped } from "../support/skipped.ts";

const FILES = {
  "count.sh": 'wc -l < "$1" > lines.txt\necho counted\necho careful >&2\n',
  "data.csv": "a\nb\n",
  ".gitignore": "*.log\nbin/\n",
};

const exec = suite("exec");
const repository = (files: Readonly<Record<string, string>> = FILES) => programRepository(files);

for (const backend of oneOf(BACKENDS)) {
  exec(`records a program: words, files, output, tags (${backend})`, () => {
    const { dir } = repository();
    const result = cli(dir, ["exec", "-t", "env=prod", "--", "sh", "count.sh", "data.csv"], {
      backend,
    });
    assert.equal([result.status, result.stdout, result.stderr], [0, "counted\n", "careful\n"]);
    const done = jobOf(dir, "count.sh");
    assert.is(done.status, "DONE");
    assert.equal(argument(done, "command"), ["sh", "count.sh", "data.csv"]);
    assert.is(argument(done, "directory"), ".");
    assert.equal(paths(argument(done, "found_inputs")), ["count.sh", "data.csv"]);
    const given = done.result as Record<string, unknown>;
    assert.is(given.stdout, "counted\n");
    assert.is(given.stderr, "careful\n");
    // Which files are new, git alone knows.
    if (backend === "native") assert.equal(paths(given.found_outputs), ["lines.txt"]);
    assert.equal(tagTexts(logged(dir)[0]).includes('env="prod"'), true);
    assert.equal(
      done.tags.filter(([key]) => key === "exit_status"),
      [["exit_status", 0]],
    );
  });
}

exec("a program is called by its file's name on every page", () => {
  const { dir } = repository();
  ok(dir, ["exec", "--out", "lines.txt", "--", "sh", "count.sh", "data.csv"]);
  const page = ok(dir, ["log", "lines.txt"]);
  assert.match(page, /Traceback: Exec \w+ > Job \w+ count\.sh\n/);
  assert.match(page, /value <-- <\w+> count\.sh\(command, /);
  assert.is(
    ok(dir, ["log", "--job", "--where", "task=sh"]),
    "No jobs in refs/redun/main match task = sh.\n",
  );
});

exec("finds as outputs what the program wrote, not what was changed before", () => {
  const { dir } = repository();
  writeFileSync(join(dir, "data.csv"), "changed before\n");
  writeFileSync(join(dir, "old.txt"), "new to git before\n");
  spawnSync("sleep", ["0.1"]);
  ok(dir, [
    "exec",
    "--",
    "sh",
    "-c",
    "echo x > 'new file.txt'; echo y > run.log; echo z >> count.sh",
  ]);
  const { found_outputs } = jobOf(dir).result as Record<string, unknown>;
  assert.equal(paths(found_outputs), ["count.sh", "new file.txt"]);
});

exec("records declared files instead, and says which are missing", () => {
  const { dir } = repository();
  const words = ["exec", "--in", "*.csv", "--out", "out/**", "--out", "none-*.txt", "--"];
  const result = cli(dir, [
    ...words,
    "sh",
    "-c",
    "mkdir -p out/a; echo 1 > out/a/1; echo 2 > out/2; echo 3 > 3",
  ]);
  assert.is(result.status, 0);
  assert.match(result.stderr, /There is no output none-\*\.txt/);
  const done = jobOf(dir);
  assert.equal(paths(argument(done, "inputs")), ["data.csv"]);
  const given = done.result as Record<string, unknown>;
  assert.equal(paths(given.outputs), ["out/2", "out/a/1"]);
  assert.equal(given.missing_outputs, ["none-*.txt"]);
});

exec("refuses an input that is not there before anything runs", () => {
  const { dir } = repository();
  const { status, stderr } = cli(dir, ["exec", "--in", "no*.csv", "--", "touch", "ran"]);
  assert.is(status, 2);
  assert.match(stderr, /There is no input no\*\.csv/);
  assert.equal(recorded(dir).executions, []);
});

for (const [words, status, message] of [
  [["sh", "-c", "echo out of paper >&2; exit 7"], 7, "sh ended with status 7.\nout of paper"],
  [["sh", "-c", "kill -KILL $$"], 137, "sh ended with SIGKILL."],
  [["no-such-program"], 127, 'There is no program "no-such-program".'],
  [["./data.csv"], 126, "/data.csv is not executable."],
] as const) {
  exec(`ends as the program does, and records that: ${words.join(" ")}`, () => {
    const { dir } = repository();
    assert.is(cli(dir, ["exec", "--", ...words]).status, status);
    const failed = jobOf(dir);
    assert.is(failed.status, "FAILED");
    const error = failed.error as { name: string; message: string; more: { properties: unknown } };
    assert.is(error.name, "ExitStatus");
    assert.ok(error.message.endsWith(message), error.message);
    assert.is((error.more.properties as { status: number }).status, status);
    assert.is(logged(dir)[0].status, "FAILED");
  });
}

exec("keeps head and tail of long output, and passes on all of it", () => {
  const { dir } = repository();
  const text = "0123456789\n".repeat(20_000);
  writeFileSync(join(dir, "long"), text);
  assert.is(ok(dir, ["exec", "--", "cat", "long"]), text);
  const { values } = recorded(dir);
  const { stdout } = plain(readYaml([...values.values()][0]!)) as {
    stdout: { head: string; tail: string; bytes: number };
  };
  assert.is(stdout.bytes, text.length);
  assert.is(stdout.head, text.slice(0, 8192));
  assert.is(stdout.tail, text.slice(-8192));
});

exec("keeps the order of what goes to one place", () => {
  const { dir } = repository();
  const lines = "for i in 1 2 3 4 5 6 7 8 9; do echo o$i; echo e$i >&2; done";
  const shell = `'${process.execPath}' '${CLI}' exec -- sh -c '${lines}' 2>&1`;
  const said = execFileSync("sh", ["-c", shell], { cwd: dir, encoding: "utf8" });
  assert.is(said, [..."123456789"].map((i) => `o${i}\ne${i}\n`).join(""));
  assert.is((jobOf(dir).result as { stdout: string }).stdout, said);
});

exec("hands on standard input, and the end of a reader", () => {
  const { dir } = repository();
  const command = `'${process.execPath}' '${CLI}' exec --`;
  const run = (text: string) => execFileSync("bash", ["-c", text], { cwd: dir, encoding: "utf8" });
  assert.is(run(`echo given | ${command} cat`), "given\n");
  // `yes` would never end but for its closed pipe.
  assert.is(run(`${command} yes | head -1; echo \${PIPESTATUS[0]}`), "y\n141\n");
});

exec("a slow reader gets all, however long the program has ended", () => {
  const { dir } = repository();
  const bytes = 300_000;
  const program = `sh -c 'head -c ${bytes} /dev/zero; echo x'`;
  // It begins to read when the program can no longer be waiting: a pipe and what we read hold half of that.
  const shell = `'${process.execPath}' '${CLI}' exec -- ${program} | (sleep 1; wc -c)`;
  const said = execFileSync("sh", ["-c", shell], { cwd: dir, encoding: "utf8" });
  assert.is(Number(said), bytes + 2);
});

exec("what a long program says comes out in order, where its reader now and then is slower", () => {
  const { dir } = repository();
  const program = `seq 1 ${repeats(400_000)}`;
  const read = `while read -r line; do echo "$line"; case $line in *0000) sleep 0.01;; esac; done`;
  const shell = `'${process.execPath}' '${CLI}' exec -- ${program} | bash -c '${read}' | cksum`;
  const run = (text: string) => execFileSync("sh", ["-c", text], { cwd: dir, encoding: "utf8" });
  assert.is(run(shell), run(`${program} | cksum`));
});

exec("gives a terminal to a program where there is one", () => {
  const { dir } = repository();
  if (spawnSync("script", ["--version"]).status !== 0) return skipped("a terminal", "no script(1)");
  const command = `'${process.execPath}' '${CLI}' exec -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all'`;
  const said = execFileSync("script", ["-qec", command, "/dev/null"], {
    cwd: dir,
    encoding: "utf8",
  });
  assert.match(said, /^all\r\n.*Execution [0-9a-f]{8}: sh DONE in /s);
  const { result } = jobOf(dir);
  assert.is((result as { stdout?: string }).stdout, undefined);
});

exec("takes tags and outputs from the program's file, and says which lines it cannot", () => {
  const { dir } = repository();
  const lines = [
    "loss=0.25",
    "# no tag",
    "",
    "execution best=true",
    "file data.csv",
    "no tag",
    "n=[1",
  ];
  const { status, stderr } = cli(dir, [
    "exec",
    "--",
    "sh",
    "-c",
    `printf '${lines.join("\\n")}' >> "$REDUN_TAGS"`,
  ]);
  assert.is(status, 0);
  assert.match(stderr, /REDUN_TAGS, line 6: .*no tag/);
  assert.match(stderr, /REDUN_TAGS, line 7: Invalid tag value/);
  const done = jobOf(dir);
  assert.equal(
    done.tags.filter(([key]) => key === "loss"),
    [["loss", 0.25]],
  );
  assert.equal(paths((done.result as { outputs: unknown }).outputs), ["data.csv"]);
  assert.ok(tagTexts(logged(dir)[0]).includes("best=true"));
});

exec("shows tags while the program runs, and keeps them when all is killed", async () => {
  const { dir } = repository();
  const running = start(dir, [
    "exec",
    "--",
    "sh",
    "-c",
    'echo epoch=3 >> "$REDUN_TAGS"; sleep 1.5; echo seen; sleep 30',
  ]);
  await running.said("seen");
  assert.match(ok(dir, ["log", "-"]), /epoch=3/);
  signalTree(running.child.pid!, "SIGKILL");
  await running.ended;
  assert.match(ok(dir, ["log", "-"]), /INTERRUPTED[\s\S]*epoch=3/);
});

exec("records named variables alone, and no secret", () => {
  const { dir } = repository();
  const words = ["exec", "--env", "MODE", "--env", "API_TOKEN", "--env", "UNSET", "--"];
  const program = ["sh", "-c", "echo password=hunter2", "sh", "--token", "abc123secret"];
  const env = { MODE: "fast", API_TOKEN: "tok-99881", OTHER: "not asked for" };
  assert.is(inProcess(dir, [...words, ...program], { env }).stdout, "password=hunter2\n");
  const done = jobOf(dir);
  assert.equal(argument(done, "env"), { MODE: "fast", API_TOKEN: "REDACTED" });
  const all = [...recorded(dir).files.values()].join("\n");
  for (const secret of ["hunter2", "abc123secret", "tok-99881", "not asked for"]) {
    assert.not(all.includes(secret), secret);
  }
});

exec("makes a tree of jobs of what the program starts, in parallel too", () => {
  const { dir, env } = repository({
    ...FILES,
    Makefile: `all: a b c
a: ; redun-git step make-a --out a.txt -- sh -c 'echo a > a.txt'
b: ; redun-git exec --name b -- sh -c 'echo k=v >> "$$REDUN_TAGS"; echo "execution e=1" >> "$$REDUN_TAGS"'
c: ; redun-git step outer -- sh -c 'redun-git step inner -- true; exit 3'
`,
  });
  if (spawnSync("make", ["--version"]).status !== 0) return skipped("make -j", "no make");
  const { status } = cli(dir, ["exec", "--", "make", "-k", "-j8", "all"], { env });
  assert.is(status, 2);
  const { executions, jobs } = recorded(dir);
  assert.is(executions.length, 1);
  assert.equal(jobTree(jobs), [
    "make FAILED",
    ["b DONE", "make-a DONE", "outer FAILED", ["inner DONE"]],
  ]);
  assert.equal(paths((jobOf(dir, "make-a").result as { outputs: unknown }).outputs), ["a.txt"]);
  assert.ok(jobOf(dir, "b").tags.some(([key, value]) => key === "k" && value === "v"));
  assert.ok(tagTexts(logged(dir)[0]).includes("e=1"));
});

exec("the tags and the doc of a step are its job's", () => {
  const { dir, env } = repository();
  const script = "redun-git step -t a=1 -t 'b=[2]' --doc 'why \"so\"' x -- true";
  assert.is(cli(dir, ["exec", "--", "sh", "-c", script], { env }).status, 0);
  const { tags } = jobOf(dir, "x");
  assert.equal(
    tags.filter(([key]) => ["a", "b", "doc"].includes(key)),
    [
      ["a", 1],
      ["b", [2]],
      ["doc", 'why "so"'],
    ],
  );
  assert.not(tagTexts(logged(dir)[0]).includes("a=1"));
  const wrong = cli(dir, ["exec", "--", "sh", "-c", "redun-git step -t a x -- true"], { env });
  assert.match(wrong.stderr, /key=value pair expected/);
});

exec("records a step that dies with its command as FAILED", () => {
  const { dir, env } = repository();
  const script = "redun-git step dies -- sh -c 'kill -9 $PPID'; true";
  assert.is(cli(dir, ["exec", "--", "sh", "-c", script], { env }).status, 0);
  const { status, error } = jobOf(dir, "dies");
  assert.is(status, "FAILED");
  assert.match((error as Error).message, /ended without a word/);
});

exec("records a step by itself where the run around it is over", () => {
  const { dir } = repository();
  const env = {
    REDUN_EXECUTION: "0".repeat(40),
    REDUN_JOB: "0".repeat(40),
    REDUN_SOCKET: "/nowhere",
  };
  const { status, stderr } = inProcess(dir, ["step", "alone", "--", "true"], { env });
  assert.is(status, 0);
  assert.match(stderr, /no job of the run around it/);
  assert.is(jobOf(dir, "alone").status, "DONE");
});

exec("a run inside is a job, and an execution that says of which", () => {
  const { dir, env } = repository({
    "wf.mjs": 'import { task } from "redun-git";\nexport const main = task(() => 4);\n',
  });
  ok(dir, ["exec", "--", "sh", "-c", "redun-git run -q wf.mjs main"], { env });
  const [outer, inner] = recorded(dir).executions.toSorted((a, b) =>
    a.started < b.started ? -1 : 1,
  );
  const jobs = recorded(dir).jobs.filter(({ execution }) => execution === outer!.id);
  assert.equal(jobTree(jobs), ["sh DONE", ["main DONE"]]);
  const tags = new Map(inner!.tags);
  assert.is(tags.get("parent_execution"), outer!.id);
  assert.is(tags.get("parent_job"), jobs.find(({ task }) => task === "main")!.id);
});

exec("the module for Python: tags, outputs, and a job for each call", () => {
  if (spawnSync("python3", ["--version"]).status !== 0)
    return skipped("redun_git.py", "no python3");
  const module = new URL("../../examples/exec/redun_git.py", import.meta.url);
  const { dir, env } = repository({
    "redun_git.py": readFileSync(module, "utf8"),
    "train.py": `import redun_git
@redun_git.task
def train(rate, name="x"):
    redun_git.tag(rate=rate)
    print("training")
    return {"loss": 0.5 / rate, "name": name}
if __name__ == "__main__":
    print([train(1), train(2, name="y")])
    redun_git.tag_execution(best=2)
    redun_git.output("train.py")
`,
  });
  const said = "[{'loss': 0.5, 'name': 'x'}, {'loss': 0.25, 'name': 'y'}]\n";
  assert.is(
    execFileSync("python3", ["train.py"], { cwd: dir, encoding: "utf8" }),
    `training\ntraining\n${said}`,
  );
  assert.is(ok(dir, ["exec", "--", "python3", "train.py"], { env }), said);
  const { jobs } = recorded(dir);
  assert.equal(jobTree(jobs), ["train.py DONE", ["train DONE", "train DONE"]]);
  const rates = jobs.flatMap(({ tags }) => tags.filter(([key]) => key === "rate"));
  assert.equal(rates, [
    ["rate", 1],
    ["rate", 2],
  ]);
  assert.ok(tagTexts(logged(dir)[0]).includes("best=2"));
});

exec("the example for agents: numbers are tags, the transcript a hash", () => {
  if (spawnSync("jq", ["--version"]).status !== 0) return skipped("record.sh", "no jq");
  const example = new URL("../../examples/agents/record.sh", import.meta.url);
  const usage = { "gen_ai.response.model": "small-2", "gen_ai.usage.output_tokens": 17 };
  const { dir, env } = repository({
    ".gitignore": ".sessions\n",
    "bin/agent": `#!/bin/sh\necho '${JSON.stringify(usage)}' > "$2"; echo "private answer to $3"\n`,
  });
  chmodSync(join(dir, "bin/agent"), 0o755);
  execFileSync("git", ["notes", "--ref=agent", "add", "-m", "a session"], { cwd: dir });
  const result = spawnSync("sh", [fileURLToPath(example), "a question"], {
    cwd: dir,
    encoding: "utf8",
    env: { ...process.env, PATH: `${join(dir, "bin")}:${env.PATH}` },
  });
  assert.equal([result.status, result.stderr], [0, ""]);
  const done = jobOf(dir, "agent");
  const tags = Object.fromEntries(done.tags);
  assert.is(tags["gen_ai.response.model"], "small-2");
  assert.match(
    ok(dir, ["log", "--job", "-t", "gen_ai.usage.output_tokens>16"]),
    /\): {2}agent: sh -c /,
  );
  assert.ok(tagTexts(logged(dir)[0]).includes('session_notes="refs/notes/agent"'));
  assert.match(paths((done.result as { outputs: unknown }).outputs)[0]!, /^\.sessions\//);
  assert.not([...recorded(dir).files.values()].join().includes("private answer"));
});

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  exec(`${signal} reaches the program; the run is INTERRUPTED`, async () => {
    const { dir } = repository();
    const running = start(dir, ["exec", "--", "sh", "-c", "echo ready; exec sleep 30"]);
    await running.said("ready");
    running.child.kill(signal);
    assert.is((await running.ended).status, status);
    assert.is(logged(dir)[0].status, "INTERRUPTED");
  });
}

exec("a program that handles a signal decides how it ends", async () => {
  const { dir } = repository();
  const script = "trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
  const running = start(dir, ["exec", "--", "sh", "-c", script]);
  await running.said("ready");
  running.child.kill("SIGTERM");
  const { status, stdout } = await running.ended;
  assert.equal([status, stdout], [0, "ready\ncleaned\n"]);
  assert.is(logged(dir)[0].status, "DONE");
});

exec("SIGUSR1 reaches a program, and is no end of anything", async () => {
  const { dir } = repository();
  const script = "trap 'echo saved; exit 3' USR1; echo ready; while :; do sleep 0.05; done";
  const running = start(dir, ["exec", "--", "sh", "-c", script]);
  await running.said("ready");
  running.child.kill("SIGUSR1");
  const { status, stdout } = await running.ended;
  assert.equal([status, stdout], [3, "ready\nsaved\n"]);
  assert.is(logged(dir)[0].status, "FAILED");
});

exec("a program can open its outputs by their names", () => {
  const { dir } = repository();
  const script = "echo out > /dev/stdout; echo err > /dev/stderr";
  const { stdout, stderr } = cli(dir, ["exec", "--", "sh", "-c", script]);
  assert.equal([stdout, stderr], ["out\n", "err\n"]);
});

exec("does not wait for a daemon that holds the output open", () => {
  const { dir } = repository();
  const daemon = `while [ -d "${dir}" ] && [ ! -e over ]; do sleep 0.1; done`;
  assert.match(ok(dir, ["exec", "--", "sh", "-c", `(${daemon}) & echo started`]), "started");
  writeFileSync(join(dir, "over"), "");
});

exec("outside of a repository it says what to do, and runs nothing", () => {
  const { status, stderr } = cli("/", ["exec", "--", "touch", "/tmp/never-there"]);
  assert.is(status, 1);
  assert.match(stderr, /git init/);
});

exec("python's and make's own words are theirs", () => {
  const { dir } = repository();
  assert.is(ok(dir, ["exec", "echo", "-t", "x=1", "--help"]), "-t x=1 --help\n");
  assert.is(readFileSync(join(dir, "data.csv"), "utf8"), "a\nb\n");
});

exec("diff says of a notebook that only the outputs of its cells differ", () => {
  const cell = (outputs: readonly string[], source: string) =>
    JSON.stringify({ cells: [{ cell_type: "code", metadata: {}, outputs, source }], metadata: {} });
  const { dir } = repository({ ...FILES, "x.ipynb": cell([], "print(1)") });
  const execute = (content: string) => {
    ok(dir, [
      "exec",
      "--name",
      "nb",
      "--out",
      "x.ipynb",
      "--",
      "sh",
      "-c",
      'echo "$0" > x.ipynb',
      content,
    ]);
    return (JSON.parse(ok(dir, ["diff", "-", "--format", "json"])) as { files: object[] }).files;
  };
  ok(dir, ["exec", "--name", "nb", "--out", "x.ipynb", "--", "true"]);
  // What the commit holds, and what is in the work tree, can be compared;
  assert.match(JSON.stringify(execute(cell(["1"], "print(1)"))), /"only_outputs":true/);
  assert.match(ok(dir, ["diff", "-"]), /x\.ipynb: only the outputs of its cells differ/);
  // what was written over cannot,
  assert.not.match(JSON.stringify(execute(cell(["2"], "print(1)"))), /only_outputs/);
  // and another source is no output.
  ok(dir, ["exec", "--name", "nb", "--out", "x.ipynb", "--", "true"]);
  execFileSync("git", ["add", "x.ipynb"], { cwd: dir });
  assert.not.match(JSON.stringify(execute(cell(["2"], "print(2)"))), /only_outputs/);
});

exec.run();
