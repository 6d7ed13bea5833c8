/**
 * Builds dist/: the library and the command line, each command in a chunk of its own so that a
 * command loads only what it uses; before that, the record checks out of the JSON Schemas.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build, type Plugin } from "esbuild";
import { COMMANDS } from "../cli/commands.ts";

const root = new URL("..", import.meta.url).pathname;
const REQUIRE = `import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);`;
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
for (const folder of ["chunks", "commands"]) {
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
const slow = readdirSync(`${root}cli/commands`)
  .map((file) => file.replace(".ts", ""))
  .filter((name) => !quick.includes(name) && !programs.includes(name));

// What carries binaries stays a package; everything else loads faster from the bundle.
const packages = Object.keys(dependencies);

/** The library, and what the command line loads only when it needs it. They share their chunks. */
const modules = await build({
  ...common,
  // Seen from dist/chunks/.
  define: {
    ...define,
    BUILD_WORKER: JSON.stringify("../worker.cjs"),
    BUILD_EXECUTOR_WORKER: JSON.stringify("../executor-worker.js"),
    BUILD_SQL: JSON.stringify("../sql.cjs"),
  },
  entryPoints: {
    index: "src/api.ts",
    ...Object.fromEntries(slow.map((name) => [`commands/${name}`, `command:${name}`])),
    "commands/run-worker": "cli/run/worker.ts",
    "executor-worker": "src/executors/worker.ts",
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

/**
 * The command line itself is CommonJS, which Node starts in half the time of ES modules: one file
 * with the quick commands, one with the writer of the index, one that reads for it in a thread of
 * its own, one with the checks of records, one that matches globs.
 */
const commandLine = await build({
  ...common,
  // Reading this code was a fifth of what a quick query takes.
  minify: true,
  define: { ...define, BUILD_WORKER: JSON.stringify("./worker.cjs") },
  entryPoints: {
    cli: "cli/bin.ts",
    main: "cli/main.ts",
    programs: "command:programs",
    update: "src/index/update.ts",
    worker: "src/index/worker.ts",
    sql: "src/sql/process.ts",
    checks: CHECKS,
    globs: "minimatch",
    helpers: "src/source/helpers.ts",
    patched: "src/source/patched.ts",
  },
  outExtension: { ".js": ".cjs" },
  // Only code for running from source asks for it.
  logOverride: { "empty-import-meta": "silent" },
  format: "cjs",
  external: packages,
  plugins: [
    commandWithWorkspace,
    elsewhere(/^\.\/(main|programs)\.ts$/, "./$1.cjs", "/bin.ts"),
    elsewhere(
      new RegExp(`^\\./commands/(${programs.join("|")})\\.ts$`),
      "./$1.cjs",
      "/commands.ts",
    ),
    elsewhere(new RegExp(`/commands/(${slow.join("|")})\\.ts$`), "./commands/$1.js"),
    elsewhere(/\/isomorphic\/backend\.ts$/, "./isomorphic.js"),
    elsewhere(/(?:^\.|\/index)\/update\.ts$/, "./update.cjs"),
    elsewhere(/\/source\/(helpers|patched)\.ts$/, "./$1.cjs"),
    elsewhere(/\/checks\.generated\.js$/, "./checks.cjs"),
    elsewhere(/^minimatch$/, "./globs.cjs"),
    elsewhere(/^yaml$/, "./yaml.js"),
  ],
});
/** What a file of the command line loads of the others: Node's module loader takes longer than they do. */
function withRequire(name: string): string {
  const built = /import\("(\.\/(?:update|helpers|patched|main|programs|exec|step)\.cjs)"\)/g;
  return readFileSync(`${root}dist/${name}.cjs`, "utf8").replaceAll(
    built,
    'Promise.resolve().then(() => require("$1"))',
  );
}

const lazily = (name: string) =>
  withRequire(name)
    // Loaded when they are first used: most queries hash nothing, start no process, have no pattern,
    // and read no record.
    .replace(/require\("(node:(?:child_process|crypto|string_decoder|zlib))"\)/g, (_, path) =>
      builtInOnFirstUse(path),
    )
    .replaceAll('require("./globs.cjs")', onFirstUse("./globs.cjs", ["Minimatch"]))
    .replaceAll('require("./checks.cjs")', onFirstUse("./checks.cjs", recordKinds));
for (const name of ["cli", "main", "programs"])
  writeFileSync(`${root}dist/${name}.cjs`, lazily(name));
// Where options stand before the command.
for (const [name, command] of [
  ["exec", "command"],
  ["step", "stepCommand"],
]) {
  const exported = `{ command: programs.${command}, Workspace: programs.Workspace }`;
  const text = `const programs = require("./programs.cjs");\nmodule.exports = ${exported};\n`;
  writeFileSync(`${root}dist/${name}.cjs`, text);
}
chmodSync(`${root}dist/cli.cjs`, 0o755);

/**
 * What `require("redun-git")` is for TypeScript's older way of resolving (`node16`): a CommonJS
 * module with the types of the ES module, which is what Node gives it.
 */
async function requiredTypes(): Promise<string> {
  const exported = await import(`${root}dist/index.js`);
  const classes = new Set(
    Object.keys(exported).filter((name) => /^class\b/.test(String(exported[name]))),
  );
  const values = Object.keys(exported).map((name) => {
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
writeFileSync(`${root}dist/types/api.d.cts`, await requiredTypes());

const inputs = [modules, commandLine].flatMap(({ metafile }) => Object.keys(metafile.inputs));
writeFileSync(`${root}dist/LICENSES.txt`, licensesOf(inputs));
