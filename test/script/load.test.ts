/**
 * Loads scripts in real child processes, whose Node has no loader but the one under test: the
 * engine's modules go there as one plain JavaScript file, as in the installed package.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { someOf } from "../support/effort.ts";
import { temporaryFolder, writeFiles } from "../support/repository.ts";

interface Loaded {
  exports: string[];
  /** How many times the library was evaluated. */
  copies: number;
  tasks: { name: string | null; text: string; site: string }[];
  error?: { code: string; message: string; hint?: string; cause: string };
}

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

const LIBRARY = `import { callerOf, placesOf } from "../engine.mjs";
globalThis.copies = (globalThis.copies ?? 0) + 1;
export const calls = [];
export function task(...args) { const site = callerOf(task); calls.push({ places: site ? placesOf(site, args.at(-1)) : [], fn: args.at(-1) }); return { run: args.at(-1) }; }
`;

const CHILD = `import { describeTask, loadWorkflow } from "./engine.mjs";
const libraryUrl = new URL("./lib/index.js", import.meta.url).href;
const outcomes = [];
for (const file of process.argv.slice(2)) {
  const outcome = { exports: [], tasks: [] };
  try {
    const compiled = process.env.COMPILED;
    const module = await loadWorkflow(file, { cwd: process.cwd(), libraryUrl, compiled });
    outcome.exports = Object.keys(module).sort();
    for (const value of Object.values(module)) if (typeof value === "string") outcome.exports.push(value);
  } catch (error) {
    const { code, message, hint, cause } = error;
    outcome.error = { code, message, hint, cause: String(cause?.stack ?? cause) };
  }
  const { calls } = await import(libraryUrl);
  for (const { places, fn } of calls.splice(0)) {
    const { name, text, file, line } = describeTask(places, fn);
    outcome.tasks.push({ name, text, site: file + ":" + line });
  }
  outcomes.push({ ...outcome, copies: globalThis.copies });
}
console.log(JSON.stringify(outcomes));
`;

const tool = temporaryFolder().dir;
writeFiles(tool, {
  "entry.ts": `export { loadWorkflow } from ${JSON.stringify(join(SRC, "script/load.ts"))};
    export { callerOf, describeTask, placesOf } from ${JSON.stringify(join(SRC, "source/source.ts"))};`,
  "child.mjs": CHILD,
  "lib/package.json":
    '{ "type": "module", "name": "redun-git", "exports": { ".": "./index.js", "./more": "./more.js" } }',
  "lib/index.js": LIBRARY,
  "lib/more.js": 'export { task } from "./index.js"; export const more = "more";',
});
symlinkSync(join(SRC, "../node_modules"), join(tool, "node_modules"));
buildSync({
  entryPoints: [join(tool, "entry.ts")],
  outfile: join(tool, "engine.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  packages: "external",
  minify: true,
  define: { BUILD_VERSION: '"1.0.0"' },
});

/** A folder with these files, and what loading some of them in one process gives. */
function project(files: Record<string, string>) {
  const { dir } = temporaryFolder();
  writeFiles(dir, files);
  const compiled = temporaryFolder().dir;
  const loadOnce = (scripts: string[], cwd: string): Loaded[] =>
    JSON.parse(
      execFileSync(process.execPath, [join(tool, "child.mjs"), ...scripts], {
        cwd,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, COMPILED: compiled },
      }),
    );
  const loadAll = (scripts: string[], cwd = dir): Loaded[] => {
    const loaded = loadOnce(scripts, cwd);
    // From what was compiled now, all is as it was.
    if (readdirSync(compiled).length > 0) assert.equal(loadOnce(scripts, cwd), loaded);
    return loaded;
  };
  return { dir, loadAll, load: (script: string) => loadAll([script])[0] as Loaded };
}

const WORKFLOW = `import { task } from "redun-git";
import { word } from "./lib/word";
enum Color { Red = "red" }
export const namespace: string = word;
/** Say hello. */
export const main = task(async (x: number): Promise<string> => Color.Red + x);
export default main;
`;
const WORD = 'export const word = "hello" as const;';
const TASK = "async (x: number): Promise<string> => Color.Red + x";
const MODULE = '{ "type": "module" }';

const loading = suite("loadWorkflow");

