import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { formatParameters, parseTaskArguments, signature } from "../../src/script/arguments.ts";
import type { Parameter } from "../../src/source/source.ts";
import { File } from "../../src/value/file.ts";
import { describe } from "../source/task-file.ts";

function parametersOf(list: string, doc = "", types = ""): Parameter[] {
  return describe(`${types}\n${doc}\nexport const a = task((${list}) => 1);`).parameters;
}

/** The arguments that `list` takes from a line of words. */
function parse(list: string, ...words: string[]): unknown[] {
  return parseTaskArguments(parametersOf(list), words);
}

function refusal(list: string, ...words: string[]): RedunError {
  try {
    parse(list, ...words);
  } catch (error) {
    if (error instanceof RedunError && error.code === "USAGE") return error;
    throw error;
  }
  throw new Error(`accepted: ${words.join(" ")}`);
}

const values = suite("parseTaskArguments: values");

values("a parameter of type File takes a path", () => {
  const paths = (list: string, ...words: string[]) =>
    parse(list, ...words)
      .flat()
      .map((file) => [file instanceof File, String(file)]);
  const file = (path: string) => [true, `File(path=${path})`];
  assert.equal(paths("data: File", "--data", "1"), [file("1")]);
  assert.equal(paths("data: File | null = null", "--data", "[a]"), [file("[a]")]);
  assert.equal(paths("all: File[]", "--all", "a", "--all", "b c"), [file("a"), file("b c")]);
  assert.equal(paths("all: readonly File[]", "--all", '["a", "b"]'), [file("a"), file("b")]);
  assert.match(refusal("data: File", "--data=").message, "path of a file");
  assert.match(refusal("all: File[]", "--all", "[1]").message, "list of files");
});

values("values are read as tag values are", () => {
  const cases: [word: string, value: unknown][] = [
    ["Hi", "Hi"],
    ["3", 3],
    ["3.0", 3],
    ["-1.5", -1.5],
    ["1e3", 1000],
    ["true", true],
    ["null", null],
    ["[1, 2.0]", [1, 2]],
    ['{"a": 1.0}', { a: 1 }],
    ['"3"', "3"],
    ["12345678901234567890", 12345678901234567890n],
    ["two words", "two words"],
    ["a=b", "a=b"],
    ["-", "-"],
    ["", null],
  ];
  for (const [word, value] of cases) {
    assert.equal(parse("x", "--x", word), [value], word);
    assert.equal(parse("x", `--x=${word}`), [value], word);
    assert.equal(parse("x: Mine", "--x", word), [value], word);
  }
});

values("text stays text where the type says string", () => {
  const types = ["string", "string | undefined", "string | null", "(string)", "| string"];
  for (const type of types) {
    for (const word of ["3", "true", "null", "[1", "", '"q"', "-5"]) {
      assert.equal(parse(`x: ${type}`, "--x", word), [word], `${type} ${word}`);
    }
  }
  assert.equal(parse('x = "Hello"', "--x", "007"), ["007"]);
  assert.equal(parse("x: string", "--x=--dashes"), ["--dashes"]);
  assert.equal(parse("x: string | number", "--x", "3"), [3]);
});

values("a union of literals takes its members only", () => {
  assert.equal(parse('x: "dev" | "1"', "--x", "1"), ["1"]);
  assert.equal(parse("x: 1 | 2", "--x", "2"), [2]);
  const error = refusal('x: "dev" | "prod"', "--x", "prd");
  assert.is(error.message, '--x must be one of dev, prod; it was given "prd".');
  assert.is(error.hint, "Did you mean --x prod?");
  refusal("x: 1 | 2", "--x", "3");
});

values("a number must be one, a boolean and a bigint too", () => {
  assert.equal(parse("x: number, y = 1", "--x", "1.0", "--y", "-2"), [1, -2]);
  assert.equal(parse("x: number | null", "--x", "null"), [null]);
  assert.equal(parse("x: bigint, y: bigint", "--x", "3", "--y", "12345678901234567890"), [
    3n,
    12345678901234567890n,
  ]);
  assert.is(
    refusal("x: number", "--x", "ten").message,
    '--x must be a number; it was given "ten".',
  );
  refusal("x = 1", "--x", "ten");
  refusal("x: number", "--x", "12345678901234567890");
  refusal("x: number", "--x", "");
  refusal("x: boolean", "--x=yes");
  refusal("x: bigint", "--x", "1.5");
});

