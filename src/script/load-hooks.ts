import { readFileSync } from "node:fs";
import nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { collectLoaded, keepLoaded } from "../source/source-file.ts";

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
/** What is to be loaded instead of what stands in the file: with a format it is what Node gets. */
interface Other {
  readonly source: string;
  readonly format?: "module";
}
type Instead = (url: string) => Other | undefined;

/** What workflows call the library. */
export const LIBRARY = "redun-git";
/** What modules are loaded from in place of their files, by URL. */
export const instead = new Map<string, Other>();
let served: string | undefined;
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
    const load = loadReporter(keep, (url) => instead.get(url));
    registerHooks({ resolve: libraryResolver(LIBRARY, libraryUrl), load });
  } else {
    whenImporting(() => {
      const { port1, port2 } = new MessageChannel();
      const data = { port: port2, others: instead };
      nodeModule.register(hookModule(libraryUrl), { data, transferList: [port2] });
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
export function serveLibraryFirst(): void {
  if (served === undefined) return;
  const { registerHooks } = nodeModule as HookRegistry;
  if (registerHooks) registerHooks({ resolve: libraryResolver(LIBRARY, served) });
  else nodeModule.register(hookText(`export const resolve = ${resolverText(served)};`));
}

/** Whether hooks of imports run in this thread, and cost nothing to have. */
export function hasOwnHooks(): boolean {
  return (nodeModule as HookRegistry).registerHooks !== undefined;
}

/** Whether no module was imported yet, and no hook of imports is there that runs in a thread of its own. */
export function isBeforeImports(): boolean {
  return beforeImports !== null;
}

/** From here on modules are imported. */
export function serveImports(): void {
  const waiting = beforeImports ?? [];
  beforeImports = null;
  for (const prepare of waiting) prepare();
}

/** Now, or before the first module is imported. */
export function whenImporting(prepare: () => void): void {
  if (beforeImports) beforeImports.push(prepare);
  else prepare();
}

/** Takes what the hooks that are there make of modules. Returns what gives all of it: a URL and a text each. */
export function takeCompiled(): () => Iterable<readonly [url: string, text: string]> {
  const taken = new Map<string, string>();
  const take: Report = (url, source) => {
    if (source)
      taken.set(url, typeof source === "string" ? source : Buffer.from(source).toString());
  };
  const { registerHooks } = nodeModule as HookRegistry;
  if (registerHooks) {
    registerHooks({ load: loadReporter(take, () => undefined) });
    return () => taken;
  }
  const { port1, port2 } = new MessageChannel();
  const data = { port: port2, others: new Map() };
  nodeModule.register(hookModule(null), { data, transferList: [port2] });
  return () => {
    eachReported(port1, take);
    return taken;
  };
}

/** Hooks of an older Node run in a thread of their own: the functions go there as text. */
function hookModule(libraryUrl: string | null): string {
  return hookText(`import { readFileSync } from "node:fs";
let port, others;
export const initialize = (data) => { port = data.port; others = data.others; };
${libraryUrl === null ? "" : `export const resolve = ${resolverText(libraryUrl)};`}
export const load = (${loadReporter.toString()})((url, source) => {
  try { port.postMessage([url, source ?? readFileSync(new URL(url))]); } catch {}
}, (url) => others.get(url));`);
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
 * Tells of every module that is loaded from a file, before any later hook changes it. Must not use
 * anything but its arguments; see `hookModule`.
 */
function loadReporter(report: Report, otherOf: Instead): Hook {
  return (url, context, next) => {
    const other = otherOf(url);
    if (other?.format) return { ...other, shortCircuit: true };
    const tell = (loaded: { source?: string | Uint8Array | null }) => {
      if (url.startsWith("file:") && !url.includes("/node_modules/")) report(url, loaded.source);
      return { ...loaded, ...other };
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
  eachReported(port, keep);
}

function eachReported(port: MessagePort, report: Report): void {
  for (let said = receiveMessageOnPort(port); said; said = receiveMessageOnPort(port)) {
    const [url, source] = said.message as [string, string | Uint8Array];
    report(url, source);
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
