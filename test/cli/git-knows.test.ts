/** What git knows, git decides: which repository, whether it is trusted, its settings, its objects. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  CLI,
  type CliOptions,
  cli,
  logged,
  ok,
  record,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { prepared, runGit, temporaryFolder } from "../support/repository.ts";

const RUN = ["run", "-q", "w.mjs", "main"];

const recorded = prepared(() => {
  const repository = workflowRepository({
    "w.mjs": `import { task } from "redun-git";
export const main = task(function main(name = "you") { return name; });
`,
  });
  record(repository.dir, ["w.mjs", "main"]);
  return repository;
});

const knows = suite("git knows");

/** How many executions the log has. */
function count(dir: string, options: CliOptions): number {
  return Number.parseInt(ok(dir, ["log", "--count"], options), 10);
}

/** A folder for the PATH with `git redun`, a git subcommand. */
function asSubcommand(): { PATH: string; remove(): void } {
  const { dir, remove } = temporaryFolder();
  const path = join(dir, "git-redun");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  chmodSync(path, 0o755);
  return { PATH: `${dir}${delimiter}${process.env.PATH}`, remove };
}

function git(cwd: string, args: readonly string[], env: Record<string, string>): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", env: { ...process.env, ...env } });
}

knows("a subcommand of git gets its --git-dir and its -c", () => {
  const { PATH, remove } = asSubcommand();
  const { dir, git: run } = recorded();
  const linked = temporaryFolder();
  const tree = join(linked.dir, "tree");
  run("worktree", "add", "-q", tree, "-b", "other");
  const counted = ["redun", "log", "--count"];
  assert.match(git(tree, ["--git-dir=.git", ...counted], { PATH }), /\b1 Execution/);
  assert.match(git(dir, ["-c", "redun.log=nightly", ...counted], { PATH }), /\b0 Execution/);
  git(dir, ["-c", "redun.log=nightly", "redun", ...RUN], { PATH });
  assert.is(run("for-each-ref", "--format=%(refname)", "refs/redun/nightly"), "refs/redun/nightly");
  remove();
  linked.remove();
});

