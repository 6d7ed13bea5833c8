import { suite } from "uvu";
import * as assert from "uvu/assert";
import { plain } from "../../src/value/plain.ts";
import { Fields, Float, Remark, StoredValue, Tagged, Timestamp } from "../../src/value/value.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { nested } from "./corpus.ts";

const test = suite("canonical YAML");

/** The published form of a value. */
function is(value: unknown, yaml: string): void {
  assert.is(writeYaml(value), yaml);
}

test("a record", () => {
  const record = new Fields([
    ["kind", "jobs"],
    ["version", 1],
    ["started", new Timestamp("2026-11-22T09:43:43.512Z")],
    ["ended", undefined],
    [
      "args",
      new Fields([
        ["greet", "Hi4"],
        ["a", null],
      ]),
    ],
    [
      "jobs",
      [
        { id: "9d09", args: [] },
        { id: "1234", from: { x: ["4f75"] } },
      ],
    ],
    ["result", "Hi4, World!"],
    ["value", new StoredValue("d5d4")],
    ["tags", [{ user: "rasmus" }, { cost: 3.2 }, { acc: new Float(1) }]],
    ["parents", [new Remark("8a7f", "env=dev"), new Remark("123", 'note="two\nwords"')]],
  ]);
  const yaml = `kind: jobs
version: 1
started: 2026-11-22T09:43:43.512Z
args:
  greet: Hi4
  a: null
jobs:
  - args: []
    id: 9d09
  - from:
      x:
        - 4f75
    id: "1234"
result: Hi4, World!
value: !value d5d4
tags:
  - user: rasmus
  - cost: 3.2
  - acc: 1.0
parents:
  - 8a7f # env=dev
  - "123" # note="two\\u000awords"
`;
  is(record, yaml);
  assert.is(writeYaml(readYaml(yaml, { exact: true })), yaml);
  assert.equal((readYaml(yaml) as { parents: unknown }).parents, ["8a7f", "123"]);
});

test("numbers", () => {
  is(1, "1\n");
  is(new Float(1), "1.0\n");
  is(3.2, "3.2\n");
  is(-0, "-0.0\n");
  is(1e16, "1.0e+16\n");
  is(1e-7, "1.0e-07\n");
  is(1.5e300, "1.5e+300\n");
  is([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], "- .nan\n- .inf\n- -.inf\n");
  is(12345678901234567890n, "12345678901234567890\n");
  is(7n, "!bigint 7\n");
});

test("strings are plain only when nothing else could be read", () => {
  const plain =
    "Hi4, World!|git@github.com:insitro/redun.git|--greet|workflow.ts|0.1.0|hello_world.main|" +
    "b3faf931667ffd18f797334eb1feef9b464ea600|/usr/bin|./a|../b|.gitignore|a#b|a:b|it's|nan|e3";
  for (const text of plain.split("|")) is(text, `${text}\n`);
  const quoted =
    "no|Y|null|~|1|1e3|0x10|1_000|1,000|1:30|2026-11-22|2026-11-22T09:43:43.512Z|-1|.5|.inf|-|" +
    "1234567890123456789012345678901234567890|1234567890e23456789012345678901234567890|" +
    "a: b|a #b|a:| a|a |#a|@a|-|--|...|--- a|[a]|{a}|&a|*a|!a|%a|>|=|<<|?|, ";
  for (const text of quoted.split("|")) is(text, `"${text}"\n`);
  is("", '""\n');
});

test("what only readers that format.md does not name take for a number keeps its form, and its id", () => {
  for (const text of ["E5", "e-1", "0_x1f", "-0_x1f", "0_b1", "0_o7", "0x1,a", "0b,"])
    is(text, `${text}\n`);
});

test("what a reader may not take raw is escaped, other text is not", () => {
  is("Zo\u00eb \u{1f600}", '"Zo\u00eb \u{1f600}"\n');
  is(
    "\0\x1b\x7f\x85\xa0\u2028\ufeff\uffff\ud800",
    '"\\u0000\\u001b\\u007f\\u0085\\u00a0\\u2028\\ufeff\\uffff\\ud800"\n',
  );
});

