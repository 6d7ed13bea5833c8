import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { ok } from "../support/cli.ts";
import { someOf } from "../support/effort.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const examples = suite("examples");

/** A repository that holds one example, and finds the library as an installed package. */
function withExample(name: string, body: (repo: TemporaryRepository) => void): void {
  const repo = temporaryRepository();
  try {
    cpSync(join(ROOT, "examples", name), repo.dir, { recursive: true });
    const installed = join(repo.dir, "node_modules", "redun-git");
    mkdirSync(dirname(installed), { recursive: true });
    symlinkSync(ROOT, installed);
    body(repo);
  } finally {
    repo.remove();
  }
}

function node(repo: TemporaryRepository, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: repo.dir,
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  return stdout;
}

function redun(repo: TemporaryRepository, ...args: string[]): string {
  return args[0] === "run" ? node(repo, join(ROOT, "dist/cli.cjs"), ...args) : ok(repo.dir, args);
}

function tagsOf(repo: TemporaryRepository, ...words: string[]): Record<string, unknown> {
  const { tags } = JSON.parse(redun(repo, ...words, "--format", "json"));
  return Object.fromEntries(
    tags.map(({ key, value }: { key: string; value: unknown }) => [key, value]),
  );
}

examples("hello_world: two runs are found by project", () => {
  withExample("hello_world", (repo) => {
    assert.is(redun(repo, "run", "-q", "workflow.ts", "main"), "Hello, World!\n");
    assert.is(redun(repo, "run", "-q", "workflow.ts", "main", "--greet", "Hi"), "Hi, World!\n");
    const lines = redun(repo, "log", "-t", "project=hello_world", "--format", "json").trim();
    assert.is(lines.split("\n").length, 2);
    assert.match(redun(repo, "run", "workflow.ts", "help"), "Say hello to a planet.");
  });
});

examples("tags: every kind of tag is where it was put", () => {
  withExample("tags", (repo) => {
    const text = redun(repo, "run", "-q", "-t", "env=test", "workflow.ts", "main");
    assert.is(text, "NA12878: 0.875\nHG002: 0.625\n");
    const tags = tagsOf(repo, "log", "--limit", "1");
    assert.is(tags.env, "test");
    assert.is(tags.project, "examples.tags");
    const page = redun(repo, "log", JSON.parse(redun(repo, "log", "--format", "json")).id);
    assert.match(page, /examples\.tags\.align\(sample='HG002'\) \(team=genomics, tool=bwa\)/);
    assert.match(page, /examples\.tags\.quality\(.*\) \(cost=3\.2, gpu=false\)/);
    assert.match(page, /examples\.tags\.report\(.*\) \(format=text\)/);
    assert.match(page, "sample=HG002, sample=NA12878");
    assert.match(redun(repo, "tag", "list"), /quality +\(2 Value\)/);
  });
});

examples("tags: the same from a program", () => {
  withExample("tags", (repo) => {
    const tsx = import.meta.resolve("tsx");
    assert.is(node(repo, "--import", tsx, "library.ts"), "NA12878: 0.875\n");
    const tags = tagsOf(repo, "log", "--limit", "1");
    assert.is(tags.final, true);
    assert.equal(tags.model, { layers: [64, 64], dropout: 0.1 });
    assert.is(tags.project, "demo");
    assert.is(redun(repo, "log", "-t", "source=s1", "-t", "source=s2").split("Exec ").length, 2);
  });
});

