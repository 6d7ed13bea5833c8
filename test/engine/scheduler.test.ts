import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  applyTags,
  type RecordOption,
  RedunError,
  type RunOptions,
  Scheduler,
  type Tags,
  task,
} from "../../src/api.ts";
import { sameTag } from "../../src/tag/graph.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { parseTagKeyValue } from "../../src/tag/text.ts";
import { blobId } from "../../src/value/oid.ts";
import { ErrorValue, float, StoredValue, type Tagged } from "../../src/value/value.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { VERSION } from "../../src/version.ts";
import { blobs, jobOf, jobsOf, parentTask, type Recorded, recorded } from "../support/recorded.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

for (const name of ["REDUN_USER", "REDUN_GIT_COMMIT", "REDUN_GIT_ORIGIN_URL"]) {
  delete process.env[name];
}
// The engine knows nothing of backends, and this one starts no processes. Others test both.
process.env.REDUN_GIT_BACKEND = "isomorphic";

const add = task({ name: "add" }, (a: number, b: number) => a + b);
const identity = task({ name: "identity" }, (value: unknown) => value);
const boom = task({ name: "boom" }, (message: string): number => {
  throw new Error(message);
});

interface Ran {
  readonly repository: TemporaryRepository;
  readonly result: unknown;
  readonly error: unknown;
  readonly log: Recorded;
}

/** Runs an expression in a new repository; what it threw is in `error`. */
/** @param workers how many async functions are at work at once; as many as there are cores where it is not given */
async function run(expression: unknown, options?: RunOptions, workers?: number): Promise<Ran> {
  const repository = temporaryRepository();
  if (workers) repository.git("config", "redun.executor.local.workers", String(workers));
  let result: unknown;
  let error: unknown;
  try {
    result = await new Scheduler({ cwd: repository.dir }).run(expression, options);
  } catch (thrown) {
    error = thrown;
  }
  return { repository, result, error, log: recorded(repository.dir) };
}

/** A task's body that goes on only once `count` of them have begun. */
function barrier(count: number): () => Promise<void> {
  let open = () => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });
  return async () => {
    count--;
    if (count === 0) open();
    await Promise.race([
      opened,
      sleep(60_000, null, { ref: false }).then(() =>
        Promise.reject(new Error("not at the same time")),
      ),
    ]);
  };
}

async function refused(code: string, body: () => unknown): Promise<RedunError> {
  try {
    await body();
  } catch (error) {
    assert.instance(error, RedunError, `${error} is a RedunError`);
    assert.is((error as RedunError).code, code);
    return error as RedunError;
  }
  throw new Error(`not refused with ${code}`);
}

/** Tags as the `key=value` texts that people write. */
function has(tags: readonly TagPair[], ...texts: string[]): void {
  for (const text of texts) {
    const { key, value } = parseTagKeyValue(text, { valueRequired: true });
    const found = tags.some((tag) => sameTag(tag, [key, value!]));
    assert.ok(found, `${text} is one of ${inspect(tags)}`);
  }
}

const lazies = suite("lazy values");

lazies("a lazy value is computed before the task that takes it", async () => {
  const { result, log } = await run(add(add(1, 2), 3));
  assert.is(result, 6);
  assert.equal(
    jobsOf(log, "add").map(({ args, result }) => [args, result]),
    [
      [
        new Map([
          ["a", 1],
          ["b", 2],
        ]),
        3,
      ],
      [
        new Map([
          ["a", 3],
          ["b", 3],
        ]),
        6,
      ],
    ],
  );
});

lazies("an argument names the job that it came from", async () => {
  const { log } = await run(add(add(1, 2), 3));
  const [inner, outer] = jobsOf(log, "add");
  assert.equal(outer!.from, new Map([["a", [inner!.id]]]));
  assert.is(inner!.from.size, 0);
});

lazies("an argument made of several lazies names every job once", async () => {
  const shared = add(1, 2);
  const { log } = await run(identity([shared, { deep: [shared, add(3, 4)] }]));
  const ids = jobsOf(log, "add").map(({ id }) => id);
  assert.equal([...(jobOf(log, "identity").from.get("value") ?? [])].sort(), ids.sort());
});

lazies("a returned lazy is a child of the job that returned it", async () => {
  const main = task({ name: "main" }, () => add(1, 2));
  const { result, log } = await run(main());
  assert.is(result, 3);
  assert.is(parentTask(log, jobOf(log, "add")), "main");
  assert.is(parentTask(log, jobOf(log, "main")), null);
});

lazies("lazies nested in arrays and objects are computed in place", async () => {
  const main = task({ name: "main" }, () => ({
    list: [add(1, 1), [add(2, 2)], "text"],
    map: { deep: { deeper: add(3, 3) }, none: null },
  }));
  const { result } = await run(main());
  assert.equal(result, { list: [2, [4], "text"], map: { deep: { deeper: 6 }, none: null } });
});

lazies("an expression may be a structure of lazies", async () => {
  const { result, log } = await run({ one: add(0, 1), more: [add(1, 1)] });
  assert.equal(result, { one: 1, more: [2] });
  assert.is(log.executions[0]!.task, "add");
  assert.ok(log.jobs.every(({ parent }) => parent === null));
});

