/** The result cache from outside: between commands, clones and killed runs; and `why`. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kill, ok, ran, start, workflowRepository, writeFiles } from "../support/cli.ts";
import { temporaryFolder, temporaryRepository } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { NO_SSH_KEYGEN, signWithNewKey } from "../support/ssh-key.ts";

const workflow = (planet = "World") => `
import { task } from "redun-git";
export const namespace = "hello";
export const planet = task(() => "${planet}");
export const greeter = task((greet, thing) => greet + ", " + thing + "!");
export const main = task(function main(greet = "Hello") { return greeter(greet, planet()); });
export const first = task(() => 1);
export const wait = task(async (n) => { console.log("waiting"); await new Promise((done) => setTimeout(done, 600_000)); });
export const slow = task(() => wait(first()));
`;

/** The jobs of the latest execution by status: `DONE: 1, CACHED: 2, FAILED: 0`. */
const jobs = (dir: string) => /^Jobs: \d+ \((.*)\)$/m.exec(ok(dir, ["log", "-"]))![1];

const cache = suite("the result cache");

cache("a second run, a changed leaf, --no-cache", () => {
  const { dir } = workflowRepository({ "w.mjs": workflow() });
  ran(dir, ["-q", "w.mjs", "main"]);
  ran(dir, ["-q", "w.mjs", "main"]);
  assert.is(jobs(dir), "DONE: 0, CACHED: 3, FAILED: 0");
  writeFiles(dir, { "w.mjs": workflow("Mars") });
  assert.is(ran(dir, ["-q", "w.mjs", "main"]), "Hello, Mars!\n");
  assert.is(jobs(dir), "DONE: 2, CACHED: 1, FAILED: 0");
  ran(dir, ["-q", "w.mjs", "main", "--no-cache"]);
  assert.is(jobs(dir), "DONE: 3, CACHED: 0, FAILED: 0");
});

cache("results that were pulled", () => {
  const { dir, git } = workflowRepository({ "w.mjs": workflow() });
  const remote = temporaryRepository({ bare: true });
  git("remote", "add", "origin", remote.dir);
  ran(dir, ["-q", "-u", "ann", "w.mjs", "main"]);
  ok(dir, ["push", "origin"]);
  const other = workflowRepository({ "w.mjs": workflow() });
  other.git("remote", "add", "origin", remote.dir);
  ok(other.dir, ["pull", "origin"]);
  ran(other.dir, ["-q", "-u", "bob", "w.mjs", "main"]);
  assert.is(jobs(other.dir), "DONE: 0, CACHED: 3, FAILED: 0");
  assert.match(
    ok(other.dir, ["why", "hello.main"]),
    /was cached by job \w+ \(execution \w+ of ann, /,
  );
  other.git("config", "redun.cacheFrom", "mine");
  ran(other.dir, ["-q", "-u", "bob", "w.mjs", "main"]);
  assert.is(jobs(other.dir), "DONE: 3, CACHED: 0, FAILED: 0");
});

unless(NO_SSH_KEYGEN, cache)("results that are signed", () => {
  const { dir, git } = workflowRepository({ "w.mjs": workflow() });
  const run = () => {
    ran(dir, ["-q", "-u", "ann", "w.mjs", "main"]);
    return jobs(dir);
  };
  run();
  git("config", "redun.cacheFrom", "signed");
  assert.is(run(), "DONE: 3, CACHED: 0, FAILED: 0");
  assert.match(ok(dir, ["why", "hello.main"]), /in no commit with a good signature.* of ann, /);
  const keys = temporaryFolder();
  signWithNewKey(git, keys.dir, "test@example.com");
  assert.is(run(), "DONE: 3, CACHED: 0, FAILED: 0");
  assert.is(run(), "DONE: 0, CACHED: 3, FAILED: 0");
  git("config", "redun.cacheFrom", "signed, bob");
  assert.is(run(), "DONE: 3, CACHED: 0, FAILED: 0");
  git("config", "redun.cacheFrom", "signed, mine");
  assert.is(run(), "DONE: 0, CACHED: 3, FAILED: 0");
  // A key that is no longer trusted.
  writeFiles(keys.dir, { allowed: "" });
  assert.is(run(), "DONE: 3, CACHED: 0, FAILED: 0");
  keys.remove();
});

cache("results of a run that was killed", async () => {
  const { dir } = workflowRepository({ "w.mjs": workflow() });
  const running = start(dir, ["run", "-q", "w.mjs", "slow"]);
  await running.said("waiting");
  await kill(running);
  ran(dir, ["-q", "w.mjs", "first"]);
  assert.is(jobs(dir), "DONE: 0, CACHED: 1, FAILED: 0");
});

const why = suite("why");

why("source, arguments, nothing known, cached, cache off", () => {
  const { dir } = workflowRepository({ "w.mjs": workflow() });
  const told = (id: string) => ok(dir, ["why", id]);
  ran(dir, ["-q", "w.mjs", "main"]);
  assert.match(
    told("hello.planet"),
    /hello\.planet\(\) ran: no earlier execution called this task\.\n$/,
  );
  ran(dir, ["-q", "w.mjs", "main"]);
  assert.match(told("hello.planet"), /hello\.planet\(\) was cached by job \w+ /);
  writeFiles(dir, { "w.mjs": workflow("Mars") });
  ran(dir, ["-q", "w.mjs", "main"]);
  const source = told("hello.planet");
  assert.match(source, /ran: its source changed \(compared with job \w+ of execution /);
  assert.match(source, /^ {2}-\(\) => "World"\n {2}\+\(\) => "Mars"$/m);
  const args = told("hello.greeter");
  assert.match(args, /ran: thing is new \(/);
  assert.match(args, /^ {2}thing: 'World' -> 'Mars', from job \w{8} hello\.planet$/m);
  ran(dir, ["-q", "--no-cache", "w.mjs", "main"]);
  assert.match(told("hello.main"), /ran: the cache was off \(--no-cache/);
  assert.is(told("-").match(/^Job /gm)!.length, 3);
});

cache.run();
why.run();