values("broken JSON is refused by the name of the argument", () => {
  const error = refusal("x", "--x", "[1");
  assert.match(error.message, /^The value of --x cannot be read: /);
});

values("an integer that a number does not hold is converted where a bigint is taken", () => {
  const large = 9007199254740993n;
  const cases: [type: string, word: string, value: unknown][] = [
    ["bigint", "9007199254740993", large],
    ["bigint[]", "[1, 9007199254740993]", [1n, large]],
    ["number | bigint", "9007199254740993", large],
    ["number | bigint", "3", 3],
    ["(number | bigint)[]", "[1, 9007199254740993]", [1, large]],
    ["Record<string, bigint>", '{"a": 1, "b": 9007199254740993}', { a: 1n, b: large }],
    ["{ id: bigint; n?: number }", '{"id": 9007199254740993}', { id: large }],
    ["{ ids: bigint[] }[]", '[{"ids": [1]}]', [{ ids: [1n] }]],
    ["[number, bigint]", "[1, 2]", [1, 2n]],
    ["bigint[][]", "[[1], [9007199254740993]]", [[1n], [large]]],
    ["number[][]", "[1, 2]", [[1, 2]]],
    ["Map<string, bigint>", '{"a": 1}', new Map([["a", 1n]])],
    ["Set<bigint>", "[1, 1]", new Set([1n])],
    ["unknown", "[9007199254740993]", [large]],
    ["Other", '{"a": 9007199254740993}', { a: large }],
    ["string | number", "9007199254740993", "9007199254740993"],
  ];
  for (const [type, word, value] of cases) {
    assert.equal(parse(`x: ${type}`, "--x", word), [value], `${type}: ${word}`);
  }
  assert.equal(parse("xs: bigint[]", "--xs", "1", "--xs", "9007199254740993"), [[1n, large]]);
});

values("types that the file declares are read like those written in place", () => {
  const types = `
interface Base { at: Date }
export interface Range extends Base { lo: number; hi?: bigint | null }
type Tree = { n: number; kids?: Tree[] };
enum Level { Low, Mid = 5, High, Top = "top" }
type Many = readonly Range[];
type Pair = [lo: number, hi?: Level];`;
  const day = new Date("2026-11-22T00:00:00Z");
  const at = '"at": "2026-11-22"';
  const taken = (type: string, word: string) =>
    parseTaskArguments(parametersOf(`x: ${type}`, "", types), [`--x=${word}`])[0];
  for (const [type, word, value] of [
    ["Range", `{${at}, "lo": 1, "hi": 2}`, { at: day, lo: 1, hi: 2n }],
    ["Range | null", `{${at}, "lo": 1, "hi": null}`, { at: day, lo: 1, hi: null }],
    ["Range | null", "null", null],
    ["Many", `[{${at}, "lo": 1}]`, [{ at: day, lo: 1 }]],
    ["Base & { n: number }", `{${at}, "n": 1}`, { at: day, n: 1 }],
    ["Partial<Range>", `{"hi": 1}`, { hi: 1n }],
    ["{ [key: string]: Base }", `{"a": {${at}}}`, { a: { at: day } }],
    ["Tree", '{"n": 1, "kids": [{"n": 2}]}', { n: 1, kids: [{ n: 2 }] }],
    ["Level", "6", 6],
    ["Level", "top", "top"],
    ["Pair", "[1, 5]", [1, 5]],
    ["[...bigint[]]", "[1]", [1n]],
    ["[string, number?]", '["a"]', ["a"]],
    ["(number | null)[]", "[1, null]", [1, null]],
    ["number[] | null", "null", null],
    ["Date | null", "null", null],
  ] as const) {
    assert.equal(taken(type, word), value, `${type}: ${word}`);
  }
  for (const [type, word] of [
    ["Range", `{${at}, "lo": 9007199254740993}`],
    ["Range", '{"lo": 1}'],
    ["Tree", '{"n": 1, "kids": [{"n": 9007199254740993}]}'],
    ["Level", "7"],
    ["Level", "Low"],
    ["Pair", '["a"]'],
    ["Pair", "[1, 5, 5]"],
    ["[number, ...string[]]", "[1, 2]"],
    ["Partial<{ n: number }>", '{"n": 9007199254740993}'],
    ["{ n: number } & { s: string }", '{"n": 9007199254740993, "s": ""}'],
    ["{ [key: string]: number }", '{"n": 9007199254740993}'],
    ["number", "1e400"],
    ["true", "false"],
  ] as const) {
    assert.throws(
      () => taken(type, word),
      /must be |is larger than any number/,
      `${type}: ${word}`,
    );
  }
});

