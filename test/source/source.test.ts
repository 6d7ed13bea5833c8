import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync, transformSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseCallSite } from "../../src/source/call-site.ts";
import { describeTask, type TaskSource } from "../../src/source/source.ts";
import { someOf } from "../support/effort.ts";
import { temporaryFolder, writeFiles } from "../support/repository.ts";
import { describe, placesAt, unseen, writeSource } from "./task-file.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const callSite = suite("parseCallSite");

const frames: [frame: string, file: string | null, line?: number, column?: number][] = [
  ["<anonymous> (/tmp/x/wf.ts:8:52)", "/tmp/x/wf.ts", 8, 52],
  ["/tmp/x/wf.mjs:1:2", "/tmp/x/wf.mjs", 1, 2],
  ["Function.<static_initializer> (file:///tmp/x/wf.mjs:10:29)", "/tmp/x/wf.mjs", 10, 29],
  ["file:///tmp/with%20space/%C3%A9.mjs:3:4", "/tmp/with space/é.mjs", 3, 4],
  ["async file:///tmp/x.mjs:3:4", "/tmp/x.mjs", 3, 4],
  ["async main (/tmp/x.ts:3:4)", "/tmp/x.ts", 3, 4],
  ["/tmp/x.ts?namespace=123:3:4", "/tmp/x.ts", 3, 4],
  ["file:///tmp/x.ts?namespace=123#a:3:4", "/tmp/x.ts", 3, 4],
  ["/tmp/why?/x.ts:3:4", "/tmp/why?/x.ts", 3, 4],
  ["make (/tmp/My (copy)/wf (2).ts:3:4)", "/tmp/My (copy)/wf (2).ts", 3, 4],
  ["/tmp/My (copy)/wf.ts:3:4", "/tmp/My (copy)/wf.ts", 3, 4],
  ["Object.odd (name) [as x] (/tmp/x.ts:3:4)", "/tmp/x.ts", 3, 4],
  ["new Flow (/tmp/x.ts:3:4)", "/tmp/x.ts", 3, 4],
  ["Object.<anonymous> (C:\\Users\\me\\wf.ts:3:4)", "C:\\Users\\me\\wf.ts", 3, 4],
  ["D:/work/wf.ts:3:4", "D:/work/wf.ts", 3, 4],
  ["\\\\server\\share\\wf.ts:3:4", "\\\\server\\share\\wf.ts", 3, 4],
  ["node:internal/modules/run_main:123:12", null],
  ["Module._compile (node:internal/modules/cjs/loader:1:2)", null],
  ["Array.map (<anonymous>)", null],
  ["async Promise.all (index 0)", null],
  ["data:text/javascript,x:1:2", null],
  ["webpack:///./src/wf.ts:1:2", null],
  ["eval (eval at <anonymous> (/tmp/x.ts:1:2), <anonymous>:1:1)", null],
  ["file://host/x%ZZ.ts:1:2", null],
];
for (const [frame, file, line, column] of frames) {
  callSite(frame, () => {
    const stack = `Error: two\nlines\n    at ${frame}\n    at other (/tmp/other.ts:1:1)`;
    assert.equal(parseCallSite(stack), file === null ? null : { file, line, column });
  });
}

callSite("a stack without frames is null", () => {
  assert.is(parseCallSite("Error: at sea"), null);
  assert.is(parseCallSite(""), null);
});

callSite.run();

const names = suite("describeTask: names");

