/** What plain git sees of a log, and what it must not see change. Both backends throughout. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  type BackendName,
  cli,
  logged,
  ok,
  record,
  tagTexts,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { blobs, jobOf, type Recorded, recorded } from "../support/recorded.ts";
import { runGit, temporaryFolder, temporaryRepository } from "../support/repository.ts";

const LOG = "refs/redun/main";
const WORKFLOW = `
import { applyTags, task } from "redun-git";
export const namespace = "sums";
export const add = task((a, b = 0) => a + b);
const part = task((a, skipped, c) => a);
export const fail = task((why) => { throw new TypeError("because " + why); });
export const large = task({ version: "2" }, () => "x".repeat(4000));
export const main = task({ tags: { team: "qa" } }, async (first = 3) => {
  const sum = add(first, part(1, undefined, 5));
  await large();
  try { await fail("of it"); } catch {}
  return applyTags({ sum, list: [sum, "text"] }, { tags: { kind: "sum" } });
});
`;

const plain = suite("plain git");

for (const backend of oneOf(BACKENDS)) {
  const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
  ok(dir, ["run", "-q", "w.mjs", "main", "--first", "4"], { backend });
  ok(dir, ["tag", "add", logged(dir)[0].id, "env=prod"], { backend });
  const log = recorded(dir);
  const [execution] = log.executions;
  const hash = (text: string) =>
    execFileSync("git", ["hash-object", "--stdin"], {
      cwd: dir,
      input: text,
      encoding: "utf8",
    }).trim();

  plain(`git log reads like a run history (${backend})`, () => {
    const id = execution!.id;
    assert.is(
      git(
        "log",
        "--reverse",
        "--format=%s|%(trailers:key=Redun-Execution,valueonly,separator=,)",
        LOG,
      ),
      `run sums.main --first 4 [DONE] 5 jobs|${id}\ntag ${id.slice(0, 8)}: env=prod|${id}`,
    );
    assert.is(
      git("log", "--format=%an %ae %cn", "-1", LOG),
      "Test User test@example.com Test User",
    );
  });

  plain(`git show <execution id> prints the execution (${backend})`, () => {
    const yaml = git("show", execution!.id);
    assert.match(yaml, /^kind: execution\nversion: 1\ntask: sums\.main\nargv:\n {2}- run\n/);
    assert.is(git("cat-file", "-t", execution!.id), "blob");
    assert.is(hash(`${yaml}\n`), execution!.id);
    const path = git("ls-tree", "-r", "--name-only", LOG)
      .split("\n")
      .find((name) => name.endsWith("execution.yaml"));
    const day = execution!.started.slice(0, 10).replace("-", "/");
    assert.is(
      path,
      `executions/${day}/${execution!.id.slice(0, 2)}/${execution!.id}/execution.yaml`,
    );
  });

  plain(`every record is named by what git hash-object says of it (${backend})`, () => {
    for (const line of git("ls-tree", "-r", LOG).split("\n")) {
      const [, oid = "", path = ""] = /blob (\w+)\t(.*)/.exec(line) ?? [];
      if (path !== "format.yaml") assert.ok(path.includes(oid), line);
    }
  });

  plain(`the ids of jobs, calls and values can be computed with git alone (${backend})`, () => {
    for (const { id, index } of log.jobs) {
      assert.is(hash(`kind: job\nexecution: ${execution!.id}\nindex: ${index}\n`), id);
    }
    const call = (task: string, args: string, value: string, children: string[]) => {
      const list =
        children.length > 0 ? `\n${children.map((c) => `  - ${c}\n`).join("")}` : " []\n";
      const id = jobOf(log, task).taskHash;
      return hash(
        `task_hash: ${id}\nargs_hash: ${hash(args)}\nvalue_hash: ${hash(value)}\nchildren:${list}`,
      );
    };
    assert.is(
      call("sums.large", "{}\n", `${"x".repeat(4000)}\n`, []),
      jobOf(log, "sums.large").call,
    );
    assert.is(
      call(
        "sums.fail",
        `why: ${hash("of it\n")}\n`,
        "!error\nname: TypeError\nmessage: because of it\n",
        [],
      ),
      jobOf(log, "sums.fail").call,
    );
    const main = jobOf(log, "sums.main");
    const children = log.jobs
      .filter(({ parent }) => parent === main.id)
      .sort((a, b) => a.index - b.index);
    const value = "list:\n  - 5\n  - text\nsum: 5\n";
    assert.is(
      call(
        "sums.main",
        `first: ${hash("4\n")}\n`,
        value,
        children.map((child) => child.call!),
      ),
      main.call,
    );
    assert.is(git("show", hash(value)), value.trimEnd());
    assert.is(git("show", hash(`${"x".repeat(4000)}\n`)), "x".repeat(4000));
    const task = git("show", main.taskHash);
    assert.match(task, /^kind: task\nversion: 1\nname: main\nnamespace: sums\nsource: \|/);
    assert.is(
      git("show", jobOf(log, "sums.large").taskHash).split("\n").at(-1),
      'task_version: "2"',
    );
  });

  plain(`args_hash is that of the arguments as they are written (${backend})`, () => {
    for (const job of log.jobs.filter(({ task }) => /add|part/.test(task))) {
      const args = [...(job.args as Map<string, number | null>)]
        .map(([name, value]) => `${name}: ${hash(`${value}\n`)}\n`)
        .join("");
      const lines = `task_hash: ${job.taskHash}\nargs_hash: ${hash(args)}\nvalue_hash: ${hash(`${job.result}\n`)}\nchildren: []\n`;
      assert.is(hash(lines), job.call);
    }
  });

  plain(`git fsck --strict is clean (${backend})`, () => {
    assert.is(git("fsck", "--strict", "--full", "--no-dangling"), "");
  });

  plain(`git log -p shows the tag history of one run (${backend})`, () => {
    const glob = `:(glob)**/${execution!.id}/**`;
    const history = git("log", "-p", "--format=%s", LOG, "--", glob);
    assert.match(history, /^tag .*: env=prod$/m);
    assert.match(history, /^\+ {6}env: prod$/m);
    assert.match(history, /^\+task: sums\.main$/m);
  });

  plain(
    `other refs, the reflogs of branches, index and work tree stay as they were (${backend})`,
    () => {
      const repository = workflowRepository({ "w.mjs": WORKFLOW, "a.txt": "one\n" });
      writeFileSync(join(repository.dir, "a.txt"), "two\n");
      repository.git("add", "a.txt");
      writeFileSync(join(repository.dir, "a.txt"), "three\n");
      writeFileSync(join(repository.dir, "untracked"), "");
      const before = state(repository.dir);
      everyCommand(repository.dir, backend);
      assert.equal(state(repository.dir), before);
    },
  );

  plain(`also in the middle of a merge conflict (${backend})`, () => {
    const repository = workflowRepository({ "w.mjs": WORKFLOW, "a.txt": "one\n" });
    const commit = (text: string) => {
      writeFileSync(join(repository.dir, "a.txt"), text);
      repository.git("commit", "-q", "-am", text);
    };
    repository.git("checkout", "-q", "-b", "side");
    commit("side\n");
    repository.git("checkout", "-q", "main");
    commit("main\n");
    assert.throws(() => repository.git("merge", "side"));
    const before = state(repository.dir);
    assert.ok(before.get("MERGE_HEAD"));
    everyCommand(repository.dir, backend);
    assert.equal(state(repository.dir), before);
    assert.is(recorded(repository.dir).executions[0]!.code.dirty, true);
  });

  plain(`also while a rebase is stopped, with a detached HEAD (${backend})`, () => {
    const repository = workflowRepository({ "w.mjs": WORKFLOW, "a.txt": "one\n" });
    repository.git("checkout", "-q", "--detach");
    const before = state(repository.dir);
    everyCommand(repository.dir, backend);
    assert.equal(state(repository.dir), before);
  });

  for (const [url, stored] of [
    ["https://bob:s3cr3t@example.com/x/y.git", "https://example.com/x/y.git"],
    ["https://s3cr3t@github.com/x/y", "https://github.com/x/y"],
    ["https://bob:s3/cr3t@example.com/x.git", "https://example.com/x.git"],
    ["https://example.com/x.git?token=s3cr3t", "https://example.com/x.git"],
    ["ssh://bob:s3cr3t@example.com:22/x.git", "ssh://bob@example.com:22/x.git"],
    ["bob:s3cr3t@example.com:x.git", "bob@example.com:x.git"],
  ] as const) {
    // The rules of URLs are tested elsewhere; here, that no object holds any of it.
    if (backend === "isomorphic" && url !== "https://bob:s3cr3t@example.com/x/y.git") continue;
    plain(`no credentials of ${stored} in any object (${backend})`, () => {
      const repository = workflowRepository({ "w.mjs": WORKFLOW });
      repository.git("remote", "add", "origin", url);
      record(repository.dir, ["w.mjs", "add", "--a", "1"], { backend });
      for (const text of allObjects(repository.dir)) assert.not.match(text, /s3\/?cr3t/);
      assert.is(recorded(repository.dir).executions[0]!.code.origin, stored);
      const journal = join(repository.dir, ".git/redun");
      for (const file of filesUnder(journal))
        assert.not.match(readFileSync(file, "latin1"), /s3cr3t/);
    });
  }
}

plain("each backend reads what the other wrote, and writes on top of it", () => {
  const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
  const backends = ["native", "isomorphic", "native", "isomorphic"] as const;
  for (const [at, backend] of backends.entries()) {
    record(dir, ["-t", `by=${backend}`, "-t", `at=${at}`, "w.mjs", "add", "--a", "1"], {
      backend,
    });
    // What packs the objects changes how the other one finds them.
    if (at === 1) git("gc", "-q");
  }
  const seen = BACKENDS.map((backend) => {
    return JSON.stringify(logged(dir, [], { backend }).map((object) => tagTexts(object)));
  });
  assert.is(seen[0], seen[1]);
  assert.is(logged(dir, ["-t", "by=native"], { backend: "isomorphic" }).length, 2);
  assert.is(git("fsck", "--strict", "--no-dangling"), "");
  assert.is(git("rev-list", "--count", LOG), "4");
});

plain("the same content has the same ids, whoever writes it", () => {
  const of = (backend: BackendName) => {
    const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
    record(dir, ["w.mjs", "main"], { backend });
    const log = recorded(dir);
    const ids = (jobs: Recorded["jobs"]) =>
      jobs.map(({ index, taskHash, call }) => [index, taskHash, call]);
    return {
      jobs: ids(log.jobs),
      tasks: log.tasks.map(({ id }) => id).sort(),
      values: [...log.values].sort(),
    };
  };
  assert.equal(of("native"), of("isomorphic"));
});

plain("the subject names the arguments behind the task, whatever stood before it", () => {
  const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
  const options = ["-q", "--project", "add", "-t", "add=add", "--doc", "see w.mjs"];
  for (const name of ["add", "sums.add"]) {
    ok(dir, ["run", ...options, "w.mjs", name, "--a", "1", "--b", "2"]);
    assert.is(git("log", "-1", "--format=%s", LOG), "run sums.add --a 1 --b 2 [DONE] 1 job");
  }
});

plain("a clone that fetches the log can read all of it", () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  record(dir, ["w.mjs", "main"]);
  const other = join(temporaryFolder().dir, "clone");
  runGit(dir, ["clone", "-q", dir, other]);
  assert.is(logged(other).length, 0);
  runGit(other, ["fetch", "-q", "origin", "refs/redun/*:refs/redun/*"]);
  assert.equal(logged(other), logged(dir));
});

plain("a SHA-256 repository has ids of its own hash function", () => {
  const { dir, git } = temporaryRepository({ objectFormat: "sha256" });
  writeFileSync(join(dir, "w.mjs"), WORKFLOW);
  record(dir, ["w.mjs", "main"]);
  const { id } = logged(dir)[0];
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.match(git("show", id), /^kind: execution$/m);
  assert.is(logged(dir, [id.slice(0, 10)])[0].id, id);
  const refused = cli(dir, ["log"], { backend: "isomorphic" });
  assert.is(refused.status, 1);
  assert.match(refused.stderr, /UNSUPPORTED_REPOSITORY/);
});

plain.run();

/** Each command that there is, also one that fails. */
function everyCommand(dir: string, backend: BackendName): void {
  ok(dir, ["run", "-q", "w.mjs", "add", "--a", "1"], { backend });
  assert.is(cli(dir, ["run", "-q", "w.mjs", "fail", "--why", "x"], { backend }).status, 1);
  const [{ id }] = logged(dir, [], { backend });
  ok(dir, ["tag", "add", id, "a=1"], { backend });
  ok(dir, ["log", id], { backend });
}

/** Everything of the user's: all files of the repository but objects, our refs and our folder. */
function state(dir: string): Map<string, string> {
  const files = filesUnder(dir).map((path) => [path.slice(dir.length + 1), path] as const);
  const theirs = files.filter(
    ([name]) => !/^\.git\/(objects|redun|refs\/redun|logs\/refs\/redun)\//.test(name),
  );
  return new Map(
    theirs.map(([name, path]) => [
      name.replace(/^\.git\//, ""),
      `${statSync(path).mode} ${readFileSync(path, "latin1")}`,
    ]),
  );
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** The bytes of every object there is, trees and commits too. */
function allObjects(dir: string): string[] {
  const names = runGit(dir, ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
  return blobs(dir, names.split("\n"));
}
