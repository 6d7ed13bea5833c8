import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  applyTags,
  File,
  RedunError,
  type RunOptions,
  Scheduler,
  type TaskOptions,
  task,
} from "../../src/api.ts";
import { Tagged } from "../../src/value/value.ts";
import { jobsOf, type Recorded, type RecordedJob, recorded } from "../support/recorded.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

// The engine knows nothing of backends, and this one starts no processes. Others test both.
process.env.REDUN_GIT_BACKEND = "isomorphic";
delete process.env.REDUN_USER;

/** A repository in which runs follow each other. */
class Runs {
  readonly repository: TemporaryRepository = temporaryRepository();
  readonly notices: string[] = [];
  #known = new Set<string>();

  /** Runs an expression; the names of the tasks whose functions were called, in order. */
  async ran(expression: unknown, options?: RunOptions): Promise<string[]> {
    return (await this.run(expression, options)).ran;
  }

  async run(expression: unknown, options?: RunOptions) {
    let result: unknown;
    let error: unknown;
    const listener = { noticed: (notice: string) => void this.notices.push(notice) };
    const scheduler = new Scheduler({ cwd: this.repository.dir, listener });
    try {
      result = await scheduler.run(expression, options);
    } catch (thrown) {
      error = thrown;
    }
    const jobs = this.#newJobs(recorded(this.repository.dir));
    const ran = jobs.filter(({ reused }) => reused === undefined).map(({ task }) => task);
    const names = (status: string) =>
      jobs.filter((job) => job.status === status).map((job) => job.task);
    return { result, error, jobs, ran, cached: names("CACHED"), failed: names("FAILED") };
  }

  get log(): Recorded {
    return recorded(this.repository.dir);
  }

  #newJobs({ jobs }: Recorded): RecordedJob[] {
    const added = jobs.filter(({ id }) => !this.#known.has(id));
    for (const { id } of added) this.#known.add(id);
    return added.sort((a, b) => a.index - b.index);
  }
}

const cache = suite("result cache");

cache("a call seen before is not run again", async () => {
  const runs = new Runs();
  const double = task({ name: "double" }, (n: number) => n * 2);
  assert.equal(await runs.ran(double(21)), ["double"]);
  const { result, ran, cached } = await runs.run(double(21));
  assert.equal([result, ran, cached], [42, [], ["double"]]);
  assert.equal(await runs.ran(double(22)), ["double"]);
});

cache("a job that took a result says whose, and is the same call", async () => {
  const runs = new Runs();
  const one = task({ name: "one" }, () => 1);
  const first = (await runs.run(one())).jobs[0]!;
  for (let n = 0; n < 3; n++) {
    const { jobs } = await runs.run(one());
    assert.equal([jobs[0]!.reused, jobs[0]!.call], [first.id, first.call]);
  }
});

/** redun's own example: what `step1` and `step2` are made of may be changed one by one. */
function steps(version1: string, version2: string) {
  const step1 = task({ name: "step1", version: version1 }, (n: number) => n + Number(version1));
  const step2 = task({ name: "step2", version: version2 }, (n: number) => n * Number(version2));
  return task({ name: "main" }, (n: number) => step2(step1(n)));
}

cache("a changed step runs again, and what takes its result", async () => {
  const runs = new Runs();
  assert.equal(await runs.ran(steps("1", "2")(10)), ["main", "step1", "step2"]);
  assert.equal(await runs.ran(steps("1", "2")(10)), []);
  // step2 alone: step1 still gives what it gave.
  assert.equal(await runs.ran(steps("1", "3")(10)), ["step2"]);
  const { result, ran } = await runs.run(steps("2", "3")(10));
  assert.equal([result, ran], [36, ["step1", "step2"]]);
});

cache("a change that is taken back finds the old results", async () => {
  const runs = new Runs();
  await runs.run(steps("1", "2")(10));
  await runs.run(steps("5", "2")(10));
  const { result, ran } = await runs.run(steps("1", "2")(10));
  assert.equal([result, ran], [22, []]);
});