test("text of several lines is a literal block where it survives", () => {
  is("a\n  b\n\nc\n", "|\n  a\n    b\n\n  c\n");
  is({ k: "a\nb" }, "k: |-\n  a\n  b\n");
  is(["a\n\n\n"], "- |+\n  a\n\n\n");
  is([{ k: "a\nb\n" }, 1], "- k: |\n    a\n    b\n- 1\n");
  is(" a\nb", '" a\\nb"\n');
  is("a\nb\r\n", '"a\\nb\\r\\n"\n');
  is("a\n  ", '"a\\n  "\n');
});

test("collections", () => {
  is([], "[]\n");
  is({}, "{}\n");
  is({ a: [], b: {} }, "a: []\nb: {}\n");
  is([[1, [2]], [{ a: 1, b: 2 }]], "- - 1\n  - - 2\n- - a: 1\n    b: 2\n");
  is({ b: 1, a: undefined, 10: 2, 9: 3 }, '"10": 2\n"9": 3\nb: 1\n');
  is([undefined, ...Array(1), 1], "- null\n- null\n- 1\n");
  is({ "\u{1f600}": 1, "\uffee": 2 }, '"\uffee": 2\n"\u{1f600}": 1\n');
  const key = "k".repeat(1001);
  is({ [key]: 1, a: { [key]: [1] } }, `a:\n  ? ${key}\n  :\n    - 1\n? ${key}\n: 1\n`);
});

test("other types carry a tag", () => {
  is(new Date(0), "!date 1970-01-01T00:00:00.000Z\n");
  is(new Date(Number.NaN), "!date null\n");
  is({ b: Buffer.from("hello") }, "b: !bytes aGVsbG8=\n");
  is([new Set([1, "a"]), new Set()], "- !set\n  - 1\n  - a\n- !set []\n");
  is({ m: new Map([["a", [1]]]) }, "m: !map\n  - - a\n    - - 1\n");
  is({ f: new Tagged("file", { path: "x", hash: "z" }) }, "f: !file\n  hash: z\n  path: x\n");
  const error = new TypeError("boom");
  error.stack = "TypeError: boom\n    at x";
  is(error, "!error\nname: TypeError\nmessage: boom\nstack: |-\n  TypeError: boom\n      at x\n");
});

/** The published form, with the part that only tells one opaque value from another left out. */
function isOpaque(value: unknown, yaml: string): void {
  assert.is(writeYaml(value).replace(/ [0-9a-f]{16}-\d+/g, ""), yaml);
}

test("what has no canonical form is opaque, and nothing throws", () => {
  class Foo {}
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic.self = cyclic;
  isOpaque(function greet() {}, "!opaque function greet\n");
  isOpaque(
    [Foo, new Foo(), () => 0],
    "- !opaque function Foo\n- !opaque class Foo\n- !opaque function (anonymous)\n",
  );
  isOpaque([Symbol("x"), Promise.resolve(1)], "- !opaque symbol x\n- !opaque class Promise\n");
  is(cyclic, "a: 1\nself: !opaque cyclic structure\n");
  is({ a: [[cyclic]] }, "a:\n  - - a: 1\n      self: !opaque cyclic structure\n");
  const list: unknown[] = [];
  list.push({ list });
  is(list, "- list: !opaque cyclic structure, 2 levels up\n");
  isOpaque([new (class extends Map {})()], "- !opaque class (anonymous)\n");
  const broken = {
    a: 1,
    get b() {
      throw new Error("no");
    },
  };
  isOpaque({ broken, c: 1 }, "broken: !opaque class Object\nc: 1\n");
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  isOpaque(proxy, "!opaque class (anonymous)\n");
  isOpaque({ proxy }, "proxy: !opaque class (anonymous)\n");
  for (const { prototype } of [Date, Float64Array, RegExp, URL, Map, ArrayBuffer, Number]) {
    isOpaque(Object.create(prototype), `!opaque class ${prototype.constructor.name}\n`);
  }
  is(Object.assign(Object.create(null), { a: 1 }), "a: 1\n");
  const shared = { x: 1 };
  is([shared, shared], "- x: 1\n- x: 1\n");
});

test("an opaque value is the same as itself alone", () => {
  class Foo {}
  const make: (() => unknown)[] = [
    () => new Foo(),
    () => () => 0,
    () => Symbol("x"),
    () => Promise.resolve(1),
    () => new (class extends Float64Array {})(1),
    () => Object.create(Date.prototype),
    () => nested(1001),
    () => ({
      get a() {
        throw new Error("no");
      },
    }),
  ];
  for (const one of make) {
    const [a, b] = [one(), one()];
    assert.is(writeYaml(a), writeYaml(a));
    assert.is.not(writeYaml(a), writeYaml(b));
    assert.match(writeYaml([a, a]), / [0-9a-f]{16}-\d+\n/);
  }
});

