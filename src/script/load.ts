import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RedunError } from "../errors.ts";
import { nearest } from "../suggest.ts";
import { loadFailure } from "./load-error.ts";
import {
  noticeOtherTsconfigs,
  serveImports,
  serveLibrary,
  understandTypeScript,
} from "./load-hooks.ts";

const EXTENSIONS = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx"];

export interface LoadOptions {
  cwd: string;
  /** The running library's own module: what `import "redun-git"` means in the script. */
  libraryUrl: string;
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
    return await importScript(path);
  } catch (error) {
    if (error instanceof RedunError && error.code === "SCRIPT_FAILED_TO_LOAD") throw error;
    throw loadFailure(error, { file, path, ...options });
  } finally {
    noticeOtherTsconfigs(path);
  }
}

async function importScript(path: string): Promise<Record<string, unknown>> {
  if (isTypeScript(path) || importsTypeScript(path)) {
    if (path.includes("?")) throw questionable(path);
    await understandTypeScript(path);
  }
  if (isCommonJs(path)) return exportsOf(createRequire(path)(path));
  serveImports();
  const module = await import(pathToFileURL(path).href);
  // Of a CommonJS module Node itself finds only some names.
  const isRequired = path in createRequire(path).cache;
  return isRequired ? exportsOf(module.default) : { ...module };
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

/** Node's and TypeScript's rule; of a plain `.js` Node itself finds out. */
function isCommonJs(path: string): boolean {
  const extension = extname(path);
  if (extension === ".cts" || extension === ".cjs") return true;
  return /^\.(ts|tsx|jsx)$/.test(extension) && packageType(dirname(path)) !== "module";
}

function packageType(folder: string): unknown {
  const manifest = join(folder, "package.json");
  if (existsSync(manifest)) return readJson(manifest)?.type;
  return folder === dirname(folder) ? undefined : packageType(dirname(folder));
}

/** A malformed package.json is reported by Node itself. */
function readJson(file: string): { type?: unknown } | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
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