cache("a step that gives the same as before does not run the next one", async () => {
  const runs = new Runs();
  const make = (version: string) => {
    const even = task({ name: "even", version }, (n: number) => n % 2 === 0);
    const text = task({ name: "text" }, (is: boolean) => (is ? "yes" : "no"));
    return task({ name: "main" }, (n: number) => text(even(n)));
  };
  await runs.run(make("1")(4));
  assert.equal(await runs.ran(make("2")(4)), ["even"]);
});

cache("another leaf below an unchanged main runs", async () => {
  const runs = new Runs();
  const make = (version: string) => {
    const leaf = task({ name: "leaf", version }, (n: number) => n + version);
    const middle = task({ name: "middle" }, (n: number) => ({ of: leaf(n), n }));
    return task({ name: "main" }, () => [middle(1), middle(2), "constant"]);
  };
  const first = await runs.run(make("a")());
  assert.equal(first.result, [{ of: "1a", n: 1 }, { of: "2a", n: 2 }, "constant"]);
  const second = await runs.run(make("b")());
  assert.equal(second.result, [{ of: "1b", n: 1 }, { of: "2b", n: 2 }, "constant"]);
  assert.equal(second.ran, ["leaf", "leaf"]);
});

cache("fib(30) runs 31 jobs", async () => {
  const runs = new Runs();
  const add = task({ name: "add" }, (a: number, b: number) => a + b);
  const fib = task({ name: "fib" }, (n: number): number =>
    n < 2 ? n : (add(fib(n - 1), fib(n - 2)) as unknown as number),
  );
  const { result, ran } = await runs.run(fib(30));
  assert.is(result, 832040);
  assert.is(ran.filter((name) => name === "fib").length, 31);
  assert.equal(await runs.ran(fib(30)), []);
});

cache("a call that is made twice at once runs once", async () => {
  const runs = new Runs();
  let count = 0;
  const slow = task({ name: "slow" }, async (n: number) => {
    count++;
    await new Promise((done) => setTimeout(done, 10));
    return { n };
  });
  const { result, jobs } = await runs.run([slow(1), slow(1), [slow(1)]]);
  assert.equal(result, [{ n: 1 }, { n: 1 }, [{ n: 1 }]]);
  assert.is(count, 1);
  assert.equal(
    jobs.map(({ status }) => status),
    ["DONE", "CACHED", "CACHED"],
  );
  assert.is(new Set(jobs.map(({ call }) => call)).size, 1);
});

cache("those that share a result may change it", async () => {
  const runs = new Runs();
  const list = task({ name: "list" }, () => [1]);
  const { result } = await runs.run([list(), list()]);
  const [a, b] = result as number[][];
  a!.push(2);
  assert.equal(b, [1]);
});

cache(
  "functions that close over different values are not each other's, in this run or the next",
  async () => {
    const runs = new Runs();
    const adder = (n: number) => task({ name: "add" }, (x: number) => x + n);
    const [one, two] = [adder(1), adder(2)];
    const main = task({ name: "main" }, () => [one(1), two(1)]);
    assert.equal((await runs.run(main())).result, [2, 3]);
    assert.equal((await runs.run(main())).result, [2, 3]);
  },
);

cache("an error is shared by equal calls, and not taken by a later run", async () => {
  const runs = new Runs();
  let count = 0;
  const fails = task({ name: "fails" }, async () => {
    count++;
    throw new Error(`failure ${count}`);
  });
  const both = task({ name: "both" }, async () => {
    const settled = await Promise.allSettled([fails(), fails()]);
    return settled.map((one) => (one as PromiseRejectedResult).reason.message);
  });
  const first = await runs.run(both());
  assert.equal(first.result, ["failure 1", "failure 1"]);
  const [leader, other] = jobsOf(runs.log, "fails");
  assert.equal([other!.status, other!.reused, other!.call], ["FAILED", leader!.id, leader!.call]);
  await runs.run(fails());
  assert.is(count, 2);
});

