import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tagsFolder } from "../../src/record/layout.ts";
import { blobId } from "../../src/value/oid.ts";
import {
  BACKENDS,
  cli,
  inProcess,
  jsonLines,
  logged,
  ok,
  type Result,
  ran,
  record,
  runInThread,
  start,
  workflowRepository,
  writeFiles,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryFolder, temporaryRepository } from "../support/repository.ts";
import { type SampleRun, sampleLog } from "../support/sample.ts";

/** JavaScript starts in two thirds of the time of TypeScript. */
const WORKFLOW = `
import { task } from "redun-git";
export const namespace = "hello_world";
/** Say hello. */
export const main = task((greet = "Hello") => greet);
export const mainland = task(() => 1);
`;

/** One paragraph on stderr with a code, nothing on stdout, and no stack of ours. */
function isClear({ status, stdout, stderr }: Result, expected: number, about: RegExp): void {
  assert.is(status, expected, stderr);
  assert.is(stdout, "");
  assert.match(stderr, about);
  assert.match(stderr, /^error: [\s\S]*\[[A-Z_]+\]/m);
  assert.not.match(stderr, /Please report|node:internal|dist\/|\n\s*\n\S/);
}

// Before the first suite begins: uvu does not wait for what a file awaits between two of them.
const ESCAPES = "\x1b[31mred\x1b]0;title\x07\x9b2J";
const LINES = "one\ntwo\r\nthree\u2028four";
const MARKS = "\u202eevil\u2066\u200f\u200e\u061c\ufeff";
const HOSTILE = [ESCAPES, LINES, MARKS];
/** What a terminal would act upon, or what would turn the text around. */
const RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const hostileRun: SampleRun = {
  argv: ["run", "w.mjs", "main", ...HOSTILE],
  user: MARKS,
  doc: HOSTILE.join(" "),
  tags: [
    ["text", ESCAPES],
    ["text", LINES],
    ["text", MARKS],
    [`key ${ESCAPES}${MARKS}`, 1],
    ["nested", { [ESCAPES]: [MARKS] }],
  ],
  echo: HOSTILE,
};
const evil = await sampleLog([hostileRun, { ...hostileRun, fails: true }]);
const evilLog = recorded(evil.dir);

const places = suite("where it runs");

places("outside of a repository every command says so", async () => {
  const { dir } = temporaryFolder();
  writeFiles(dir, { "w.mjs": WORKFLOW });
  const commands = [
    ["log"],
    ["tag", "list"],
    ["tag", "add", "ab", "a=1"],
    ["run", "w.mjs", "main"],
  ];
  for (const args of commands) {
    isClear(cli(dir, args), 1, /git repository[\s\S]*\[NOT_A_REPOSITORY\]/);
  }
});

for (const backend of oneOf(BACKENDS)) {
  places(`a repository without commits can be run in (${backend})`, () => {
    const { dir, git } = temporaryRepository();
    writeFiles(dir, { "w.mjs": WORKFLOW });
    ran(dir, ["w.mjs", "main"], { backend });
    const [{ tags, id }] = logged(dir, [], { backend });
    assert.not.ok(tags.some(({ key }: { key: string }) => key === "git_commit"));
    assert.match(git("show", id), /^ {2}branch: main$/m);
    assert.is(git("symbolic-ref", "HEAD"), "refs/heads/main");
    assert.is(git("for-each-ref", "refs/heads"), "");
  });

  places(`a detached HEAD has a commit and no branch (${backend})`, () => {
    const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
    git("checkout", "-q", "--detach");
    ran(dir, ["w.mjs", "main"], { backend });
    const { code } = recorded(dir).executions[0]!;
    assert.equal([code.commit, code.branch], [git("rev-parse", "HEAD"), undefined]);
  });

  places(`a linked worktree records into the common log (${backend})`, () => {
    const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
    const other = join(temporaryFolder().dir, "linked");
    git("worktree", "add", "-q", "-b", "side", other);
    ran(other, ["w.mjs", "main"], { backend });
    assert.is(logged(dir).length, 1);
    assert.is(logged(other).length, 1);
    assert.is(recorded(dir).executions[0]!.code.branch, "side");
  });

  places(`a bare repository can be run in (${backend})`, () => {
    const { dir, git } = temporaryRepository({ bare: true });
    const script = join(temporaryFolder().dir, "w.mjs");
    writeFileSync(script, WORKFLOW);
    ran(dir, [script, "main"], { backend });
    assert.is(logged(dir, [], { backend })[0].status, "DONE");
    assert.is(git("rev-list", "--count", "refs/redun/main"), "1");
  });
}