values("where only numbers are taken it is refused by name", () => {
  for (const [type, word, expected] of [
    ["number", "9007199254740993", "a number"],
    ["number[]", "[1, 9007199254740993]", "a list of numbers"],
    ["number | null", "-9007199254740993", "a number"],
    ["Record<string, number>", '{"a": 9007199254740993}', "of the type Record<string, number>"],
    ["{ a: number[] }", '{"a": [9007199254740993]}', "of the type { a: number[] }"],
    ["number | boolean", "9007199254740993", "of the type number | boolean"],
    ["[number, string]", '[9007199254740993, "x"]', "of the type [number, string]"],
    ["Map<string, number>", '{"a": 9007199254740993}', "of the type Map<string, number>"],
  ] as const) {
    const { message, hint } = refusal(`xs: ${type}`, `--xs=${word}`);
    assert.is(message, `--xs must be ${expected}; it was given ${JSON.stringify(word)}.`);
    const digits = /-?\d{16}/.exec(word)?.[0];
    assert.is(
      hint,
      `A number is exact up to 9007199254740991; a parameter of the type bigint takes ${digits}.`,
    );
  }
  assert.match(refusal("xs: number[]", "--xs", "1", "--xs", "9007199254740993").message, "--xs");
  assert.match(refusal("x = 7", "--x", "9007199254740993").message, "--x must be a number");
});

values("a value of another shape than the type is refused", () => {
  for (const [type, word] of [
    ["{ a: number }", '{"b": 1}'],
    ["{ a: number }", "[1]"],
    ["Record<string, number>", '{"a": "x"}'],
    ["[number, string]", "[1]"],
    ["number[][]", "[[1], 2]"],
    ["Set<number>", '{"a": 1}'],
    ["bigint", "1.5"],
    ["boolean | number", "x"],
  ] as const) {
    assert.match(refusal(`x: ${type}`, "--x", word).message, /^--x must be /, `${type}: ${word}`);
  }
});

values("a Date is a day or a time", () => {
  const iso = (word: string, type = "Date") => {
    const [date] = parse(`when: ${type}`, "--when", word);
    return (date as Date).toISOString();
  };
  assert.is(iso("2026-11-22"), "2026-11-22T00:00:00.000Z");
  assert.is(iso("2026-11-22T09:43:43.5+01:00"), "2026-11-22T08:43:43.500Z");
  assert.is(iso("2026-11-22T09:43Z", "Date | null"), "2026-11-22T09:43:00.000Z");
  const [dates] = parse("all: Date[]", "--all", '["2026-11-22"]') as [Date[]];
  assert.is(dates[0]?.getTime(), Date.UTC(2026, 10, 22));
  const [{ from }] = parse("x: { from: Date }", "--x", '{"from": "2026-11-22"}') as [
    { from: Date },
  ];
  assert.ok(from instanceof Date);
  for (const word of [
    "tomorrow",
    "3",
    "2026-02-30",
    "2026-13-01",
    "22.11.2026",
    "2026-11-22T25:00Z",
    "",
  ]) {
    const { message } = refusal("when: Date", `--when=${word}`);
    assert.is(
      message,
      `--when must be a date (2026-11-22, or 2026-11-22T09:43:43Z); it was given ${JSON.stringify(word)}.`,
    );
  }
});