cache("a call within itself is refused, where it would wait for itself", async () => {
  const runs = new Runs();
  const again = task({ name: "again" }, (n: number): unknown => again(n));
  const { error } = await runs.run(again(1));
  assert.instance(error, RedunError);
  assert.match((error as Error).message, /again calls itself with the same arguments/);
});

cache("a run that failed goes on from where it stopped", async () => {
  const runs = new Runs();
  const make = (works: boolean) => {
    const first = task({ name: "first" }, () => 1);
    const second = task({ name: "second", version: String(works) }, (n: number) => {
      if (!works) throw new Error("not yet");
      return n + 1;
    });
    return task({ name: "main" }, () => second(first()));
  };
  assert.equal((await runs.run(make(false)())).failed, ["main", "second"]);
  const { result, ran } = await runs.run(make(true)());
  // What failed has no result to take, and what it had returned is not kept either.
  assert.equal([result, ran], [2, ["main", "second"]]);
});

const scopes = suite("cache scope");

scopes("none, execution and log", async () => {
  const runs = new Runs();
  const make = (options: TaskOptions) => task({ ...options, name: "t" }, (n: number) => n);
  const count = async (options: TaskOptions) => {
    const t = make(options);
    return (await runs.ran([t(1), t(1)])).length;
  };
  assert.is(await count({ cacheScope: "none" }), 2);
  assert.is(await count({ cacheScope: "execution" }), 1);
  assert.is(await count({ cache: false }), 1);
  assert.is(await count({ cacheScope: "log" }), 0);
  assert.is(await count({}), 0);
  assert.is(await count({ cache: true }), 0);
});

scopes("of one call", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (n: number) => n);
  await runs.run(t(1));
  assert.equal(await runs.ran(t.options({ cache: false })(1)), ["t"]);
  assert.equal(await runs.ran(t.options({ cacheScope: "none" })(1)), ["t"]);
  assert.equal(await runs.ran(t(1)), []);
});

scopes("of a call that a function returned", async () => {
  const runs = new Runs();
  const now = task({ name: "now" }, () => Math.random());
  const main = task({ name: "main" }, () => [now.options({ cache: false, tags: { a: 1 } })()]);
  await runs.run(main());
  const { ran, jobs } = await runs.run(main());
  assert.equal(ran, ["now"]);
  assert.equal(jobs.find(({ task }) => task === "now")!.tags, [["a", 1]]);
});

scopes("of a whole run", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (n: number) => n);
  await runs.run(t(1));
  const { ran, cached } = await runs.run([t(1), t(1)], { cache: false });
  assert.equal([ran, cached], [["t"], ["t"]]);
});

scopes("options that there are not are refused by name", () => {
  const refusal = (body: () => unknown) => {
    try {
      body();
    } catch (error) {
      return `${(error as RedunError).code}: ${(error as Error).message}`;
    }
    return "not refused";
  };
  assert.is(
    refusal(() => task({ name: "t", cachescope: "none" } as TaskOptions, () => 1)),
    'BAD_TASK: task() has no option "cachescope". Did you mean cacheScope?',
  );
  assert.is(
    refusal(() => task({ name: "t", cacheScope: "all" } as unknown as TaskOptions, () => 1)),
    "BAD_TASK: task() was given cacheScope: 'all'.",
  );
  assert.is(
    refusal(() => task(() => 1).options({ version: "1" } as never)),
    'BAD_TASK: options() has no option "version".',
  );
});

const awaiting = suite("tasks that await");