const MANIFESTS = { module: MODULE, none: "{}", commonjs: '{ "type": "commonjs" }' };
const KINDS = Object.entries(MANIFESTS).flatMap(([name, manifest]) =>
  [".ts", ".cts", ".mts"].map((extension) => ({ name, manifest, extension })),
);
for (const { name, manifest, extension } of someOf(KINDS)) {
  loading(`${extension} in a package of type ${name}`, () => {
    const file = `flows/main${extension}`;
    const { dir, load } = project({
      "package.json": manifest,
      [file]: WORKFLOW,
      "flows/lib/word.ts": WORD,
    });
    assert.equal(load(file), {
      exports: ["default", "main", "namespace", "hello"],
      copies: 1,
      tasks: [{ name: "main", text: TASK, site: `${join(dir, file)}:6` }],
    });
  });
}

const JSX = `import { task } from "redun-git";
import { word } from "@/word";
export const element = JSON.stringify(<b>{word}</b>);
export const main = task(() => 1);
`;

loading("a script's own tsconfig.json counts, and none in the current directory", () => {
  const { dir, loadAll } = project({
    "p/tsconfig.json": '{ // The usual\n "extends": "./base" }',
    "p/base.json":
      '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "own", "paths": { "@/*": ["./src/*"] } } }',
    "p/src/word.ts": WORD,
    "p/main.tsx": JSX,
    "p/main.mts": JSX.replace(/<b>.*<.b>/, "word"),
    "p/main.cts": JSX.replace(/<b>.*<.b>/, "word"),
    "node_modules/own/package.json":
      '{ "name": "own", "exports": { "./jsx-runtime": "./runtime.cjs" } }',
    "node_modules/own/runtime.cjs": "exports.jsx = (...args) => args;",
    "bare/main.ts": ESM,
    "other/tsconfig.json":
      '{ "compilerOptions": { "paths": { "@/*": ["./*"], "redun-git": ["./wrong"] } } }',
    "other/wrong.ts": 'throw new Error("wrong");',
    "broken/tsconfig.json": '{ "extends": "./gone',
    "unmet/tsconfig.json": '{ "extends": "@nowhere/tsconfig" }',
    "unmet/main.ts": ESM,
  });
  for (const cwd of someOf(["other", ".", "p", "broken"])) {
    const load = (file: string) => {
      const [{ error, exports }] = loadAll([join(dir, file)], join(dir, cwd)) as [Loaded];
      assert.is(error, undefined, `${file} from ${cwd}: ${error?.message}`);
      return exports;
    };
    assert.equal(load("p/main.tsx"), ["element", "main", '["b",{"children":"hello"}]']);
    if (cwd === "p") continue;
    for (const file of ["p/main.mts", "p/main.cts"]) {
      assert.equal(load(file), ["element", "main", '"hello"']);
    }
    for (const file of ["bare/main.ts", "unmet/main.ts"]) assert.equal(load(file), ["main"]);
  }
});

const ESM = 'import { task } from "redun-git";\nexport const main = task(() => 1);\n';
const CJS = 'const { task } = require("redun-git");\nexports.main = task(() => 1);\n';

loading("`paths` of a tsconfig.json do not say what redun-git is", () => {
  const { load } = project({
    "tsconfig.json": '{ "compilerOptions": { "paths": { "redun-git": ["./wrong"] } } }',
    "wrong.ts": 'throw new Error("wrong");',
    "main.ts": ESM,
    "main.mts": ESM,
    "main.cts": ESM,
  });
  for (const file of ["main.ts", "main.mts", "main.cts"]) {
    const { exports, copies } = load(file);
    assert.equal([exports, copies], [["main"], 1], file);
  }
});

const scripts: [file: string, text: string, manifest: string][] = [
  ["main.mjs", ESM, "{}"],
  ["main.js", ESM, MODULE],
  ["main.js", ESM, "{}"],
  ["main.cjs", CJS, MODULE],
  ["main.js", CJS, "{}"],
];
for (const [file, text, manifest] of scripts) {
  loading(`${file} that ${text === ESM ? "imports" : "requires"}, package ${manifest}`, () => {
    const { dir, load } = project({ "package.json": manifest, [file]: text });
    assert.equal(load(file), {
      exports: ["main"],
      copies: 1,
      tasks: [{ name: "main", text: "() => 1", site: `${join(dir, file)}:2` }],
    });
  });
}

loading("a JavaScript script that imports TypeScript", () => {
  const { load } = project({
    "package.json": MODULE,
    "main.js": 'export * from "./flow.ts";',
    "flow.ts": WORKFLOW,
    "lib/word.ts": WORD,
  });
  const { exports, copies, tasks } = load("main.js");
  assert.equal([exports, copies, tasks[0]?.text], [["main", "namespace", "hello"], 1, TASK]);
});