places("a folder under the git directory where ours should be is a clear error", () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  writeFileSync(join(dir, ".git/redun"), "a file in the way");
  isClear(cli(dir, ["log"]), 1, /INDEX_FAILED/);
  isClear(runInThread(dir, ["w.mjs", "main"]), 1, /INDEX_FAILED|REPOSITORY_UNWRITABLE/);
});

places("an index that is no database is rebuilt without a word", async () => {
  const { dir } = await sampleLog([{ argv: ["run"] }]);
  // A process each: SQLite locks by the process, and one that has ended has closed its index.
  const printed = () => inProcess(dir, ["log", "--format", "json"]).stdout;
  const before = printed();
  assert.match(before, /"DONE"/);
  const index = join(dir, ".git/redun/index/redun%2Fmain.sqlite");
  for (const junk of ["not a database at all, and long enough to be one".repeat(99), ""]) {
    for (const suffix of ["-wal", "-shm"]) rmSync(index + suffix, { force: true });
    writeFileSync(index, junk);
    assert.is(printed(), before);
  }
});

places("another log is another ref; a bad name is refused", () => {
  const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
  ran(dir, ["--ref", "team/nightly", "w.mjs", "main"]);
  assert.is(git("for-each-ref", "--format=%(refname)", "refs/redun"), "refs/redun/team/nightly");
  assert.is(logged(dir).length, 0);
  git("config", "redun.ref", "team/nightly");
  assert.is(logged(dir).length, 1);
  git("config", "redun.log", "other");
  assert.is(logged(dir).length, 0);
  for (const choice of [
    "--log=team/nightly",
    "--ref=team/nightly",
    "--ref=refs/redun/team/nightly",
  ])
    assert.is(logged(dir, [choice]).length, 1, choice);
  assert.is(cli(dir, ["log", "--log", "a", "--ref", "refs/redun/a"]).status, 2);
  for (const name of ["..", "a b", ".hidden", "x.lock", "a//b", "a~1", ""]) {
    const result = cli(dir, ["log", `--ref=${name}`]);
    assert.ok(result.status === 1 || result.status === 2, `${name}: ${result.status}`);
    assert.is(result.stdout, "", name);
  }
});

places(
  "what is raised beside a command's work ends it with a report, though something keeps it alive",
  () => {
    const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
    for (const raise of ["throw new Error('stream')", "Promise.reject(new Error('stream'))"]) {
      // As soon as the command is at work.
      const code = `setInterval(() => { if (process.listenerCount("uncaughtException")) { ${raise} } }, 0)`;
      writeFiles(dir, { "raise.cjs": code });
      const env = { NODE_OPTIONS: `--require ${join(dir, "raise.cjs")}` };
      const { status, stderr } = cli(dir, ["log", "--all"], { env });
      assert.is(status, 1, stderr);
      assert.match(stderr, /^redun-git failed in a way that it should not\. [\s\S]*Error: stream/m);
      assert.not.match(stderr, /Node\.js v/);
    }
  },
);

places.run();

const scripts = suite("a script that does not load");
const SCRIPTS = {
  "throws.ts": `import { task } from "redun-git";\n\nthrow new TypeError("at load");\n`,
  "syntax.ts": `import { task } from "redun-git";\nexport const main = task(() => {{ 1 );\n`,
  "syntax.mjs": `export const main = ;\n`,
  "missing.ts": `import { x } from "./nowhere.ts";\nx();\n`,
  "package.ts": `import x from "no-such-package-here";\nx();\n`,
  "empty.mjs": "export const notATask = 1;\n",
  "w.mjs": WORKFLOW,
  "notes.txt": "text",
};
const { dir } = workflowRepository(SCRIPTS);

for (const [what, words, about] of [
  [
    "throws at load",
    ["throws.ts", "main"],
    /TypeError: at load \[SCRIPT_FAILED_TO_LOAD\]\n\s+at throws\.ts:3:7/,
  ],
  ["has a syntax error", ["syntax.ts", "main"], /syntax\.ts:2:\d+/],
  ["has a syntax error in JavaScript", ["syntax.mjs", "main"], /syntax\.mjs:1:\d+/],
  ["imports a missing file", ["missing.ts", "main"], /nowhere/],
  ["imports a missing package", ["package.ts", "main"], /no-such-package-here/],
  ["is not there", ["w.mj", "main"], /no file "w\.mj"[\s\S]*Did you mean w\.mjs\?/],
  ["is a folder", [".", "main"], /folder/],
  ["is no script", ["notes.txt", "main"], /not a workflow file/],
] as const) {
  const { ended } = start(dir, ["run", ...words]);
  scripts(`${what}: its own error and position`, async () => {
    const { status, stdout, stderr } = await ended;
    assert.is(status, 1);
    assert.is(stdout, "");
    assert.match(stderr, about);
    assert.match(stderr, /\[SCRIPT_FAILED_TO_LOAD\]/);
    assert.not.match(stderr, /Please report|Start Execution/);
  });
}