awaiting("are cached by the tasks below them", async () => {
  const runs = new Runs();
  const make = (leafVersion: string, other = "1") => {
    const leaf = task({ name: "leaf", version: leafVersion }, (n: number) => n + leafVersion);
    const middle = task({ name: "middle" }, (n: number) => leaf(n));
    task({ name: "unrelated", version: other }, () => 1);
    return task({ name: "main" }, async (n: number) => `${await middle(n)}!`);
  };
  assert.equal((await runs.run(make("a")(1))).result, "1a!");
  const again = await runs.run(make("a", "2")(1));
  assert.equal([again.result, again.cached, again.jobs.length], ["1a!", ["main"], 1]);
  const changed = await runs.run(make("b")(1));
  assert.equal([changed.result, changed.ran], ["1b!", ["main", "leaf"]]);
  assert.equal((await runs.run(make("a")(1))).ran, []);
});

awaiting("and return more calls", async () => {
  const runs = new Runs();
  const make = (version: string) => {
    const awaited = task({ name: "awaited" }, () => 1);
    const returned = task({ name: "returned", version }, (n: number) => n + version);
    return task({ name: "main" }, async () => [returned((await awaited()) + 1)]);
  };
  await runs.run(make("a")());
  assert.equal((await runs.run(make("a")())).cached, ["main", "returned"]);
  assert.equal((await runs.run(make("b")())).ran, ["main", "returned"]);
});

const shallow = suite("shallow checks");

shallow("one look in the place of a walk", async () => {
  const runs = new Runs();
  const make = (version: string) => {
    const leaf = task({ name: "leaf", version }, (n: number) => n + version);
    return task({ name: "main", checkValid: "shallow" }, (n: number) => [leaf(n), leaf(n + 1)]);
  };
  await runs.run(make("a")(1));
  const again = await runs.run(make("a")(1));
  assert.equal([again.result, again.jobs.length], [["1a", "2a"], 1]);
  const changed = await runs.run(make("b")(1));
  assert.equal(
    [changed.result, changed.ran],
    [
      ["1b", "2b"],
      ["main", "leaf", "leaf"],
    ],
  );
});

shallow("undefined in a result is not lost", async () => {
  const runs = new Runs();
  const nothing = task({ name: "nothing" }, () => undefined);
  const main = task({ name: "main", checkValid: "shallow" }, () => [nothing(), null]);
  await runs.run(main());
  const { result, jobs } = await runs.run(main());
  assert.equal([result, jobs.length], [[undefined, null], 1]);
});

const values = suite("values from the cache");

for (const [name, value] of Object.entries<unknown>({
  undefined: undefined,
  null: null,
  "a list with undefined": [undefined, null, { a: undefined }],
  numbers: [1, -0, 0.5, 2 ** 53, Number.NaN, -1 / 0],
  bigint: 12n,
  dates: [new Date(0), new Date(8.64e15)],
  "maps and sets": new Map<unknown, unknown>([[new Set([1]), [new Map()]]]),
  bytes: Buffer.from("hi"),
  "typed arrays": [new Float32Array([1.5]), new BigInt64Array([1n])],
  "other built-ins": [/a+/g, new URL("https://example.org/")],
  text: "a\u0000\ud800\n",
  "a large text": "long ".repeat(1000),
  keys: JSON.parse('{"__proto__": 1, "10": 2, "9": 3, "a b": 4}'),
})) {
  values(name, async () => {
    const runs = new Runs();
    const give = task({ name: "give" }, () => value);
    const take = task({ name: "take" }, (given: unknown) => [given]);
    const first = await runs.run([give(), take(give())]);
    const { result, ran } = await runs.run([give(), take(give())]);
    assert.equal(ran, []);
    assert.equal(result, [value, [value]]);
    assert.equal(result, first.result);
    assert.equal(Object.is((result as unknown[])[0], value), typeof value !== "object" || !value);
  });
}

values("an error is an Error", async () => {
  const runs = new Runs();
  const give = task({ name: "give" }, () => new TypeError("no", { cause: "x" }));
  await runs.run(give());
  const { result, ran } = await runs.run(give());
  assert.equal(ran, []);
  assert.instance(result, Error);
  const { name, message, cause } = result as Error;
  assert.equal([name, message, cause], ["TypeError", "no", "x"]);
});

