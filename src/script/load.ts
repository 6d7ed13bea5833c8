import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RedunError } from "../errors.ts";
import { nearest } from "../suggest.ts";
import { KnownScripts } from "./known-scripts.ts";
import { loadFailure } from "./load-error.ts";
import { serveImports, serveLibrary } from "./load-hooks.ts";
import { isWithoutModuleSyntax } from "./module-graph.ts";
import { packageType } from "./package-type.ts";
import { noticeOtherTsconfigs, understandTypeScript } from "./typescript.ts";

const EXTENSIONS = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"];

export interface LoadOptions {
  cwd: string;
  /** The running library's own module: what `import "redun-git"` means in the script. */
  libraryUrl: string;
  /** A folder to keep compiled TypeScript in, for the next time; without one it is not kept. */
  compiled?: string | undefined;
}

/**
 * Imports a workflow file and returns its exports. TypeScript is compiled by tsx, which is loaded
 * only then. `redun-git` is the running copy of the library whether or not the script's project
 * has one installed: two copies would not know each other's tasks.
 * @throws RedunError SCRIPT_FAILED_TO_LOAD
 */
export async function loadWorkflow(
  file: string,
  options: LoadOptions,
): Promise<Record<string, unknown>> {
  const path = findScript(file, options.cwd);
  // A script compiled elsewhere shows its tasks by its source map, as one compiled here does.
  process.setSourceMapsEnabled(true);
  try {
    await serveLibrary(options.libraryUrl);
    return await importScript(path, options);
  } catch (error) {
    if (error instanceof RedunError && error.code === "SCRIPT_FAILED_TO_LOAD") throw error;
    throw loadFailure(error, { file, path, ...options });
  } finally {
    noticeOtherTsconfigs(path);
  }
}

async function importScript(path: string, options: LoadOptions): Promise<Record<string, unknown>> {
  const known = new KnownScripts(path, options.libraryUrl, options.compiled ?? null);
  const isRequired = isCommonJs(path);
  const loaded = isRequired ? known.asCommonJs() : await known.asModule();
  if (loaded) return exportsOf(loaded.exports);
  if (isTypeScript(path) || importsTypeScript(path)) {
    if (path.includes("?")) throw questionable(path);
    await understandTypeScript(path);
  }
  if (isRequired) return exportsOf(known.keepRequired(() => createRequire(path)(path)));
  const kept = known.keepImported();
  serveImports();
  const module = await import(pathToFileURL(path).href);
  kept();
  // Of a CommonJS module Node itself finds only some names.
  return path in createRequire(path).cache ? exportsOf(module.default) : { ...module };
}

/** A JavaScript file may import TypeScript, which Node 20 refuses and Node 24 knows in part. */
function importsTypeScript(path: string): boolean {
  return /(?:\bfrom|\bimport|\brequire)\b[\s(]*["'][^"'\n]+\.(?:[cm]?ts|[jt]sx)["']/.test(
    readFileSync(path, "utf8"),
  );
}

/** JSX is no JavaScript either. */
function isTypeScript(path: string): boolean {
  return /^\.([cm]?ts|tsx|jsx)$/.test(extname(path));
}

/** Node's and TypeScript's rule; a plain `.js` in a package without a type is what its syntax says. */
function isCommonJs(path: string): boolean {
  const extension = extname(path);
  if (extension === ".cts" || extension === ".cjs") return true;
  const type = /^\.(?:[jt]sx?)$/.test(extension) ? packageType(dirname(path)) : "module";
  if (extension === ".js" && type !== "module") return isWithoutModuleSyntax(path);
  return type !== "module";
}

function exportsOf(exported: unknown): Record<string, unknown> {
  const isBag = typeof exported === "object" && exported !== null;
  return isBag ? { ...exported } : { default: exported };
}

/** The script's real path: what its own `import.meta.url` and stack frames say. */
function findScript(file: string, cwd: string): string {
  const path = resolve(cwd, file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw notFound(file, path);
  if (stat.isDirectory()) {
    throw failure(`${file} is a folder, not a workflow file.`, suggestion(scriptsIn(path), file));
  }
  if (!EXTENSIONS.includes(extname(path))) {
    throw failure(
      `${file} is not a workflow file: its name must end in one of ${EXTENSIONS.join(" ")}`,
      suggestion(siblings(path), dirname(file)),
    );
  }
  return realpathSync(path);
}

function notFound(file: string, path: string): RedunError {
  const near = siblings(path);
  const hint = near.length > 0 ? suggestion(near, dirname(file)) : undefined;
  return failure(`There is no file "${file}".`, hint ?? `Looked for ${path}`);
}

/** The workflow files beside `path` whose names are like its own. */
function siblings(path: string): string[] {
  const name = basename(path);
  const scripts = scriptsIn(dirname(path));
  const sameStem = scripts.filter((script) => basename(script, extname(script)) === name);
  return sameStem.length > 0 ? sameStem : nearest(name, scripts);
}

function scriptsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => EXTENSIONS.includes(extname(name)));
  } catch {
    return [];
  }
}

function suggestion(names: string[], folder: string): string | undefined {
  const [first, ...others] = names.slice(0, 3).map((name) => join(folder, name));
  return first && `Did you mean ${[first, ...others].join(" or ")}?`;
}

/** tsx cuts paths at a question mark, in CommonJS and in what an ES module imports of it. */
function questionable(path: string): RedunError {
  return failure(
    `TypeScript cannot be loaded from a path with a question mark: ${path}`,
    "Rename the folder or the file; JavaScript is loaded from there as it is.",
  );
}

function failure(message: string, hint: string | undefined): RedunError {
  return new RedunError("SCRIPT_FAILED_TO_LOAD", message, hint);
}