lazies("a structure without lazies is handed on as the same object", async () => {
  const given = { list: [1, 2] };
  let taken: unknown;
  const main = task({ name: "main" }, (value: object) => {
    taken = value;
    return value;
  });
  const { result } = await run(main(given));
  assert.is(taken, given);
  assert.is(result, given);
});

lazies("a key named __proto__ stays a key", async () => {
  const given = JSON.parse('{"__proto__": {"polluted": true}}');
  const { result } = await run(identity({ given, lazy: add(1, 1) }));
  assert.is((result as { given: { polluted?: boolean } }).given.polluted, undefined);
  assert.is(({} as { polluted?: boolean }).polluted, undefined);
});

lazies("properties and items of a lazy are lazy", async () => {
  const make = task({ name: "make" }, () => ({ items: [{ n: 20 }, { n: 22 }] }));
  const made = make();
  const { result, log } = await run(add(made.items[0]!.n, made.items[1]!.n));
  assert.is(result, 42);
  assert.equal([...jobOf(log, "add").from.keys()], ["a", "b"]);
  assert.is(jobsOf(log, "make").length, 1);
});

lazies("a missing property is undefined, as in JavaScript", async () => {
  const make = task({ name: "make" }, (): { maybe?: string } => ({}));
  const { result, error } = await run(identity([make().maybe]));
  assert.is(error, undefined);
  assert.equal(result, [undefined]);
});

lazies("a property of null is a clear error", async () => {
  const make = task({ name: "make" }, () => null as unknown as { output: { n: number } });
  const { error, log } = await run(identity(make().output.n));
  assert.instance(error, RedunError);
  assert.is((error as RedunError).code, "BAD_VALUE");
  assert.match((error as RedunError).message, /"output".*null/);
  assert.is(log.outcomes[0]!.status, "FAILED");
});

lazies("an awaited call is a child of the job that awaits it", async () => {
  const middle = task({ name: "middle" }, async () => (await add(1, 2)) + 1);
  const main = task({ name: "main" }, async () => {
    await sleep(2);
    return (await middle()) * 2;
  });
  const { result, log } = await run(main());
  assert.is(result, 8);
  assert.is(parentTask(log, jobOf(log, "add")), "middle");
  assert.is(parentTask(log, jobOf(log, "middle")), "main");
});

lazies("jobs that run at the same time keep their own children", async () => {
  const together = barrier(3);
  const leaf = task({ name: "leaf" }, async (n: number) => {
    await sleep(3 - n);
    return n;
  });
  const branch = task({ name: "branch" }, async (n: number) => {
    await together();
    await sleep(n);
    const [a, b] = await Promise.all([leaf(n), leaf(n)]);
    return a + b;
  });
  const main = task({ name: "main" }, () => [branch(0), branch(1), branch(2)]);
  const { result, log } = await run(main(), {}, 3);
  assert.equal(result, [0, 2, 4]);
  const numberOf = new Map(
    jobsOf(log, "branch").map((job) => [job.id, (job.args as Map<string, number>).get("n")]),
  );
  for (const job of jobsOf(log, "leaf")) {
    assert.is(numberOf.get(job.parent!), (job.args as Map<string, number>).get("n"));
  }
});

lazies("independent arguments are computed at the same time", async () => {
  const together = barrier(3);
  const part = task({ name: "part" }, async (n: number) => {
    await together();
    return n;
  });
  const sum = task({ name: "sum" }, (a: number, rest: { b: number; c: number[] }) => {
    return a + rest.b + rest.c[0]!;
  });
  const { result, error } = await run(sum(part(1), { b: part(2), c: [part(3)] }), {}, 3);
  assert.is(error, undefined);
  assert.is(result, 6);
});

lazies("one lazy used twice is one job", async () => {
  let calls = 0;
  const count = task({ name: "count" }, () => ++calls);
  const main = task({ name: "main" }, async () => {
    const once = count();
    return [once, await once, add(once, once)];
  });
  const { result, log } = await run(main());
  assert.equal(result, [1, 1, 2]);
  assert.is(jobsOf(log, "count").length, 1);
});

lazies("the same call written twice is two jobs", async () => {
  const { log } = await run([add(1, 1), add(1, 1)]);
  const [first, second] = jobsOf(log, "add");
  assert.is.not(first!.id, second!.id);
  assert.is(first!.call, second!.call);
});

lazies("one expression can be run again: its jobs are new ones", async () => {
  const repository = temporaryRepository();
  const expression = add(1, 2);
  const scheduler = new Scheduler({ cwd: repository.dir });
  const results = await Promise.all([scheduler.run(expression), scheduler.run(expression)]);
  assert.equal(results, [3, 3]);
  const { executions, jobs } = recorded(repository.dir);
  assert.is(new Set(executions.map(({ id }) => id)).size, 2);
  assert.is(new Set(jobs.map(({ execution }) => execution)).size, 2);
});

lazies("defaults of the function apply to arguments that are left out", async () => {
  const greet = task({ name: "greet" }, (greeting = "Hello", name = "World") => {
    return `${greeting}, ${name}!`;
  });
  const { result, log } = await run(greet(undefined, "you"));
  assert.is(result, "Hello, you!");
  assert.equal(
    jobOf(log, "greet").args,
    new Map([
      ["greeting", "Hello"],
      ["name", "you"],
    ]),
  );
});