values("1 and 1.0 are one number: one call", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (n: number) => n);
  await runs.run(t(1));
  assert.equal(await runs.ran(t(Number("1.0"))), []);
  assert.equal(await runs.ran(t(-0)), ["t"]);
});

values("the order of keys does not count", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (o: object) => o);
  await runs.run(t({ a: 1, b: 2 }));
  assert.equal(await runs.ran(t({ b: 2, a: 1 })), []);
});

values("a default that took effect is an argument", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (a: number, b = 2) => a + b);
  await runs.run(t(1));
  assert.equal(await runs.ran(t(1, 2)), []);
  assert.equal(await runs.ran(t(1, undefined as unknown as number)), []);
});

values("what has no form of its own is computed again, and reported once", async () => {
  const runs = new Runs();
  class Model {
    size = 1;
  }
  const make = task({ name: "make" }, (_n: number) => new Model());
  const size = task({ name: "size" }, (model: Model) => model.size);
  const both = [size(make(1)), size(make(1)), size(make(2))];
  const first = await runs.run(both);
  assert.equal(first.result, [1, 1, 1]);
  // Each of the calls of size: a model may have changed since the one before.
  assert.equal(first.ran, ["make", "size", "size", "make", "size"]);
  assert.is(runs.notices.length, 1);
  assert.match(runs.notices[0]!, /^The result of job \w+ make is recorded by its kind alone/);
  assert.ok((await runs.ran(make(1))).includes("make"));
});

values("of a secret result there is nothing to take", async () => {
  const runs = new Runs();
  const secret = task({ name: "secret", record: { result: "hash" } }, () => "hunter2");
  const main = task({ name: "main" }, () => [secret()]);
  const both = await runs.run([main(), secret()]);
  assert.equal(both.ran, ["main", "secret"]);
  const second = await runs.run(main());
  assert.equal([second.result, second.ran], [["hunter2"], ["secret"]]);
  assert.equal(runs.notices, []);
});

values("secret arguments are not in what a function returned", async () => {
  const runs = new Runs();
  const login = task({ name: "login", record: { args: "hash" } }, (_password: string) => "in");
  const main = task({ name: "main" }, () => login("hunter2"));
  await runs.run(main());
  const texts = [...runs.log.files.values()].filter((text) => /^kind: jobs/m.test(text));
  assert.not.ok(texts.some((text) => text.includes("hunter2")));
  assert.equal((await runs.run(main())).ran, []);
});

values("a stored value that is gone is computed anew, with a note", async () => {
  const runs = new Runs();
  const { dir, git } = runs.repository;
  const large = task({ name: "large" }, () => "long ".repeat(1000));
  await runs.run(large());
  const [id] = [...runs.log.values.keys()];
  rmSync(join(dir, ".git", "objects", id!.slice(0, 2), id!.slice(2)));
  assert.throws(() => git("cat-file", "-e", id!));
  const scheduler = new Scheduler({
    cwd: dir,
    listener: { noticed: (notice) => void runs.notices.push(notice) },
  });
  assert.is(await scheduler.run(large()), "long ".repeat(1000));
  assert.match(
    runs.notices.join("\n"),
    /^What job \w+ large of execution \w+ gave is no longer in the log/m,
  );
  git("cat-file", "-e", id!);
});

const returned = suite("what functions returned");

returned("is recorded where the result does not say it", async () => {
  const runs = new Runs();
  const one = task({ name: "one" }, () => 1);
  const add = task({ name: "add" }, (a: number, b: number) => a + b);
  const main = task({ name: "main" }, () => {
    const same = one();
    return [add(same, 2), add(same, 3)];
  });
  await runs.run(main());
  const [job] = jobsOf(runs.log, "main");
  const call = (name: string, ...args: unknown[]) => new Tagged("lazy", { args, task: name });
  assert.equal(job!.returned, [
    call("add", call("one"), 2),
    call("add", new Tagged("lazy", { same: 1 }), 3),
  ]);
  assert.equal(job!.tasksBelow, undefined);
  for (const name of ["one", "add"]) assert.is(jobsOf(runs.log, name)[0]!.returned, undefined);
});

