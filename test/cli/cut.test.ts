/** What looks like a secret is in nothing that a run, or a tag, leaves in the repository. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, workflowRepository } from "../support/cli.ts";
import { leaks } from "../support/leaks.ts";

const TOKEN = `ghp_${"a1".repeat(10)}`;
const PASSWORD = "hunter2-open-sesame";
const NAMED = "value-of-a-variable-1";
const IN_ADDRESS = "pw-in-an-address-7";
const SECRETS = [TOKEN, PASSWORD, NAMED, IN_ADDRESS];

const WORKFLOW = `
import { applyTags, script, task } from "redun-git";
export const namespace = "vault";
const { TOKEN, NAMED, PASS } = process.env;

export const main = task(async (password: string, url: string) => {
  const all = [connect(password), lazily(url), asMap(), asBytes(), large(), tagged(TOKEN)];
  for (const one of [fails(password), throwsText(), sh()]) {
    try { all.push(await one); } catch (error) { all.push("failed"); }
  }
  return (await Promise.all(all)).length;
});
const connect = task({ name: "connect" }, (password: string) => ({ user: "ann", password, header: "Bearer " + TOKEN }));
const lazily = task({ name: "lazily" }, (url: string) => [connect("short1" + url), NAMED]);
const asMap = task({ name: "asMap" }, () => new Map<unknown, unknown>([["apiToken", "x".repeat(9) + NAMED], [TOKEN, 1]]));
const asBytes = task({ name: "asBytes" }, () => Buffer.from("key " + NAMED));
const large = task({ name: "large" }, () => ["x".repeat(200_000), { deep: [TOKEN, ["--password", NAMED]] }]);
const tagged = task({ name: "tagged" }, (text: string) =>
  applyTags({ text }, { tags: { text }, jobTags: { text: [text], db_password: "short1" }, executionTags: { url: "https://u:" + PASS + "@h/x" } }));
const fails = task({ name: "fails" }, (password: string) => {
  throw Object.assign(new TypeError("bad " + password + " " + TOKEN, { cause: { password, text: [NAMED] } }), { password });
});
const throwsText = task({ name: "throwsText" }, () => { throw { password: NAMED, text: TOKEN }; });
const sh = task({ name: "sh" }, () => script\`echo $NAMED; echo $TOKEN >&2; exit 3\`);

export const crash = task(async (password: string) => {
  const text: string = await holds(password);
  if (text.length > 3) process.kill(process.pid, "SIGKILL");
});
const holds = task({ name: "holds" }, (password: string) => "it is " + password);
export const count = task((token: string) => token.length);
`;

const env = { TOKEN, NAMED, PASS: IN_ADDRESS };
const test = suite("what looks like a secret");

function repository() {
  const made = workflowRepository({ "workflow.ts": WORKFLOW });
  made.git("config", "redun.secretEnv", "NAMED");
  return made;
}

test("is nowhere: not in values, errors, tags, the index, messages, or the command line", () => {
  const { dir, git, remove } = repository();
  const args = ["--password", PASSWORD, "--url", `postgres://ann:${IN_ADDRESS}@db/x`];
  const tags = ["--tag", `auth=${PASSWORD}`, "--tag", `note=see ${TOKEN}`];
  const first = cli(dir, ["run", ...tags, "workflow.ts", "main", ...args], { env });
  assert.is(first.status, 0, first.stderr);
  assert.is(first.stdout.trim(), "9");
  assert.match(first.stderr, "argument password of job");
  assert.not.match(first.stderr, PASSWORD);
  ok(dir, ["tag", "add", "-", `secret=${PASSWORD}`, `db=https://u:${IN_ADDRESS}@h/x`], { env });
  ok(dir, ["log", "--job"], { env });
  assert.equal(leaks(dir, SECRETS), []);
  const log = git("log", "-p", "redun/main");
  assert.match(log, /^\+ *password: !cut REDACTED$/m);
  assert.match(log, /^\+ *url: !cut "?postgres:\/\/db\/x"?$/m);
  assert.match(log, /"!cut": see REDACTED$/m);
  assert.is(cli(dir, ["verify"]).status, 0);
  assert.is(ok(dir, ["scan"], { env }), "Nothing looks like a secret.\n");
  remove();
});

test("is nowhere when the run is killed, and taken up again", () => {
  const { dir, remove } = repository();
  const killed = cli(dir, ["run", "workflow.ts", "crash", "--password", PASSWORD], { env });
  assert.is.not(killed.status, 0);
  assert.equal(leaks(dir, SECRETS), []);
  assert.is(logged(dir)[0].status, "INTERRUPTED");
  assert.equal(leaks(dir, SECRETS), []);
  remove();
});

test("serves no other secret's result, and its run is not run again", () => {
  const { dir, git, remove } = repository();
  const run = (token: string) => {
    const { stdout } = cli(dir, ["run", "workflow.ts", "count", "--token", token]);
    return [stdout.trim(), logged(dir, ["--job", "--limit", "1"])[0].status];
  };
  assert.equal(run("four"), ["4", "DONE"]);
  assert.equal(run("seven77"), ["7", "DONE"]);
  assert.equal(run("four"), ["4", "DONE"]);
  const { status, stderr } = cli(dir, ["rerun", "-"]);
  assert.is(status, 1);
  assert.match(stderr, "--token");
  assert.match(stderr, "[NOT_RERUNNABLE]");
  git("config", "redun.notSecret", "token");
  assert.equal(run("four"), ["4", "DONE"]);
  assert.equal(run("four"), ["4", "CACHED"]);
  remove();
});

test.run();