scripts("a task that is not there: names near it, and the list", async () => {
  isClear(runInThread(dir, ["w.mjs", "mian"]), 2, /Did you mean main[\s\S]*\[UNKNOWN_TASK\]/);
  isClear(runInThread(dir, ["w.mjs", "zzz"]), 2, /Its tasks: main, mainland/);
  isClear(runInThread(dir, ["empty.mjs", "main"]), 2, /no tasks at all/);
  assert.is(logged(dir).length, 0);
});

scripts("nothing of it is recorded", () => {
  assert.is(recorded(dir).files.size, 0);
});

scripts("the command ends even if it has recovered an interrupted run meanwhile", () => {
  const dies = `import { task } from "redun-git";
export const main = task(function main() { process.kill(process.pid, "SIGKILL"); });
`;
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW, "dies.mjs": dies });
  ran(dir, ["w.mjs", "main"]);
  cli(dir, ["run", "dies.mjs", "main"]);
  rmSync(join(dir, ".git/redun/index"), { recursive: true });
  isClear(runInThread(dir, ["nowhere.mjs", "main"]), 1, /no file "nowhere\.mjs"/);
  assert.equal(
    logged(dir).map(({ status }) => status),
    ["INTERRUPTED", "DONE"],
  );
});

scripts.run();

const usage = suite("misuse");

for (const [words, about] of [
  [["lgo"], /no command "lgo"[\s\S]*rerun, .*log, /],
  [["tag", "ad", "x"], /no command "tag ad"/],
  [["log", "--nope"], /nope/],
  [["run"], /script/],
  [["run", "--nope", "w.mjs", "main"], /nope/],
  [["run", "-t"], /-t needs a value/],
  [["tag", "add"], /id/],
  [["log", "--format", "xml"], /format "xml"/],
  [["--nope"], /nope/],
] as [string[], RegExp][]) {
  usage(`\`${words.join(" ")}\` ends with status 2 and says why`, () => {
    const { status, stdout, stderr } = cli(dir, words);
    assert.is(status, 2, stderr);
    assert.is(stdout, "");
    assert.match(stderr, about);
  });
}

usage("help and version need no repository", async () => {
  const { dir: nowhere } = temporaryFolder();
  assert.match(ok(nowhere, ["--version"]), /\d+\.\d+\.\d+/);
  for (const words of [["--help"], ["log", "--help"], ["tag", "add", "--help"], ["run", "-h"]]) {
    assert.match(ok(nowhere, words), /\$ redun-git/);
  }
});

usage("help says what a command does, and what a group of commands has", async () => {
  const { dir: nowhere } = temporaryFolder();
  const rm = ok(nowhere, ["tag", "rm", "--help"]);
  assert.match(rm, /^Remove tags by key/m);
  assert.not.match(rm, / $/m);
  for (const words of [["tag"], ["tag", "--help"]]) {
    const text = ok(nowhere, words);
    assert.match(text, /tag add/);
    assert.not.match(text, /^ {2}log/m);
  }
});

usage("an unknown backend is refused", () => {
  const result = runInThread(dir, ["w.mjs", "main"], { env: { REDUN_GIT_BACKEND: "cvs" } });
  isClear(result, 2, /REDUN_GIT_BACKEND is "cvs"/);
});

usage.run();

const hostile = suite("hostile text");
for (const args of [
  ["log"],
  ["log", "--format", "json"],
  ["tag", "list"],
  ["tag", "list", "--format", "json"],
  ...evilLog.executions.flatMap(({ id }) => [
    ["log", id],
    ["tag", "list", id],
  ]),
  ...evilLog.jobs.flatMap(({ id, call }) => [
    ["log", id],
    ["log", call!],
    ["log", "--format", "json", id],
  ]),
  ["log", "-t", `text=${ESCAPES}`],
  ["log", MARKS],
  ["tag", "add", evilLog.executions[0]!.id, `again=${ESCAPES}${MARKS}`],
  ["tag", "add", MARKS, "a=1"],
  [`log${ESCAPES}`],
]) {
  const name = args.map((word) => JSON.stringify(word).slice(1, 20)).join(" ");
  hostile(`never reaches the terminal raw: ${name}`, () => {
    const { stdout, stderr } = cli(evil.dir, args);
    assert.ok(stdout + stderr !== "");
    for (const text of [stdout, stderr]) {
      const found = RAW.exec(text);
      assert.is(found && text.slice(Math.max(0, found.index - 40), found.index + 9), null);
    }
  });
}

hostile("a newline in a tag or an argument breaks no line of a listing", () => {
  assert.is(ok(evil.dir, ["log"]).match(/^(?!Exec|Recent|$)/gm), null);
});