values("the literals of a string type are what JavaScript reads in them", () => {
  const type = `"a\\"b" | 'it\\'s' | "a|b" | "tab\\t" | '\\u00e9' | \`x y\` | "("`;
  for (const word of ['a"b', "it's", "a|b", "tab\t", "é", "x y", "("]) {
    assert.equal(parse(`x: ${type}`, "--x", word), [word]);
  }
  assert.is(
    refusal(`x: ${type}`, "--x", "b").message,
    `--x must be one of "a\\"b", "it's", a|b, "tab\\t", é, "x y", (; it was given "b".`,
  );
  assert.equal(parse('x: "1" | "2"', "--x", "1"), ["1"]);
  assert.equal(parse("x: -1 | 1 | 0x10", "--x", "16"), [16]);
  assert.equal(parse('x: "a" | 1', "--x", "1"), [1]);
  assert.match(refusal('x: "a" | 1', "--x", "b").message, /of the type "a" \| 1/);
});

values.run();

const options = suite("parseTaskArguments: options");

options("kebab and camel case mean the same", () => {
  const list = "maxDepth: number, useGPU = false, snake_case = 1";
  assert.equal(parse(list, "--max-depth", "3"), [3]);
  assert.equal(parse(list, "--maxDepth=3", "--use-gpu", "--snake-case", "2"), [3, true, 2]);
  assert.equal(parse(list, "--snake_case=4", "--maxDepth", "3"), [3, undefined, 4]);
});

options("left out: at the end nothing, before that undefined", () => {
  assert.equal(parse('a = 1, b?: string, c = "x"'), []);
  assert.equal(parse('a = 1, b?: string, c = "x"', "--b", "y"), [undefined, "y"]);
  assert.equal(parse("a: string | undefined"), []);
});

options("flags", () => {
  for (const list of ["v: boolean", "v = false", "v?: boolean", "v: true | false | undefined"]) {
    assert.equal(parse(list, "--v"), [true]);
    assert.equal(parse(list, "--no-v"), [false]);
    assert.equal(parse(list, "--v=false"), [false]);
    assert.equal(parse(list, "--v", "false"), [false]);
  }
  assert.equal(parse("v: boolean, x: string", "--v", "--x", "a"), [true, "a"]);
  assert.equal(parse("v: boolean, noV: boolean", "--no-v", "--v"), [true, true]);
  refusal("v: string", "--no-v");
});

options("lists collect", () => {
  assert.equal(parse("x: string[]", "--x", "1", "--x=b"), [["1", "b"]]);
  assert.equal(parse("x: readonly number[]", "--x", "1"), [[1]]);
  assert.equal(parse("x: Array<string | number>", "--x", "1", "--x", "a"), [[1, "a"]]);
  assert.equal(parse("x: ReadonlyArray<string>", "--x", "[a"), [["[a"]]);
  assert.equal(parse("x: number[]", "--x", "[1, 2.0]"), [[1, 2]]);
  assert.equal(parse("x: number[][]", "--x", "[1]", "--x", "[2]"), [[[1], [2]]]);
  assert.equal(parse('x = ["a"]', "--x", "1"), [["1"]]);
  assert.equal(parse("a: string, ...x: string[]", "--x", "1", "--a", "A", "--x", "2"), [
    "A",
    "1",
    "2",
  ]);
  assert.equal(parse("a = 1, ...x: string[]", "--x", "1"), [undefined, "1"]);
  assert.equal(parse("...x"), []);
  assert.equal(parse("...x", "--x", "1", "--x", "b"), [1, "b"]);
  refusal("x: number[]", "--x", "1", "--x", "a");
  refusal("x: number[]", "--x", '["a"]');
});