const bindings: [text: string, name: string | null][] = [
  ["export const one = task(() => 1);", "one"],
  ["const one = task(() => 1);", "one"],
  ["let one; one = task(() => 1);", "one"],
  ["var zero = 0, one = redun.task(() => 1);", "one"],
  ["class A { static one = task(() => 1) }", "one"],
  ["class A { static readonly 'one' = task(() => 1) }", "one"],
  ["class A { static #one = task(() => 1) }", "one"],
  ["export const all = { one: task(() => 1) };", "one"],
  ["export const all = { 'the one': task(() => 1) };", "the one"],
  ["export const all = { ['one']: task(() => 1) };", "one"],
  ["export const all = { [one]: task(() => 1) };", null],
  ["exports.one = task(() => 1);", "one"],
  ["module.exports['one'] = task(() => 1);", "one"],
  ["export default task(() => 1);", "default"],
  ["export const one = task(() => 1) as const;", "one"],
  ["export const one = (task(() => 1) satisfies X)!;", "one"],
  ["export const one: T = <any>(task<number>(() => 1));", "one"],
  ["export const one = redun\n  .task(() => 1);", "one"],
  ["const make = () => task(() => 1);", null],
  ["const list = [task(() => 1)];", null],
  ["const { one } = task(() => 1);", null],
  ["run(task(() => 1));", null],
];
for (const [text, name] of bindings) {
  names(text, () => {
    const found = describe(text);
    assert.is(found.name, name);
    assert.is(found.text, "() => 1");
    assert.is(found.line, text.slice(0, text.search(/\btask/)).split("\n").length);
  });
}

names("a function's own name is found beside the constant's", () => {
  const found = describe("export const a = task({ tags: {} }, async function* b() {});");
  assert.equal([found.name, found.functionName], ["a", "b"]);
  assert.is(describe("export const a = task(() => 1);").functionName, null);
});

names("the namespace is the file's export", () => {
  const of = (head: string) => describe(`${head}\nexport const a = task(() => 1);`).namespace;
  assert.is(of('export const namespace = "x.y";'), "x.y");
  assert.is(of("export const namespace = `x`;"), "x");
  assert.is(of("export const namespace: string = 'x' as const;"), "x");
  assert.is(of('export const namespace = "x";\nexport const redunNamespace = "y";'), "y");
  assert.is(of('exports.namespace = "x";'), "x");
  assert.is(of('const namespace = "x"; export { namespace };'), "x");
  assert.is(of('var ns = "x"; export { ns as namespace, ns as other };'), "x");
  assert.is(of('const namespace = "x"; export { namespace } from "./other";'), null);
  assert.is(of('const namespace = "x";'), null);
  assert.is(of('export const namespace = pick("x");'), null);
});

names.run();

const docs = suite("describeTask: doc comments");

docs("the block before the statement, without stars and tags", () => {
  const text = `
/**
 * Say hello
 * to a planet.
 *
 * @param greet the word
 *   to say
 * @returns nothing
 */
// biome-ignore lint: because
export const a = task((greet: string) => greet);`;
  const found = describe(text);
  assert.is(found.doc, "Say hello\nto a planet.");
  assert.is(found.parameters[0]?.doc, "the word to say");
});

docs("one line, and before a property, a second constant, an assignment, the function", () => {
  assert.is(describe("/** Hi. */ export const a = task(() => 1);").doc, "Hi.");
  assert.is(describe("/** No. */ export const all = {\n/** Hi. */ a: task(() => 1) };").doc, "Hi.");
  assert.is(describe("/** No. */ const b = 1, /** Hi. */ a = task(() => 1);").doc, "Hi.");
  assert.is(describe("/** Hi. */\nexports.a = task(() => 1);").doc, "Hi.");
  assert.is(describe("/** Hi. */\nexport default task(() => 1);").doc, "Hi.");
  assert.is(describe("class A { /** Hi. */ static a = task(() => 1) }").doc, "Hi.");
  assert.is(describe("const a = task(/** Hi. */ () => 1);").doc, "Hi.");
  assert.is(describe("/** Hi. */ function f() {}\nconst a = task(f);").doc, "Hi.");
});

docs("other comments are not docs", () => {
  assert.is(describe("/* Hi. */ const a = task(() => 1);").doc, null);
  assert.is(describe("// Hi.\nconst a = task(() => 1);").doc, null);
  assert.is(describe("/** @internal */ const a = task(() => 1);").doc, null);
  assert.is(describe("/** No. */ const b = 1;\nconst a = task(() => 1);").doc, null);
  assert.is(describe("/** No. */ const b = 1, a = task(() => 1);").doc, null);
  assert.is(describe("/** No. */ export const all = { a: task(() => 1) };").doc, null);
  assert.is(describe('/** No. */\nimport "x";\nconst a = task(f);\nfunction f() {}').doc, null);
  assert.is(describe("/** No. */ {\nconst a = task(f);\nfunction f() {} }").doc, null);
});