hostile("JSON keeps the text itself", () => {
  const [object] = jsonLines(ok(evil.dir, ["log", "--format", "json", "-n", "1"]));
  assert.equal(object.args, hostileRun.argv);
});

hostile("a run says nothing of it raw, and its commit's subject is one clean line", () => {
  const { dir: own, git } = workflowRepository({ "w.mjs": WORKFLOW });
  const args = ["run", "-t", `t=${ESCAPES}`, "w.mjs", "main", `--greet=${HOSTILE.join("")}`];
  const { stderr, status } = cli(own, args);
  assert.is(status, 0);
  assert.not.match(stderr, RAW);
  const subject = git("log", "-1", "--format=%B", "refs/redun/main");
  assert.not.match(subject, RAW);
  assert.match(subject, /^run hello_world\.main [^\n]*\[DONE\] 1 job\n\nRedun-Execution: /);
});

hostile("the reader of a hostile record is not led astray by its id", () => {
  const { dir: own, git } = workflowRepository({ "w.mjs": WORKFLOW });
  record(own, ["w.mjs", "main"]);
  // What a fetched log may hold: an edit of a value whose foreign id is none of git's.
  for (const id of ["HEAD", "a\nb", "zz zz", "main"]) {
    const text = `kind: tags\nversion: 1\nentity: ${JSON.stringify(id)}\ntype: Value\nedits:\n  - tag:\n      a: 1\n`;
    commitFile(own, git, `${tagsFolder(id)}/${blobId(text)}.yaml`, text);
    const { status, stdout, stderr } = cli(own, ["log", id]);
    assert.is(status, 0, stderr);
    assert.match(stdout, /^Value [\s\S]*only its hash/);
  }
});

hostile(
  "a record in another hand's YAML is read, and a broken one is left out with a warning",
  () => {
    const { dir: own, git } = workflowRepository({ "w.mjs": WORKFLOW });
    record(own, ["w.mjs", "main"]);
    const [{ id }] = logged(own);
    const flow = `{kind: tags, version: 1, entity: '${id}', type: Execution, edits: [{tag: {by: hand}}]}\n`;
    commitFile(own, git, `${tagsFolder(id)}/${blobId(flow)}.yaml`, flow);
    assert.is(logged(own, ["-t", "by=hand"]).length, 1);
    for (const broken of ["kind: [\n", "a: &x 1\nb: *x\n", "kind: tags\n", "\0"]) {
      commitFile(own, git, `${tagsFolder(id)}/${blobId(broken)}.yaml`, broken);
      const { status, stderr } = cli(own, ["log"]);
      assert.is(status, 0, stderr);
      assert.match(stderr, /^warning: tags\/.* is left out: /);
    }
  },
);

hostile.run();

const colours = suite("colours");

colours("none in a pipe, some with FORCE_COLOR, and never with NO_COLOR alone", () => {
  const ansi = /\x1b\[/;
  assert.not.match(ok(evil.dir, ["log"]), ansi);
  assert.match(ok(evil.dir, ["log"], { env: { FORCE_COLOR: "1" } }), ansi);
  assert.not.match(ok(evil.dir, ["log"], { env: { FORCE_COLOR: "0" } }), ansi);
  assert.not.match(ok(evil.dir, ["log"], { env: { NO_COLOR: "1" } }), ansi);
});

colours("colours aside, the text is the same", () => {
  const coloured = ok(evil.dir, ["log"], { env: { FORCE_COLOR: "1" } });
  assert.is(coloured.replace(/\x1b\[\d+m/g, ""), ok(evil.dir, ["log"]));
});

colours("JSON and results have none", () => {
  const env = { FORCE_COLOR: "1" };
  assert.not.match(ok(evil.dir, ["log", "--format", "json"], { env }), /\x1b/);
  assert.is(ran(workflowRepository().dir, ["workflow.ts", "main"], { env }), "Hello, World!\n");
});

colours.run();

/** Adds one file to the log, as a fetch of somebody else's log would. */
function commitFile(cwd: string, git: (...args: string[]) => string, path: string, text: string) {
  writeFiles(cwd, { ".git/hostile": text });
  const oid = git("hash-object", "-w", ".git/hostile");
  const index = join(cwd, ".git/hostile-index");
  rmSync(index, { force: true });
  const before = process.env.GIT_INDEX_FILE;
  process.env.GIT_INDEX_FILE = index;
  try {
    git("read-tree", "refs/redun/main");
    git("update-index", "--add", "--cacheinfo", `100644,${oid},${path}`);
    const commit = git("commit-tree", git("write-tree"), "-p", "refs/redun/main", "-m", "hostile");
    git("update-ref", "refs/redun/main", commit);
  } finally {
    if (before === undefined) delete process.env.GIT_INDEX_FILE;
    else process.env.GIT_INDEX_FILE = before;
  }
}
