/** `log` takes the addresses that the console and the browser take. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import { cli, jsonLines, ok } from "../support/cli.ts";
import { numberWithId } from "../support/sample.ts";
import { taggedSample } from "../support/tagged-sample.ts";

const { dir, kinds, latest } = await taggedSample([
  { argv: ["run"], tags: { env: "dev" } },
  { argv: ["run"], tags: { env: "prod" }, echo: 7 },
  { argv: ["run"], tags: { env: "prod" }, echo: 8 },
]);
const log = (...args: string[]) => ok(dir, ["log", ...args]);
const short = (id: string) => id.slice(0, 8);

const test = suite("log <address>");

test("an entity by its type and the prefix of its id prints what the prefix alone prints", () => {
  const { Execution, Job, CallNode, Task, Value } = kinds;
  for (const [name, id] of [
    ...[["executions", Execution] as const, ["jobs", Job] as const, ["tasks", Task] as const],
    ...[["values", Value] as const, ["calls", CallNode] as const],
  ]) {
    const untimed = (text: string) => text.replace(/JOB STATUS .*/, "");
    assert.is(untimed(log(`${name}/${short(id)}`)), untimed(log(short(id))), name);
  }
  assert.is(log("tasks/sample.greeter"), log(short(Task)));
  assert.is(jsonLines(log("--format", "json", "executions/-"))[0]!.id, latest);
});

test("a list, with a query or whole", () => {
  assert.is(log("?env=prod"), log("--where", "env=prod"));
  assert.is(log("executions"), log());
  assert.is(log("jobs?task~*greeter"), log("--job", "--where", "task~*greeter"));
  assert.is(log("all"), log("--all"));
  assert.is(log("-n", "1", "jobs"), log("-n", "1", "--job"));
});

test("tags, their history, conflicts and a comparison", () => {
  assert.is(log("tags"), ok(dir, ["tag", "list"]));
  assert.is(log("tags/env"), ok(dir, ["tag", "list", "--values", "env"]));
  assert.is(log(`history/${latest}`), ok(dir, ["tag", "history", latest]));
  assert.is(log("conflicts"), "No tags are in conflict.\n");
  const ids = [kinds.Execution, latest];
  assert.is(log(`compare/${ids.join(",")}`), ok(dir, ["table", ...ids, "--diff-only"]));
  const before = jsonLines(log("--format", "json", "executions/~1"))[0]!.id;
  const sameTask = ok(dir, ["table", before, latest, "--diff-only"]);
  assert.is(log(`compare/${latest}`), sameTask, "with the one before it of the same task");
  assert.is(log("compare?env"), ok(dir, ["table", "-t", "env", "--diff-only"]));
  for (const address of ["tags", "tags/env", `history/${latest}`, "compare?env"]) {
    assert.ok(jsonLines(log("--format", "json", address)).length > 0, address);
  }
});

test("an id of another type is refused, and its own address named", () => {
  const { status, stderr } = cli(dir, ["log", `jobs/${short(latest)}`]);
  assert.is(status, 1);
  assert.match(stderr, "is of type Execution, and the address says jobs");
  assert.match(stderr, `executions/${short(latest)}`);
});

test("an address that is none is a misuse", () => {
  const { status, stderr } = cli(dir, ["log", "compare/"]);
  assert.is(status, 2);
  assert.match(stderr, "error: compare/ needs the ids of executions");
});

test("of an ambiguous prefix, the one of the type that the address says is meant", async () => {
  const prefix = latest.slice(0, 4);
  const { value, id } = numberWithId(new RegExp(`^${prefix}`));
  const echo = task({ name: "echo", namespace: "acme" }, (one: number) => one);
  await new Scheduler({ cwd: dir }).run(echo(value), { argv: ["run"] });
  assert.match(cli(dir, ["log", prefix]).stderr, "[AMBIGUOUS_ID]");
  assert.match(log(`executions/${prefix}`), `Exec ${latest}`);
  assert.match(log(`values/${prefix}`), `Value ${id}`);
});

test.run();
