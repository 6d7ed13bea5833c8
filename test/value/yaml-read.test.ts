import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ErrorValue, Float, StoredValue, Tagged, Timestamp } from "../../src/value/value.ts";
import { NotCanonical, readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { value } from "./arbitrary.ts";
import { STRINGS, VALUES } from "./corpus.ts";
import { type Mark, markValue, markYamlPackage } from "./marked.ts";

const test = suite("the reader of canonical YAML");

test("gives plain JavaScript, and classes for what has no word in it", () => {
  const text = `a: 1.0
b: 2026-11-22T09:43:43.512Z
c: !value d5
d: !file
  path: x
e: !error
  name: Error
  message: boom
f: !date 2026-11-22T09:43:43.512Z
g: !bigint 5
`;
  assert.equal(readYaml(text), {
    a: new Float(1),
    b: new Timestamp("2026-11-22T09:43:43.512Z"),
    c: new StoredValue("d5"),
    d: new Tagged("file", { path: "x" }),
    e: new ErrorValue("Error", "boom"),
    f: new Date("2026-11-22T09:43:43.512Z"),
    g: 5n,
  });
});

test("sets own properties only", () => {
  const read = readYaml("__proto__:\n  x: 1\nconstructor: 2\n") as object;
  assert.is(Object.getPrototypeOf(read), Object.prototype);
  assert.equal(Object.keys(read), ["__proto__", "constructor"]);
  assert.is(({} as { x?: number }).x, undefined);
});

/** Without the line feed at the end. */
const REFUSED = [
  ...["a: &x 1", "a: *x", "a: [1]", "a: {b: 1}", "{}x", "[] ", "a: 'x'", 'a: "x"', "a: >\n  x"],
  ...["a: yes", "a: 0x10", "a: 1_0", "a: +1", "a: 01", "a: -0", "a: 1e3", "a: 1.50", "a: .5"],
  ...["a: ~", "a:", "a: ", "a: 1\na: 2", "a: 1\n b: 2", "a:\n - 1", "a:\n- 1", "a:\n    b: 1"],
  ...["- 1\n-  2", "- 1\n - 2", "-", "- ", "a: 1\n- 1", "- 1\na: 1", "- a\n\n- b", "  a: 1"],
  ...[
    "--- a",
    "---\na: 1",
    "a: 1\n...",
    "%YAML 1.2\n---\na: 1",
    "# c\na: 1",
    "a: 1 #c",
    "a: 1  # c",
  ],
  ...[
    "a : 1",
    "a: b: c",
    "? a\n: 1",
    "1: a",
    "null: a",
    "~: a",
    "<<: a",
    "[a]: b",
    "a: b ",
    '"a": 1',
  ],
  ...[
    "a: !!str 1",
    "a: !<x> 1",
    "a: !1 x",
    "a: !_a x",
    "a: ! x",
    "a: !x !y z",
    "a: !x  1",
    "a: !x",
  ],
  ...["a: !date 1 # c", 'a: !x "b" # c', "a: !x [1]", "a: !x\n b: 1", "a: !x &y 1"],
  ...[
    "a: |\n  x\n  \n  y",
    "a: |\n   x\n  y",
    "a: |\n x",
    "a: |2\n  x",
    "a: |-\n  x",
    "a: |+\n  x",
  ],
  ...["a: |\n", "a: |\n  x\n", "a: |\n   x", "a: | # c\n  x", "a: |\n  x\u0007", "a: |\n  x\r"],
  ...[
    'a: "\\x41:"',
    'a: "\\/:"',
    'a: "b: \\u00e9"',
    'a: "\\u0009"',
    'a: "x',
    'a: "x\n  y"',
    'a: "" b',
  ],
  ...[
    'a: "x\\ny"',
    "a: \u00e9",
    'a: "\u00a0"',
    'a: "\t:"',
    "\ta: 1",
    "a: 1\t",
    "a: 1\r",
    "\ufeffa: 1",
  ],
  ...["a: 2026-13-01T00:00:00.000Z", "a: 2026-02-29T00:00:00.000Z", "a: 2026-11-22", "a: x\n  y"],
  ...[`? ${"k".repeat(1000)}\n: 1`, `${"k".repeat(1001)}: 1`, `? ${"k".repeat(1001)}\n : 1`],
  ...[`a: ${"9".repeat(4301)}`, "a: 1.0e+5", "a: 1.0e5", "a: 0.00001", "a: .NaN", "a: .INF"],
];

test("refuses everything else", () => {
  for (const text of ["", "\n", "a: 1", "a: 1\n\n", "a: 1\n ", ...REFUSED.map((t) => `${t}\n`)]) {
    assert.throws(
      () => readYaml(text),
      (error: unknown) => error instanceof NotCanonical,
      JSON.stringify(text.slice(0, 60)),
    );
  }
});

test("refuses what is nested too deep", () => {
  assert.throws(
    () => readYaml(`${"- ".repeat(100_000)}1\n`),
    (error: unknown) => error instanceof NotCanonical,
  );
});

const BITS = ["\n", " ", "  ", "- ", ": ", ":", "#", " # ", '"', "'", "!", "!x ", "|", "|-", "|+"];
BITS.push("? ", "a", "1", "0", "-", ".", "e", "[]", "{}", "[", "]", "\\", "\\n", "\t", "\r", "~");
BITS.push("\n\n", "  \n", "&a ", "*a", "---\n", "%", "\u00e9", "\u00a0", "!date ", "!set\n", "_");

test("what it takes of damaged texts is canonical, and what the yaml package reads", () => {
  const values = fc.sample(value, { numRuns: repeats(800), seed: 21 });
  const texts = [...values, ...VALUES, ...STRINGS].map(writeYaml).filter((t) => t.length < 300);
  const damage = fc.tuple(
    fc.constantFrom(...texts),
    fc.nat(300),
    fc.nat(2),
    fc.constantFrom("", ...BITS),
  );
  let taken = 0;
  for (const [text, where, cut, bit] of fc.sample(damage, { numRuns: repeats(8000), seed: 22 })) {
    const at = where % (text.length + 1);
    const damaged = text.slice(0, at) + bit + text.slice(at + cut);
    // No text of UTF-8 bytes has half a surrogate pair.
    if (/[\ud800-\udfff]/u.test(damaged)) continue;
    const read = tryReading(damaged);
    if (read === undefined) continue;
    taken++;
    assert.is(writeYaml(read), damaged);
    if (!damaged.includes(" # ")) assert.equal(markYamlPackage(damaged), markValue(read), damaged);
  }
  assert.ok(taken > repeats(1000), String(taken));
});

function tryReading(text: string): Mark[] | unknown {
  try {
    return readYaml(text, { exact: true });
  } catch (error) {
    assert.instance(error, NotCanonical);
    return undefined;
  }
}

test.run();
