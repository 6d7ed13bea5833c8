/** Taking something out of a log, and what of it is left anywhere. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, cli, jsonLines, ok, workflowRepository } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";

const SECRET = "Rosebud Kane";

const WORKFLOW = `
import { task } from "redun-git";
export const namespace = "ward";
export const greet = task(async function greet(name) { return "Hello " + name; });
export const count = task(async function count(n) { return n + 1; });
export const main = task(function main({ name = "x", n = 41 }) { return [greet(name), count(n)]; });
export const large = task(function large(name) { return (name + " ").repeat(3000); });
`;

function withRun(...words: string[]) {
  const repo = workflowRepository({ "workflow.mjs": WORKFLOW });
  ok(repo.dir, ["run", "-q", "workflow.mjs", "main", "--name", SECRET, ...words]);
  return repo;
}

/** Files of the newest commit that hold a text, and files of redun-git's own. */
function holding(dir: string, text: string): string[] {
  const tree = execFileSync("git", ["ls-tree", "-r", "--name-only", "refs/redun/main"], {
    cwd: dir,
  });
  const found = tree
    .toString()
    .split("\n")
    .filter(Boolean)
    .filter((path) => {
      const bytes = execFileSync("git", ["show", `refs/redun/main:${path}`], { cwd: dir });
      return bytes.includes(text);
    });
  const own = join(dir, ".git", "redun");
  const local = readdirSync(own, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
  return [...found, ...local];
}

function clone(remote: string) {
  const other = temporaryRepository();
  other.git("remote", "add", "origin", remote);
  return other;
}

const jobOf = (dir: string, task: string) =>
  (jsonLines(ok(dir, ["log", "--job", "--format", "json"])) as { id: string; task: string }[]).find(
    (job) => job.task === task,
  )!.id;

for (const backend of BACKENDS) {
  const test = suite(`forgetting, ${backend}`);
  const options = { backend };

  test("a value is refused where others hold it, and then gone from all of them", () => {
    const { dir } = withRun();
    const job = jobOf(dir, "ward.greet");
    const refused = cli(dir, ["redact", job, "--arg", "name"], options);
    assert.is(refused.status, 1);
    assert.match(refused.stderr, /STILL_HELD/);
    assert.match(refused.stderr, /ward\.main: argument options/);
    assert.ok(holding(dir, SECRET).length > 0);

    const words = ["redact", job, "--arg", "name", "--everywhere", "-m", "a patient"];
    const told = ok(dir, words, options);
    assert.match(told, /redacted job \w{8} ward\.greet: argument name/);
    assert.match(told, /word 6 of its command line/);
    const page = ok(dir, ["log", "-"], options);
    assert.match(page, /--name REDACTED/);
    assert.match(page, /Redacted by .* \(a patient\): argument name of job/);
    assert.match(ok(dir, ["log", job], options), /greet\(name=<redacted string>\)/);
    assert.equal(holding(dir, SECRET), []);
    assert.match(ok(dir, ["verify"], options), /ok {3}history/);
    const [json] = jsonLines(ok(dir, ["log", job, "--format", "json"], options)) as [
      { redactions: { what: string[] }[] },
    ];
    assert.equal(json.redactions[0]!.what, ["argument name", "result"]);
    const again = cli(dir, words, options);
    assert.match(again.stderr, /redacted already/);
  });

  test("a result that is gone is computed again, and not taken", () => {
    const { dir } = withRun();
    ok(dir, ["redact", jobOf(dir, "ward.greet"), "--returned", "--everywhere"], options);
    const before = ok(dir, ["log", "--job", "--format", "json"]);
    const run = cli(dir, ["run", "workflow.mjs", "main", "--name", SECRET], options);
    assert.is(run.status, 0);
    assert.match(run.stderr, /Run {4}Job \w{8}: {2}ward\.greet/);
    assert.match(run.stderr, /Cached Job \w{8}: {2}ward\.count/);
    assert.ok(jsonLines(before).length > 0);
  });

  test("a tag of an execution goes with its history, and cannot come again", () => {
    const { dir } = withRun();
    ok(dir, ["tag", "add", "-", "contact=kane@example.com", "mood=calm"], options);
    ok(dir, ["tag", "update", "-", "contact=k@example.com"], options);
    ok(dir, ["redact", "-", "--tag", "contact"], options);
    const page = ok(dir, ["log", "-"], options);
    assert.match(page, /mood=calm/);
    assert.not.match(page, /contact=/);
    assert.equal(
      holding(dir, "@example.com").filter((path) => !path.startsWith("tombstones/")),
      [],
    );
    const refused = cli(dir, ["tag", "add", "-", "contact=x"], options);
    assert.match(refused.stderr, /TAG_REDACTED/);
    assert.match(ok(dir, ["verify"], options), /ok {3}history/);
  });

  test("the arguments and the result of an execution are those of its root job", () => {
    const { dir } = withRun();
    ok(dir, ["run", "-q", "workflow.mjs", "large", "--name", "Large"]);
    const planned = ok(dir, ["redact", "-", "--arg", "name", "--dry-run"], options);
    assert.match(planned, /^would redact job \w{8} ward\.large: argument name\n/);
    const lines = planned.split("\n");
    assert.is(new Set(lines).size, lines.length, `nothing is told twice:\n${planned}`);
    assert.match(
      ok(dir, ["redact", "-", "--returned", "--dry-run"], options),
      /large: its result\n/,
    );
    assert.match(
      cli(dir, ["redact", "-", "--arg", "no", "--dry-run"]).stderr,
      /has no argument no/,
    );
  });

  test("what holds a file goes, and the path with it", () => {
    const { dir } = workflowRepository({
      "workflow.mjs": `
        import { File, task } from "redun-git";
        export const read = task({ namespace: "ward" }, (file) => ({ file, size: 3 }));
        export const main = task({ namespace: "ward" }, () => read(new File("kane.csv")));`,
      "kane.csv": "a,b\n",
    });
    ok(dir, ["run", "-q", "workflow.mjs", "main"]);
    assert.ok(holding(dir, "kane.csv").length > 0);
    const told = cli(dir, ["redact", "-", "--path", "kane.csv"], options);
    assert.is(told.status, 0, told.stderr);
    assert.match(told.stdout, /ward\.read: argument file/);
    assert.match(told.stdout, /ward\.main: its result/);
    // The task's source names it: a record that cannot be changed.
    assert.match(told.stdout, /the source of task ward\.main still holds it/);
    assert.ok(
      holding(dir, "kane.csv").every(
        (path) => path.startsWith("tasks/") || path.includes("compiled"),
      ),
    );
    assert.match(ok(dir, ["verify"], options), /but for what 1 tombstone took out/);
  });

  test("a clone that still has it gets rid of it, and does not bring it back", () => {
    const { dir } = withRun();
    const remote = temporaryRepository();
    const other = clone(remote.dir);
    cli(dir, ["push", remote.dir]);
    ok(other.dir, ["pull", "origin"]);
    ok(other.dir, ["log"], options);
    ok(other.dir, ["tag", "add", "-", "seen=true"], options);
    ok(dir, ["redact", jobOf(dir, "ward.greet"), "--arg", "name", "--everywhere"], options);
    ok(dir, ["push", remote.dir]);
    ok(other.dir, ["pull", "origin"]);
    const shown = cli(other.dir, ["log", "-"], options);
    assert.match(shown.stdout, /--name REDACTED.*seen=true/);
    assert.is(shown.stderr, "");
    assert.equal(holding(other.dir, SECRET), []);
    ok(other.dir, ["push", "origin"]);
    ok(dir, ["pull", remote.dir]);
    assert.match(ok(dir, ["log", "-"], options), /--name REDACTED.*seen=true/);
    assert.equal(holding(dir, SECRET), []);
    assert.match(ok(dir, ["verify"], options), /ok {3}history/);
  });

  test("executions are removed with what they alone used, and stay away", () => {
    const { dir } = withRun();
    ok(dir, ["run", "-q", "workflow.mjs", "large", "--name", "Large"]);
    ok(dir, ["tag", "add", jobOf(dir, "ward.large"), "size=big"], options);
    ok(dir, ["tag", "add", "~1", "keep=yes"], options);
    const remote = temporaryRepository();
    const other = clone(remote.dir);
    ok(dir, ["push", remote.dir]);
    ok(other.dir, ["pull", "origin"]);
    const [{ id }] = jsonLines(ok(dir, ["log", "-", "--format", "json"], options)) as [
      { id: string },
    ];
    const filters = ["--where", "project != nothing", "--keep", "keep=yes"];
    assert.match(
      ok(dir, ["prune", ...filters, "--dry-run"], options),
      /^would remove \w{8}.*\n1 execution\n$/s,
    );
    assert.match(ok(dir, ["prune", ...filters, "-m", "a mistake"], options), /Removed 1 execution/);
    assert.equal(holding(dir, "Large"), []);
    assert.match(cli(dir, ["log", id], options).stderr, /was removed by .* on \d{4}-.*: a mistake/);
    assert.match(ok(dir, ["verify"], options), /ok {3}history/);
    ok(other.dir, ["tag", "add", "-", "late=true"], options);
    ok(dir, ["push", remote.dir]);
    ok(other.dir, ["pull", "origin"]);
    assert.is(jsonLines(ok(other.dir, ["log", "--format", "json"], options)).length, 1);
    ok(other.dir, ["push", "origin"]);
    ok(dir, ["pull", remote.dir]);
    assert.is(jsonLines(ok(dir, ["log", "--format", "json"], options)).length, 1);
    assert.is(cli(dir, ["prune"], options).status, 2);
  });

  test("old executions are found in the log that they were moved to", () => {
    const { dir, git } = withRun();
    const [{ id }] = jsonLines(ok(dir, ["log", "-", "--format", "json"])) as [{ id: string }];
    ok(dir, ["tag", "add", "-", "mood=calm"], options);
    const remote = temporaryRepository();
    const late = clone(remote.dir);
    ok(dir, ["push", remote.dir]);
    ok(late.dir, ["pull", "origin"]);
    ok(late.dir, ["tag", "add", "-", "late=true"], options);
    assert.match(ok(dir, ["archive", "--before", "2000-01-01"], options), /No execution/);
    const told = ok(dir, ["archive", "--before", "2999-01-01"], options);
    const ref = /to (refs\/redun\/archive\/\d{4}):/.exec(told)![1]!;
    assert.equal(ok(dir, ["log", "--format", "json"], options), "");
    assert.match(ok(dir, ["log", id], options), new RegExp(`--name '${SECRET}'.*mood=calm`, "s"));
    const name = ref.replace("refs/redun/", "");
    assert.match(ok(dir, ["verify", "--log", name], options), /ok {3}history/);
    assert.match(ok(dir, ["verify"], options), /ok {3}history/);

    const other = clone(remote.dir);
    ok(dir, ["push", remote.dir]);
    ok(late.dir, ["push", "origin"]);
    const paths = late.git("ls-tree", "-r", "--name-only", "refs/redun/main");
    assert.is(paths.split("\n").filter((path) => path.startsWith("tags/")).length, 1, "not lost");
    assert.not.match(paths, /executions/);
    ok(other.dir, ["pull", "origin"]);
    assert.match(ok(other.dir, ["verify"], options), /ok {3}history/);
    const gone = cli(other.dir, ["log", id], options);
    assert.is(gone.status, 1);
    assert.match(gone.stderr, /was moved by/);
    assert.match(gone.stderr, new RegExp(`pull --log ${name}`));
    ok(dir, ["push", remote.dir, "--log", name]);
    ok(other.dir, ["pull", "origin", "--log", name]);
    assert.match(ok(other.dir, ["log", id], options), /mood=calm/);
    // Again nothing: a run that goes on from there is not old yet.
    assert.match(ok(dir, ["archive", "--before", "2000-01-01"], options), /No execution/);
    git("fsck", "--strict");
  });

  test.run();
}
