/** Calls whose arguments a function can tell apart never share a result: neither in one run, nor through the log. */
import { writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { File, registerCodec, Scheduler, task } from "../../src/api.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const { dir } = temporaryRepository();
process.chdir(dir);
writeFileSync("a.txt", "a");

class A {
  x = 1;
}
class B {
  x = 1;
}
class Missing extends Error {
  override name = "Missing";
}
class Listed extends Map<unknown, unknown> {}
class Document extends File {}
class Pair {
  readonly values: unknown[];
  constructor(...values: unknown[]) {
    this.values = values;
  }
}
registerCodec(Pair, {
  name: "Pair",
  encode: ({ values }) => values,
  decode: (values) => new Pair(...values),
});

const hidden = (of: object) => Object.defineProperty(of, "hidden", { value: 1 });
const added = (of: object) => Object.assign(of, { added: 1 });
const bare = (of: object) => Object.assign(Object.create(null), of);

/** Objects of one kind each, to which a function can add what their written form does not say. */
const OBJECTS: Record<string, () => object> = {
  map: () => new Map([[1, 1]]),
  set: () => new Set([1]),
  date: () => new Date(0),
  pattern: () => /a/,
  URL: () => new URL("https://a.b/"),
  "search parameters": () => new URLSearchParams("a=1"),
  bytes: () => Buffer.from([1]),
  "typed array": () => new Uint8Array([1]),
  "long typed array": () => new Float32Array(1000),
  "long bytes": () => Buffer.alloc(1000),
  "array buffer": () => new ArrayBuffer(1),
  view: () => new DataView(new ArrayBuffer(1)),
  "boxed number": () => Object(1),
  "boxed text": () => Object("text"),
};

const one = task({ name: "keys.one" }, () => 1);
const other = task({ name: "keys.other" }, () => 1);
const symbol = Symbol.for("key");
const bytes = [104, 105];
const ring: unknown[] = [];
ring.push(ring);
const error = (extra: object) =>
  Object.assign(new Error("no"), { stack: "Error: no\n    at f" }, extra);

/** Arguments that are other values. */
const DIFFERENT: Record<string, readonly [a: unknown, b: unknown]> = {
  "undefined and null in a list": [[undefined], [null]],
  "undefined and nothing in a list": [[undefined], []],
  "an undefined property and none": [{ a: undefined }, {}],
  "an undefined property and null": [{ a: undefined }, { a: null }],
  "undefined and null deeper": [[{ a: [undefined] }], [{ a: [null] }]],
  "undefined and null as a map's value": [new Map([[1, undefined]]), new Map([[1, null]])],
  "undefined and null as a map's key": [new Map([[undefined, 1]]), new Map([[null, 1]])],
  "undefined and null in a set": [new Set([undefined]), new Set([null])],
  "undefined and its tag's text": [[undefined], ["!undefined null"]],
  "undefined and null beside a symbol": [
    { a: undefined, [symbol]: 1 },
    { a: null, [symbol]: 1 },
  ],
  "undefined and nothing beside a symbol": [{ a: undefined, [symbol]: 1 }, { [symbol]: 1 }],
  "undefined and null under a symbol": [{ [symbol]: undefined }, { [symbol]: null }],
  "undefined and null within a codec's instance": [new Pair(undefined), new Pair(null)],
  "undefined and null as an error's property": [error({ a: undefined }), error({ a: null })],
  "an error's property and none": [error({ a: undefined }), error({})],
  "a hole and undefined": [Array(1), [undefined]],
  "a hole and null": [Array(1), [null]],
  "undefined and null beside a hole": [
    Object.assign(Array(2), [undefined]),
    Object.assign(Array(2), [null]),
  ],
  "more holes": [Array(1), Array(2)],
  "the same match elsewhere": ["ab".match(/b/), "b".match(/b/)],
  "a match and a list": ["b".match(/b/), ["b"]],
  "texts of a template and their raw forms": [
    ((texts: TemplateStringsArray) => texts)`\n`,
    ((texts: TemplateStringsArray) => texts)`
`,
  ],
  "a long list with a property": [
    Object.assign(Array(500).fill(1), { columns: ["a"] }),
    Array(500).fill(1),
  ],
  "a hole and a property": [Object.assign(Array(1), { a: 1 }), Array(1)],
  "lists with other symbols": [
    Object.assign([1], { [symbol]: 1 }),
    Object.assign([1], { [symbol]: 2 }),
  ],
  "null and nothing": [null, undefined],
  "0 and -0": [0, -0],
  "0 and -0 within": [[0], [-0]],
  "0 and -0 in a typed array": [new Float64Array([0]), new Float64Array([-0])],
  "NaN and null": [Number.NaN, null],
  "NaN and its text": [Number.NaN, ".nan"],
  "a number and its text": [1, "1"],
  "a number and a bigint": [1, 1n],
  "a number and its box": [1, Object(1)],
  "a text and its box": ["a", Object("a")],
  "a box of a number and of its text": [Object(1), Object("1")],
  "true and its text": [true, "true"],
  "a list and an object of its items": [["a"], { 0: "a" }],
  "a map and an object": [new Map([["a", 1]]), { a: 1 }],
  "a set and a list": [new Set([1]), [1]],
  "other orders of a map": [
    new Map([
      [1, 1],
      [2, 2],
    ]),
    new Map([
      [2, 2],
      [1, 1],
    ]),
  ],
  "other orders of a set": [new Set([1, 2]), new Set([2, 1])],
  "instances of other classes": [new A(), new B()],
  "an instance and a plain object": [new A(), { x: 1 }],
  "two instances": [new A(), new A()],
  "two functions": [() => 1, () => 1],
  "two symbols": [Symbol("a"), Symbol("a")],
  "an invalid date and null": [new Date(Number.NaN), null],
  "a date and its text": [new Date(0), new Date(0).toISOString()],
  "a date and its number": [new Date(0), 0],
  "arrays of other numbers": [new Int8Array([1]), new Uint8Array([1])],
  "arrays of other floats": [new Float32Array([1]), new Float64Array([1])],
  "a typed array and a list": [new Float64Array([1]), [1]],
  "bytes and a Buffer": [new Uint8Array(bytes), Buffer.from(bytes)],
  "bytes and a Buffer within": [[new Uint8Array(bytes)], [Buffer.from(bytes)]],
  "an object without a prototype": [bare({ a: 1 }), { a: 1 }],
  "an empty object without a prototype": [bare({}), {}],
  "an object without a prototype beside a symbol": [bare({ [symbol]: 1 }), { [symbol]: 1 }],
  "an object and one with a hidden property": [hidden({ a: 1 }), { a: 1 }],
  "an error of a class and of none": [
    error({ name: "Missing" }),
    Object.assign(new Missing("no"), { stack: "Error: no\n    at f" }),
  ],
  "an error with a symbol": [error({ [symbol]: 1 }), error({})],
  "a map and one of a class": [new Listed([[1, 1]]), new Map([[1, 1]])],
  "a file and one of a class": [new Document("a.txt"), new File("a.txt")],
  ...Object.fromEntries(
    Object.entries(OBJECTS).flatMap(([kind, make]) => [
      [`a ${kind} and one with a property`, [added(make()), make()]],
      ...(kind.startsWith("long")
        ? []
        : [[`a ${kind} and one with a hidden property`, [hidden(make()), make()]]]),
    ]),
  ),
  "bytes and the buffer of them": [new Uint8Array(bytes), new Uint8Array(bytes).buffer],
  "a buffer and a view": [new Uint8Array(bytes).buffer, new DataView(new Uint8Array(bytes).buffer)],
  "patterns with other places": [/a/g, Object.assign(/a/g, { lastIndex: 1 })],
  "a URL and its text": [new URL("https://a.b/"), "https://a.b/"],
  "a file and its path": [new File("a.txt"), "a.txt"],
  "a file by content and by time": [new File("a.txt"), new File("a.txt", { by: "stat" })],
  "cycles of other lengths": [[ring], ring],
  "a cycle and a text": [ring, ["!opaque cyclic structure"]],
  "two tasks": [one, other],
};

/** Arguments that are one value, in other words. */
const EQUAL: Record<string, readonly [a: unknown, b: unknown]> = {
  "other orders of keys": [
    { a: 1, b: undefined },
    { b: undefined, a: 1 },
  ],
  "1 and 1.0": [1, 1.0],
  "NaN within": [[Number.NaN], [Number.NaN]],
  "undefined within": [[undefined], [undefined]],
  "a getter and what it gives": [
    {
      get a() {
        return 1;
      },
    },
    { a: 1 },
  ],
  "one object twice, and two": [(([o]) => [o, o])([{ a: 1 }]), [{ a: 1 }, { a: 1 }]],
  "frozen and not": [Object.freeze([1]), [1]],
  "a path in other words": [new File("./a.txt"), new File("a.txt")],
  "instances with codecs": [new Pair(undefined, 1), new Pair(undefined, 1)],
};

const SHOWN = { showHidden: true, depth: null, maxArrayLength: null };
/** What can be seen of a value. From Node 24 on a new error has its stack behind accessors, as one of the log has not. */
const shown = (value: unknown) =>
  inspect(value, SHOWN).replaceAll(/\[stack\]: (?:\[Getter\/Setter\]|'[^']*')/g, "[stack]");

const test = suite("arguments of calls, and their results");

let count = 0;

async function run<T>(expression: T): Promise<unknown> {
  return new Scheduler({ cwd: dir, listener: { noticed: () => {} } }).run(expression);
}

type Take = (...args: unknown[]) => unknown;

/** Tasks that count their calls up, with a parameter, with any number, and with more arguments than parameters. */
function takers(): Take[] {
  const name = () => `keys.take${++count}`;
  return [
    task({ name: name() }, (_: unknown) => ++count),
    task({ name: name() }, (..._: unknown[]) => ++count),
    task({ name: name() }, () => ++count) as Take,
  ];
}

/** The names of pairs by whether both calls gave one result. Each pair has tasks of its own. */
async function compared(
  pairs: typeof EQUAL,
  both: (calls: readonly (readonly [unknown, unknown])[]) => Promise<unknown[][]>,
) {
  const entries = Object.entries(pairs).flatMap(([name, pair]) =>
    takers().map((take, at) => ({ name: `${name}, ${at}`, take, pair })),
  );
  const [as, bs] = await both(entries.map(({ take, pair: [a, b] }) => [take(a), take(b)]));
  const isSame = (_: unknown, at: number) => as![at] === bs![at];
  const names = entries.map(({ name }) => name);
  return {
    same: names.filter(isSame),
    other: names.filter((name, at) => !isSame(name, at)),
  };
}

const reversed = Object.fromEntries(
  Object.entries(DIFFERENT).map(([name, [a, b]]) => [name, [b, a] as const]),
);

for (const [how, both] of Object.entries<Parameters<typeof compared>[1]>({
  "in one run": async (calls) => {
    const results = (await run(calls)) as unknown[][];
    return [0, 1].map((at) => results.map((pair) => pair[at]));
  },
  "from the log": async (calls) => {
    const results: unknown[][] = [];
    for (const at of [0, 1] as const) {
      results.push((await run(calls.map((pair) => pair[at]))) as unknown[]);
    }
    return results;
  },
})) {
  test(`other arguments have other results, ${how}`, async () => {
    for (const pairs of [DIFFERENT, reversed]) {
      assert.equal((await compared(pairs, both)).same, []);
    }
  });
  test(`equal arguments have one result, ${how}`, async () => {
    assert.equal((await compared(EQUAL, both)).other, []);
  });
}

test("what is known by its kind alone may be another by the next call", async () => {
  const state = { n: 1 };
  const box = Object.assign(new A(), { x: 1 });
  const ask = task({ name: "keys.ask" }, (of: () => number) => of());
  const look = task({ name: "keys.look" }, (of: A) => of.x);
  const twice = task({ name: "keys.twice", cache: false }, async () => {
    const before = [await ask(of), await look(box)];
    state.n = box.x = 2;
    return [before, [await ask(of), await look(box)]];
  });
  const of = () => state.n;
  assert.equal(await run(twice()), [
    [1, 1],
    [2, 2],
  ]);
  state.n = box.x = 3;
  assert.equal(await run([ask(of), look(box)]), [3, 3]);
});

test("a result that holds undefined is the same from the log, and as an argument", async () => {
  let calls = 0;
  const give = task({ name: "keys.give" }, () => {
    calls++;
    return { a: undefined, b: [undefined, null] };
  });
  const keys = task({ name: "keys.keys" }, (of: object) => Object.keys(of));
  const all = async () => assert.equal(await run([give(), keys(give())]), [given, ["a", "b"]]);
  const given = { a: undefined, b: [undefined, null] };
  await all();
  await all();
  assert.is(calls, 1);
});

/** Results that are served from the log. */
const SERVED: Record<string, () => unknown> = {
  ...OBJECTS,
  "empty bytes": () => new Uint8Array(),
  "an object without a prototype": () => bare({ a: undefined, b: [bare({ c: 1 })] }),
  "an error of the language": () => Object.assign(new RangeError("no"), { stack: "no" }),
  "an error with a name of its own": () =>
    Object.defineProperty(error({}), "name", { value: "Missing" }),
};

/** Runs a task for each of some results, twice: what came, and how often each was called. */
async function twice(makers: typeof SERVED) {
  const calls = Object.values(makers).map(() => 0);
  const tasks = Object.values(makers).map((make, at) =>
    task({ name: `keys.give${++count}` }, () => {
      calls[at]!++;
      return make();
    }),
  );
  const once = async () => (await run(tasks.map((give) => give()))) as unknown[];
  return { results: [await once(), await once()], calls };
}

const NOT_SERVED: Record<string, () => object> = {
  ...Object.fromEntries(
    Object.entries(OBJECTS).flatMap(([kind, make]) => [
      [`a ${kind} with a property`, () => added(make())],
      ...(kind.startsWith("long")
        ? []
        : [[`a hidden property of a ${kind}`, () => hidden(make())]]),
    ]),
  ),
  "a hidden property": () => hidden({ a: 1 }),
  "an error of a class": () => new Missing("no"),
  "an error with a symbol": () => error({ [symbol]: 1 }),
  "a map of a class": () => new Listed(),
  "a file of a class": () => new Document("a.txt"),
};

test("what is served from the log is what the function gave", async () => {
  const { results, calls } = await twice(SERVED);
  Object.entries(SERVED).forEach(([name, make], at) => {
    for (const each of results) {
      assert.is(Object.getPrototypeOf(each[at]), Object.getPrototypeOf(make()), name);
      assert.equal(shown(each[at]), shown(make()), name);
    }
    assert.is(calls[at], 1, name);
  });
});

test("what cannot be served as it was is made anew", async () => {
  const { results, calls } = await twice(NOT_SERVED);
  Object.entries(NOT_SERVED).forEach(([name, make], at) => {
    for (const each of results) {
      assert.is(Object.getPrototypeOf(each[at]), Object.getPrototypeOf(make()), name);
    }
    assert.is(calls[at], 2, name);
  });
});

test.run();
