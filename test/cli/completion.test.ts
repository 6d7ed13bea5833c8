/** Completion, asked as shells ask for it; and by bash, zsh and fish themselves where they are. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { wordsOf } from "../../cli/completion/words.ts";
import { cli, environment, HELLO, logged, ok, record } from "../support/cli.ts";
import { programRepository } from "../support/programs.ts";
import { NO_PTY } from "../support/pty.ts";
import { unless } from "../support/skipped.ts";

const { dir, env, git } = programRepository({ "flow.ts": HELLO });
record(dir, ["flow.ts", "main", "-t", "env=prod", "-t", "note=$(touch hacked)"]);
record(dir, ["flow.ts", "main", "-t", "env=dev", "-t", "site=http://x/y"]);
const [newest, first] = logged(dir).map(({ id }) => id as string);

/** What may stand at the end of a line. */
function offered(line: string, shell = "zsh", part: readonly string[] = []): string[] {
  return ok(dir, ["completion", shell, "--", line, ...part])
    .split("\n")
    .filter(Boolean);
}

const completion = suite("completion");

completion("commands, of one word or two", () => {
  assert.equal(offered("redun-git ta"), ["table", "tag"]);
  assert.equal(offered("redun-git tag u"), ["update"]);
  assert.equal(offered("redun-git no"), []);
  assert.ok(offered("redun-git ").includes("completion"));
});

completion("options and their values", () => {
  assert.equal(offered("redun-git log --f"), ["--file", "--file-path", "--format"]);
  assert.equal(offered("redun-git log --format "), ["text", "json"]);
  assert.equal(offered("redun-git table --format=m"), ["--format=md"]);
  assert.equal(offered("redun-git log --job-status F"), ["FAILED"]);
  assert.equal(offered("redun-git push --back"), []);
  assert.equal(offered("redun-git run flow.ts main --f"), []);
});

completion("ids: the newest executions, or what begins so", () => {
  assert.equal(offered("redun-git diff "), [newest, first]);
  assert.equal(offered(`redun-git log ${first!.slice(0, 9)}`), [first]);
  const job = logged(dir, ["--job"])[0].id as string;
  assert.equal(offered(`redun-git why ${job.slice(0, 9)}`), [job]);
  assert.equal(offered(`redun-git diff ${job.slice(0, 9)}`), []);
  assert.equal(offered(`redun-git log jobs/${job.slice(0, 9)}`), [`jobs/${job}`]);
  assert.equal(offered(`redun-git log jobs/${first!.slice(0, 9)}`), []);
});

completion("keys and values of tags; none that a shell would take for more than a word", () => {
  assert.equal(offered("redun-git log -t en"), ["env="]);
  assert.equal(offered("redun-git log -t env=").sort(), ["env=dev", "env=prod"]);
  assert.equal(offered("redun-git log --tag=env=p"), ["--tag=env=prod"]);
  assert.equal(offered("redun-git tag add - env=d"), ["env=dev"]);
  assert.equal(offered("redun-git tag list s"), ["site="]);
  assert.equal(offered("redun-git log -t note="), []);
});

completion("names of tasks, logs and remotes", () => {
  assert.equal(offered("redun-git log hello_world.g"), [
    "hello_world.getPlanet",
    "hello_world.greeter",
  ]);
  assert.equal(offered("redun-git why hello_world.ma"), ["hello_world.main"]);
  ok(dir, ["--log", "nightly", "merge", "main"]);
  assert.equal(offered("redun-git log --log n"), ["nightly"]);
  assert.equal(offered("redun-git log --ref=refs/redun/n"), ["--ref=refs/redun/nightly"]);
  git("remote", "add", "origin", "http://127.0.0.1:1/none");
  assert.equal(offered("redun-git push o"), ["origin"]);
});

completion("bash gets the part after what ends a word for it", () => {
  assert.equal(offered("redun-git log -t env=p", "bash", ["p"]), ["prod"]);
  assert.equal(offered("redun-git log -t env=", "bash", [""]).sort(), ["dev", "prod"]);
  assert.equal(offered("redun-git log -t en", "bash", ["en"]), ["env="]);
});

completion("words are those of a shell", () => {
  assert.equal(wordsOf(`a 'b c' "d \\"e" f\\ g h'i'`), ["a", "b c", 'd "e', "f g", "hi"]);
  assert.equal(wordsOf("a "), ["a", ""]);
  assert.equal(wordsOf("a 'b c"), ["a", "b c"]);
});

completion("outside of a repository there are commands and options alone", () => {
  const asked = (line: string) => cli("/", ["completion", "bash", "--", line]);
  assert.is(asked("redun-git log --form").stdout, "--format\n");
  const tags = asked("redun-git log -t ");
  assert.equal([tags.status, tags.stdout, tags.stderr], [0, "", ""]);
  const shell = cli("/", ["completion", "ksh"]);
  assert.is(shell.status, 2);
  assert.match(shell.stderr, /Use `bash`, `zsh` or `fish`/);
});

/** What a terminal with a shell shows for keys, once that has `text`. */
function typed(shell: string, keys: string, text: string): Promise<void> {
  const child = spawn("script", ["-qec", shell, "/dev/null"], {
    cwd: dir,
    env: environment({ env: { ...env, PS1: "$ " } }),
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  return new Promise((done, fail) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (shown === "") child.stdin.write(keys);
      shown += chunk;
      if (!shown.includes(text)) return;
      child.kill();
      done();
    });
    child.on("error", fail);
    child.on("close", () => fail(new Error(`never showed "${text}":\n${shown}`)));
  });
}

function lacks(shell: string): string | null {
  if (NO_PTY) return NO_PTY;
  return spawnSync(shell, ["--version"]).error ? `no ${shell}` : null;
}

unless(lacks("bash"), completion)("bash completes a tag after its `=`, and an option", async () => {
  const load = 'eval "$(redun-git completion bash)"\n';
  await typed(
    "bash --norc --noprofile -i",
    `${load}redun-git log -t env=p\t--cou\t\nexit\n`,
    "env=prod --count ",
  );
});

const GIT_COMPLETION = "/usr/share/bash-completion/completions/git";
unless(
  lacks("bash") ?? (existsSync(GIT_COMPLETION) ? null : "git's completion is not installed"),
  completion,
)("bash completes `git redun` by git's own completion", async () => {
  const load = `source ${GIT_COMPLETION}; eval "$(redun-git completion bash)"\n`;
  await typed(
    "bash --norc --noprofile -i",
    `${load}git redun log -t env=p\t--cou\t\nexit\n`,
    "env=prod --count ",
  );
});

unless(lacks("zsh"), completion)("zsh completes a tag", async () => {
  const load = 'autoload -U compinit; compinit -u; eval "$(redun-git completion zsh)"\n';
  await typed("zsh -f -i", `${load}redun-git log -t env=p\t--cou\t\nexit\n`, "env=prod");
});

unless(lacks("fish"), completion)("fish completes a tag", () => {
  const ask = "redun-git completion fish | source; complete -C 'redun-git log -t env=p'";
  const { stdout } = spawnSync("fish", ["--no-config", "-c", ask], {
    cwd: dir,
    env: environment({ env }),
    encoding: "utf8",
  });
  assert.match(stdout, /env=prod/);
});

completion.run();