lazies("tail calls go 5,000 deep", async () => {
  const countDown: (n: number) => unknown = task({ name: "countDown" }, (n: number): unknown =>
    n === 0 ? "down" : countDown(n - 1),
  );
  const { result, error, log } = await run(countDown(5000));
  assert.is(error, undefined);
  assert.is(result, "down");
  assert.is(log.jobs.length, 5001);
  assert.ok(log.jobs.every(({ status }) => status === "DONE"));
});

lazies("a fan-out of 2,000 calls is 2,000 jobs of one parent", async () => {
  const main = task({ name: "main" }, () => Array.from({ length: 2000 }, (_, n) => add(n, 1)));
  const { result, log } = await run(main());
  assert.equal(
    result,
    Array.from({ length: 2000 }, (_, n) => n + 1),
  );
  const root = jobOf(log, "main").id;
  assert.is(log.jobs.filter(({ parent }) => parent === root).length, 2000);
});

lazies.run();

const failures = suite("failures");

for (const [what, thrown] of [
  ["an Error", new TypeError("bad input")],
  ["a string", "just text"],
  ["a number", 42],
  ["undefined", undefined],
  ["null", null],
  ["an object", { status: 404 }],
  ["a frozen error", Object.freeze(new Error("frozen"))],
] as const) {
  failures(`${what} that is thrown ends the run with that very value`, async () => {
    const repository = temporaryRepository();
    for (const body of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ]) {
      const fail = task({ name: "fail" }, body as () => never);
      let caught: unknown = "nothing";
      await new Scheduler({ cwd: repository.dir }).run(fail()).catch((error) => {
        caught = error;
      });
      assert.is(caught, thrown);
    }
    const { jobs, outcomes } = recorded(repository.dir);
    assert.equal(
      jobs.map(({ status }) => status),
      ["FAILED", "FAILED"],
    );
    assert.equal(
      outcomes.map(({ status }) => status),
      ["FAILED", "FAILED"],
    );
  });
}

failures("an error is recorded with its name, message and stack, all the way up", async () => {
  const main = task({ name: "main" }, async () => add(await boom("too hot"), 1));
  const { log } = await run(main());
  for (const name of ["boom", "main"]) {
    const { error, status } = jobOf(log, name);
    assert.is(status, "FAILED");
    assert.instance(error, ErrorValue);
    const { name: type, message, stack } = error as ErrorValue;
    assert.equal([type, message], ["Error", "too hot"]);
    assert.match(stack ?? "", /scheduler\.test/);
  }
  assert.is(jobsOf(log, "add").length, 0);
});

failures("an awaited failure can be caught: the run goes on", async () => {
  const main = task({ name: "main" }, async () => {
    try {
      return await boom("expected");
    } catch (error) {
      return (error as Error).message;
    }
  });
  const { result, log } = await run(main());
  assert.is(result, "expected");
  assert.is(log.outcomes[0]!.status, "DONE");
  assert.is(jobOf(log, "boom").status, "FAILED");
});

failures("what had finished before a failure is recorded", async () => {
  const late = task({ name: "late" }, async (_: unknown): Promise<number> => {
    throw new Error("late");
  });
  const main = task({ name: "main" }, () => [add(1, 2), late(add(3, 4))]);
  const { log } = await run(main());
  assert.equal(
    jobsOf(log, "add").map(({ status, result }) => [status, result]),
    [
      ["DONE", 3],
      ["DONE", 7],
    ],
  );
});

failures("two siblings that fail do not bring the process down", async () => {
  const { error, log } = await run([boom("first"), boom("second")]);
  assert.is((error as Error).message, "first");
  assert.is(log.outcomes[0]!.status, "FAILED");
});

failures("no job begins after the run has failed", async () => {
  let began = false;
  const after = task({ name: "after" }, () => {
    began = true;
  });
  const slow = task({ name: "slow" }, async () => {
    await sleep(30);
    await after();
  });
  const { log } = await run([slow(), boom("now")]);
  await sleep(60);
  assert.not.ok(began);
  assert.is(jobOf(log, "slow").status, "RUNNING");
});

failures("a task without a name is refused before anything is recorded", async () => {
  const nameless = [task(() => 1)][0]!;
  const { error, log, repository } = await run(nameless());
  assert.is((error as RedunError).code, "BAD_TASK");
  assert.is(log.files.size, 0);
  assert.is(journals(repository).length, 0);
});

failures.run();

const tags = suite("tags");

tags("applyTags records tags on the value, the job and the execution", async () => {
  const main = task({ name: "main" }, () =>
    applyTags(
      { score: 7 },
      {
        tags: { kind: "report" },
        jobTags: { cost: 3.2 },
        executionTags: { final: true },
      },
    ),
  );
  const { result, repository, log } = await run(main());
  assert.equal(result, { score: 7 });
  const id = blobId("score: 7\n");
  const [value] = log.tagged.filter(({ type }) => type === "Value");
  assert.equal(value, { type: "Value", id, tags: [["kind", "report"]] });
  assert.is(repository.git("show", id), "score: 7");
  assert.equal(jobOf(log, "main").tags, [["cost", 3.2]]);
  const execution = log.tagged.find(({ type }) => type === "Execution")!;
  assert.equal(execution.tags, [["final", true]]);
  assert.is(execution.id, log.executions[0]!.id);
});