returned("one lazy value stays one", async () => {
  const runs = new Runs();
  const random = task({ name: "random", cacheScope: "none" }, () => Math.random());
  const main = task({ name: "main" }, () => {
    const same = random();
    return { "2": same, "10": same, list: [same, { a: same }], other: random() };
  });
  await runs.run(main());
  const { result, ran } = await runs.run(main());
  assert.equal(ran, ["random", "random"]);
  const { list, other, ...both } = result as Record<string, unknown>;
  assert.is(both["2"], both["10"]);
  assert.equal(list, [both["2"], { a: both["2"] }]);
  assert.is.not(other, both["2"]);
});

returned("a chain of calls or of properties is replayed as far as a record goes", async () => {
  const leaf = task({ name: "leaf" }, (n: number) => n);
  const chain = task({ name: "chain" }, (n: number) => {
    let value: unknown = 0;
    for (let at = 0; at < n; at++) value = leaf(value as number);
    return value;
  });
  const wide = task({ name: "wide" }, () => ({ a: null }));
  const properties = task({ name: "properties" }, (n: number) => {
    // biome-ignore lint/suspicious/noExplicitAny: it is lazy all the way down
    let value: any = wide();
    for (let at = 0; at < n; at++) value = value.a;
    return leaf(value);
  });
  const runs = new Runs();
  await runs.run([chain(249), chain(251)]);
  const [short, long] = jobsOf(runs.log, "chain");
  assert.ok(short!.returned);
  assert.equal([long!.returned, long!.tasksBelow?.length], [undefined, 1]);
  // It fails as JavaScript's own would, and not by the depth of the record.
  const { error } = await runs.run(properties(20_000));
  assert.match((error as Error).message, /Property "a" was read from a lazy value that turned out/);
});

returned("properties, tags and large arguments", async () => {
  const runs = new Runs();
  const make = (version: string) => {
    const point = task({ name: "point", version }, (text: string) => ({ at: { x: text.length } }));
    return task({ name: "main" }, () =>
      applyTags(point("long ".repeat(1000)).at.x, { tags: { unit: "m" }, jobTags: { a: 1 } }),
    );
  };
  await runs.run(make("1")());
  const { result, ran, jobs } = await runs.run(make("2")());
  assert.equal([result, ran], [5000, ["point"]]);
  assert.equal(jobs.find(({ task }) => task === "main")!.tags, [["a", 1]]);
});

returned("tags of the job and of the execution come again", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (n: number) =>
    applyTags(n, { tags: { v: 1 }, jobTags: { j: 2 }, executionTags: { e: 3 } }),
  );
  const awaits = task({ name: "awaits" }, async (n: number) => {
    const m = await t(n);
    return applyTags(m, { jobTags: { k: 4 } });
  });
  await runs.run([t(1), awaits(1)]);
  const { jobs, cached } = await runs.run([t(1), awaits(1)]);
  assert.equal(cached, ["t", "awaits"]);
  assert.equal(
    jobs.map(({ tags }) => tags),
    [[["j", 2]], [["k", 4]]],
  );
  const executions = runs.log.tagged.filter(({ type }) => type === "Execution");
  assert.is(executions.filter(({ tags }) => tags.some(([key]) => key === "e")).length, 2);
});

returned("arguments are those that the function gave, whatever became of them", async () => {
  const runs = new Runs();
  const change = task({ name: "change" }, (list: number[]) => list.push(9));
  const main = task({ name: "main" }, () => {
    const list = [1];
    return [change(list), change([1, 9])];
  });
  await runs.run(main());
  const [job] = jobsOf(runs.log, "main");
  const [first] = job!.returned as Tagged[];
  assert.equal((first!.value as { args: unknown }).args, [[1]]);
});