docs.run();

const texts = suite("describeTask: source text");

texts("is what was written, types and comments included", () => {
  const fn = "async <T,>(a: T /* a */): Promise<T> => { return a! }";
  assert.is(describe(`const a = task({ x: 1 }, ${fn});`).text, fn);
  assert.is(describe(`const a = task((${fn}) as any);`).text, fn);
});

texts("does not change when the task moves in or out of a block", () => {
  const body = (indent: string) =>
    ["task(function f() {", "  if (x) {", "    y();", "", "  }", "})"].join(`\n${indent}`);
  const expected = "function f() {\n  if (x) {\n    y();\n\n  }\n}";
  const at = (indent: string) => describe(`${indent}const a = ${body(indent)};`).text;
  for (const indent of ["", "  ", "\t", "      "]) assert.is(at(indent), expected);
  assert.is(describe(`const a = ${body("").replaceAll("\n", "\r\n")};`).text, expected);
  assert.is(describe(`const a = ${body("").replace("\n\n", "\n   \n")};`).text, expected);
});

texts("keeps the lines of template literals", () => {
  const inBlock = `{\n  const a = task(() => {\n    return \`a\n  b \${\n      c\n    }\n d\`;\n  });\n}`;
  assert.is(describe(inBlock).text, `() => {\n  return \`a\n  b \${\n    c\n  }\n d\`;\n}`);
});

texts("of a function declared in the same file", () => {
  assert.is(
    describe("function f(a: number) { return a }\nconst a = task(f);").text,
    "function f(a: number) { return a }",
  );
  assert.is(
    describe("const a = task(f as any);\nexport async function f() {}").text,
    "async function f() {}",
  );
  assert.is(describe("const f = () => 2, a = task(f);").text, "() => 2");
});

texts("of a function that the file does not show is that of its own file", () => {
  const own = 'function unseen(): string {\n  return "not found in the file";\n}';
  assert.is(describe('import { f } from "./f";\nconst a = task(f);').text, own);
  assert.is(describe("const f = () => 1;\nfunction make(f) { return task(f); }").text, own);
  assert.is(
    describe("const f = () => 1;\nfunction make(o) { const { f } = o; return task(f); }").text,
    own,
  );
  assert.is(describe("const a = task(lib.f);").text, own);
  assert.is(describe("const a = task(...args);").text, own);
});

texts("of an expression that makes the function is the expression", () => {
  assert.is(describe("const a = task(memo(1, (x) => x));").text, "memo(1, (x) => x)");
  assert.is(describe("const a = task(f.bind(null, 1));").text, "f.bind(null, 1)");
});

texts("offsets hold behind characters of two units, tabs, CRLF and a byte order mark", () => {
  const text = 'const s = "😀é日本";\r\n\tconst t = "😀"; export const a = task(() => "é😀");';
  assert.is(describe(text).text, '() => "é😀"');
  const file = writeSource(`\uFEFFconst a = task(() => 1);`);
  assert.is(describeTask(placesAt({ file, line: 1, column: 11 }), unseen).name, "a");
});

texts("a column that a source map got wrong still finds the only task of its line", () => {
  const file = writeSource("const x = 1;\nexport const a = task(() => 1);\n");
  assert.is(describeTask(placesAt({ file, line: 2, column: 8 }), unseen).name, "a");
  const two = writeSource("export const a = task(() => 1), b = task(() => 2);\n");
  assert.is(
    describeTask(placesAt({ file: two, line: 1, column: 8 }), unseen).functionName,
    "unseen",
  );
});