tags("applyTags on a lazy value tags its result, and the job that wrote it", async () => {
  const main = task({ name: "main" }, () =>
    applyTags(add(20, 22), { tags: { answer: true }, jobTags: { by: "main" } }),
  );
  const { result, log } = await run(main());
  assert.is(result, 42);
  assert.is(log.tagged.find(({ type }) => type === "Value")!.id, blobId("42\n"));
  assert.equal(jobOf(log, "main").tags, [["by", "main"]]);
  assert.equal(jobOf(log, "add").tags, []);
});

tags("applyTags on a structure that holds lazies tags the whole", async () => {
  const main = task({ name: "main" }, () =>
    applyTags({ sum: add(1, 2), rest: [add(3, 4)] }, { tags: { whole: 1 } }),
  );
  const { result, log } = await run(main());
  assert.equal(result, { sum: 3, rest: [7] });
  const id = blobId(writeYaml({ sum: 3, rest: [7] }));
  assert.is(log.tagged.find(({ type }) => type === "Value")!.id, id);
});

tags("applyTags on a part tags the part, not the whole", async () => {
  const main = task({ name: "main" }, () => ({ a: applyTags("part", { tags: { of: "a" } }) }));
  const { log } = await run(main());
  const values = log.tagged.filter(({ type }) => type === "Value");
  assert.equal(
    values.map(({ id }) => id),
    [blobId("part\n")],
  );
});

tags(
  "the result of applyTags is lazy where its value is: properties and arguments work",
  async () => {
    const make = task({ name: "make" }, () => ({ n: 1 }));
    const main = task({ name: "main" }, () => {
      const tagged = applyTags(make(), { tags: { made: true } });
      return add(tagged.n, 1);
    });
    const { result, log } = await run(main());
    assert.is(result, 2);
    assert.equal([...jobOf(log, "add").from.keys()], ["a"]);
    assert.is(log.tagged.filter(({ type }) => type === "Value").length, 1);
  },
);

tags("applyTags awaited in a task tags that task's job", async () => {
  const inner = task({ name: "inner" }, async () => {
    await sleep(1);
    applyTags(null, { jobTags: { late: 1 } });
    return 1;
  });
  const main = task({ name: "main" }, async () => (await inner()) + 1);
  const { log } = await run(main());
  assert.equal(jobOf(log, "inner").tags, [["late", 1]]);
  assert.equal(jobOf(log, "main").tags, []);
});

tags("a key may repeat in pairs; equal pairs are one tag", async () => {
  const pairs: Tags = [
    ["user", "bob"],
    ["user", "carol"],
    ["user", "bob"],
  ];
  const main = task({ name: "main", tags: pairs }, () =>
    applyTags(1, { jobTags: [["user", "dan"]] }),
  );
  const { log } = await run(main());
  assert.equal(jobOf(log, "main").tags, [
    ["user", "bob"],
    ["user", "carol"],
    ["user", "dan"],
  ]);
});

tags("1 and 1.0 are two values", async () => {
  const main = task({ name: "main" }, () =>
    applyTags(0, {
      jobTags: [
        ["n", 1],
        ["n", float(1)],
      ],
    }),
  );
  const { log } = await run(main());
  assert.equal(jobOf(log, "main").tags, [
    ["n", 1],
    ["n", float(1)],
  ]);
});

tags("tags of a task are recorded on the task and on its jobs, of failed ones too", async () => {
  const fail = task({ name: "fail", tags: { team: "qa" } }, (): number => {
    throw new Error("no");
  });
  const { log } = await run(fail());
  const [taskTags] = log.tagged.filter(({ type }) => type === "Task");
  assert.equal(taskTags, { type: "Task", id: log.tasks[0]!.id, tags: [["team", "qa"]] });
  assert.equal(jobOf(log, "fail").tags, [["team", "qa"]]);
});

tags("the tags of a task are no part of its hash", async () => {
  const hashOf = async (team: string) => {
    const same = task({ name: "same", version: "1", tags: { team } }, () => 1);
    return (await run(same())).log.tasks[0]!.id;
  };
  assert.is(await hashOf("qa"), await hashOf("dev"));
});

tags("options({ tags }) replaces the task's tags, on the job alone", async () => {
  const work = task({ name: "work", tags: { team: "qa", tier: 1 } }, () =>
    applyTags(1, { jobTags: { ran: true } }),
  );
  const { log } = await run(work.options({ tags: { team: "dev" } })());
  assert.equal(jobOf(log, "work").tags, [
    ["ran", true],
    ["team", "dev"],
  ]);
  assert.equal(log.tagged.find(({ type }) => type === "Task")!.tags, [
    ["team", "qa"],
    ["tier", 1],
  ]);
});

tags("options() leaves the task itself as it was, and the last one wins", async () => {
  const work = task({ name: "work", tags: { team: "qa" } }, () => 1);
  const other = work.options({ tags: { team: "a" } }).options({ tags: { team: "b" } });
  const { log } = await run([work(), other()]);
  const found = jobsOf(log, "work").map(({ tags }) => tags[0]![1]);
  assert.equal(found.sort(), ["b", "qa"]);
});