examples("files: found by path, with the tags of what they hold", () => {
  withExample("files", (repo) => {
    redun(repo, "run", "-q", "workflow.ts", "main", "--samples", "HG002");
    assert.match(redun(repo, "log", "report.txt"), /dataset=reports, rows=1[\s\S]*writeReport\(/);
    redun(repo, "tag", "add", "data/HG002.txt", "checked=true");
    assert.match(redun(repo, "tag", "list", "data/HG002.txt"), "checked=true");
    const counted = redun(repo, "run", "-q", "workflow.ts", "count", "--reads", "data/HG002.txt");
    assert.is(counted, "5\n");
  });
});

examples("executor: calls run by a command, of which nothing is left", () => {
  withExample("executor", (repo) => {
    const config = (name: string, value: string) =>
      repo.git("config", `redun.executor.shell.${name}`, value);
    config("module", "executor.ts");
    config("command", `${process.execPath} ${join(ROOT, "dist/cli.cjs")} oneshot`);
    assert.is(redun(repo, "run", "-q", "workflow.ts", "main"), "5\n");
    const page = redun(repo, "log", "-");
    assert.match(page, /executor\.count\(text=File\(path=a\.txt, .*\(shell_pid=\d+, words=3\)/);
    assert.match(page, /executor\.sum\(counts=\[3, 2\]\)\n/);
    assert.equal(readdirSync(join(repo.dir, ".scratch")), []);
  });
});

examples("pipeline: a table becomes a report with a plot, and one changed row is one chunk", () => {
  withExample("pipeline", (repo) => {
    redun(repo, "run", "-q", "workflow.ts", "main");
    const read = (path: string) => readFileSync(join(repo.dir, path), "utf8");
    assert.match(
      read("out/report.md"),
      /\| Cairo \| 40 \| 22\.45 \| 14 \| 30 \|\n\| Lima \| 40 \| /,
    );
    assert.is(read("out/means.svg").match(/<rect /g)?.length, 5);
    const table = read("temperatures.csv").replace(/^1,Oslo,.*$/m, "1,Oslo,5.0");
    writeFileSync(join(repo.dir, "temperatures.csv"), table);
    redun(repo, "run", "-q", "workflow.ts", "main");
    assert.match(redun(repo, "log", "-"), /\| examples\.pipeline\.summed +0 +0 +0 +4 +1 +5\n/);
  });
});

/** The tasks whose functions the latest run called, with how often. */
function ranLast(repo: TemporaryRepository): Record<string, number> {
  const page = redun(repo, "log", "-");
  const ran: Record<string, number> = {};
  for (const [, task] of page.matchAll(/Job \w+ \[ DONE \] .*?: +[\w.]*?(\w+)\(/g)) {
    ran[task!] = (ran[task!] ?? 0) + 1;
  }
  return ran;
}

examples("files: a set counts by its files", () => {
  withExample("files", (repo) => {
    const letters = () => redun(repo, "run", "-q", "workflow.ts", "letters").trim();
    redun(repo, "run", "-q", "workflow.ts", "main");
    assert.is(letters(), "48");
    assert.is(letters(), "48");
    assert.equal(ranLast(repo), {});
    rmSync(join(repo.dir, "data/HG002.txt"));
    assert.is(letters(), "28");
    assert.equal(ranLast(repo), { letters: 1, total: 1 });
    assert.match(redun(repo, "log", "data/NA12878.txt"), /Consumed by:[\s\S]*total\(/);

    const parts = () =>
      redun(repo, "run", "-q", "workflow.ts", "parts", "--reads", "data/NA12878.txt").trim();
    assert.is(parts(), "28");
    rmSync(join(repo.dir, "parts/3.txt"));
    assert.is(parts(), "28");
    assert.equal(ranLast(repo), { split: 1 });
  });
});

const NO_GCC = spawnSync("gcc", ["--version"]).status === 0 ? null : "no gcc";

unless(NO_GCC, examples)("compile: an edit, its undoing, and a header", () => {
  withExample("compile", (repo) => {
    const path = (name: string) => join(repo.dir, name);
    const edit = (name: string, from: string, to: string) =>
      writeFileSync(path(name), readFileSync(path(name), "utf8").replace(from, to));
    /** What it printed, how many files were compiled by a call that was not known, and how many programs ran. */
    const run = () => {
      const text = redun(repo, "run", "-q", "workflow.ts", "main", "--name", "Ada");
      const { compile = 0, script = 0 } = ranLast(repo);
      return [text.trimEnd(), compile, script];
    };
    const built = () =>
      readdirSync(path("build"))
        .sort()
        .map((name) => [name, readFileSync(path(`build/${name}`)).toString("base64")]);
    const hello = "Hello, Ada!\n3 letters";
    // Three times the headers and the compiler, the linker, and the program.
    assert.equal(run(), [hello, 3, 8]);
    assert.equal(run(), [hello, 0, 0]);
    const first = built();
    for (const [name, from, to, text] of someOf([
      ["src/greet.c", "%s, %s!", "%s then, %s!", "Hello then, Ada!\n3 letters"],
      ["src/main.c", "letters", "signs", "Hello, Ada!\n3 signs"],
    ])) {
      edit(name, from, to);
      assert.equal(run(), [text, 1, 4]);
      edit(name, to, from);
      // The calls are known, and what the program prints. On the disk are one object and the program as the edit left
      // them: the two scripts that make these run again, and no others.
      assert.equal(run(), [hello, 0, 2]);
      assert.equal(built(), first);
      assert.equal(run(), [hello, 0, 0]);
    }
    edit("include/count.h", "int count", "/* letters */\nint count");
    // Headers of all three, as the directory is another; two objects, which are the same, so that nothing is linked.
    assert.equal(run(), [hello, 2, 5]);
    assert.equal(built(), first);
    assert.equal(run(), [hello, 0, 0]);
  });
});

examples("ci: the steps record a run in a clone of depth 1, and push it", () => {
  const bare = temporaryRepository({ bare: true });
  withExample("hello_world", (origin) => {
    origin.git("add", "workflow.ts");
    origin.git("commit", "-q", "-m", "code");
    origin.git("push", "-q", bare.dir, "HEAD:refs/heads/main");
    withExample("hello_world", (repo) => {
      repo.git("remote", "add", "origin", `file://${bare.dir}`);
      repo.git("fetch", "-q", "--depth", "1", "origin", "main");
      mkdirSync(join(repo.dir, "node_modules/.bin"));
      symlinkSync(join(ROOT, "dist/cli.cjs"), join(repo.dir, "node_modules/.bin/redun-git"));
      const workflow = parse(readFileSync(join(ROOT, "examples/ci/provenance.yml"), "utf8"));
      const steps: { run?: string }[] = workflow.jobs.run.steps;
      for (const { run } of steps) {
        if (run === undefined || run === "npm ci") continue;
        const local = run.replaceAll("npx ", "node_modules/.bin/");
        const { status, stderr } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", local], {
          cwd: repo.dir,
          encoding: "utf8",
          env: { ...process.env, ...GITHUB, GITHUB_STEP_SUMMARY: join(repo.dir, "summary.md") },
        });
        assert.is(status, 0, `${run}: ${stderr}`);
      }
      assert.match(readFileSync(join(repo.dir, "summary.md"), "utf8"), /hello_world\.main/);
    });
    origin.git("fetch", "-q", bare.dir, "refs/redun/main:refs/redun/main");
    const { ci_run, env } = tagsOf(origin, "log");
    assert.equal([ci_run, env], ["https://github.com/ada/code/actions/runs/42", "ci"]);
    assert.match(origin.git("log", "-1", "--format=%an <%ae>", "redun/main"), /^ada <ada@users/);
  });
  bare.remove();
});

const GITHUB = {
  GITHUB_ACTOR: "ada",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "ada/code",
  GITHUB_RUN_ID: "42",
};

examples("the demo runs to its end", () => {
  const script = join(ROOT, "examples/demo.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", script], {
    cwd: ROOT,
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  assert.match(stdout, "Hi4, World!");
  assert.match(stdout, /tag [0-9a-f]{8}: env=prod, approved=true/);
});

examples.run();
