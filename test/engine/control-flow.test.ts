/** Control flow of values that are yet to be computed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  catchAll,
  catchError,
  cond,
  flatMap,
  mapTask,
  type RedunError,
  Scheduler,
  seq,
  type Task,
  task,
} from "../../src/api.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

const control = suite("control flow");

const calls: string[] = [];
const identity = task({ name: "identity", version: "1" }, <T>(value: T): T => value);
const number = task({ name: "number", version: "1" }, (n: number) => n);
const note = task({ name: "note", version: "1" }, async (name: string) => {
  calls.push(`${name} begins`);
  await null;
  calls.push(`${name} ends`);
  return name;
});
const boom = task({ name: "boom", version: "1" }, (message: string): number => {
  throw new RangeError(message);
});
const recover = task({ name: "recover", version: "1" }, (error: Error) => `got ${error.message}`);
const double = task({ name: "double", version: "1" }, (n: number) => n * 2);
const range = task({ name: "range", version: "1" }, (n: number) =>
  Array.from({ length: n }, (_, at) => at),
);

async function run<T>(expression: T) {
  const { dir } = temporaryRepository();
  calls.length = 0;
  const result = await new Scheduler({ cwd: dir }).run(expression);
  return { result, log: recorded(dir) };
}

control("cond computes the test, and then one branch only", async () => {
  const yes = await run(cond(identity(true), note("a"), boom("never")));
  assert.is(yes.result, "a");
  const no = await run(cond(identity(0), boom("never"), { b: [note("b")] }));
  assert.equal(no.result, { b: ["b"] });
  assert.equal((await run(cond(false, note("a")))).result, undefined);
  assert.equal(jobsOf(no.log, "boom"), []);
  // What comes of it is a value like any other.
  const used = await run(double(cond(identity(true), number(4), 1)));
  assert.is(used.result, 8);
  const [four] = jobsOf(used.log, "number");
  assert.equal(jobOf(used.log, "double").from.get("n"), [four!.id]);
});

control("seq goes on when the one before is done, however many there are", async () => {
  const { result } = await run(seq([note("a"), note("b"), note("c")]));
  assert.equal(result, ["a", "b", "c"]);
  assert.equal(
    calls,
    ["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
  const many = Array.from({ length: 1000 }, (_, at) => identity(at));
  assert.is((await run(seq(many))).result.length, 1000);
  const failed = await run(catchError(seq([identity(1), boom("x"), note("never")]), recover));
  assert.is(failed.result, "got x");
  assert.equal(jobsOf(failed.log, "note"), []);
});

control("catchError gives what a task makes of the error, which it may throw again", async () => {
  const main = task({ name: "main" }, () => catchError(double(boom("x")), recover));
  const { result, log } = await run(main());
  assert.is(result, "got x");
  assert.equal([log.outcomes[0]!.status, jobOf(log, "boom").status], ["DONE", "FAILED"]);
  assert.is(jobOf(log, "recover").parent, jobOf(log, "main").id);
  const again = task({ name: "again" }, (error: Error): string => {
    throw error;
  });
  const outer = await run(catchError(catchError(boom("y"), again), recover));
  assert.is(outer.result, "got y");
  assert.is((await run(catchError(identity(1), recover))).result, 1);
});

control("catchAll computes all, and gives a task the errors in their places", async () => {
  const count = task({ name: "count" }, (all: (number | Error)[]) =>
    all.map((one) => (one instanceof Error ? one.message : one)),
  );
  const { result, log } = await run(catchAll([boom("a"), identity(1), boom("b")], count));
  assert.equal(result, ["a", 1, "b"]);
  assert.is(jobsOf(log, "identity").length, 1);
  assert.equal((await run(catchAll([identity(1), 2], count))).result, [1, 2]);
  assert.equal((await run(catchAll([], count))).result, []);
});

control("mapTask and flatMap take lists of unknown length", async () => {
  const { result, log } = await run(mapTask(double, range(4)));
  assert.equal(result, [0, 2, 4, 6]);
  assert.equal(jobOf(log, "range").status, "DONE");
  assert.equal((await run(flatMap(range, [number(1), 3]))).result, [0, 0, 1, 2]);
  assert.equal((await run(mapTask(double, range(0)))).result, []);
  const tagged = await run(mapTask(double.options({ tags: { a: 1 } }), [1]));
  assert.equal(jobOf(tagged.log, "double").tags, [["a", 1]]);
  try {
    await run(mapTask(double, "no list" as unknown as number[]));
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /came out as no list/);
  }
});

control("a task may be an argument", async () => {
  const twice = task({ name: "twice" }, (f: Task<[n: number], number>, n: number) => f(f(n)));
  assert.is((await run(twice(double, 3))).result, 12);
});

control("what is no task is refused where it is written", () => {
  for (const make of [
    () => mapTask(((n: number) => n) as never, [1]),
    () => catchError(1, (() => 1) as never),
  ]) {
    try {
      make();
      assert.unreachable();
    } catch (error) {
      assert.is((error as RedunError).code, "BAD_TASK");
    }
  }
});

control("is taken from the log, each call in it looked at again", async () => {
  const { dir } = temporaryRepository();
  const run = async (leafVersion: string) => {
    const leaf = task({ name: "leaf", version: leafVersion }, (n: number) => n + 1);
    const main = task({ name: "main", version: "1" }, () => ({
      cond: cond(identity(true), leaf(1), boom("never")),
      seq: seq([leaf(2), leaf(3)]),
      map: mapTask(leaf, range(3)),
      flat: flatMap(range, [leaf(0)]),
      all: catchAll([leaf(5)], recover),
    }));
    const before = new Set(recorded(dir).jobs.map(({ id }) => id));
    const result = await new Scheduler({ cwd: dir }).run(main());
    const jobs = recorded(dir).jobs.filter(({ id }) => !before.has(id));
    const ran = jobs.filter(({ status }) => status === "DONE").map(({ task }) => task);
    return { result, ran: [...new Set(ran)].sort(), all: jobs.length };
  };
  await new Scheduler({ cwd: dir }).run(identity("begin"));
  const first = await run("1");
  assert.equal(first.ran, ["identity", "leaf", "main", "range"]);
  const second = await run("1");
  assert.equal([second.ran, second.all], [[], first.all]);
  assert.equal(second.result, first.result);
  assert.equal((await run("2")).ran, ["leaf"]);
});

control.run();