test("built-in objects are their content", () => {
  const floats = new Float64Array([1, 2.5, Number.NaN, -0]);
  is(floats, "!float64-array\n- 1.0\n- 2.5\n- .nan\n- -0.0\n");
  is(floats.subarray(1, 2), "!float64-array\n- 2.5\n");
  is(new Float32Array([1]), "!float32-array\n- 1.0\n");
  is(
    [new Int16Array([-1]), new Uint8ClampedArray()],
    "- !int16-array\n  - -1\n- !uint8-clamped-array []\n",
  );
  is(new BigInt64Array([1n, -(2n ** 62n)]), "!bigint64-array\n- 1\n- -4611686018427387904\n");
  is(Uint8Array.of(104, 105).buffer, "!array-buffer aGk=\n");
  is(new SharedArrayBuffer(1), "!shared-array-buffer AA==\n");
  is(new DataView(Uint8Array.of(0, 104, 105, 0).buffer, 1, 2), "!data-view aGk=\n");
  is(/a\/b+/g, "!regexp /a\\/b+/g\n");
  const sticky = /a/y;
  sticky.test("a");
  is(sticky, "!regexp\nlast_index: 1\npattern: /a/y\n");
  is(new URL("https://a.b/?c#d"), "!url https://a.b/?c#d\n");
  is(new URLSearchParams({ a: "1 2" }), "!url-search-params a=1+2\n");
  is(
    [Object(1), Object("a"), Object(2n)],
    "- !boxed\n  - 1\n- !boxed\n  - a\n- !boxed\n  - !bigint 2\n",
  );
  is([Symbol.for("a b")], "- !symbol a b\n");
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  is([, undefined, 1], "!sparse-list\nitems:\n  - - 1\n    - null\n  - - 2\n    - 1\nlength: 3\n");
  is(new Array(1e9), "!sparse-list\nitems: []\nlength: 1000000000\n");
  is(
    { b: 1, a: 2, [Symbol.for("s")]: 3 },
    "!object\nproperties:\n  a: 2\n  b: 1\nsymbols:\n  - - !symbol s\n    - 3\n",
  );
});

test("what an error has beside its message", () => {
  class NotFound extends Error {}
  const quiet = (error: Error, rest: object = {}) => Object.assign(error, { stack: "", ...rest });
  is(quiet(new NotFound("x")), "!error\nname: Error\nmessage: x\nclass: NotFound\n");
  const cause = quiet(new Error("why"), { code: 7 });
  is(
    quiet(new AggregateError([1, cause], "x", { cause })),
    `!error
name: AggregateError
message: x
cause: !error
  name: Error
  message: why
  properties:
    code: 7
errors:
  - 1
  - !error
    name: Error
    message: why
    properties:
      code: 7
`,
  );
});

/** Values that are not equal, of which some had one id. */
const UNEQUAL: readonly (() => unknown)[] = [
  () => new Float64Array([1]),
  () => new Float64Array([2]),
  () => new Float32Array([1]),
  () => [1],
  () => [new Float(1)],
  () => new Int8Array([1]),
  () => new BigInt64Array([1n]),
  () => new BigUint64Array([1n]),
  () => Uint8Array.of(1),
  () => new Uint8ClampedArray([1]),
  () => Uint8Array.of(1).buffer,
  () => new DataView(Uint8Array.of(1).buffer),
  () => /a/,
  () => /a/g,
  () => "/a/",
  () => new URL("https://a.b/"),
  () => new URL("https://a.b/c"),
  () => "https://a.b/",
  () => new URLSearchParams("a=1"),
  () => "a=1",
  () => new Date(0),
  () => new Date(Number.NaN),
  () => null,
  () =>
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
  () =>
    new Map([
      ["b", 2],
      ["a", 1],
    ]),
  () => ({ a: 1, b: 2 }),
  () => new Map([[{ a: 1 }, 1]]),
  () => new Set([1, 2]),
  () => new Set([2, 1]),
  () => [1, 2],
  () => Object(1),
  () => 1,
  () => Object("1"),
  () => "1",
  () => 0,
  () => -0,
  () => 1n,
  () => Number.NaN,
  () => "NaN",
  () => Symbol.for("a"),
  () => Symbol.for("b"),
  () => new Array(1),
  () => [null],
  () => Object.assign(new Error("a"), { stack: "" }),
  () => Object.assign(new Error("a", { cause: 1 }), { stack: "" }),
  () => Object.assign(new Error("a", { cause: 2 }), { stack: "" }),
  () => Object.assign(new Error("a"), { stack: "", code: 1 }),
  () => Object.assign(new AggregateError([1], "a"), { stack: "" }),
  () => Object.assign(new AggregateError([2], "a"), { stack: "" }),
  () => ({ a: 1, b: 2, [Symbol.for("c")]: 3 }),
];