tags("options({ tags: {} }) takes the task's tags away from the job", async () => {
  const work = task({ name: "work", tags: { team: "qa" } }, () => 1);
  const { log } = await run(work.options({ tags: {} })());
  assert.equal(jobOf(log, "work").tags, []);
});

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const BAD_VALUES: readonly [string, unknown][] = [
  ["a function", () => 1],
  ["undefined", undefined],
  ["a symbol", Symbol("x")],
  ["a Date", new Date(0)],
  ["a Map", new Map()],
  ["a class instance", new (class Model {})()],
  ["a promise", Promise.resolve(1)],
  ["a lazy value", add(1, 2)],
  ["a cycle", cyclic],
  ["a nested function", { deep: [() => 1] }],
];
for (const [what, value] of BAD_VALUES) {
  tags(`${what} as a tag's value is refused by the tag's name`, async () => {
    const bad = { score: value } as unknown as Tags;
    const bodies: (() => unknown)[] = [
      () => new Scheduler({ cwd: temporaryRepository().dir }).run(add(1, 2), { tags: bad }),
      () => task({ name: "t", tags: bad }, () => 1),
      () => add.options({ tags: bad }),
      () => applyTags(1, { tags: bad }),
      () => applyTags(1, { jobTags: bad }),
      () => applyTags(1, { executionTags: bad }),
    ];
    for (const body of bodies) assert.match((await refused("BAD_VALUE", body)).message, /score/);
  });
}

for (const [what, bad] of [
  ["an empty key", { "": 1 }],
  ["a pair of three", [["a", 1, 2]]],
  ["a text in the list", ["env=prod"]],
  ["a text", "env=prod"],
  ["a Map", new Map([["env", "prod"]])],
  ["a number", 5],
] as const) {
  tags(`${what} is no tag set`, async () => {
    await refused("BAD_TAG", () => applyTags(1, { jobTags: bad as unknown as Tags }));
  });
}

tags("bad tags refuse a run before anything of it is recorded", async () => {
  const repository = temporaryRepository();
  let ran = false;
  const main = task({ name: "main" }, () => {
    ran = true;
  });
  const bad = { when: new Date() } as unknown as Tags;
  const scheduler = new Scheduler({ cwd: repository.dir });
  await refused("BAD_VALUE", () => scheduler.run(main(), { tags: bad }));
  assert.not.ok(ran);
  assert.is(repository.git("for-each-ref"), "");
});

tags("an object changed after it was given changes no tag", async () => {
  const config = { list: [1] };
  const main = task({ name: "main" }, () => {
    applyTags(1, { jobTags: { config } });
    config.list.push(2);
    return 1;
  });
  const { log } = await run(main());
  assert.equal(jobOf(log, "main").tags, [["config", { list: [1] }]]);
});

tags("tags hold any JSON, integers of any size included", async () => {
  const given: Tags = { "": 0, big: 12345678901234567890n, deep: [{ a: [null] }], nan: Number.NaN };
  const { "": _, ...fine } = given as Record<string, never>;
  const main = task({ name: "main" }, () => applyTags(1, { jobTags: fine }));
  const { log } = await run(main());
  has(jobOf(log, "main").tags, "big=12345678901234567890", 'deep=[{"a": [null]}]', "nan=nan");
});

tags.run();

const values = suite("values");

values("a value of more than a few lines gets a file of its own", async () => {
  const long = "x".repeat(5000);
  const { repository, log } = await run(identity(long));
  const id = blobId(`${long}\n`);
  const job = jobOf(log, "identity");
  assert.equal(job.result, new StoredValue(id));
  assert.equal((job.args as Map<string, unknown>).get("value"), new StoredValue(id));
  assert.is(repository.git("show", id), long);
  assert.equal([...log.values.keys()], [id]);
});

values("record: hash keeps arguments and results out of the repository", async () => {
  const secret = "hunter2";
  const log_in = task(
    { name: "log_in", record: "hash" },
    (password: string, _when: number) => `token of ${password}`,
  );
  const { repository, log } = await run(log_in(secret, 12));
  const job = jobOf(log, "log_in");
  assert.equal(job.result, new StoredValue(blobId("token of hunter2\n")));
  assert.equal(
    job.args,
    new Map([
      ["password", new StoredValue(blobId("hunter2\n"))],
      ["_when", new StoredValue(blobId("12\n"))],
    ]),
  );
  for (const text of allBlobs(repository)) assert.not.match(text, secret);
});

values("record: hash of a large value stores nothing of it", async () => {
  const make = task({ name: "make", record: { result: "hash" } }, () => "y".repeat(9000));
  const { log } = await run(make());
  assert.is(log.values.size, 0);
});

values("record: hash changes no id: the call is the same fact", async () => {
  const call = async (record: RecordOption | undefined) => {
    const same = task(
      { name: "same", version: "1", ...(record && { record }) },
      (n: number) => n + 1,
    );
    return jobOf((await run(same(1))).log, "same").call;
  };
  assert.is(await call(undefined), await call("hash"));
});

class Model {
  readonly weights = [1, 2];
}