options("the properties of a destructured object are options", () => {
  const list =
    "n: number, { greet, loud = false, to = 1 }: { greet: string; loud?: boolean; to?: number }";
  assert.equal(parse(list, "--greet", "1", "--n", "2", "--loud"), [2, { greet: "1", loud: true }]);
  assert.is(refusal(list, "--n", "2").message, "Argument missing: --greet");
  assert.equal(parse("{ a = 1 }: { a?: number }"), [{}]);
  assert.equal(parse("{ a = 1 } = {}"), []);
  assert.equal(parse("{ a, b }: { a: string; b: string } = dflt"), []);
  assert.match(refusal("{ a, b }: { a: string; b: string } = dflt", "--a", "x").message, /--b$/);
  const [object] = parse('{ "__proto__": x }', "--__proto__", "1") as [object];
  assert.equal(Object.keys(object), ["__proto__"]);
});

options("a property that is called like a parameter is said with its object's name", () => {
  const list = "{ name: a }: { name: string }, name: number, { name: b }: { name: string }";
  const words = ["--options-name", "1", "--name", "2", "--arg3-name", "3"];
  assert.equal(parse(list, ...words), [{ name: "1" }, 2, { name: "3" }]);
});

options.run();

const errors = suite("parseTaskArguments: refusals");
const LIST = "greet: string, thing: string, loud = false";

errors("missing arguments are named, and all are listed", () => {
  const error = refusal(LIST, "--loud");
  assert.is(error.message, "Arguments missing: --greet, --thing");
  assert.is(
    error.hint,
    [
      "Its arguments:",
      "  --greet <string>   (required)",
      "  --thing <string>   (required)",
      "  --loud             false (default)",
    ].join("\n"),
  );
});

errors("unknown arguments, with the nearest name", () => {
  assert.is(
    refusal(LIST, "--gret", "x").message,
    "The task has no argument --gret. Did you mean --greet?",
  );
  assert.is(refusal(LIST, "--zzz").message, "The task has no argument --zzz.");
  assert.is(refusal(LIST, "-g", "x").message, "The task has no argument -g. Did you mean --greet?");
  assert.is(refusal("", "--x", "1").hint, "This task takes no arguments.");
});

errors("an argument given twice, or without its value", () => {
  assert.is(
    refusal(LIST, "--greet", "a", "--greet=b").message,
    "--greet was given twice; it takes one value.",
  );
  for (const words of [["--greet"], ["--greet", "--thing"], ["--greet", "-x"]]) {
    assert.match(refusal(LIST, ...words).message, /^--greet needs a value: --greet <string>/);
  }
});

errors("words without a name", () => {
  assert.is(
    refusal(LIST, "--greet", "a", "the world").message,
    "Arguments are given by name: write --thing 'the world' instead of 'the world'.",
  );
  assert.is(
    refusal(LIST, "-5").message,
    "Arguments are given by name: write --greet -5 instead of -5.",
  );
  assert.is(refusal("", "x").message, "There is no argument for x.");
});

errors.run();

const help = suite("formatParameters and signature");

help("an aligned table", () => {
  const doc = `/**
 * @param greet The word.
 * @param maxDepth How deep
 * @param quiet Say less
 */`;
  const list =
    'greet = "Hello", maxDepth: number, quiet = true, tags?: string[], { env }: { env: "dev" | "prod" }';
  assert.is(
    formatParameters(parametersOf(list, doc)),
    [
      "  --greet <string>         Hello (default)  The word.",
      "  --max-depth <number>     (required)       How deep",
      "  --no-quiet               true (default)   Say less",
      "  --tags <string>...",
      '  --env <"dev" | "prod">   (required)',
    ].join("\n"),
  );
  assert.is(formatParameters([]), "");
});

help("the declaration on one line", () => {
  const shown = (list: string) => signature("main", parametersOf(list));
  assert.is(shown('greet = "Hello"'), 'main(greet = "Hello")');
  assert.is(
    shown("a: string, b?: {\n  x: 1\n}, ...c: T[]"),
    "main(a: string, b?: { x: 1 }, ...c: T[])",
  );
  assert.is(shown("{ a = 1, b }: { a?: number; b: X } = {}"), "main({ a: number = 1, b: X } = {})");
  assert.is(shown(""), "main()");
});

help.run();