texts("falls back to the function where the source is gone, changed or broken", () => {
  const fn = function named(a: unknown, b = 3, ...c: unknown[]) {
    return [a, b, c];
  };
  const sites = [
    { file: writeSource("nothing();\n"), line: 99, column: 1 },
    { file: writeSource("const a = task(() => "), line: 1, column: 11 },
  ];
  for (const places of [[], ...sites.map(placesAt)]) {
    const found = describeTask(places, fn);
    assert.equal([found.name, found.functionName], ["fn", "named"]);
    assert.is(found.file, fileURLToPath(import.meta.url));
    assert.match(found.text, /^function named\(a: unknown, b = 3, /);
    assert.equal(
      found.parameters.map((p) => [p.name, p.rest]),
      [
        ["a", false],
        ["b", false],
        ["c", true],
      ],
    );
    assert.is(found.parameters[1]?.defaultValue, 3);
  }
  const method = {
    async go(x: unknown) {
      return x;
    },
  }.go;
  const found = describeTask([], method);
  assert.match(found.text, /^async go\(x: unknown\) \{\n {2}return x;\n\}$/);
  assert.is(found.parameters[0]?.name, "x");
  assert.match(describeTask([], Math.max).text, /native code/);
  const evaluated = describeTask([], new Function("a", "return a"));
  assert.equal([evaluated.file, evaluated.parameters[0]?.name], [null, "a"]);
});

texts.run();

const params = suite("describeTask: parameters");

const of = (list: string, head = "") =>
  describe(`${head}\nexport const a = task((${list}) => 1);`).parameters;

params("types, defaults, optional and rest", () => {
  const shown = of("a: string, b?: number[], c = -1, d: X<'y'> = make(), ...e: string[]").map((p) =>
    [p.name, p.type, p.optional, p.defaultText, p.rest].join("|"),
  );
  assert.equal(shown, [
    "a|string|false||false",
    "b|number[]|true||false",
    "c||true|-1|false",
    "d|X<'y'>|true|make()|false",
    "e|string[]|true||true",
  ]);
});

params("what only a type checker minds does not hide the source", () => {
  assert.equal(
    of("a?: string, b: number").map((p) => [p.name, p.type, p.optional]),
    [
      ["a", "string", true],
      ["b", "number", false],
    ],
  );
});

params("literal defaults have a value, others have none", () => {
  const literals: [text: string, value: unknown][] = [
    ['"a\\n"', "a\n"],
    ["`a`", "a"],
    ["-1.5", -1.5],
    ["+2", 2],
    ["1_000", 1000],
    ["true", true],
    ["null", null],
    ['[1, "b", [], -2]', [1, "b", [], -2]],
    ['{ a: 1, "b-c": [null], d: {} }', { a: 1, "b-c": [null], d: {} }],
    ['["x"] as const', ["x"]],
  ];
  for (const [text, value] of literals) {
    const [p] = of(`a = ${text}`);
    assert.equal([p?.hasLiteralDefault, p?.defaultValue, p?.defaultText], [true, value, text]);
  }
  for (const text of [
    "f()",
    "x",
    "/a/",
    "10n",
    `\`\${x}\``,
    "[f()]",
    "{ a: x }",
    "{ ...x }",
    "{ [x]: 1 }",
    "-x",
    "[, 1]",
    "1 + 1",
  ]) {
    const [p] = of(`a = ${text}`);
    assert.equal([p?.hasLiteralDefault, p?.defaultValue, p?.defaultText], [false, undefined, text]);
  }
});

params("a destructured object has its properties, typed in place or in the file", () => {
  const list = '{ a, b = 2, c: renamed = "x", d: { e }, ...more }';
  const type = "{ a: string; b?: number; c?: string; d: object; f: boolean }";
  const expected = ["a|string|false|", "b|number|true|2", 'c|string|true|"x"', "d|object|false|"];
  for (const [annotation, head] of [
    [type, ""],
    ["Options", `interface Options ${type}`],
    ["Options", `export type Options = Base;\ntype Base = ${type};`],
    [
      "Options",
      `type Options = A & { d: object; f: boolean }; interface A { a: string; b?: number; c?: string }`,
    ],
    [
      "Options",
      `interface Options extends A, Options { a: string; b?: number } interface A { a: Date; c?: string; d: object }`,
    ],
  ] as const) {
    const [p] = of(`${list}: ${annotation}`, head);
    assert.is(p?.name, "options");
    assert.is(p?.optional, false);
    const shown = p?.properties?.map((q) => [q.name, q.type, q.optional, q.defaultText].join("|"));
    assert.equal(shown, expected);
  }
  assert.is(of("{ a } = {}")[0]?.optional, true);
  assert.equal(
    of("{ a }, { b }, [c]").map((p) => p.name),
    ["options", "arg2", "arg3"],
  );
  assert.equal(
    of("{ a }, options, arg4, { b }, ...[c]").map((p) => p.name),
    ["arg1", "options", "arg4", "arg4_", "arg5"],
  );
});

params("an alias of the file is shown resolved; `this` is not a parameter", () => {
  const [a, b] = of("a: Env, b: Options", 'type Env = "dev" | "prod"; type Options = { x: 1 };');
  assert.equal([a?.type, b?.type], ['"dev" | "prod"', "Options"]);
  assert.is(of("a: Loop", "type Loop = Loop2; type Loop2 = Loop;")[0]?.type, "Loop");
  const found = describe("const a = task(function (this: void, b: string) {});");
  assert.equal(
    found.parameters.map((p) => p.name),
    ["b"],
  );
});

params("JSDoc gives texts, and in JavaScript the types", () => {
  const text = `/**
 * @param {string} greet - The word,
 *   in one line.
 * @param {number} [depth=3] How deep
 * @param {?boolean=} loud
 * @param {Object} options
 * @param {string} options.to Whom
 */
exports.a = task((greet, depth, loud, { to }) => greet);`;
  const found = describe(text, "", ".cjs");
  const flat = found.parameters.flatMap((p) => p.properties ?? p);
  assert.equal(
    flat.map((p) => [p.name, p.type, p.optional, p.doc].join("|")),
    [
      "greet|string|false|The word, in one line.",
      "depth|number|true|How deep",
      "loud|boolean|true|",
      "to|string|false|Whom",
    ],
  );
});

params.run();

const loaders = suite("describeTask: loaders agree");

const WORKFLOW = `import { task } from "./task.mjs";
import * as redun from "./task.mjs";
enum Color { Red = "réd 😀" }
export const namespace = "hello_world";
/** Say hello. */
export const main = task(function main(greet: string = "Hé", ...rest: Array<string>): string {
  // a comment
  return \`\${greet} \${Color.Red}
  \${rest}\`;
});
export class Flow { static step = task<[number], number>(async (x: number): Promise<number> => x); }
{
  const é = "😀"; redun.task({ tags: { é } }, ({ a = 1, b }: { a?: number; b: string }) => b + a);
}
function declared(x: unknown) { return x as string; }
export const made = redun
  .task(declared) as unknown;
export default task(() => 7);
`;

/** As the library does it. */
const STAND_IN = `import { callerOf, describeTask, placesOf } from "./engine.mjs";
const made = [];
export function task(...args) {
  const site = callerOf(task);
  made.push([site ? placesOf(site, args.at(-1)) : [], args.at(-1)]);
}
process.on("exit", () => console.log(JSON.stringify(made.map((it) => describeTask(...it)))));
`;

/** A folder with the library's part that describes tasks, as one module. */
function folderWith(files: Record<string, string>): string {
  const { dir } = temporaryFolder();
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  buildSync({
    entryPoints: [join(ROOT, "src/source/source.ts")],
    outfile: join(dir, "engine.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  writeFiles(dir, { "task.mjs": STAND_IN, ...files });
  return dir;
}

function described(dir: string, args: string[], env: Record<string, string> = {}): TaskSource[] {
  const options = { encoding: "utf8", cwd: dir, env: { ...process.env, ...env } } as const;
  return JSON.parse(execFileSync(process.execPath, args, options));
}

loaders("tsx, and an esbuild bundle with a source map, give the same descriptions", () => {
  const dir = folderWith({ "with space/workflow.ts": WORKFLOW.replaceAll("./task", "../task") });
  const script = join(dir, "with space/workflow.ts");
  const byTsx = described(dir, ["--import", import.meta.resolve("tsx"), script]);
  const names = byTsx.map((found) => [found.name, found.line, found.text.slice(0, 14)]);
  assert.equal(names, [
    ["main", 6, "function main("],
    ["step", 11, "async (x: numb"],
    [null, 13, "({ a = 1, b }:"],
    ["made", 17, "function decla"],
    ["default", 18, "() => 7"],
  ]);
  for (const options of [{ minify: false }, { minify: true }, { sourcesContent: false }]) {
    const outfile = join(dir, "dist", "out.mjs");
    buildSync({
      entryPoints: [script],
      bundle: true,
      platform: "node",
      format: "esm",
      sourcemap: true,
      outfile,
      external: ["*/task.mjs"],
      ...options,
    });
    assert.equal(described(dir, ["--enable-source-maps", outfile]), byTsx);
    assert.equal(described(dir, [outfile]), byTsx);
  }
});

const GIVEN_LIBRARY = `/** Adds. */
export const add = (a: number, b: number = 2): number => a + b;
export function greet(name: string /* who */) { return name; }
export default (q: boolean) => q;
const hidden = async (h: number[]) => h.length;
export { hidden as shown };
export class Tools {
  /** Counts. */
  static async count(words: string[], factor: number = 1): Promise<number> { return words.length * factor; }
  public static *twice<T>(x: T) { yield x; }
  static arrow = (k: number): number => k;
  method(this: unknown, v: string) { return v; }
}
export const object = {
  m(x: number): number { return x; },
  f: async function (z: Date) { return z; },
  ['comp' + 1](w: bigint) { return w; },
};
`;

const GIVEN = `import { task } from "./task.mjs";
import given, { add as plus, greet, Tools, object, shown } from "./lib.ts";
import * as lib from "./again.ts";
export const namespace = "n";
export const imported = task(plus), declared = task(greet); export const byDefault = task(given);
export const renamed = task(shown), again = task(lib.again), exported = task(lib.add);
export const counted = task({ tags: { a: 1 } }, Tools.count), generated = task(Tools["twice"]);
export const arrow = task(Tools.arrow), method = task(new Tools().method);
export const inObject = task(object.m), inProperty = task(object.f), computed = task(object.comp1);
const add = (shadow: string) => shadow;
function make(add: (n: number) => number) { return task(add); }
export const made = make((n: number) => n + 100);
for (const greet of [(g1: string) => g1, (g2: string) => g2 + 2]) task({ name: greet("a") }, greet);
try { throw (x: 1) => x; } catch (add: any) { task(add); }
let later = (x: number) => 1; later = (x: number) => 2;
export const assigned = task(later);
export const one = task((x: number) => 1), two = task((x: string) => 2), three = task((x: boolean) => 3);
const bound = plus.bind(null, 5);
export const withBound = task(bound), bind = task(plus.bind(null, 5)), chosen = task(make ? plus : greet);
export class Flow { static #own(z: number) { return z; } static own = task(Flow.#own); }
`;

loaders("a function that was not written in place keeps its own source and types", () => {
  const dir = folderWith({
    "wf.ts": GIVEN,
    "lib.ts": GIVEN_LIBRARY,
    "again.ts": 'export * from "./lib.ts";\nexport { default as again } from "./lib.ts";',
  });
  const byTsx = described(dir, ["--import", import.meta.resolve("tsx"), "wf.ts"]);
  const add = "(a: number, b: number = 2): number => a + b|a:number,b:number|Adds.";
  const count =
    "async count(words: string[], factor: number = 1): Promise<number> { return words.length * factor; }|words:string[],factor:number|Counts.";
  const greet = "function greet(name: string /* who */) { return name; }|name:string|";
  const given = (found: TaskSource) => {
    const types = found.parameters.map(({ name, type }) => `${name}:${type}`);
    return `${found.name}|${found.text}|${types}|${found.doc ?? ""}`;
  };
  assert.equal(byTsx.map(given), [
    `imported|${add}`,
    `declared|${greet}`,
    "byDefault|(q: boolean) => q|q:boolean|",
    "renamed|async (h: number[]) => h.length|h:number[]|",
    "again|(q: boolean) => q|q:boolean|",
    `exported|${add}`,
    `counted|${count}`,
    "generated|*twice<T>(x: T) { yield x; }|x:T|",
    "arrow|(k: number): number => k|k:number|",
    "method|method(this: unknown, v: string) { return v; }|v:string|",
    "inObject|m(x: number): number { return x; }|x:number|",
    "inProperty|async function (z: Date) { return z; }|z:Date|",
    "computed|['comp' + 1](w: bigint) { return w; }|w:bigint|",
    "made|(n: number) => n + 100|n:number|",
    "null|(g1: string) => g1|g1:string|",
    "null|(g2: string) => g2 + 2|g2:string|",
    "null|(x: 1) => x|x:1|",
    "assigned|(x: number) => 2|x:number|",
    "one|(x: number) => 1|x:number|",
    "two|(x: string) => 2|x:string|",
    "three|(x: boolean) => 3|x:boolean|",
    "withBound|(a: number, b: number = 2): number => a + b|b:number|Adds.",
    "bind|plus.bind(null, 5)||",
    `chosen|${add}`,
    "own|#own(z: number) { return z; }|z:number|",
  ]);
  for (const minify of [false, true]) {
    const options = { bundle: true, format: "esm", sourcemap: true, minify } as const;
    const outfile = join(dir, "out.mjs");
    const entryPoints = [join(dir, "wf.ts")];
    buildSync({ entryPoints, outfile, external: ["*/task.mjs"], platform: "node", ...options });
    assert.equal(described(dir, [outfile]), byTsx);
  }
  // Node itself, from 22.18 on; it takes no parameter properties, enums, or the like.
  if (process.features.typescript) {
    assert.equal(described(dir, ["--no-warnings", "wf.ts"]), byTsx);
  }
  // Without types, a map, or a loader.
  for (const name of ["wf", "lib", "again"]) {
    const text = readFileSync(join(dir, `${name}.ts`), "utf8");
    const { code } = transformSync(text, { loader: "ts" });
    writeFileSync(join(dir, `${name}.mjs`), code.replaceAll('.ts"', '.mjs"'));
  }
  const plain = described(dir, ["wf.mjs"]);
  assert.equal(
    plain.map(({ name, parameters }) => [name, parameters.map((p) => p.name)]),
    byTsx.map(({ name, parameters }) => [name, parameters.map((p) => p.name)]),
  );
});

loaders("whoever else formats stacks, cuts them short or maps them changes nothing", () => {
  const dir = folderWith({
    "wf.ts": WORKFLOW,
    "wf.mjs": `import { task } from "./task.mjs";\nexport const a = task(() => 1), b = task((x) => x);`,
    "texts.cjs": "Error.prepareStackTrace = (error) => String(error.stack ?? error);",
    "silent.cjs": "Error.prepareStackTrace = () => undefined;",
    "none.cjs": "Error.stackTraceLimit = 0;",
    "gone.cjs": "delete Error.stackTraceLimit;",
  });
  const others = [
    ["-r", "./texts.cjs"],
    ["-r", "./silent.cjs"],
    ["-r", "./none.cjs"],
    ["-r", "./gone.cjs"],
    ["--stack-trace-limit=0"],
    ["--enable-source-maps"],
  ];
  for (const script of [["wf.mjs"], ["--import", import.meta.resolve("tsx"), "wf.ts"]]) {
    const expected = described(dir, script);
    assert.ok(expected.length > 1 && expected[0]?.name);
    for (const other of script.length === 1 ? others : someOf(others)) {
      const found = described(dir, [...other, ...script]);
      assert.equal(
        found.map(({ line, ...rest }) => rest),
        expected.map(({ line, ...rest }) => rest),
        other.join(" "),
      );
    }
  }
});

loaders("where errors are frozen, the engine tells where a function written in place is", () => {
  const dir = folderWith({
    "wf.mjs": `import { task } from "./task.mjs";\nexport const a = task(() => 1), b = task((x) => x);`,
    "frozen.cjs": "Error.stackTraceLimit = 0; Object.freeze(Error);",
  });
  const names = described(dir, ["-r", "./frozen.cjs", "wf.mjs"]).map(({ name }) => name);
  assert.equal(names, ["a", "b"]);
});

loaders.run();
