/**
 * Builds dist/: the library and the command line, each command in a chunk of its own so that a
 * command loads only what it uses; before that, the record checks out of the JSON Schemas.
 */
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { gzipSync } from "node:zlib";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build, type Plugin } from "esbuild";
import { COMMANDS } from "../cli/commands.ts";

const root = new URL("..", import.meta.url).pathname;
const MAKE_REQUIRE = `import { createRequire as makeRequire } from "node:module";`;
const REQUIRE = `${MAKE_REQUIRE} const require = makeRequire(import.meta.url);`;
const CHECKS = `${root}src/record/checks.generated.js`;

/**
 * Compiles schemas/*.schema.json to one module of plain functions, one for each record kind.
 * @returns the kinds
 */
function generateChecks(): string[] {
  const ajv = new Ajv({
    code: { source: true, esm: true },
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    inlineRefs: false,
  });
  const exported: Record<string, string> = {};
  for (const file of readdirSync(`${root}schemas`)) {
    const schema = JSON.parse(readFileSync(`${root}schemas/${file}`, "utf8"));
    ajv.addSchema(schema);
    exported[file.replace(".schema.json", "")] = schema.$id;
  }
  const code = (standalone as unknown as { default: typeof standalone.default }).default(
    ajv,
    exported,
  );
  writeFileSync(CHECKS, `// Generated from schemas/ by scripts/build.ts.\n${withoutRequire(code)}`);
  return Object.keys(exported);
}

/** ajv's ESM output still calls require() for its run-time helpers: make those imports. */
function withoutRequire(code: string): string {
  const imports = new Map<string, string>();
  const body = code.replace(/require\("([^"]+)"\)(\.default)?/g, (_, path: string) => {
    const local = imports.get(path) ?? `runtime${imports.size}`;
    imports.set(path, local);
    return `(${local}.default ?? ${local})`;
  });
  return (
    [...imports].map(([path, local]) => `import ${local} from "${path}.js";\n`).join("") + body
  );
}

/** The licences of the packages whose code is in the bundle. */
function licensesOf(inputs: readonly string[]): string {
  const packages = inputs.flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  return [...new Set(packages)]
    .sort()
    .map((name) => {
      const folder = `${root}node_modules/${name}/`;
      const { license } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name} (${license})\n\n${file ? readFileSync(folder + file, "utf8").trim() : ""}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * Leaves the import of a module to run time: another file of dist/ holds it. In its path, `$1` is
 * what the filter's group matched. With `from`, only of what a file of that name imports.
 */
function elsewhere(filter: RegExp, to: string, from = ""): Plugin {
  return {
    name: to,
    setup: ({ onResolve }) =>
      onResolve({ filter }, ({ path, kind, importer }) =>
        kind === "entry-point" || !importer.endsWith(from)
          ? undefined
          : { path: to.replace("$1", filter.exec(path)?.[1] ?? ""), external: true },
      ),
  };
}

/** An object with what a module exports, which is loaded when some of it is first asked for. */
function onFirstUse(path: string, names: readonly string[]): string {
  return `{ ${names.map((name) => `get ${name}() { return require("${path}").${name}; }`).join(", ")} }`;
}

/** As `onFirstUse`, of whatever a module of Node's own exports. */
function builtInOnFirstUse(path: string): string {
  return `new Proxy({}, { get: (_, name) => require("${path}")[name] })`;
}

/**
 * A command that is not in the file of the quick ones, with the workspace of its own modules: what
 * that one opens is made of classes, and those of another copy are none to it.
 */
const commandWithWorkspace: Plugin = {
  name: "command",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^command:/ }, ({ path }) => ({
      path: path.replace("command:", ""),
      namespace: "command",
    }));
    onLoad({ filter: /.*/, namespace: "command" }, ({ path }) => ({
      contents: `export * from "./cli/${path === "programs" ? path : `commands/${path}`}.ts";
export { Workspace } from "./cli/workspace.ts";`,
      resolveDir: root,
      loader: "ts",
    }));
  },
};

const recordKinds = generateChecks();
for (const folder of ["chunks", "commands", "page"]) {
  rmSync(`${root}dist/${folder}`, { recursive: true, force: true });
}

const { version, dependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));

const define = { BUILD_VERSION: JSON.stringify(version) };

const common = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
} as const;
/** Files of the commands that are waited for in milliseconds: `tag-list`. */
const quick = COMMANDS.filter(({ isQuick }) => isQuick).map(({ name }) => name.replace(" ", "-"));
/** Those that people put before any program of theirs: a file for each. */
const programs = ["exec", "step"];
/** Those that load workflows, which they share the library with: see cli/library.ts. */
const workflows = ["run", "oneshot"];
/** Those that people look through, and wait for the first page of. */
const screens = ["console"];
const slow = readdirSync(`${root}cli/commands`)
  .map((file) => file.replace(".ts", ""))
  .filter((name) => ![...quick, ...programs, ...workflows, ...screens].includes(name));

