/** What is given, recorded, and taken from the log again is the same. */
import { mkdirSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Dir, File, glob, openLog, registerCodec, Scheduler, task } from "../../src/api.ts";
import { preview } from "../../src/value/preview.ts";
import { jobsOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";

process.env.REDUN_GIT_BACKEND = "isomorphic";

const { dir } = temporaryRepository();
process.chdir(dir);

class Point {
  readonly x: number;
  readonly y: unknown;
  constructor(x: number, y: unknown) {
    this.x = x;
    this.y = y;
  }
}
registerCodec(Point, {
  name: "geo.Point",
  encode: ({ x, y }) => ({ x, y }),
  decode: ({ x, y }: { x: number; y: unknown }) => new Point(x, y),
});

class Report {
  readonly file: File;
  constructor(path: string) {
    this.file = new File(path);
  }
}
registerCodec(Report, {
  name: "Report",
  // Another File each time: the one that is written is the one that was looked at.
  encode: ({ file }) => new File(file.path),
  decode: (file: File) => new Report(file.path),
});

class Quota extends Error {
  readonly left: number;
  constructor(left: number) {
    super(`${left} left`);
    this.left = left;
  }
}
registerCodec(Quota, {
  name: "Quota",
  encode: ({ left }) => left,
  decode: (left) => new Quota(left),
});

let notices: string[] = [];

async function run<T>(expression: T): Promise<unknown> {
  notices = [];
  const listener = { noticed: (notice: string) => void notices.push(notice) };
  return new Scheduler({ cwd: dir, listener }).run(expression);
}

mkdirSync("data");
writeFileSync("data/a.csv", "1\n");
const plainError = Object.assign(new TypeError("no", { cause: new RangeError("why") }), {
  code: "E",
});
const regexp = /a+/giu;
regexp.lastIndex = 3;

/** Values by name, and what of them has to be the same; the whole, where nothing is said. */
const VALUES: Record<string, readonly [value: unknown, seen?: (value: never) => unknown]> = {
  null: [null],
  undefined: [undefined],
  "undefined within": [
    [undefined, { a: undefined }],
    (v: unknown[]) => [v.length, "a" in (v[1] as object)],
  ],
  numbers: [[0, -0, 1.5, Number.NaN, Infinity, -Infinity, 2 ** 60]],
  texts: [["", "no", "\ud800", "two\nlines\u2028\r", "\u{1f600}"]],
  bigint: [[1n, -(2n ** 90n)]],
  date: [[new Date(0), new Date(Number.NaN), new Date(8.64e15)], (v: Date[]) => v.map(Number)],
  map: [
    new Map<unknown, unknown>([
      [{ a: 1 }, new Set([1, "1"])],
      [null, undefined],
    ]),
  ],
  set: [new Set([[1], null, new Map()])],
  bytes: [[Buffer.from([0, 255]), new Uint8Array([1])], (v: Uint8Array[]) => v.map((b) => [...b])],
  "typed arrays": [
    [
      new Float64Array([1, -0.5]),
      new Int8Array([-1]),
      new BigUint64Array([2n ** 63n]),
      new Float32Array([0.1]),
    ],
    (v: object[]) => v.map((array) => [array.constructor.name, ...(array as Float64Array)]),
  ],
  "array buffer": [new Uint8Array([1, 2]).buffer, (v: ArrayBuffer) => [...new Uint8Array(v)]],
  "data view": [new DataView(new Uint8Array([7]).buffer), (v: DataView) => v.getUint8(0)],
  regexp: [regexp, ({ source, flags, lastIndex }: RegExp) => [source, flags, lastIndex]],
  url: [new URL("https://a.b/c?d=e#f"), String],
  "url parameters": [new URLSearchParams("a=1&a=%00"), String],
  error: [
    plainError,
    (v: typeof plainError) => [v.name, v.message, v.stack, (v.cause as Error).message, v.code],
  ],
  symbol: [Symbol.for("known")],
  "a list with holes": [Object.assign([], { 0: 1, 2: undefined })],
  "a match": ["x12".match(/(?<n>\d)/), (v: RegExpMatchArray) => [...v, v.index, { ...v.groups }]],
  "a list with properties": [
    Object.assign([{ a: 1 }], { columns: ["a"] }),
    (v: { columns: string[] }) => v.columns,
  ],
  "an object with symbols": [
    { a: 1, [Symbol.for("s")]: [2] },
    (v: Record<symbol, unknown>) => [Reflect.ownKeys(v), v[Symbol.for("s")]],
  ],
  "an object without a prototype": [
    Object.assign(Object.create(null), { a: 1 }),
    (v: object) => [Object.getPrototypeOf(v), v],
  ],
  file: [new File("data/a.csv"), ({ path, hash, size }: File) => [path, hash, size]],
  "file by stat": [
    new File("data/a.csv", { by: "stat" }),
    ({ mtime, size }: File) => [mtime, size],
  ],
  "missing file": [new File("none"), ({ path, hash }: File) => [path, hash]],
  dir: [new Dir("data"), (v: Dir) => [v.constructor, v.path, ...v.recordedFiles.map(String)]],
  glob: [
    glob("data/*.csv"),
    (v: Dir) => [v.constructor, v.pattern, ...v.recordedFiles.map(String)],
  ],
  instances: [
    [new Point(1, new Point(2, new Map([[1n, "a"]])))],
    (v: Point[]) => [v[0] instanceof Point, v[0]],
  ],
  "an instance with a file": [
    new Report("data/a.csv"),
    (v: Report) => [v instanceof Report, v.file.path],
  ],
  "an error with a codec": [new Quota(3), (v: Quota) => [v instanceof Quota, v.left, v.message]],
};

const test = suite("values that go through the log");

let calls = 0;
const give = task({ name: "give" }, (name: string) => {
  calls++;
  return VALUES[name]![0];
});
const take = task({ name: "take" }, (_value: unknown) => {
  calls++;
  return "taken";
});

for (const [name, [value, seen = (same: never): unknown => same]] of Object.entries(VALUES)) {
  test(`${name}`, async () => {
    calls = 0;
    const before = seen((await run(give(name))) as never);
    assert.equal(before, seen(value as never));
    const again = await run(give(name));
    assert.is(calls, 1);
    assert.equal(seen(again as never), before);
    if (typeof value === "object" && value !== null) assert.is.not(again, value);
    // As an argument it is the same call, whichever of the two is given.
    await run(take(value));
    await run(take(again));
    assert.is(calls, 2);
    assert.equal(notices, []);
  });
}

test("an instance's file is part of what it is", async () => {
  calls = 0;
  const given = () => run(take(new Report("data/b.csv")));
  writeFileSync("data/b.csv", "1\n");
  await given();
  await given();
  assert.is(calls, 1);
  writeFileSync("data/b.csv", "2\n");
  await given();
  assert.is(calls, 2);
});

test("what has no codec is not taken from the log, and that is reported once", async () => {
  class Plain {}
  const made = task({ name: "made" }, (n: number) => [n, new Plain()]);
  const all = () => run([made(1), made(2)]);
  await all();
  assert.is(notices.length, 1);
  assert.match(notices[0]!, /result of job \w+ made is recorded by its kind alone.*codec/);
  await all();
  assert.equal(
    jobsOf(recorded(dir), "made").map(({ status }) => status),
    Array(4).fill("DONE"),
  );
});

test("an error of a class without a codec is made anew, and that is said", async () => {
  class Odd extends Error {}
  const odd = task({ name: "odd" }, () => {
    calls++;
    return new Odd("no");
  });
  calls = 0;
  await run(odd());
  await run(odd());
  assert.is(calls, 2);
  assert.match(notices[0]!, /odd .*holds an instance of Odd, for which no codec is registered/);
});

test("what stands beside lazy values stays", async () => {
  const lone = task({ name: "lone" }, () => 1);
  const beside = task({ name: "beside" }, () => [
    Object.assign([], { 0: lone(), 2: 2, columns: ["a"] }),
    { a: lone(), [Symbol.for("s")]: 2 },
  ]);
  for (const _ of "12") {
    const [list, object] = (await run(beside())) as [{ columns: string[] }, Record<symbol, number>];
    assert.equal(
      [...Object.entries(list)],
      [
        ["0", 1],
        ["2", 2],
        ["columns", ["a"]],
      ],
    );
    assert.is(object[Symbol.for("s")], 2);
  }
  assert.equal(
    jobsOf(recorded(dir), "beside")
      .map(({ status }) => status)
      .sort(),
    ["CACHED", "DONE"],
  );
});

test("what a codec of another script wrote is shown, and made anew", async () => {
  const { jobs } = recorded(dir);
  const stored = jobs.find(({ result }) => Array.isArray(result) && result[0]?.tag === "instance")!;
  assert.is(
    preview(stored.result),
    "[geo.Point({x: 1, y: geo.Point({x: 2, y: Map {1n => 'a'}})})]",
  );
  const log = await openLog({ cwd: dir });
  const { result } = await log.call(stored.id);
  await log.close();
  assert.instance((result as unknown[])[0], Point);

  class Other {}
  let isBroken = false;
  const decode = () => {
    if (isBroken) throw new Error("of another version");
    return new Other();
  };
  registerCodec(Other, { name: "Other", encode: () => 1, decode });
  const other = task({ name: "other" }, () => {
    calls++;
    return new Other();
  });
  calls = 0;
  await run(other());
  await run(other());
  assert.equal([calls, notices], [1, []]);
  isBroken = true;
  await run(other());
  assert.is(calls, 2);
  assert.match(
    notices[0]!,
    /holds an instance of Other, which its codec cannot make again \(of another version\)/,
  );
});

test("what a codec cannot encode is reported once, by the codec's name and its error", async () => {
  class Handle {}
  registerCodec(Handle, {
    name: "Handle",
    encode: () => {
      throw new TypeError(`closed ${++calls}`);
    },
    decode: () => new Handle(),
  });
  const opened = task({ name: "opened" }, (n: number) => [n, new Handle()]);
  const closed = task({ name: "closed" }, (_handles: unknown[]) => calls++);
  await run([opened(1), opened(2)]);
  assert.is(notices.length, 1);
  assert.match(
    notices[0]!,
    /^The result of job \w+ opened is .* codec Handle cannot encode \(TypeError: closed /,
  );
  await run([closed([new Handle(), new Handle()]), closed([])]);
  assert.is(notices.length, 1);
  assert.match(
    notices[0]!,
    /^The argument _handles of job \w+ closed is .* codec Handle cannot encode/,
  );
});

test("a codec is for one class, and has all that it needs", () => {
  const codec = { name: "Good", encode: () => 1, decode: () => new Point(1, 2) };
  const cases: [unknown, unknown, RegExp][] = [
    [null, codec, /no class/],
    [() => 1, codec, /no class/],
    [class A {}, { ...codec, name: "" }, /needs a name/],
    [class A {}, undefined, /needs a name/],
    [class A {}, { ...codec, decode: 1 }, /two functions/],
    [Date, codec, /form of its own/],
    [class A {}, { ...codec, name: "geo.Point" }, /registered already/],
  ];
  for (const [of, given, message] of cases) {
    assert.throws(() => registerCodec(of as never, given as never), message);
  }
});

test.run();
