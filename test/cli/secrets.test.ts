/** What a task records by its hash alone is nowhere in the repository, in whatever form. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, workflowRepository } from "../support/cli.ts";
import { leaks } from "../support/leaks.ts";
import { recorded } from "../support/recorded.ts";

/** Of each there are several forms: within a text, a list, JSON, an address. */
const SECRET = "hunter2-Zo\u00eb";
const PIN = "86420975";

const WORKFLOW = `
import { applyTags, catchError, mapTask, registerCodec, task } from "redun-git";
export const namespace = "vault";
class Token { constructor(text) { this.text = text; } }
registerCodec(Token, { name: "Token", encode: ({ text }) => text, decode: (text) => new Token(text) });
const secret = () => process.env.SECRET;

export const login = task({ record: { result: "hash" } }, () => secret());
export const list = task({ record: { result: "hash" } }, () => [{ deep: [secret()] }, new Map([[secret(), 1]])]);
export const token = task({ record: "hash" }, (text) => new Token(text));
export const use = task({ record: { args: { password: "hash" } } }, (user, password) => user + password.length);
export const tagged = task({ record: "hash" }, (text) => applyTags(text, { tags: { checked: true } }));
export const fails = task({ record: "hash" }, (text) => {
  throw Object.assign(new TypeError("bad " + text + "\\n    at " + text + ":1:1", { cause: { text } }), { text });
});
export const throwsText = task({ record: { args: "hash" } }, (text) => { throw text; });
const whole = task((error) => "caught " + error.constructor.name);
// What is thrown and no error is a value like any other.
const quiet = task({ record: { args: "hash" } }, (thrown) => "caught a " + typeof thrown);
export const wraps = task(async () => {
  const text = await login();
  try { await fails(text); } catch (error) {
    throw new Error("login failed: " + JSON.stringify({ text }) + encodeURIComponent(text) + error.stack, { cause: error });
  }
});
export const passes = task(async () => throwsText(await login()));
export const rest = task(async () => {
  const text = await login();
  const all = [token(text), tagged(text), list(), use("ann", text)];
  return (await Promise.all(all)).length;
});
export const lazily = task(() => mapTask(token, [login()]).length);
export const main = task({ record: { args: { password: "hash", pin: "hash" } } }, (password: string, pin: number) =>
  [catchError(wraps(), whole), catchError(passes(), quiet), catchError(rest(), whole), catchError(fails(password), whole), use("bob", password)]);
export const crash = task({ record: "hash" }, async (password: string) => {
  process.stderr.write("ready\\n");
  if (password.length > 3) process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
});
export const typo = task({ record: { args: { pasword: "hash" } } }, (password: string) => password.length);
`;

const env = { SECRET };
const test = suite("what is recorded by its hash alone");

test("is nowhere: not in errors, tags, values, the index, or the command line", () => {
  const { dir } = workflowRepository({ "workflow.ts": WORKFLOW });
  const args = ["run", "workflow.ts", "main", "--password", SECRET, "--pin", PIN];
  const { status, stdout, stderr } = cli(dir, args, { env });
  assert.is(status, 0, stderr);
  assert.match(stdout, "caught Error");
  const calls = stderr.split("\n").filter((line) => /Job \w{8}: /.test(line));
  // What looks like a password by its name is replaced once more.
  const hidden = "(?:<hidden>|REDACTED)";
  assert.match(calls.join("\n"), new RegExp(`vault\\.main\\(password=${hidden}, pin=<hidden>\\)`));
  assert.match(calls.join("\n"), new RegExp(`vault\\.use\\(user='bob', password=${hidden}`));
  assert.not.match(calls.join("\n"), PIN);
  ok(dir, ["log"]);
  ok(dir, ["log", "--job"]);
  assert.equal(leaks(dir, [SECRET, PIN]), []);
  const { argv } = recorded(dir).executions[0]!;
  assert.match(argv.slice(-4).join(" "), /^--password REDACTED\S* --pin REDACTED\S*$/);
  const jobs = logged(dir, ["--job", "--limit", "100"]);
  const failed = jobs.filter(({ status }: { status: string }) => status === "FAILED");
  assert.ok(failed.length >= 5, `${failed.length}`);
  const wrapped = failed.find((job: { task: string }) => job.task === "vault.wraps");
  assert.match(
    ok(dir, ["log", wrapped.id]),
    /login failed: \{"text":"REDACTED\(\w{16}\)"\}REDACTED/,
  );
});

test("is nowhere when the run fails, is killed, or is taken up again", () => {
  const { dir } = workflowRepository({ "workflow.ts": WORKFLOW });
  const failed = cli(dir, ["run", "workflow.ts", "fails", "--text", SECRET], { env });
  assert.is(failed.status, 1);
  // Whoever runs it sees what was wrong.
  assert.match(failed.stderr, `bad ${SECRET}`);
  assert.equal(leaks(dir, [SECRET, PIN]), []);
  const killed = cli(dir, ["run", "workflow.ts", "crash", "--password", SECRET], { env });
  assert.is.not(killed.status, 0);
  assert.equal(leaks(dir, [SECRET, PIN]), []);
  ok(dir, ["log"]);
  assert.equal(leaks(dir, [SECRET, PIN]), []);
});

test("is called again, unless its result is there", () => {
  const { dir } = workflowRepository({ "workflow.ts": WORKFLOW });
  const statuses = (...words: string[]) =>
    [1, 2].map(() => {
      const { stderr } = cli(dir, ["run", "workflow.ts", ...words], { env });
      assert.not.match(stderr, "no longer in the log");
      return logged(dir, ["--job", "--limit", "1"])[0].status;
    });
  assert.equal(statuses("login"), ["DONE", "DONE"]);
  assert.equal(statuses("use", "--user", "ann", "--password", SECRET), ["DONE", "CACHED"]);
  assert.equal(leaks(dir, [SECRET, PIN]), []);
});

test("a parameter that there is not is refused: nothing would be hidden", () => {
  const { dir } = workflowRepository({ "workflow.ts": WORKFLOW });
  const { status, stderr } = cli(dir, ["run", "workflow.ts", "typo", "--password", SECRET], {
    env,
  });
  assert.is(status, 1);
  assert.match(stderr, /vault\.typo has no parameter "pasword".*[Dd]id you mean.*password/);
});

test.run();