// What carries binaries stays a package; everything else loads faster from the bundle.
const packages = Object.keys(dependencies);

/** What the command line loads only when it needs it: the other commands, and what machines without git need. */
const modules = await build({
  ...common,
  // Seen from dist/chunks/.
  define: {
    ...define,
    BUILD_WORKER: JSON.stringify("../worker.cjs"),
    BUILD_SQL: JSON.stringify("../sql.cjs"),
    BUILD_PAGE: JSON.stringify("../page/"),
  },
  entryPoints: {
    ...Object.fromEntries(slow.map((name) => [`commands/${name}`, `command:${name}`])),
    isomorphic: "src/git/isomorphic/backend.ts",
    yaml: "yaml",
  },
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  splitting: true,
  external: packages,
  // Packages written for CommonJS call require() of Node's own modules.
  banner: { js: REQUIRE },
  plugins: [commandWithWorkspace],
});

/** All else is CommonJS, which Node starts in half the time of ES modules. */
const commonJs = {
  ...common,
  define: {
    ...define,
    BUILD_WORKER: JSON.stringify("./worker.cjs"),
    BUILD_EXECUTOR_WORKER: JSON.stringify("./executor-worker.js"),
    BUILD_SQL: JSON.stringify("./sql.cjs"),
    BUILD_CLI: JSON.stringify("./cli.cjs"),
  },
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  external: packages,
  // Only code for running from source asks for it.
  logOverride: { "empty-import-meta": "silent" },
} as const;
/** Files that several others load when they are first needed. */
const parts = [
  elsewhere(/\/isomorphic\/backend\.ts$/, "./isomorphic.js"),
  elsewhere(/(?:^\.|\/index)\/update\.ts$/, "./update.cjs"),
  elsewhere(/\/source\/(helpers|patched)\.ts$/, "./$1.cjs"),
  elsewhere(/\/checks\.generated\.js$/, "./checks.cjs"),
  elsewhere(/^minimatch$/, "./globs.cjs"),
  elsewhere(/^yaml$/, "./yaml.js"),
];

/** Names stay: users see them in stacks and in what `inspect` shows. */
const library = await build({
  ...commonJs,
  minifyWhitespace: true,
  define: { ...commonJs.define, "import.meta.url": "OWN_URL" },
  banner: { js: `const OWN_URL = require("node:url").pathToFileURL(__filename).href;` },
  entryPoints: { library: "cli/library.ts" },
  plugins: parts,
});

/**
 * The command line: a file with the quick commands, one each for those that people put before any
 * program of theirs, one with the writer of the index, one that reads for it in a thread of its own,
 * one with the checks of records, one that matches globs.
 */
const commandLine = await build({
  ...commonJs,
  // Reading this code was a fifth of what a quick query takes.
  minify: true,
  entryPoints: {
    cli: "cli/bin.ts",
    main: "cli/main.ts",
    runs: "cli/runs.ts",
    "run-worker": "cli/run/start-worker.ts",
    programs: "command:programs",
    screens: "cli/screens.ts",
    update: "src/index/update.ts",
    worker: "src/index/worker.ts",
    sql: "src/sql/process.ts",
    checks: CHECKS,
    globs: "minimatch",
    helpers: "src/source/helpers.ts",
    patched: "src/source/patched.ts",
  },
  plugins: [
    commandWithWorkspace,
    elsewhere(
      new RegExp(`^\\./commands/(${programs.join("|")})\\.ts$`),
      "./$1.cjs",
      "/commands.ts",
    ),
    elsewhere(new RegExp(`/commands/(${workflows.join("|")})\\.ts$`), "./$1.cjs"),
    elsewhere(new RegExp(`^\\./commands/(${screens.join("|")})\\.ts$`), "./$1.cjs", "/commands.ts"),
    elsewhere(new RegExp(`/commands/(${slow.join("|")})\\.ts$`), "./commands/$1.js"),
    ...parts,
  ],
});
/** What a file of the command line loads of the others: Node's module loader takes longer than they do. */
function withRequire(name: string): string {
  const built = /import\("(\.\/(?:update|helpers|patched|exec|step|run|oneshot|console)\.cjs)"\)/g;
  return readFileSync(`${root}dist/${name}.cjs`, "utf8").replaceAll(
    built,
    'Promise.resolve().then(() => require("$1"))',
  );
}