for (const [what, value] of [
  ["a function", () => 1],
  ["a class instance", new Model()],
  ["a cycle", cyclic],
  ["a symbol", Symbol("s")],
  ["a WeakMap", new WeakMap()],
  ["an instance in a list", [new Model()]],
  ["a proxy that throws", { inner: new Proxy(new Model(), throwing()) }],
] as const) {
  values(`${what} as a result does not lose the run`, async () => {
    const main = task({ name: "main" }, (): unknown => value);
    const { result, error, log } = await run(main());
    assert.is(error, undefined);
    assert.is(result, value);
    assert.is(jobOf(log, "main").status, "DONE");
    assert.is(log.outcomes[0]!.status, "DONE");
  });
}

values("what has no text form is recorded as what it was", async () => {
  const main = task({ name: "main" }, () => [new Model(), function greet() {}]);
  const { log } = await run(main());
  const texts = (jobOf(log, "main").result as Tagged[]).map(({ tag, value }) => `${tag} ${value}`);
  assert.match(texts[0]!, /^opaque class Model [0-9a-f]{16}-\d+$/);
  assert.match(texts[1]!, /^opaque function greet [0-9a-f]{16}-\d+$/);
});

values("a getter that throws does not fail the task that returned it", async () => {
  const main = task({ name: "main" }, () => ({
    fine: 1,
    get broken(): number {
      throw new Error("not now");
    },
  }));
  const { error, log } = await run(main());
  assert.is(error, undefined);
  assert.is(jobOf(log, "main").status, "DONE");
});

values("a list linked 20,000 deep does not fail the task that returned it", async () => {
  const main = task({ name: "main" }, () => {
    let list: unknown = null;
    for (let n = 0; n < 20_000; n++) list = { n, next: list };
    return list;
  });
  const { error, log } = await run(main());
  assert.is(error, undefined);
  assert.is(jobOf(log, "main").status, "DONE");
});

values("a cycle that holds something lazy ends with a clear error", async () => {
  const main = task({ name: "main" }, () => {
    const node: Record<string, unknown> = { value: add(1, 2) };
    node.self = node;
    return node;
  });
  const { error, log } = await run(main());
  assert.instance(error, RedunError);
  assert.is(log.outcomes[0]!.status, "FAILED");
});

values("an argument is recorded as it was given, whatever the task does to it", async () => {
  const sort = task({ name: "sort" }, (numbers: number[]) => numbers.sort());
  const { result, log } = await run(sort([3, 1, 2]));
  assert.equal(result, [1, 2, 3]);
  assert.equal((jobOf(log, "sort").args as Map<string, unknown>).get("numbers"), [3, 1, 2]);
});

values(
  "a value that holds others in too many places is reported, with job and argument",
  async () => {
    let value: unknown = ["leaf"];
    for (let level = 0; level < 60; level++) value = [value, value];
    const notices: string[] = [];
    const give = task({ name: "give" }, () => identity(value).then(() => 1));
    const { dir: cwd } = temporaryRepository();
    const noticed = (notice: string) => notices.push(notice);
    assert.is(await new Scheduler({ cwd, listener: { noticed } }).run(give()), 1);
    assert.is(notices.length, 2);
    for (const name of ["argument value", "result"]) {
      const told = new RegExp(
        `^The ${name} of job [0-9a-f]{8} identity is too large to be written`,
      );
      assert.ok(
        notices.some((notice) => told.test(notice)),
        notices.join(),
      );
    }
    const [job] = jobsOf(recorded(cwd), "identity");
    assert.match(
      writeYaml(job!.result),
      /^!opaque structure too large to be written [0-9a-f]{16}-\d+\n$/,
    );
  },
);

values("an error with causes without number is recorded with some", async () => {
  let error = new Error("inner");
  for (let level = 0; level < 40; level++) {
    error = new AggregateError(Array(12).fill(error), `level ${level}`);
  }
  const fail = task({ name: "fail" }, () => {
    throw error;
  });
  const { log, error: thrown } = await run(fail());
  assert.is(thrown, error);
  const text = writeYaml(jobOf(log, "fail").error);
  const count = text.split("!error").length - 1;
  assert.ok(count > 50 && count <= 1001, String(count));
});

values.run();

const outside = suite("outside of a run");

outside("awaiting a lazy says that it needs a scheduler", async () => {
  const error = await refused("NOT_IN_A_RUN", async () => await add(1, 2));
  assert.match(error.message, /add\(\.\.\.\).*outside of a run/);
  assert.match(error.hint ?? "", /Scheduler/);
});

outside("awaiting a property of a lazy says which", async () => {
  const make = task({ name: "make" }, () => ({ deep: { n: 1 } }));
  const error = await refused("NOT_IN_A_RUN", async () => await make().deep.n);
  assert.match(error.message, /make\(\.\.\.\)\.deep\.n/);
});