returned("calls of a task that is no more are made by its function", async () => {
  const runs = new Runs();
  const gone = (name: string) => task({ name }, () => name);
  const make = (name: string) => {
    const inner = gone(name);
    return task({ name: "main", version: "1" }, () => inner());
  };
  await runs.run(make("oldName")());
  // The tests of one process know all tasks that it ever made: another process does not.
  const script = `
    import { Scheduler, task } from ${JSON.stringify(new URL("../../src/api.ts", import.meta.url))};
    const inner = task({ name: "newName" }, () => "new");
    const main = task({ name: "main", version: "1" }, () => inner());
    console.log(await new Scheduler().run(main()));`;
  writeFileSync(join(runs.repository.dir, "w.mts"), script);
  const tsx = new URL("../../node_modules/tsx/dist/esm/index.mjs", import.meta.url).href;
  const printed = execFileSync(process.execPath, ["--import", tsx, "w.mts"], {
    cwd: runs.repository.dir,
    encoding: "utf8",
  });
  assert.is(printed, "new\n");
});

const files = suite("files and the cache");

files("a result that was changed or is missing makes its producer run", async () => {
  const runs = new Runs();
  const path = join(runs.repository.dir, "out.txt");
  const write = task({ name: "write" }, (text: string) => new File(path).write(text));
  const read = task({ name: "read" }, async (file: File) => file.read());
  const main = task({ name: "main" }, () => read(write("made")));
  assert.equal((await runs.run(main())).result, "made");
  assert.equal(await runs.ran(main()), []);
  writeFileSync(path, "changed");
  const { result, ran } = await runs.run(main());
  assert.equal([result, ran], ["made", ["write"]]);
  rmSync(path);
  assert.equal(await runs.ran(main()), ["write"]);
});

files("an argument that was changed makes its consumer run", async () => {
  const runs = new Runs();
  const path = join(runs.repository.dir, "in.txt");
  const read = task({ name: "read" }, async (file: File) => file.read());
  const main = task({ name: "main" }, () => read(new File(path)));
  writeFileSync(path, "one");
  await runs.run(main());
  assert.equal(await runs.ran(main()), []);
  writeFileSync(path, "two");
  const { result, ran } = await runs.run(main());
  assert.equal([result, ran], ["two", ["main", "read"]]);
  writeFileSync(path, "one");
  assert.equal((await runs.run(main())).result, "one");
});

files("a run from a subfolder finds the same cache", async () => {
  const runs = new Runs();
  const { dir } = runs.repository;
  const write = task({ name: "write" }, (name: string) => new File(join(dir, name)).write("x"));
  await runs.run(write("out.txt"));
  mkdirSync(join(dir, "sub"));
  const before = process.cwd();
  process.chdir(join(dir, "sub"));
  try {
    const { result, ran } = await runs.run(write("out.txt"));
    assert.equal(ran, []);
    assert.is((result as File).path, "../out.txt");
    assert.is(await (result as File).read(), "x");
  } finally {
    process.chdir(before);
  }
});

const whose = suite("whose results");

whose("redun.cacheFrom says", async () => {
  const runs = new Runs();
  const t = task({ name: "t" }, (n: number) => n);
  await runs.run(t(1), { user: "bob" });
  await runs.run(t(2), { user: "me" });
  const { git } = runs.repository;
  const ran = async (n: number) => (await runs.ran(t(n), { user: "me" })).length;
  git("config", "redun.cacheFrom", "mine");
  assert.equal([await ran(2), await ran(1)], [0, 1]);
  git("config", "redun.cacheFrom", "carol, bob");
  await runs.run(t(3), { user: "bob" });
  assert.equal([await ran(3), await ran(2)], [0, 1]);
  // What I only passed on is still bob's word.
  git("config", "redun.cacheFrom", "mine");
  assert.is(await ran(3), 1);
  git("config", "redun.cacheFrom", "");
  const { error } = await runs.run(t(1));
  assert.is((error as RedunError).code, "BAD_CONFIG");
});

cache.run();
scopes.run();
awaiting.run();
shallow.run();
values.run();
returned.run();
files.run();
whose.run();
