import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tagEditFile } from "../../src/log/tag-edits.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { secretRule } from "../../src/redact.ts";
import { cli, jsonLines, logged, ok, workflowRepository } from "../support/cli.ts";
import { type TemporaryRepository, temporaryFolder } from "../support/repository.ts";

const TOKEN = `ghp_${"a1".repeat(10)}`;
const scan = suite("scan");

/** A log with one tag edit, in a repository with a remote. */
async function withTag(...tag: [key: string, value: string]): Promise<TemporaryRepository> {
  const repository = workflowRepository();
  const remote = temporaryFolder().dir;
  repository.git("init", "-q", "--bare", remote);
  repository.git("remote", "add", "origin", remote);
  ok(repository.dir, ["exec", "-q", "--", "true"]);
  // As another program writes it: redun-git would cut it.
  const log = await IndexedLog.open({ cwd: repository.dir });
  const [{ id: entity }] = logged(repository.dir);
  const edits = { entity, type: "Execution" as const, edits: [{ tag, parents: [] }] };
  await log.append([tagEditFile(edits, "sha1")], "tag");
  await log.close();
  return repository;
}

scan("what looks like a secret is named, and never shown", async () => {
  const { dir, git, remove } = await withTag("note", `see ${TOKEN}`);
  const { status, stdout } = cli(dir, ["scan"]);
  assert.is(status, 1);
  assert.match(
    stdout,
    /^tags\/\w\w\/\w{40}\/\w{40}\.yaml:\d+: a token of a known form\n {4}note: "?see REDACTED/,
  );
  assert.match(stdout, "1 line may hold a secret");
  assert.not.match(stdout, TOKEN);
  const [found] = jsonLines(cli(dir, ["scan", "--format", "json"]).stdout);
  assert.equal([found.rule, found.line > 1], ["token", true]);
  assert.is(cli(dir, ["scan", "redun/main~1"]).status, 0);
  git("config", "redun.scanIgnore", found.path.split("/")[2]);
  assert.is(ok(dir, ["scan"]), "Nothing looks like a secret.\n");
  remove();
});

scan("a push is refused where the settings say so, and goes on when told", async () => {
  const { dir, git, remove } = await withTag("db.password", "hunter22");
  git("config", "redun.scanOnPush", "true");
  assert.match(cli(dir, ["scan", "--push"]).stdout, "a value whose name is that of a secret");
  const { status, stderr } = cli(dir, ["push", "origin"]);
  assert.is(status, 1);
  assert.match(stderr, /looks as if it held a secret: db\.password: REDACTED\. Nothing was pushed/);
  assert.match(stderr, "[SECRET_FOUND]");
  assert.is(git("ls-remote", "origin"), "");
  git("config", "redun.scanOnPush", "false");
  ok(dir, ["push", "origin"]);
  // It is not to be sent again.
  assert.is(ok(dir, ["scan", "--push"]), "Nothing looks like a secret.\n");
  assert.match(
    cli(dir, ["scan", "--push", "redun/main"]).stderr,
    /^error: scan takes a range or --push/,
  );
  remove();
});

scan("the values of named variables are cut wherever they appear, and found", () => {
  const { dir, git, remove } = workflowRepository();
  const env = { MY_KEY: "open-sesame-1" };
  const words = ["exec", "-q", "--", "sh", "-c", "echo it is $MY_KEY; : open-sesame-1"];
  ok(dir, words, { env });
  assert.match(git("log", "-1", "-p", "redun/main"), /^\+.*it is open-sesame-1/m);
  const found = jsonLines(cli(dir, ["scan", "--format", "json"], { env }).stdout);
  assert.is(found.length, 0);
  git("config", "redun.secretEnv", "OTHER, MY_KEY");
  const { stdout } = cli(dir, ["scan"], { env });
  assert.match(stdout, "the value of a variable of redun.secretEnv");
  assert.not.match(stdout, "open-sesame-1");
  const before = git("rev-parse", "redun/main");
  ok(dir, words, { env });
  assert.is(ok(dir, ["scan", `${before}..`], { env }), "Nothing looks like a secret.\n");
  assert.not.match(git("log", "-1", "-p", "redun/main"), /^[+ ].*open-sesame-1/m);
  remove();
});

scan("names and values that are none", () => {
  const none = [
    "  token: null",
    "password: !value 2d9a90e318ecb42ee9bba6ba14d4a1875dad92dc",
    "secret: REDACTED",
    "auth: true",
    "pass: 12",
    "task_hash: 74caf5175103cf324b53d1bb86ff859c22440501",
    "origin: https://github.com/example/hello.git",
  ];
  for (const line of none) assert.is(secretRule(line, true), null, line);
  assert.is(secretRule("password: string", true), "name");
  assert.is(secretRule("(password: string) => login(password)", false), null);
  assert.is(secretRule(`login("${TOKEN}")`, false), "token");
  assert.is(secretRule("fetch('https://me:pw@example.com')", false), "address");
});

scan.run();