for (const [what, use] of [
  ["a template string", (lazy: unknown) => `value: ${lazy}`],
  ["a concatenation", (lazy: never) => ["value: ", lazy].join("")],
  ["arithmetic", (lazy: never) => lazy * 2],
  ["a comparison", (lazy: never) => lazy > 1],
  ["String()", (lazy: unknown) => String(lazy)],
  ["Number()", (lazy: unknown) => Number(lazy)],
  ["JSON.stringify", (lazy: unknown) => JSON.stringify(lazy)],
  ["JSON.stringify around it", (lazy: unknown) => JSON.stringify({ lazy: [lazy] })],
  ["Object.keys", (lazy: object) => Object.keys(lazy)],
  ["a spread into an object", (lazy: object) => ({ ...lazy })],
  ["`in`", (lazy: object) => "a" in lazy],
  [
    "an assignment",
    (lazy: Record<string, number>) => {
      lazy.a = 1;
    },
  ],
  ["a spread into a list", (lazy: Iterable<unknown>) => [...lazy]],
  [
    "for...of",
    (lazy: Iterable<unknown>) => {
      for (const _ of lazy) return;
    },
  ],
  ["delete", (lazy: Record<string, number>) => delete lazy.a],
] as [string, (lazy: unknown) => unknown][]) {
  outside(`a lazy in ${what} is a clear error, inside of a run too`, async () => {
    const make = task({ name: "make" }, () => ({ a: 1 }));
    assert.match((await refused("NOT_IN_A_RUN", () => use(make()))).message, /make\(\.\.\.\)/);
    const main = task({ name: "main" }, () => use(make()));
    const { error } = await run(main());
    assert.is((error as RedunError).code, "NOT_IN_A_RUN");
  });
}

outside("console.log of a lazy value shows its call", () => {
  assert.is(inspect(add(1, 2)), "Lazy(add(...))");
});

outside("applyTags on a plain value needs a run", async () => {
  await refused("NOT_IN_A_RUN", () => applyTags(1, { tags: { a: 1 } }));
});

outside("jobTags without a job are refused, not dropped", async () => {
  const { error } = await run(applyTags(add(1, 2), { jobTags: { lost: true } }));
  assert.is((error as RedunError | undefined)?.code, "NOT_IN_A_RUN");
});

outside("work that a task starts and does not await cannot harm a finished run", async () => {
  const problems: unknown[] = [];
  const main = task({ name: "main" }, () => {
    sleep(60).then(() => {
      try {
        applyTags({ late: true }, { tags: { late: 1 }, executionTags: { late: 1 } });
      } catch (error) {
        problems.push(error);
      }
      add(1, 2).then(
        () => {},
        (error) => problems.push(error),
      );
    });
    return 1;
  });
  const { repository, log } = await run(main());
  assert.is(log.outcomes[0]!.status, "DONE");
  await sleep(120);
  for (const problem of problems) assert.instance(problem, RedunError, inspect(problem));
  assert.is(repository.git("rev-list", "--count", "refs/redun/main"), "1");
});

outside.run();

const signals = suite("AbortSignal");

signals("an aborted run is INTERRUPTED, with the jobs that had finished", async () => {
  const abort = new AbortController();
  const wait = task({ name: "wait" }, async (_: unknown) => {
    abort.abort(new Error("enough"));
    await sleep(40);
  });
  const { error, log } = await run([add(3, 4), wait(add(1, 2))], { signal: abort.signal });
  assert.is((error as Error).message, "enough");
  assert.is(log.outcomes[0]!.status, "INTERRUPTED");
  assert.equal(
    jobsOf(log, "add").map(({ status }) => status),
    ["DONE", "DONE"],
  );
  const { status, ended } = jobOf(log, "wait");
  assert.equal([status, ended], ["RUNNING", null]);
});

signals("a signal that was aborted before lets no task begin", async () => {
  let began = false;
  const main = task({ name: "main" }, () => {
    began = true;
  });
  const { error, log } = await run(main(), { signal: AbortSignal.abort(new Error("no")) });
  assert.is((error as Error).message, "no");
  assert.not.ok(began);
  assert.ok(log.outcomes.every(({ status }) => status === "INTERRUPTED"));
});

signals("an abort after the end changes nothing", async () => {
  const abort = new AbortController();
  const { log } = await run(add(1, 2), { signal: abort.signal });
  abort.abort();
  assert.is(log.outcomes[0]!.status, "DONE");
});

signals("no journal is left behind by any end of a run", async () => {
  for (const ran of [
    await run(add(1, 2)),
    await run(boom("x")),
    await run(add(1, 2), { signal: AbortSignal.abort(new Error("no")) }),
  ]) {
    assert.is(journals(ran.repository).length, 0);
  }
});

signals.run();

const facts = suite("default tags");

facts("an execution carries version, user, project and the given doc", async () => {
  const main = task({ name: "main", namespace: "space.deep" }, () => 1);
  const { log } = await run(main(), { doc: "for the paper", user: "ann", tags: { user: "bob" } });
  has(
    log.executions[0]!.tags,
    `redun.version=${VERSION}`,
    "user=ann",
    "user=bob",
    "project=space.deep",
    'doc="for the paper"',
  );
});

facts("without a namespace the project is the task's name, and --project wins", async () => {
  const main = task({ name: "main" }, () => 1);
  has((await run(main())).log.executions[0]!.tags, "project=main");
  const { tags } = (await run(main(), { project: "given" })).log.executions[0]!;
  assert.equal(
    tags.filter(([key]) => key === "project"),
    [["project", "given"]],
  );
});

facts("commit, tree, branch and origin are the repository's", async () => {
  const { repository, log } = await runIn({ commit: true }, (git) =>
    git("remote", "add", "origin", "https://bob:hunter2@example.com/team/code.git"),
  );
  const commit = repository.git("rev-parse", "HEAD");
  const origin = "https://example.com/team/code.git";
  const [execution] = log.executions;
  const tree = repository.git("rev-parse", "HEAD^{tree}");
  assert.equal(execution!.code, { commit, tree, branch: "main", dirty: false, origin });
  has(execution!.tags, `git_commit=${commit}`, `git_origin_url=${origin}`);
  assert.not.ok(execution!.tags.some(([key]) => key === "git_dirty"));
});

