import nodeModule, { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { keepLoaded } from "../source/source-file.ts";
import { CompiledFiles } from "./compiled.ts";
import {
  hasOwnHooks,
  instead,
  isBeforeImports,
  LIBRARY,
  takeCompiled,
  whenImporting,
} from "./load-hooks.ts";
import {
  type GraphModule,
  importedBy,
  type Library,
  ModuleGraph,
  textAlone,
} from "./module-graph.ts";
import { configFor, useCompiled } from "./typescript.ts";

/** In a CommonJS bundle there is a file name and no `import.meta`. */
const HERE = (import.meta.url as string | undefined) ?? __filename;

/** What Node's CommonJS loader calls to compile. It can `require` ES modules since 20.19. */
interface Compiler {
  filename: string;
  paths: string[];
  exports: unknown;
  loaded: boolean;
  _compile(code: string, filename: string, format?: "module"): unknown;
}

interface CompilerClass {
  new (path: string): Compiler;
  readonly prototype: Compiler;
  _nodeModulePaths(folder: string): string[];
}

const NodeModule = nodeModule as unknown as CompilerClass;

interface Loaded {
  readonly exports: unknown;
}

const TYPESCRIPT = /\.[cm]?ts$/;

/**
 * Loads a script without what takes long, where that changes nothing: hooks of imports where they need a thread of
 * their own (Node before 22.15), which starts as slowly as half a Node, and tsx, which compiled it before.
 */
export class KnownScripts {
  readonly #path: string;
  readonly #library: Library;
  readonly #compiled: CompiledFiles | null;
  #graph: ModuleGraph | undefined;

  /** @param folder where compiled TypeScript is kept; null for nowhere */
  constructor(path: string, libraryUrl: string, folder: string | null) {
    this.#path = path;
    this.#library = { name: LIBRARY, url: libraryUrl };
    const isKept = TYPESCRIPT.test(path) && isNodeAlone();
    this.#compiled = isKept ? CompiledFiles.in(folder, configFor(path), HERE) : null;
  }

  /** What an ES module exports; null where nothing was loaded, because that takes more. */
  async asModule(): Promise<Loaded | null> {
    if (!isNodeAlone() || !isBeforeImports()) return null;
    this.#graph = new ModuleGraph(this.#path, this.#library, this.#compiled);
    const { modules, isWhole } = this.#graph;
    const isCompiled = modules.some(({ path }) => TYPESCRIPT.test(path));
    if (!isWhole || (hasOwnHooks() && !isCompiled)) return null;
    if (isCompiled) useCompiled();
    for (const { path, bytes } of modules) keepLoaded(pathToFileURL(path).href, bytes);
    if (hasOwnHooks()) serve(modules);
    else modules.forEach(compile);
    return { exports: await import(pathToFileURL(this.#path).href) };
  }

  /** What a CommonJS file in TypeScript exports; null as above. */
  asCommonJs(): Loaded | null {
    const text = this.#compiled && textAlone(this.#path, this.#library);
    const known = text === null ? undefined : this.#compiled?.get(this.#path, text);
    const { cache } = createRequire(this.#path);
    // Loaded before, it is not evaluated again.
    if (!known || this.#path in cache) return null;
    useCompiled();
    const module = new NodeModule(this.#path);
    module.filename = this.#path;
    module.paths = NodeModule._nodeModulePaths(dirname(this.#path));
    cache[this.#path] = module as unknown as NodeModule;
    module._compile(known.code, this.#path);
    module.loaded = true;
    return { exports: module.exports };
  }

  /** Has what is imported next compiled so that `asModule` will know it. Returns what keeps that. */
  keepImported(): () => void {
    const compiled = this.#compiled;
    const texts = this.#graph?.uncompiled ?? new Map<string, string>();
    if (!compiled || texts.size === 0) return () => {};
    for (const [path, source] of texts) instead.set(pathToFileURL(path).href, { source });
    let taken = (): ReturnType<ReturnType<typeof takeCompiled>> => [];
    whenImporting(() => {
      taken = takeCompiled();
    });
    return () => {
      const codes = new Map(taken());
      for (const [path, text] of texts) {
        const code = codes.get(pathToFileURL(path).href);
        const imports = code === undefined ? null : importedBy(code);
        if (imports) compiled.put(path, text, { code: code!, imports });
      }
    };
  }

  /** What `load` gives, which requires the script; what that is compiled to is kept for `asCommonJs`. */
  keepRequired(load: () => unknown): unknown {
    const compiled = this.#compiled;
    const text = compiled && textAlone(this.#path, this.#library);
    if (!compiled || text === null) return load();
    const { prototype } = NodeModule;
    const compile = prototype._compile;
    const path = this.#path;
    prototype._compile = function (this: Compiler, code, filename, ...rest) {
      if (filename === path) {
        prototype._compile = compile;
        compiled.put(path, text, { code, imports: [] });
      }
      return compile.call(this, code, filename, ...rest);
    };
    return load();
  }
}

/** Whether nobody else has a say in how modules are loaded. */
function isNodeAlone(): boolean {
  const { require_module: requiresModules } = process.features as { require_module?: boolean };
  const options = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  const others = /^(?:-r|--(?:require|import|loader|preserve|(?:no-)?experimental))/;
  return requiresModules === true && !options.some((option) => others.test(option));
}

/** Has hooks of this thread give these modules when they are imported. */
function serve(modules: readonly GraphModule[]): void {
  for (const { path, code } of modules) {
    instead.set(pathToFileURL(path).href, { source: code, format: "module" });
  }
}

/**
 * Compiles a module, which an import finds then. One that awaits something is not evaluated by `require`: by the
 * import all are, in their order.
 */
function compile({ path, code }: GraphModule): void {
  const module = new NodeModule(path);
  module.filename = path;
  const [text, map = ""] = code.split(/(?=\n\/\/# sourceMappingURL=[^\n]*\n?$)/);
  try {
    module._compile(`${text}\n;await 0;${map}`, path, "module");
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_REQUIRE_ASYNC_MODULE") throw error;
  }
}