for (const backend of oneOf(BACKENDS)) {
  knows(`the search stops where git's does (${backend})`, () => {
    const { dir } = recorded();
    const inner = join(dir, "src/inner");
    mkdirSync(inner, { recursive: true });
    assert.is(count(inner, { backend }), 1);
    const env = { GIT_CEILING_DIRECTORIES: join(dir, "src") };
    const { status, stderr } = cli(inner, ["log"], { backend, env });
    assert.is(status, 1);
    assert.match(stderr, /NOT_A_REPOSITORY/);
  });

  knows(`a bare repository beside its work tree, with safe.bareRepository (${backend})`, () => {
    const { dir, git: run } = recorded();
    run("config", "core.bare", "true");
    renameSync(join(dir, ".git"), join(dir, ".bare"));
    writeFileSync(join(dir, ".git"), "gitdir: ./.bare\n");
    const explicit = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.bareRepository",
      GIT_CONFIG_VALUE_0: "explicit",
    };
    ok(dir, RUN, { backend, env: explicit });
    assert.is(count(dir, { backend, env: explicit }), 2);
    const inner = cli(join(dir, ".bare"), ["log"], { backend, env: explicit });
    assert.match(inner.stderr, /UNSAFE_REPOSITORY/);
  });

  knows(`a work tree that is named relative to where we are (${backend})`, () => {
    const { dir } = recorded();
    const sub = join(dir, "sub");
    mkdirSync(sub);
    cpSync(join(dir, "w.mjs"), join(sub, "w.mjs"));
    runGit(dir, ["add", "sub"]);
    runGit(dir, ["commit", "-qm", "sub"]);
    ok(sub, RUN, { backend, env: { GIT_WORK_TREE: ".." } });
    assert.not.match(ok(dir, ["tag", "list", "-"], { backend }), /git_dirty/);
  });

  knows(`a replaced commit is neither believed nor written on (${backend})`, () => {
    const { dir, git: run } = recorded();
    ok(dir, RUN, { backend });
    const tip = run("rev-parse", "refs/redun/main");
    const first = run("rev-list", "--max-parents=0", "refs/redun/main");
    run("replace", tip, run("commit-tree", "-m", "less", `${first}^{tree}`));
    writeFileSync(join(dir, ".git/info/grafts"), `${first} ${run("rev-parse", "main")}\n`);
    ok(dir, RUN, { backend });
    ok(dir, ["index", "rebuild"], { backend });
    assert.is(logged(dir, [], { backend }).length, 3);
    const real = ["--no-replace-objects", "ls-tree", "-r", "--name-only", "refs/redun/main"];
    assert.is(run(...real).match(/execution\.yaml/g)?.length, 3);
  });

  const foreign = process.getuid?.() === 0 ? knows : knows.skip;
  foreign(`a repository of another user is refused before it is obeyed (${backend})`, () => {
    const { dir, git: run } = recorded();
    const marker = join(dir, "obeyed");
    for (const name of ["core.pager", "core.fsmonitor", "core.sshCommand", "alias.x"]) {
      run("config", name, `touch ${marker}`);
    }
    chownSync(join(dir, ".git"), 1234, 1234);
    const all = [
      ["log"],
      RUN,
      ["tag", "add", "-", "a=1"],
      ["index"],
      ["push"],
      ["remote"],
      ["init"],
    ];
    for (const words of all) {
      const { status, stdout, stderr } = cli(dir, words, { backend });
      assert.equal([status, stdout], [1, ""], `${words}: ${stderr}`);
      assert.match(stderr, /UNSAFE_REPOSITORY/, String(words));
      assert.match(stderr, /git config --global --add safe\.directory/);
    }
    const trusted = (value: string) => ({
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: value,
    });
    for (const value of ["*", dir]) {
      assert.is(count(dir, { backend, env: trusted(value) }), 1, value);
    }
    assert.is(cli(dir, ["log"], { backend, env: trusted("") }).status, 1);
    assert.is(count(dir, { backend, env: { SUDO_UID: "1234" } }), 1);
    // Its own settings do not make it trusted.
    run("config", "--file", join(dir, ".git/config"), "safe.directory", "*");
    assert.is(cli(dir, ["log"], { backend }).status, 1);
    assert.not.ok(existsSync(marker));
  });

  knows(`the origin is where git fetches from (${backend})`, () => {
    const { dir, git: run } = recorded();
    run("config", "url.https://token@github.com/.insteadOf", "forge:");
    run("config", "url.https://other.example.org/.insteadOf", "for");
    run("config", "url.ssh://push.example.org/.pushInsteadOf", "forge:");
    run("config", "remote.origin.url", "forge:acme/planets.git");
    run("config", "--add", "remote.origin.url", "https://second.example.org/x.git");
    ok(dir, RUN, { backend });
    const tags = ok(dir, ["tag", "list", "-"], { backend });
    assert.match(tags, /git_origin_url=https:\/\/github\.com\/acme\/planets\.git$/m);
    assert.match(
      ok(dir, ["log", "-"], { backend }),
      /https:\/\/github\.com\/acme\/planets\/commit\//,
    );
  });

  knows(`no password of a URL is shown, nor a secret in a subject (${backend})`, () => {
    const { dir, git: run } = recorded();
    const url = "http://ada:hunter2@127.0.0.1:9/x.git";
    run("config", "remote.origin.url", url);
    for (const words of [
      ["fetch", url],
      ["push"],
      ["pull", url],
      ["push", url],
      ["incoming", url],
      ["outgoing", url],
      ["remote"],
      ["remote", "--format", "json"],
      ["fetch", "-q", `'${url}'`],
      ["log", url],
      ["run", url],
      ["merge", url],
    ]) {
      const { stdout, stderr } = cli(dir, words, { backend });
      assert.not.match(stdout + stderr, /hunter2/, words.join(" "));
    }
    ok(dir, [...RUN, "--name=token=hunter2"], { backend });
    assert.is(
      run("log", "-1", "--format=%s", "refs/redun/main").replace(/ \[.*/, ""),
      "run main --name=token=REDACTED",
    );
    ok(dir, ["tag", "add", "-", "api_key=hunter2", "n=1"], { backend });
    assert.match(
      run("log", "-1", "--format=%s", "refs/redun/main"),
      /^tag \w+: \+?api_key=REDACTED, \+?n=1$/,
    );
  });
}

knows.run();