loading("a module that imports TypeScript of a CommonJS package", () => {
  const { load } = project({
    "package.json": MODULE,
    "main.ts": 'import { main } from "./old/flow.ts";\nexport { main };\n',
    "old/package.json": '{ "type": "commonjs" }',
    "old/flow.ts": WORKFLOW,
    "old/lib/word.ts": WORD,
  });
  const { exports, copies, error } = load("main.ts");
  // Before Node 22.22.3 and 24.11.1 tsx gives such a file no source map: its text is not asserted.
  assert.equal([exports, copies, error], [["main"], 1, undefined]);
});

loading("the project's own installed copy is not used", () => {
  const { load } = project({
    "package.json": MODULE,
    "main.mjs": `import { task } from "redun-git";\nimport { more } from "redun-git/more";\nexport { more };\nexport const main = task(() => 1);`,
    "main.cts": WORKFLOW,
    "lib/word.ts": WORD,
    "node_modules/redun-git/package.json": '{ "main": "index.cjs" }',
    "node_modules/redun-git/index.cjs": 'throw new Error("the other copy");',
  });
  assert.equal(load("main.mjs").exports, ["main", "more", "more"]);
  assert.equal(load("main.cts").exports, ["default", "main", "namespace", "hello"]);
});

loading("a bundle with a source map shows its tasks as the TypeScript that it was", () => {
  const { dir, load } = project({
    "package.json": MODULE,
    "src/main.ts": WORKFLOW,
    "src/lib/word.ts": WORD,
  });
  buildSync({
    entryPoints: [join(dir, "src/main.ts")],
    outfile: join(dir, "dist/main.js"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    external: ["redun-git"],
    sourcemap: true,
  });
  assert.equal(load("dist/main.js").tasks, load("src/main.ts").tasks);
});

loading("what was compiled is for the same text, imports and tsconfig.json alone", () => {
  const FIELD = `import { seen } from "./base.ts";
export const kind: string = seen(class { set x(value: number) {} }) as string;`;
  const BASE = `export function seen(Base: new () => object): string {
  class Field extends Base { x = 1; }
  return Object.keys(new Field()).join() || "nothing";
}`;
  const { dir, load } = project({ "package.json": MODULE, "field.ts": FIELD, "base.ts": BASE });
  assert.equal(load("field.ts").exports, ["kind", "x"]);
  assert.equal(load("field.ts").exports, ["kind", "x"]);
  writeFiles(dir, {
    "tsconfig.json": '{ "compilerOptions": { "useDefineForClassFields": false } }',
  });
  assert.equal(load("field.ts").exports, ["kind", "nothing"]);
  writeFiles(dir, { "base.ts": BASE.replace("nothing", "another") });
  assert.equal(load("field.ts").exports, ["kind", "another"]);
  writeFiles(dir, { "field.ts": FIELD.replaceAll("kind", "sort") });
  assert.equal(load("field.ts").exports, ["sort", "another"]);
});

loading.run();

const failing = suite("loadWorkflow: errors");

const SYNTAX = 'const s = "x";\n\texport const a = task((x: => 1);\n';
const SYNTAX_JS = "const a = 1;\nconst b = ;\n";
const THROWS = `interface A { a: number }
function deep(a: A): never {
  throw new TypeError(\`no \${a.a}\`);
}
deep({ a: 1 });
`;
const NO_PACKAGE = 'import { a } from "@no/such-package/x";\nexport const b = a;';

const BROKEN: Record<string, string> = {
  "syntax.ts": SYNTAX,
  "syntax2.cts": SYNTAX,
  "syntax3.mts": SYNTAX,
  "syntax4.mjs": SYNTAX_JS,
  "syntax5.cjs": SYNTAX_JS,
  "nested.mjs": 'import "./lib/b.mjs";',
  "throws.ts": THROWS,
  "throws.cts": THROWS,
  "word.mjs": 'throw "a word";',
  "rejects.mjs": 'await Promise.reject(new Error("x"));',
  "no-file.ts": 'import { a } from "./lib/wrod.ts";\nexport const b = a;',
  "no-package.ts": NO_PACKAGE,
  "no-package.cts": NO_PACKAGE,
  "no-package.mjs": NO_PACKAGE,
  "no-export.ts": 'import { nope } from "./lib/word.ts";\nexport const b = nope;',
  "await.cts": "export const a = await 1;",
};
const MISNAMED = ["no-fiel.ts", "flows/main", "nowhere/x.ts", "flows", "flows/main.py"];

const { dir: brokenDir, loadAll } = project({
  ...BROKEN,
  "package.json": MODULE,
  "lib/b.mjs": SYNTAX_JS,
  "lib/word.ts": WORD,
  "flows/main.ts": "",
  "flows/main.py": "",
});
const brokenFiles = [...Object.keys(BROKEN), ...MISNAMED];
const outcomes = loadAll(brokenFiles);

function failure(file: string): NonNullable<Loaded["error"]> {
  const error = outcomes[brokenFiles.indexOf(file)]?.error;
  if (!error) throw new Error(`${file} loaded`);
  assert.is(error.code, "SCRIPT_FAILED_TO_LOAD");
  assert.not.match(error.cause, /node:internal|node_modules|engine\.mjs|child\.mjs/);
  return error;
}

failing("a syntax error, with its place", () => {
  for (const file of ["syntax.ts", "syntax2.cts", "syntax3.mts"]) {
    assert.is(
      failure(file).message,
      [
        `${file} did not load: SyntaxError: Unexpected "=>"`,
        `  at ${file}:2:28`,
        "  2 |  export const a = task((x: => 1);",
        "    |                            ^",
      ].join("\n"),
    );
  }
});

failing("a syntax error in JavaScript, and in what it imports", () => {
  for (const [file, place] of [
    ["syntax4.mjs", "syntax4.mjs"],
    ["syntax5.cjs", "syntax5.cjs"],
    ["nested.mjs", join("lib", "b.mjs")],
  ] as const) {
    assert.is(
      failure(file).message,
      [
        `${file} did not load: SyntaxError: Unexpected token ';'`,
        `  at ${place}:2:11`,
        "  2 | const b = ;",
        "    |           ^",
      ].join("\n"),
    );
  }
});

failing("what the script throws, with the first of its own lines", () => {
  for (const file of ["throws.ts", "throws.cts"]) {
    const { message, cause } = failure(file);
    assert.is(
      message,
      [
        `${file} did not load: TypeError: no 1`,
        `  at ${file}:3:9`,
        `  3 |   throw new TypeError(\`no \${a.a}\`);`,
        "    |         ^",
      ].join("\n"),
    );
    assert.match(cause, `TypeError: no 1\n    at deep (${join(brokenDir, file)}:3:9)`);
  }
  assert.is(failure("word.mjs").message, "word.mjs did not load: it threw 'a word'");
  assert.match(
    failure("rejects.mjs").message,
    "rejects.mjs did not load: x\n  at rejects.mjs:1:22",
  );
});

failing("imports of what is not there", () => {
  const { message, hint } = failure("no-file.ts");
  assert.is(
    message,
    [
      'no-file.ts did not load: Cannot find the file "./lib/wrod.ts"',
      "  at no-file.ts:1:19",
      '  1 | import { a } from "./lib/wrod.ts";',
      "    |                   ^",
    ].join("\n"),
  );
  assert.is(hint, 'Did you mean "./lib/word.ts"?');
  for (const file of ["no-package.ts", "no-package.cts", "no-package.mjs"]) {
    const error = failure(file);
    const expected = `${file} did not load: Cannot find the package "@no/such-package/x"\n  at ${file}:1:19`;
    assert.match(error.message, expected);
    assert.is(error.hint, "Install it: npm install @no/such-package");
  }
});

failing("an export that a module does not have", () => {
  const { message } = failure("no-export.ts");
  assert.match(message, "no-export.ts did not load: SyntaxError: ");
  assert.match(message, "'nope'\n  at no-export.ts:1:10\n  1 | import { nope }");
});

failing("await at the top of a CommonJS file", () => {
  const { message, hint } = failure("await.cts");
  assert.match(message, "await.cts:1:18");
  assert.match(hint ?? "", '"type": "module"');
});

failing("files that are not there, or are no scripts", () => {
  const said = (file: string) => [failure(file).message, failure(file).hint];
  const near = (file: string) => `Did you mean ${file}?`;
  const main = near(join("flows", "main.ts"));
  assert.equal(said("no-fiel.ts"), ['There is no file "no-fiel.ts".', near("no-file.ts")]);
  assert.equal(said("flows/main"), ['There is no file "flows/main".', main]);
  assert.is(failure("nowhere/x.ts").message, 'There is no file "nowhere/x.ts".');
  assert.equal(said("flows"), ["flows is a folder, not a workflow file.", main]);
  assert.equal(said("flows/main.py"), [
    "flows/main.py is not a workflow file: its name must end in one of .ts .mts .cts .tsx .js .mjs .cjs .jsx",
    main,
  ]);
});

failing.run();