facts("git_dirty=true when a tracked file differs, and not for untracked ones", async () => {
  const untracked = await runIn({ commit: true }, (_, dir) => writeFileSync(join(dir, "new"), ""));
  assert.is(untracked.log.executions[0]!.code.dirty, false);
  const changed = await runIn({ commit: true }, (_, dir) => writeFileSync(join(dir, "README"), ""));
  assert.is(changed.log.executions[0]!.code.dirty, true);
  has(changed.log.executions[0]!.tags, "git_dirty=true");
});

facts("REDUN_GIT_COMMIT, REDUN_GIT_ORIGIN_URL and REDUN_USER win", async () => {
  const commit = "b3faf931667ffd18f797334eb1feef9b464ea600";
  const env = {
    REDUN_GIT_COMMIT: commit,
    REDUN_GIT_ORIGIN_URL: "https://token@example.com/other.git",
    REDUN_USER: "robot",
  };
  const { log } = await runIn({ commit: true, env }, (git) =>
    git("remote", "add", "origin", "https://example.com/x.git"),
  );
  const [execution] = log.executions;
  assert.equal(execution!.code, { commit, origin: "https://example.com/other.git" });
  has(execution!.tags, `git_commit=${commit}`, "git_origin_url=https://example.com/other.git");
  has(execution!.tags, "user=robot");
});

facts("a REDUN_GIT_COMMIT that is no whole id is a tag, and the record stays valid", async () => {
  const { log } = await runIn({ env: { REDUN_GIT_COMMIT: "v1.2-rc" } });
  has(log.executions[0]!.tags, "git_commit=v1.2-rc");
});

facts("empty variables count as not set", async () => {
  const env = { REDUN_GIT_COMMIT: "", REDUN_GIT_ORIGIN_URL: "", REDUN_USER: "" };
  const { repository, log } = await runIn({ commit: true, env });
  const [execution] = log.executions;
  assert.is(execution!.code.commit, repository.git("rev-parse", "HEAD"));
  assert.is.not(execution!.user, "");
});

facts("a repository without commits has no commit, and can be run in", async () => {
  const { log } = await run(add(1, 2));
  assert.not.ok("commit" in log.executions[0]!.code);
  assert.is(log.executions[0]!.code.branch, "main");
});

facts("a plain value can be run: an execution without jobs", async () => {
  const { result, log } = await run(42);
  assert.is(result, 42);
  assert.is(log.outcomes[0]!.status, "DONE");
  assert.is(log.jobs.length, 0);
});

facts("a folder that is no repository is refused before anything runs", async () => {
  let ran = false;
  const main = task({ name: "main" }, () => {
    ran = true;
  });
  await refused("NOT_A_REPOSITORY", () => new Scheduler({ cwd: "/" }).run(main()));
  assert.not.ok(ran);
});

facts.run();

const durability = suite("checkpoints");

durability("what a failed checkpoint could not commit is committed at the end", async () => {
  const repository = temporaryRepository();
  process.env.REDUN_GIT_BACKEND = "native";
  // Git asks this hook before it moves a ref; it refuses the first time.
  const hook = `#!/bin/sh\nif [ ! -e refused ]; then : > refused; exit 1; fi\n`;
  writeFileSync(join(repository.dir, ".git/hooks/reference-transaction"), hook, { mode: 0o755 });
  const main = task({ name: "main" }, async () => {
    const first = await Promise.all(Array.from({ length: 5000 }, (_, n) => add(n, 1)));
    await sleep(200);
    return first.length + (await add(1, 1));
  });
  assert.is(await new Scheduler({ cwd: repository.dir }).run(main()), 5002);
  const { executions, jobs, outcomes } = recorded(repository.dir);
  assert.is(executions.length, 1);
  assert.is(jobs.length, 5002);
  assert.is(outcomes.length, 1);
});

durability.run();

async function runIn(
  { commit = false, env = {} }: { commit?: boolean; env?: Record<string, string> },
  prepare: (git: TemporaryRepository["git"], dir: string) => void = () => {},
): Promise<{ repository: TemporaryRepository; log: Recorded }> {
  const repository = temporaryRepository({ commit });
  prepare(repository.git, repository.dir);
  Object.assign(process.env, env);
  try {
    await new Scheduler({ cwd: repository.dir }).run(add(1, 2));
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
  }
  return { repository, log: recorded(repository.dir) };
}

function allBlobs({ dir, git }: TemporaryRepository): string[] {
  const objects = git("cat-file", "--batch-check", "--batch-all-objects").split("\n");
  const oids = objects.filter((line) => line.includes(" blob ")).map((line) => line.split(" ")[0]!);
  return blobs(dir, oids);
}

function journals({ dir }: TemporaryRepository): string[] {
  const folder = join(dir, ".git/redun/journal");
  return existsSync(folder) ? readdirSync(folder) : [];
}

function throwing(): ProxyHandler<object> {
  const fail = () => {
    throw new Error("hands off");
  };
  return { get: fail, ownKeys: fail, getPrototypeOf: fail };
}
