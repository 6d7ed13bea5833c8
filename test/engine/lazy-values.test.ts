/** Lazy values and promises wherever people put them, and as deep as they like. */
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { applyTags, cond, RedunError, Scheduler, task } from "../../src/api.ts";
import { blobId, contentId } from "../../src/value/oid.ts";
import { writeTold } from "../../src/value/yaml-write.ts";
import { inFull, isFull } from "../support/effort.ts";
import { jobOf, jobsOf, type Recorded, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const add = task({ name: "add" }, (a: number, b: number) => a + b);
const later = task({ name: "later" }, async (value: unknown) => {
  await sleep(1);
  return value;
});
const identity = task({ name: "identity" }, (value: unknown) => value);

interface Ran {
  readonly result: unknown;
  readonly error: unknown;
  readonly log: Recorded;
}

/** Runs an expression in a new repository; what it threw is in `error`. */
async function run(expression: unknown): Promise<Ran> {
  const { dir } = temporaryRepository();
  let result: unknown;
  let error: unknown;
  try {
    result = await new Scheduler({ cwd: dir }).run(expression);
  } catch (thrown) {
    error = thrown;
  }
  if (error !== undefined && !(error instanceof Error)) throw error;
  return { result, error, log: recorded(dir) };
}

const places = suite("where lazy values may stand");

for (const [what, make, expected] of [
  ["a Map's values", () => new Map([["sum", add(1, 2)]]), new Map([["sum", 3]])],
  ["a Map's keys", () => new Map([[add(1, 2), "sum"]]), new Map([[3, "sum"]])],
  ["a Set", () => new Set([add(1, 2), add(2, 1), add(0, 1)]), new Set([3, 1])],
  [
    "a Map in a Set in a list in an object in a Map",
    () => new Map([["a", { b: [new Set([new Map([[add(1, 1), add(2, 2)]])])] }]]),
    new Map([["a", { b: [new Set([new Map([[2, 4]])])] }]]),
  ],
  [
    "an object without a prototype",
    () => Object.assign(Object.create(null), { n: add(1, 2) }),
    Object.assign(Object.create(null), { n: 3 }),
  ],
  [
    "a list with gaps",
    () => Object.assign(new Array(3), { 1: add(1, 2) }),
    Object.assign(new Array(3), { 1: 3 }),
  ],
  ["a promise", () => Promise.resolve(add(1, 2)), 3],
  ["promises in an object", () => ({ a: Promise.resolve(1), b: sleep(2, 2) }), { a: 1, b: 2 }],
  ["promises in a list", () => [Promise.resolve([add(1, 2)]), later(Promise.resolve(4))], [[3], 4]],
  [
    "promises in a Map",
    () => new Map([[Promise.resolve("k"), Promise.resolve(add(1, 2))]]),
    new Map([["k", 3]]),
  ],
  ["a promise of a promise", () => [Promise.resolve({ deep: Promise.resolve(5) })], [{ deep: 5 }]],
  [
    "what only looks like a promise",
    // biome-ignore lint/suspicious/noThenProperty: that is the point
    () => [{ then: (done: (value: number) => void) => done(7) }],
    [7],
  ],
] as const) {
  places(`${what}: in a result and in an argument`, async () => {
    const main = task({ name: "main" }, () => make() as unknown);
    const outer = task({ name: "outer" }, () => identity(make()));
    for (const expression of [main(), outer()]) {
      const { result, error, log } = await run(expression);
      assert.is(error, undefined);
      assert.equal(result, expected);
      assert.ok(log.jobs.every(({ status }) => status === "DONE"));
    }
    const { log } = await run(main());
    assert.is(contentId(jobOf(log, "main").result), blobId(writeTold(expected)));
  });
}

places("an async task that returns a structure with lazies computes them", async () => {
  const main = task({ name: "main" }, async () => new Map([["a", new Set([later(1)])]]));
  assert.equal((await run(main())).result, new Map([["a", new Set([1])]]));
});

places("what holds nothing lazy is the same object as before", async () => {
  const [map, list] = [new Map([[1, 2]]), [new Set([1])]];
  const { result } = await run(identity({ map, list, sum: add(1, 2) }));
  assert.is((result as { map: unknown }).map, map);
  assert.is((result as { list: unknown }).list, list);
});

places("a structure in two places is copied once", async () => {
  const main = task({ name: "main" }, () => {
    const shared = [add(1, 2)];
    return [shared, shared];
  });
  const { result, log } = await run(main());
  assert.equal(result, [[3], [3]]);
  assert.is((result as unknown[])[0], (result as unknown[])[1]);
  assert.is(jobsOf(log, "add").length, 1);
});

places("forty levels of structures that each stand in two places cost nothing", async () => {
  let value: unknown = [add(1, 2)];
  for (let level = 0; level < 40; level++) value = [value, value];
  let { result } = await run(value);
  while (Array.isArray(result)) result = result.at(-1);
  assert.is(result, 3);
});

class Model {
  readonly #secret = 1;
  readonly weights: unknown;
  constructor(weights: unknown) {
    this.weights = weights;
  }
  get secret(): number {
    return this.#secret;
  }
}
class Points extends Array<unknown> {}
class Names extends Map<string, unknown> {}

for (const [what, make, named] of [
  ["in a field", () => new Model(add(1, 2)), /"weights" of an instance of Model/],
  [
    "in a list in a field",
    () => ({ deep: [new Model([add(1, 2)])] }),
    /"weights" of an instance of Model/,
  ],
  [
    "in an instance in an instance",
    () => new Model(new Model(add(1, 2))),
    /"weights" of an instance of Model/,
  ],
  ["in a list of an own class", () => Points.from([add(1, 2)]), /instance of Points/],
  ["in a Map of an own class", () => new Names([["a", add(1, 2)]]), /instance of Names/],
] as const) {
  places(`a lazy value ${what} of a class is refused by name, never left alone`, async () => {
    const main = task({ name: "main" }, () => make() as unknown);
    for (const [expression, whose] of [
      [main(), /^The result of job [0-9a-f]{8} main /],
      [identity(make()), /^Argument value of identity /],
    ] as const) {
      const { error, log } = await run(expression);
      assert.instance(error, RedunError);
      assert.is((error as RedunError).code, "BAD_VALUE");
      assert.match((error as RedunError).message, named);
      assert.match((error as RedunError).message, whose);
      assert.is(log.outcomes[0]!.status, "FAILED");
      assert.ok(log.jobs.every(({ status }) => status === "FAILED"));
    }
  });
}

places("an instance that holds nothing lazy, or a promise of its own, is left alone", async () => {
  const model = new Model(Promise.resolve(1));
  assert.is((await run(identity(model))).result, model);
});

places("a call that is put into its own arguments later ends with an error", async () => {
  const list: unknown[] = [];
  const call = identity(list);
  list.push(call);
  const { error } = await run(call);
  assert.is((error as RedunError).code, "BAD_VALUE");
});

for (const [what, make] of [
  ["lazy values", () => later(1)],
  ["promises", () => sleep(1)],
  ["lists of lazy values", () => [later(1)]],
] as const) {
  places(`a getter that makes other ${what} each time ends the run`, async () => {
    const made = {
      get one() {
        return make();
      },
    };
    for (const value of [task({ name: "main" }, () => made)(), identity(made)]) {
      const { error, log } = await run(value);
      assert.is((error as RedunError).code, "BAD_VALUE");
      assert.match((error as RedunError).message, /each time it is read/);
      assert.is(log.outcomes[0]!.status, "FAILED");
    }
  });
}

for (const [what, throws] of [
  [
    "thrown",
    () => {
      throw add(1, 2);
    },
  ],
  ["what a promise is rejected with", () => Promise.reject(add(1, 2))],
] as const) {
  places(`a lazy value that is ${what} is told of by its task`, async () => {
    const { error, log } = await run(task({ name: "main" }, throws)());
    assert.match((error as RedunError).message, /^Job [0-9a-f]{8} main threw a lazy value\.$/);
    assert.is(jobOf(log, "main").status, "FAILED");
  });
}

places("a generator function is refused when the script loads", () => {
  for (const fn of [function* () {}, async function* () {}]) {
    assert.throws(
      () => task(fn),
      (error: RedunError) => error.code === "BAD_TASK",
    );
  }
});

places("a promise that rejects is the failure of the call that takes it", async () => {
  const main = task({ name: "main" }, () =>
    identity([Promise.reject(new Error("gone")), add(1, 2)]),
  );
  const { error, log } = await run(main());
  assert.is((error as Error).message, "gone");
  assert.is(jobOf(log, "main").status, "FAILED");
  assert.is(jobsOf(log, "identity").length, 0);
});

places("a promise may reject long before the call that takes it begins", async () => {
  const slow = task({ name: "slow" }, () => sleep(50, true));
  const main = task({ name: "main" }, () =>
    cond(slow(), identity([Promise.reject(new Error("gone"))]), null),
  );
  const { error, log } = await run(main());
  assert.is((error as Error).message, "gone");
  assert.is(jobsOf(log, "identity").length, 0);
});

places(
  "a call that is an argument of itself fails, and names the job in which it waits",
  async () => {
    const take = task({ name: "take" }, (list: unknown[]) => list.length);
    const ring = task({ name: "ring" }, () => {
      const list: unknown[] = [];
      const call = take(list);
      list.push(call);
      return call;
    });
    const { dir } = temporaryRepository();
    const error = await new Scheduler({ cwd: dir }).run(ring()).then(String, (thrown) => thrown);
    assert.instance(error, RedunError);
    assert.match(
      error.message,
      /argument of itself.* It waits in ring\(\) at .*lazy-values\.test\.ts:\d+\.$/,
    );
  },
);

places.run();

const traps = suite("lazy values that are used too early");

for (const [what, use] of [
  ["arithmetic", (x: never) => (x as number) + 1],
  ["a comparison by size", (x: never) => (x as number) < 1],
  // biome-ignore lint/suspicious/noDoubleEquals: that is what is refused
  ["a comparison by ==", (x: never) => x == (1 as unknown)],
  ["a template", (x: never) => `${x as string}`],
  ["JSON", (x: never) => JSON.stringify(x)],
  ["JSON of what holds one", (x: never) => JSON.stringify({ x })],
  ["toString", (x: never) => (x as number).toString()],
  ["spreading a list", (x: never) => [...(x as number[])]],
  ["spreading an object", (x: never) => ({ ...(x as object) })],
  [
    "for of",
    (x: never) => {
      for (const _ of x as number[]);
    },
  ],
  ["in", (x: never) => "a" in (x as object)],
  ["Object.keys", (x: never) => Object.keys(x)],
  ["Object.hasOwn", (x: never) => Object.hasOwn(x as object, "a")],
  ["Object.freeze", (x: never) => Object.freeze(x)],
  [
    "setting a property",
    (x: never) => {
      (x as { a: number }).a = 1;
    },
  ],
  ["an index", (x: never) => [1, 2][x as number]],
  ["a property's arithmetic", (x: never) => (x as { n: number }).n * 2],
] as const) {
  traps(`${what} is refused, and names the task`, async () => {
    const main = task({ name: "main" }, () => use(add(1, 2) as never) as unknown);
    const { error, log } = await run(main());
    assert.instance(error, RedunError);
    assert.match((error as RedunError).message, /^add\(\.\.\.\)(\.n)? was used as a value/);
    assert.is(jobOf(log, "main").status, "FAILED");
  });
}

traps.run();

const deep = suite("depth");

deep("10,000 calls that are each other's arguments", async () => {
  const slow = task({ name: "slow" }, async (a: number, b: number) => a + b);
  // A stack would end before 4,000.
  for (const [one, depth] of [
    [add, 4_000],
    [slow, isFull ? 10_000 : 4_000],
  ] as const) {
    let value: unknown = 0;
    for (let n = 0; n < depth; n++) value = one(value as number, 1);
    const { result, error, log } = await run(value);
    assert.is(error, undefined);
    assert.is(result, depth);
    assert.is(log.jobs.length, depth);
    assert.is(log.jobs.filter(({ from }) => from.size === 1).length, depth - 1);
  }
});

inFull(deep)("10,000 tasks that call each other, sync and async", async () => {
  const down: (n: number) => unknown = task({ name: "down" }, (n: number): unknown =>
    n === 0 ? "down" : [down(n - 1)].length === 1 && down(n - 1),
  );
  const up: (n: number) => Promise<number> = task(
    { name: "up" },
    async (n: number): Promise<number> => (n === 0 ? 0 : 1 + (await up(n - 1))),
  );
  assert.is((await run(down(4_000))).result, "down");
  assert.is((await run(up(10_000))).result, 10_000);
});

deep("a lazy value below 10,000 lists, properties and tags", async () => {
  let list: unknown = add(1, 2);
  for (let n = 0; n < 10_000; n++) list = [list];
  let { result } = await run(list);
  for (let n = 0; n < 10_000; n++) [result] = result as [unknown];
  assert.is(result, 3);

  let tagged: unknown = add(1, 2);
  for (let n = 0; n < 10_000; n++) tagged = applyTags(tagged, {});
  assert.is((await run(tagged)).result, 3);

  const ring = task({ name: "ring", record: { result: "hash" } }, () => {
    const one: { next?: object; n: number } = { n: 3 };
    one.next = one;
    return one as never as Ring;
  });
  let at = ring() as unknown as Ring;
  for (let n = 0; n < 10_000; n++) at = at.next;
  assert.is((await run(at.n)).result, 3);
});

deep(
  "a value that is nested deeper than the format can say is told of, by job and limit",
  async () => {
    let list: unknown = null;
    for (let n = 0; n < 1500; n++) list = [list];
    const notices: string[] = [];
    const { dir } = temporaryRepository();
    const listener = { noticed: (notice: string) => notices.push(notice) };
    await new Scheduler({ cwd: dir, listener }).run([identity(list), identity([list])]);
    const { id } = recorded(dir).jobs[0]!;
    assert.is(notices.length, 2);
    assert.match(
      notices[0]!,
      /^The argument value of job [0-9a-f]{8} identity is nested more than 1000 /,
    );
    assert.ok(notices[1]!.startsWith(`The result of job ${id.slice(0, 8)} identity is nested`));
  },
);

interface Ring {
  readonly next: Ring;
  readonly n: number;
}

deep.run();

const sources = suite("where an awaited value came from");

const first = task({ name: "first" }, async (n: number) => ({ n, part: { deep: [n] } }));
const second = task({ name: "second" }, (value: unknown) => value);

/** The tasks that the argument of `second` came from. */
function fromOf(log: Recorded): string[] {
  const ids = jobOf(log, "second").from.get("value") ?? [];
  return ids.map((id) => log.jobs.find((job) => job.id === id)!.task);
}

sources(
  "an object, a part of it, and what is made of parts name the job that gave it",
  async () => {
    for (const pick of [
      (got: Awaited<ReturnType<typeof first>>) => got,
      (got: Awaited<ReturnType<typeof first>>) => got.part,
      (got: Awaited<ReturnType<typeof first>>) => got.part.deep,
      (got: Awaited<ReturnType<typeof first>>) => [{ more: got.part }],
    ] as ((got: unknown) => unknown)[]) {
      const main = task({ name: "main" }, async (_same: unknown) => {
        const got = await first(5);
        return second(pick(got));
      });
      const { log } = await run(main({ n: 5, part: { deep: [5] } }));
      assert.equal(fromOf(log), ["first"]);
    }
  },
);

sources("a number or a text names the sibling that gave it last, not an argument", async () => {
  const main = task({ name: "main" }, async (a: number) => {
    const sum = await add(a, 0);
    return second(sum);
  });
  const { log } = await run(main(5));
  assert.equal(fromOf(log), ["add"]);
});

sources("a value that was not awaited, or is another object, has no source", async () => {
  const main = task({ name: "main" }, async (a: number) => {
    await first(5);
    return [add(a, 0), second({ n: 5, part: { deep: [5] } })];
  });
  assert.equal(fromOf((await run(main(5))).log), []);
  const sync = task({ name: "sync" }, (a: number) => [add(a, 0), second(a)]);
  assert.equal(fromOf((await run(sync(5))).log), []);
  const nothing = task({ name: "nothing" }, async () => {
    await identity(null);
    return second(null);
  });
  assert.equal(fromOf((await run(nothing())).log), []);
});

sources("promises made of awaited values name their jobs too", async () => {
  const main = task({ name: "main" }, async () => second(first(1).then((got) => got.part)));
  assert.equal(fromOf((await run(main())).log), ["first"]);
});

sources.run();

const tagged = suite("tags of promises");

tagged("applyTags of a promise tags what it gives, awaited or not", async () => {
  const value = { report: 1 };
  for (const use of [
    (promise: Promise<unknown>) => promise,
    async (promise: Promise<unknown>) => (await promise) as unknown,
    async (promise: Promise<unknown>) => {
      await Promise.resolve(promise);
      return 1;
    },
  ]) {
    const main = task({ name: "main" }, () => {
      const given = sleep(1).then(() => value);
      return use(applyTags(given, { tags: { ok: true }, jobTags: { job: 1 } }));
    });
    const { error, log } = await run(main());
    assert.is(error, undefined);
    const [{ type, id, tags }] = log.tagged.filter((one) => one.type === "Value") as [
      Recorded["tagged"][0],
    ];
    assert.equal([type, id, tags], ["Value", contentId(value), [["ok", true]]]);
    assert.equal(
      jobOf(log, "main").tags.find(([key]) => key === "job"),
      ["job", 1],
    );
  }
});

tagged("a structure with promises and lazies is tagged when all of it is there", async () => {
  const main = task({ name: "main" }, () =>
    applyTags({ a: Promise.resolve(1), b: new Set([add(1, 1)]) }, { tags: { ok: true } }),
  );
  const { result, log } = await run(main());
  assert.equal(result, { a: 1, b: new Set([2]) });
  assert.is(log.tagged.find(({ type }) => type === "Value")!.id, contentId(result));
});

tagged.run();
