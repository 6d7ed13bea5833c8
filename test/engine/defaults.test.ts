import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Scheduler, task } from "../../src/api.ts";
import type { Job } from "../../src/record/records.ts";
import { plain } from "../../src/value/plain.ts";
import type { Tagged } from "../../src/value/value.ts";
import { recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

let count = 0;
const tick = () => ++count;
const K = Number(process.env.REDUN_TEST_K ?? 7);

/** The recorded arguments of the one job of a run; also how often `tick` was called for it. */
async function argsOf(expression: unknown): Promise<unknown> {
  count = 0;
  const { dir: cwd, remove } = temporaryRepository();
  try {
    await new Scheduler({ cwd }).run(expression).catch(() => {});
    const { args } = recorded(cwd).jobs[0]!;
    return plainArgs(args);
  } finally {
    remove();
  }
}

function plainArgs(args: Job["args"]): unknown {
  return Object.fromEntries([...args.entries()].map(([name, value]) => [name, plain(value)]));
}

const test = suite("defaults as arguments");

const constant = task({ name: "t" }, (k = K) => k);
const literal = task({ name: "t" }, ({ a = 1, deep: { d = [3] } = {}, z } = {} as never) => [
  a,
  d,
  z,
]);
const computed = task(
  { name: "t" },
  ({ a = tick(), b = 2 }: { a?: number; b?: number } = {}, c = a + 1, ...more: number[]) => [
    a,
    b,
    c,
    more,
  ],
);
const list = task({ name: "t" }, ([p = tick(), q = 2]: number[] = []) => p + q);
const later = task({ name: "t" }, async (x = tick(), y = x * 2) => {
  x = 99;
  await null;
  return x + y;
});
const changed = task({ name: "t" }, (o: { t: unknown } = { t: tick() }) => {
  o.t = "changed";
  return o;
});
const expression = task({ name: "t" }, (x = tick()) => ({ x }));
const nothing = task({ name: "t" }, (_x = tick()) => {});
const picked = task({ name: "t" }, ({ z }: Record<string, number> = { z: tick(), other: 1 }) => z);
const optional = task({ name: "t" }, (_a?: number, b = K) => b);
const inner = task(
  { name: "t" },
  function again(x = tick(), y: number = x > 100 ? 0 : again(200)): number {
    return y;
  },
);
const methods = {
  twice(x = tick()) {
    return 2 * x;
  },
};
const named = task({ name: "t" }, methods.twice);

const CASES: readonly (readonly [string, unknown, object])[] = [
  ["a constant", constant(), { k: 7 }],
  ["undefined, given", constant(undefined), { k: 7 }],
  ["not a default where something was given", constant(1), { k: 1 }],
  ["null is given", constant(null as never), { k: null }],
  ["literals within", literal(), { options: { a: 1, deep: { d: [3] } } }],
  [
    "literals beside what was given",
    literal({ a: 2, z: 4 } as never),
    { options: { a: 2, deep: { d: [3] }, z: 4 } },
  ],
  ["computed, and of what came before", computed(), { options: { a: 1, b: 2 }, c: 2, more: [] }],
  ["within what was given", computed({ b: 5 }), { options: { a: 1, b: 5 }, c: 2, more: [] }],
  ["all given but the last", computed({ a: 5, b: 6 }), { options: { a: 5, b: 6 }, c: 6, more: [] }],
  ["and a rest", computed({}, undefined, 8), { options: { a: 1, b: 2 }, c: 2, more: [8] }],
  ["a list", list(), { arg1: [1, 2] }],
  ["a list with a given part", list([5]), { arg1: [5, 2] }],
  ["before the body changes it", later(), { x: 1, y: 2 }],
  ["an object before the body changes it", changed(), { o: { t: 1 } }],
  ["of an expression", expression(), { x: 1 }],
  ["of an empty body", nothing(), { _x: 1 }],
  ["what was taken of a computed object", picked(), { options: { z: 1 } }],
  ["none for what has no default", optional(), { b: 7 }],
  ["of the outer call, where the default calls the function", inner(), { x: 1, y: 0 }],
  ["of a method", named(), { x: 1 }],
];

for (const [what, call, expected] of CASES) {
  test(what, async () => {
    assert.equal(await argsOf(call), expected);
    assert.ok(count <= 1 || what.startsWith("of the outer"), "computed more than once");
  });
}

const word = task({ name: "word" }, (s = "hi") => s);

for (const [what, call, expected] of [
  ["returned", task({ name: "t" }, (x = word(), n = K) => [x, n]), { x: "hi", n: 7 }],
  ["awaited", task({ name: "t" }, async (x = word("a")) => `${await x}!`), { x: "a" }],
  ["given to another task", task({ name: "t" }, (x = word("b")) => word(x as never)), { x: "b" }],
  ["within an object", task({ name: "t" }, (x = { w: word("c") }) => x), { x: { w: "c" } }],
  ["destructured", task({ name: "t" }, ({ w = word("d") } = {}) => w), { options: { w: "d" } }],
  [
    "beside one that the body changes",
    task({ name: "t" }, (x = word("e"), o = { t: K }) => {
      o.t = 0;
      return [x, o];
    }),
    { x: "e", o: { t: 7 } },
  ],
  [
    "awaited, of a job that fails",
    task({ name: "t" }, async (x = word("f")) => {
      await x;
      throw new Error("bad");
    }),
    { x: "f" },
  ],
] as const) {
  test(`a lazy value is what it was computed to: ${what}`, async () => {
    const { dir: cwd, remove } = temporaryRepository();
    try {
      await new Scheduler({ cwd }).run((call as () => unknown)()).catch(() => {});
      const { jobs } = recorded(cwd);
      const { args, from } = jobs.find(({ task }) => task === "t")!;
      assert.equal(plainArgs(args), expected);
      assert.equal([...from!.values()], [[jobs.find(({ task }) => task === "word")!.id]]);
    } finally {
      remove();
    }
  });
}

const assigned = task({ name: "t" }, (x = tick()) => (x += 1));
/** TypeScript refuses it. */
const hoisted = task(
  { name: "t" },
  new Function("tick", "return function (x = tick()) { function x() {} return 1; };")(
    tick,
  ) as () => number,
);
const thrown = task({ name: "t" }, (x = fail()) => x);

function fail(): number {
  throw new Error("in a default");
}

for (const [what, call] of [
  ["an expression that assigns to its parameter", assigned],
  ["a function of a parameter's name", hoisted],
  ["a default that throws", thrown],
] as const) {
  test(`is not guessed: ${what}`, async () => {
    const values = [];
    for (let at = 0; at < 2; at++) {
      const { x } = (await argsOf(call())) as { x: Tagged };
      assert.is(x.tag, "opaque");
      assert.match(x.value as string, /^default (?:tick|fail)\(\) [0-9a-f]{16}-\d+$/);
      values.push(x.value);
    }
    assert.is.not(values[0], values[1]);
  });
}

test.run();
