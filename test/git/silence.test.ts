/** A git, or what it starts, that hangs ends in a sentence, and nothing of it goes on. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isRunning } from "../../src/git/files/process-state.ts";
import {
  BACKENDS,
  cli,
  inProcess,
  ok,
  record,
  start,
  workflowRepository,
  writeFiles,
} from "../support/cli.ts";
import { prepared, temporaryRepository } from "../support/repository.ts";
import { until } from "../support/until.ts";

const hangs = suite("a git that hangs");
const WORKFLOW = `
import { task } from "redun-git";
export const main = task({ name: "main" }, () => "done");
`;

const withRun = prepared(() => {
  const repository = workflowRepository({ "w.mjs": WORKFLOW });
  record(repository.dir, ["w.mjs", "main"]);
  return repository;
});

/** Of its objects git alone knows: we read those of sha1. */
function withRunOfSha256() {
  const repository = temporaryRepository({ objectFormat: "sha256" });
  writeFiles(repository.dir, { "w.mjs": WORKFLOW });
  repository.git("add", "-A");
  repository.git("commit", "-q", "-m", "begin");
  record(repository.dir, ["w.mjs", "main"]);
  return repository;
}

/** Writes a program that notes its process and never ends. */
function hanging(path: string, marker: string, condition = "true"): void {
  writeFileSync(
    path,
    `#!/bin/sh\nif ${condition}; then echo $$ >> "${marker}"; exec sleep 1000; fi\nexec "$REAL_GIT" "$@"\n`,
  );
  chmodSync(path, 0o755);
}

/** Whether programs that `hanging` made started, and all have ended. */
async function haveEnded(marker: string): Promise<boolean> {
  if (!existsSync(marker)) return false;
  const pids = readFileSync(marker, "utf8").trim().split("\n").map(Number);
  await until(() => !pids.some(isRunning));
  return true;
}

const REAL_GIT = process.env
  .PATH!.split(":")
  .map((folder) => join(folder, "git"))
  .find((path) => existsSync(path))!;

const SILENT = /^error: `git [a-z-]+` said nothing for 1 second, and was ended\..*\[GIT_SILENT\]$/m;
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  "rev-parse": ["log"],
  "cat-file": ["index", "rebuild"],
  "rev-list": ["tag", "blame", "-"],
  "fast-import": ["tag", "add", "-", "a=1"],
  var: ["tag", "add", "-", "a=1"],
};

for (const [word, args] of Object.entries(COMMANDS)) {
  hangs(`\`git ${word}\` is ended after a time, by its name`, async () => {
    const { dir } = word === "cat-file" ? withRunOfSha256() : withRun();
    const bin = join(dir, ".git/bin");
    const marker = join(dir, ".git/marker");
    mkdirSync(bin);
    hanging(join(bin, "git"), marker, `case " $* " in *" ${word} "*) true;; *) false;; esac`);
    const env = {
      PATH: `${bin}:${process.env.PATH}`,
      REAL_GIT,
      REDUN_GIT_TIMEOUT: "1",
      // Found by git itself, not by its files.
      ...(word === "rev-parse" && { GIT_DIR: join(dir, ".git") }),
      // A variable that says who we are is git's to understand.
      ...(word === "var" && { GIT_AUTHOR_NAME: "Ada" }),
    };
    const { status, stderr } = inProcess(dir, args, { env, backend: "native" });
    assert.is(status, 1, stderr);
    assert.match(stderr, SILENT);
    assert.match(stderr, `git ${word}`);
    assert.ok(await haveEnded(marker), "it was started");
    if (word !== "rev-parse") ok(dir, args);
  });
}

hangs(
  "a hook that hangs keeps a run's record in its journal, and the next command commits it",
  async () => {
    const { dir, git } = withRun();
    const marker = join(dir, ".git/marker");
    const hook = join(dir, ".git/hooks/reference-transaction");
    hanging(hook, marker);
    const env = { REDUN_GIT_TIMEOUT: "1" };
    const { status, stdout, stderr } = cli(dir, ["run", "-q", "w.mjs", "main"], { env });
    assert.is(status, 1);
    assert.is(stdout, "done\n");
    assert.match(stderr, /`git fast-import` said nothing for 1 second/);
    assert.ok(await haveEnded(marker));
    writeFileSync(hook, "#!/bin/sh\n");
    assert.match(
      ok(dir, ["log"]),
      /^Exec [0-9a-f]{8} \[ DONE \][\s\S]+^Exec [0-9a-f]{8} \[ DONE \]/m,
    );
    assert.is(git("log", "--format=%s", "redun/main").split("\n").length, 2);
  },
);

hangs("ssh and a credential helper that hang are ended with the transfer", async () => {
  const { dir, git } = withRun();
  const marker = join(dir, ".git/marker");
  const program = join(dir, ".git/hanging");
  hanging(program, marker);
  const env = { REDUN_GIT_TIMEOUT: "1", GIT_SSH: program };
  git("remote", "add", "origin", "ssh://nowhere.example/r.git");
  for (const args of [["push"], ["pull"], ["fetch"]]) {
    const { status, stderr } = cli(dir, args, { env, backend: "native" });
    assert.is(status, 1, stderr);
    assert.match(stderr, /^error: Could not (push to|fetch from) origin/);
    assert.match(stderr, /nothing was heard for 1 second/);
    assert.match(stderr, "[REMOTE_FAILED]");
  }
  assert.ok(await haveEnded(marker));
});

hangs("a server that never answers is given up, with git and without it", async () => {
  const server = createServer((socket) => socket.unref());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const { dir, git } = withRun();
  git("remote", "add", "origin", `http://127.0.0.1:${port}/r.git`);
  for (const backend of BACKENDS) {
    // This process has to go on listening.
    const { ended } = start(dir, ["fetch"], { env: { REDUN_GIT_TIMEOUT: "1" }, backend });
    const { status, stderr } = await ended;
    assert.is(status, 1, stderr);
    assert.match(stderr, /(nothing was heard|said nothing) for 1 second/);
    assert.match(stderr, "[REMOTE_FAILED]");
  }
  server.unref();
  server.close();
});

hangs.run();