const lazily = (name: string) =>
  withRequire(name)
    // Loaded when they are first used: most queries hash nothing, start no process, have no pattern,
    // and read no record.
    .replace(/require\("(node:(?:child_process|crypto|string_decoder|tty|zlib))"\)/g, (_, path) =>
      builtInOnFirstUse(path),
    )
    .replaceAll('require("./globs.cjs")', onFirstUse("./globs.cjs", ["Minimatch"]))
    .replaceAll('require("./checks.cjs")', onFirstUse("./checks.cjs", recordKinds));
for (const name of ["cli", "main", "runs", "programs", "screens", "library"]) {
  writeFileSync(`${root}dist/${name}.cjs`, lazily(name));
}
// A command of a file with several, as `main` loads it.
for (const [name, file, command] of [
  ["exec", "programs", "command"],
  ["step", "programs", "stepCommand"],
  ["run", "library", "run"],
  ["oneshot", "library", "oneshot"],
  ["console", "screens", "command"],
]) {
  const exported = `{ command: file.${command}, Workspace: file.Workspace }`;
  const text = `const file = require("./${file}.cjs");\nmodule.exports = ${exported};\n`;
  writeFileSync(`${root}dist/${name}.cjs`, text);
}
chmodSync(`${root}dist/cli.cjs`, 0o755);
// What `cli/built-file.ts` needs: an `import()` that works where Node did not compile the file itself, and
// an id, because V8 takes what it made of a file for that of any other one of the same length.
for (const name of readdirSync(`${root}dist`).filter((name) => name.endsWith(".cjs"))) {
  const isStart = name === "cli.cjs" || name === "run-worker.cjs";
  const text = readFileSync(`${root}dist/${name}`, "utf8");
  const own = "(require.import ?? ((name) => import(name)))(";
  const code = isStart ? text : text.replaceAll(/(?<![\w$.])import\(/g, own);
  // It is JavaScript still.
  new Script(code.replace(/^#!.*/, ""), { filename: name });
  const id = createHash("sha1").update(code).digest("hex");
  writeFileSync(`${root}dist/${name}`, `${code}// ${id}`);
}

const require = createRequire(import.meta.url);
const { api } = require(`${root}dist/library.cjs`) as { api: Record<string, unknown> };
// `import` of CommonJS would read all of it for the names that it exports.
const ofLibrary = `const library = makeRequire(import.meta.url)("./library.cjs");\n`;
writeFileSync(
  `${root}dist/index.js`,
  `${MAKE_REQUIRE}\n${ofLibrary}export const { ${Object.keys(api).join(", ")} } = library.api;\n`,
);
writeFileSync(
  `${root}dist/executor-worker.js`,
  `${MAKE_REQUIRE}\n${ofLibrary}export default (await library.executorWorker()).default;\n`,
);

/**
 * What `require("redun-git")` is for TypeScript's older way of resolving (`node16`): a CommonJS
 * module with the types of the ES module, which is what Node gives it.
 */
function requiredTypes(): string {
  const classes = new Set(Object.keys(api).filter((name) => /^class\b/.test(String(api[name]))));
  const values = Object.keys(api).map((name) => {
    const type = classes.has(name) ? `export type ${name} = api.${name};\n` : "";
    return `${type}export declare const ${name}: typeof api.${name};\n`;
  });
  const text = readFileSync(`${root}src/api.ts`, "utf8");
  const named = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].flatMap(([, all, list = ""]) =>
    list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && (all || name.startsWith("type ")))
      .map((name) => name.replace(/^type /, "")),
  );
  const from = 'from "./api.js" with { "resolution-mode": "import" };\n';
  return [
    `import type * as api ${from}`,
    `export type { ${named.join(", ")} } ${from}`,
    ...values,
  ].join("");
}

mkdirSync(`${root}dist/types`, { recursive: true });
writeFileSync(`${root}dist/types/api.d.cts`, requiredTypes());

/** The page of `web` and `report`: a script and a style, which the page has in itself. */
const page = await build({
  ...common,
  outdir: "dist/page",
  entryPoints: { main: "cli/web/page/main.tsx", style: "cli/web/page/style.css" },
  platform: "browser",
  target: ["chrome114", "firefox128", "safari17"],
  format: "iife",
  minify: true,
  // Nothing in it may end the element that it stands in.
  charset: "ascii",
  jsx: "automatic",
  jsxImportSource: "preact",
});

const MAX_PAGE = 60 * 1024;
const pageSize = ["main.js", "style.css"]
  .map((name) => gzipSync(readFileSync(`${root}dist/page/${name}`)).length)
  .reduce((sum, length) => sum + length);
if (pageSize > MAX_PAGE) throw new Error(`The page has ${pageSize} bytes: more than ${MAX_PAGE}`);

const inputs = [modules, library, commandLine, page].flatMap(({ metafile }) =>
  Object.keys(metafile.inputs),
);
writeFileSync(`${root}dist/LICENSES.txt`, licensesOf(inputs));
