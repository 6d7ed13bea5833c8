import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import nodeModule from "node:module";
import { devNull, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { notice } from "../notice.ts";
import { collectLoaded, keepLoaded, loadedFiles } from "../source/source-file.ts";
import { loadParser } from "../source/syntax.ts";
import { unservedFiles } from "./other-tsconfigs.ts";

/** What Node's CommonJS loader really calls; not part of its typed interface. */
interface CommonJsLoader {
  _load(request: string, ...rest: unknown[]): unknown;
  prototype: { load(filename: string): unknown };
}

/** Only Node 22.15 and newer has hooks that run in the thread itself. */
type Hook = (subject: string, context: object, next: NextHook) => unknown;
type NextHook = (subject: string, context: object) => unknown;
interface HookRegistry {
  registerHooks?(hooks: { resolve?: Hook; load?: Hook }): unknown;
}

/** What was loaded: its URL, and its bytes or its text, or nothing where Node reads it elsewhere. */
type Report = (url: string, source: string | Uint8Array | null | undefined) => void;

const LIBRARY = "redun-git";
let served: string | undefined;
let typeScript: Promise<void> | undefined;
/** What is yet to be done before the first module is imported. */
let beforeImports: (() => void)[] | null = [];

/**
 * Makes `redun-git` mean the module at `libraryUrl` for every later import and require in this
 * process, installed or not. `redun-git/...` is looked up from there too. From here on every file
 * that is loaded, but those of `node_modules`, is kept as it was (`loadedFiles`).
 *
 * Where hooks of imports need a thread of their own, which takes as long to start as half a Node, they
 * wait for `serveImports`, or for the first required file that may import something.
 */
export async function serveLibrary(libraryUrl: string): Promise<void> {
  if (served === libraryUrl) return;
  served = libraryUrl;
  const { registerHooks } = nodeModule as HookRegistry;
  if (registerHooks) {
    registerHooks({ resolve: libraryResolver(LIBRARY, libraryUrl), load: loadReporter(keep) });
  } else {
    whenImporting(() => {
      const { port1, port2 } = new MessageChannel();
      const options = { data: { port: port2 }, transferList: [port2] };
      nodeModule.register(hookModule(libraryUrl), options);
      collectLoaded(() => keepReported(port1));
    });
    reportRequired();
  }
  await serveRequire(libraryUrl);
}

/**
 * Asks for `redun-git` before the hooks that were registered since: tsx goes by the `paths` of a
 * tsconfig.json, which may name another copy for the sake of its types.
 */
function serveLibraryFirst(): void {
  if (served === undefined) return;
  const { registerHooks } = nodeModule as HookRegistry;
  if (registerHooks) registerHooks({ resolve: libraryResolver(LIBRARY, served) });
  else nodeModule.register(hookText(`export const resolve = ${resolverText(served)};`));
}

/** From here on modules are imported. */
export function serveImports(): void {
  const waiting = beforeImports ?? [];
  beforeImports = null;
  for (const prepare of waiting) prepare();
}

function whenImporting(prepare: () => void): void {
  if (beforeImports) beforeImports.push(prepare);
  else prepare();
}

/** Hooks of an older Node run in a thread of their own: the functions go there as text. */
function hookModule(libraryUrl: string): string {
  return hookText(`import { readFileSync } from "node:fs";
let port;
export const initialize = (data) => { port = data.port; };
export const resolve = ${resolverText(libraryUrl)};
export const load = (${loadReporter.toString()})((url, source) => {
  try { port.postMessage([url, source ?? readFileSync(new URL(url))]); } catch {}
});`);
}

function resolverText(libraryUrl: string): string {
  const given = [LIBRARY, libraryUrl].map((value) => JSON.stringify(value));
  return `(${libraryResolver.toString()})(${given})`;
}

function hookText(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Must not use anything but its arguments; see `hookModule`. */
function libraryResolver(library: string, url: string): Hook {
  return (specifier, context, next) => {
    if (specifier === library) return next(url, context);
    const within = specifier.startsWith(`${library}/`);
    return next(specifier, within ? { ...context, parentURL: url } : context);
  };
}

/**
 * Tells of every module that is loaded from a file, before any other hook changes it. Must not use
 * anything but its argument; see `hookModule`.
 */
function loadReporter(report: Report): Hook {
  return (url, context, next) => {
    const tell = (loaded: { source?: string | Uint8Array | null }) => {
      if (url.startsWith("file:") && !url.includes("/node_modules/")) report(url, loaded.source);
      return loaded;
    };
    const loaded = next(url, context) as object;
    return loaded instanceof Promise ? loaded.then(tell) : tell(loaded);
  };
}

function keep(url: string, source: Parameters<Report>[1]): void {
  try {
    const bytes = source ?? readFileSync(new URL(url));
    keepLoaded(url, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  } catch {
    // What cannot be read is Node's to complain of.
  }
}

/** The other thread has said what it loaded before anything of that is evaluated here. */
function keepReported(port: MessagePort): void {
  for (let said = receiveMessageOnPort(port); said; said = receiveMessageOnPort(port)) {
    const [url, source] = said.message as [string, string | Uint8Array];
    keep(url, source);
  }
}

/** `require` does not ask the hooks of an older Node. */
function reportRequired(): void {
  const { prototype } = nodeModule as unknown as CommonJsLoader;
  const load = prototype.load;
  prototype.load = function (this: unknown, filename) {
    if (beforeImports && mayImport(filename)) serveImports();
    if (!/[\\/]node_modules[\\/]/.test(filename)) keep(pathToFileURL(filename).href, null);
    return load.call(this, filename);
  };
}

/** Whether code that is required may go on to import modules which our hooks have to know of. */
function mayImport(filename: string): boolean {
  try {
    const text = readFileSync(filename, "utf8");
    const isPackage = /[\\/]node_modules[\\/]/.test(filename);
    return (!isPackage || text.includes(LIBRARY)) && /\bimport\s*\(/.test(text);
  } catch {
    return false;
  }
}

/** `require("redun-git")` gives the ES module itself: a loader would compile a second copy. */
async function serveRequire(libraryUrl: string): Promise<void> {
  const library: unknown = await import(libraryUrl);
  const loader = nodeModule as unknown as CommonJsLoader;
  const load = loader._load;
  loader._load = function (this: unknown, request, ...rest) {
    return request === LIBRARY ? library : load.call(this, request, ...rest);
  };
}

/**
 * Lets this process import and require TypeScript, by tsx, by the settings of the tsconfig.json that
 * belongs to `script`. Importing tsx costs 140 ms.
 */
export function understandTypeScript(script: string): Promise<void> {
  typeScript ??= registerTsx(process.env[TSCONFIG_VARIABLE] || tsconfigOf(dirname(script)));
  return typeScript;
}

/** Says so where a file was loaded that has settings of its own: tsx has one tsconfig.json for all. */
export function noticeOtherTsconfigs(script: string): void {
  // The user chose one for all files.
  if (!typeScript || process.env[TSCONFIG_VARIABLE]) return;
  const used = tsconfigOf(dirname(script));
  const files = [...new Set(loadedFiles().map(({ path }) => path))];
  const [first, ...others] = unservedFiles(files, used, tsconfigOf);
  if (!first) return;
  const more = others.length > 0 ? ` (and ${others.length} more files like it)` : "";
  notice(
    `${first.file}${more} is compiled without the settings of its own ${first.tsconfig} (${first.settings.join(", ")}): one tsconfig.json, that of the script, is in force for all files`,
  );
}

/** Where tsx is given a tsconfig.json; else it takes what is in the current directory. */
const TSCONFIG_VARIABLE = "TSX_TSCONFIG_PATH";

async function registerTsx(tsconfig: string | null): Promise<void> {
  // tsx compiles whatever is required after it: the parser is better loaded as it is.
  loadParser();
  const [commonJs, esm] = await Promise.all([import("tsx/cjs/api"), import("tsx/esm/api")]);
  const whole = tsconfig === null ? null : tsconfigForAll(tsconfig);
  try {
    withTsconfig(whole ?? devNull, () => commonJs.register());
  } catch (error) {
    if (tsconfig === null) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    notice(`${tsconfig} is not used: ${problem}`);
    return registerTsx(null);
  }
  whenImporting(() => {
    esm.register({ tsconfig: whole ?? false });
    if (whole) serveLibraryFirst();
  });
}

/**
 * A temporary tsconfig.json that extends another one to all files: tsx compiles what is outside of the
 * folder of its tsconfig.json with no settings at all, such as the sources of another package.
 */
function tsconfigForAll(tsconfig: string): string {
  const folder = mkdtempSync(join(tmpdir(), "redun-git-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "tsconfig.json");
  writeFileSync(path, JSON.stringify({ extends: resolve(tsconfig), include: ["/**/*"] }));
  return path;
}

/** tsx's CommonJS half has no other way to be told. */
function withTsconfig(path: string, register: () => void): void {
  const before = process.env[TSCONFIG_VARIABLE];
  process.env[TSCONFIG_VARIABLE] = path;
  try {
    register();
  } finally {
    if (before === undefined) delete process.env[TSCONFIG_VARIABLE];
    else process.env[TSCONFIG_VARIABLE] = before;
  }
}

/** The tsconfig.json in `folder` or in the nearest one above. */
function tsconfigOf(folder: string): string | null {
  const path = join(folder, "tsconfig.json");
  if (existsSync(path)) return path;
  return folder === dirname(folder) ? null : tsconfigOf(dirname(folder));
}