test("values have one id when they are equal, and only then", () => {
  const texts = UNEQUAL.map((make) => writeYaml(make()));
  assert.equal(
    texts,
    UNEQUAL.map((make) => writeYaml(make())),
  );
  assert.is(new Set(texts).size, texts.length);
  for (const text of texts) {
    assert.is(writeYaml(readYaml(text)), text);
    // User code knows one kind of number alone.
    if (text !== "- 1.0\n") assert.is(writeYaml(plain(readYaml(text))), text);
  }
});

test("structures are written to a depth of 1000", () => {
  const text = writeYaml(nested(1000));
  assert.is(writeYaml(readYaml(text)), text);
  assert.match(writeYaml(nested(1001)), /!opaque structure deeper than 1000 [0-9a-f]{16}-\d+\n$/);
});

/** Objects that hold each other: each a list, or a map with text enough to be remembered. */
const graph = fc
  .array(fc.record({ isList: fc.boolean(), to: fc.array(fc.nat({ max: 7 }), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((nodes) => {
    const made = nodes.map(({ isList }, n): unknown[] | Record<string, unknown> =>
      isList ? [`list ${n} `.repeat(90)] : { name: `map ${n} `.repeat(90) },
    );
    nodes.forEach(({ to }, n) => {
      const node = made[n]!;
      to.forEach((target, at) => {
        const held = made[target % made.length]!;
        if (Array.isArray(node)) node.push(held);
        else node[`to${at}`] = held;
      });
    });
    return made[0];
  });

/** The same without anything that stands in it twice. */
function unfolded(value: unknown, around: readonly unknown[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  const up = around.length - around.lastIndexOf(value);
  if (up <= around.length) {
    return new Tagged(
      "opaque",
      up === 1 ? "cyclic structure" : `cyclic structure, ${up} levels up`,
    );
  }
  const inside = [...around, value];
  if (Array.isArray(value)) return value.map((item) => unfolded(item, inside));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, unfolded(item, inside)]),
  );
}

test("a shared value is written in full in each place", () => {
  let shared = 0;
  fc.assert(
    fc.property(graph, (value) => {
      const text = writeYaml(value);
      if (text.includes("too large")) return;
      shared++;
      assert.is(text, writeYaml(unfolded(value)));
    }),
    { numRuns: repeats(300) },
  );
  assert.ok(shared > repeats(250), String(shared));
});

test("what stands twice in each of many levels is written in no time, as far as texts go", () => {
  const doubled = (levels: number) => {
    let value: unknown = ["leaf"];
    for (let level = 0; level < levels; level++) value = { left: value, right: [value] };
    return value;
  };
  assert.is(writeYaml(doubled(12)), writeYaml(unfolded(doubled(12))));
  for (const levels of [40, 400, 2000]) {
    const value = doubled(levels);
    const text = writeYaml(value);
    assert.match(text, /^!opaque structure too large to be written [0-9a-f]{16}-\d+\n$/);
    // Which one it is counts, as of everything without a form.
    assert.is(writeYaml(value), text);
    assert.is.not(writeYaml(doubled(levels)), text);
  }
});

test("objects that all know each other, or lead back, are not written along every way", () => {
  const nodes = Array.from({ length: 14 }, (_, n) => ({ n, others: [] as unknown[] }));
  for (const node of nodes) node.others.push(...nodes.filter((other) => other !== node));
  assert.match(writeYaml(nodes[0]), /^!opaque structure too large/);
  const root: { to?: unknown } = {};
  let value: unknown = [root];
  for (let level = 0; level < 40; level++) value = [value, value];
  root.to = value;
  assert.match(writeYaml(root), /^!opaque structure too large/);
});

test.run();
