import nodeModule from "node:module";
import { loadParser } from "../source/syntax.ts";

/** What Node's CommonJS loader really calls; not part of its typed interface. */
interface CommonJsLoader {
  _load(request: string, ...rest: unknown[]): unknown;
}

/** Only Node 22.15 and newer has hooks that run in the thread itself. */
type ResolveHook = (specifier: string, context: object, next: NextResolve) => unknown;
type NextResolve = (specifier: string, context: object) => unknown;
interface HookRegistry {
  registerHooks?(hooks: { resolve: ResolveHook }): unknown;
}

const LIBRARY = "redun-git";
let served: string | undefined;
let typeScript: Promise<void> | undefined;

/**
 * Makes `redun-git` mean the module at `libraryUrl` for every later import and require in this
 * process, installed or not. `redun-git/...` is looked up from there too.
 */
export async function serveLibrary(libraryUrl: string): Promise<void> {
  if (served === libraryUrl) return;
  served = libraryUrl;
  const { registerHooks } = nodeModule as HookRegistry;
  if (registerHooks) registerHooks({ resolve: libraryResolver(LIBRARY, libraryUrl) });
  else nodeModule.register(hookModule(libraryUrl));
  await serveRequire(libraryUrl);
}

/** Hooks of an older Node run in a thread of their own: the function goes there as text. */
function hookModule(libraryUrl: string): string {
  const given = [LIBRARY, libraryUrl].map((value) => JSON.stringify(value));
  const code = `export const resolve = (${libraryResolver.toString()})(${given});`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Must not use anything but its arguments; see `hookModule`. */
function libraryResolver(library: string, url: string): ResolveHook {
  return (specifier, context, next) => {
    if (specifier === library) return next(url, context);
    const within = specifier.startsWith(`${library}/`);
    return next(specifier, within ? { ...context, parentURL: url } : context);
  };
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

/** Lets this process import and require TypeScript, by tsx. Importing tsx costs 140 ms. */
export function understandTypeScript(): Promise<void> {
  typeScript ??= registerTsx();
  return typeScript;
}

async function registerTsx(): Promise<void> {
  // tsx compiles whatever is required after it: the parser is better loaded as it is.
  loadParser();
  const [commonJs, esm] = await Promise.all([import("tsx/cjs/api"), import("tsx/esm/api")]);
  commonJs.register();
  esm.register();
}
