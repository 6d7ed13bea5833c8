/**
 * The modules that the import of a script loads, where that can be told before: they import nothing but
 * `redun-git`, modules of Node, and files of the same kind, and ask for nothing when they run. Then no hook
 * has to find out, and no compiler is needed for TypeScript that was compiled before.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { keepLoaded, loadedSource } from "../source/source-file.ts";
import { children, isFunction, type Node, parseSource, parseText } from "../source/syntax.ts";
import type { Compiled, CompiledFiles } from "./compiled.ts";
import { packageType } from "./package-type.ts";

/** A module as Node is to compile it. */
export interface GraphModule {
  readonly path: string;
  readonly code: string;
  /** What its file held. */
  readonly bytes: Uint8Array;
}

/** What modules call the library, and where that is. */
export interface Library {
  readonly name: string;
  readonly url: string;
}

/** The modules of one script. */
export class ModuleGraph {
  /** Each after those that it imports. */
  readonly modules: GraphModule[] = [];
  /** Texts for the compiler, by path: those that it has not seen yet. */
  readonly uncompiled = new Map<string, string>();
  /** Whether `modules` is all. */
  isWhole = true;
  readonly #library: Library;
  readonly #compiled: CompiledFiles | null;
  readonly #seen = new Map<string, "begun" | "done">();

  constructor(script: string, library: Library, compiled: CompiledFiles | null) {
    this.#library = library;
    this.#compiled = compiled;
    if (isEsModule(script)) this.#enter(script);
    else this.isWhole = false;
  }

  #enter(path: string): void {
    // One that imports itself in the end is not told by what comes first.
    if (this.#seen.get(path) === "begun") this.isWhole = false;
    if (this.#seen.has(path)) return;
    this.#seen.set(path, "begun");
    const url = pathToFileURL(path).href;
    const bytes = readFileSync(path);
    // It does not count as loaded yet: what is imported for its types alone never is.
    const text = new TextDecoder().decode(bytes);
    const program = parseText(text, path)?.program;
    const imports = program ? importsOf(program) : [];
    const asksLater = ASKS_LATER.test(text) || imports.some(asks);
    const change = program ? this.#withLibrary(text, imports) : null;
    if (change === null || asksLater) {
      this.isWhole = false;
      return;
    }
    const compiled = this.#compile(path, change);
    if (!compiled) this.isWhole = false;
    for (const name of compiled?.imports ?? imports.map(({ name }) => name)) {
      if (name === this.#library.name || name === this.#library.url || isBuiltin(name)) continue;
      const file = fileOf(name, url);
      if (file !== null) this.#enter(file);
      else this.isWhole = false;
    }
    this.#seen.set(path, "done");
    if (compiled) this.modules.push({ path, code: compiled.code, bytes });
  }

  #compile(path: string, text: string): (Pick<Compiled, "code"> & Partial<Compiled>) | undefined {
    if (!isTypeScript(path)) return { code: text };
    const compiled = this.#compiled?.get(path, text);
    if (!compiled && this.#compiled) this.uncompiled.set(path, text);
    return compiled;
  }

  /** With the library's URL in place of its name; null where that would move code that follows. */
  #withLibrary(text: string, imports: readonly Import[]): string | null {
    const { name, url } = this.#library;
    const ours = imports.filter((one) => one.name === name);
    if (!ours.every(({ end }) => endsLine(text, end))) return null;
    return ours.reduceRight(
      (code, { start, end }) => code.slice(0, start) + JSON.stringify(url) + code.slice(end),
      text,
    );
  }
}

/**
 * The text of a CommonJS file in TypeScript, if it imports nothing that would have to be compiled, and asks for
 * nothing when it runs; else null.
 */
export function textAlone(path: string, library: Library): string | null {
  const source = sourceOf(path);
  const program = source && parseSource(source)?.program;
  if (!program || ASKS_LATER.test(source.text)) return null;
  const isAlone = importsOf(program).every(
    (one) => !asks(one) && (one.name === library.name || isBuiltin(one.name)),
  );
  return isAlone ? source.text : null;
}

/** Whether a file whose name and package do not say so is CommonJS: a module has words that are none there. */
export function isWithoutModuleSyntax(path: string): boolean {
  const source = sourceOf(path);
  const program = source && parseSource(source)?.program;
  if (!program || /\bimport\s*\.\s*meta\b/.test(source.text)) return false;
  const { body } = program as Node & { type: "Program" };
  return !body.some(({ type }) => /^(?:Import|Export)/.test(type)) && !awaits(program);
}

/** What some code imports; null where it is not known. */
export function importedBy(code: string): string[] | null {
  const program = parseText(code, "code.mjs")?.program;
  return program ? importsOf(program).map(({ name }) => name) : null;
}

function sourceOf(path: string) {
  const url = pathToFileURL(path).href;
  keepLoaded(url, readFileSync(path));
  return loadedSource(url);
}

function isEsModule(path: string): boolean {
  const extension = extname(path);
  if (/^\.m[jt]s$/.test(extension)) return true;
  return /^\.[jt]s$/.test(extension) && packageType(dirname(path)) === "module";
}

function isTypeScript(path: string): boolean {
  return /\.m?ts$/.test(path);
}

/** What asks for modules when it runs. */
const ASKS_LATER = /\bimport\s*(?:\(|\.\s*meta\s*\.\s*resolve\b)|\brequire\b|\bgetBuiltinModule\b/;

interface Import {
  readonly name: string;
  /** Its quotes included. */
  readonly start: number;
  readonly end: number;
  readonly hasAttributes: boolean;
}

/** Whether it is for more than its file, or for a module of Node that loads others. */
function asks({ name, hasAttributes }: Import): boolean {
  return hasAttributes || /^(?:node:)?(?:module|vm|worker_threads)$/.test(name);
}

function importsOf(program: Node): Import[] {
  const { body } = program as Node & { type: "Program" };
  return body.flatMap((statement) => {
    const isImport =
      statement.type === "ImportDeclaration" ||
      statement.type === "ExportAllDeclaration" ||
      statement.type === "ExportNamedDeclaration";
    if (!isImport || !statement.source) return [];
    const { value, start, end } = statement.source;
    return [{ name: value, start, end, hasAttributes: statement.attributes.length > 0 }];
  });
}

/** Whether evaluation of the module waits for something. */
function awaits(node: Node): boolean {
  if (node.type === "AwaitExpression") return true;
  if (node.type === "ForOfStatement" && node.await) return true;
  return !isFunction(node) && children(node).some(awaits);
}

/** Whether no code follows on the line. */
function endsLine(text: string, at: number): boolean {
  return /^[ \t]*;?[ \t]*(?:\/\/.*)?(?:\r?\n|$)/.test(text.slice(at));
}

/** The ES module in a file that a path means; null for anything else. */
function fileOf(name: string, from: string): string | null {
  if (!/^\.{0,2}\//.test(name) && !name.startsWith("file:")) return null;
  try {
    const url = new URL(name, from);
    const path = fileURLToPath(url);
    const isPlain = url.search === "" && url.hash === "" && realpathSync(path) === path;
    return isPlain && isEsModule(path) && !isAlsoTypeScript(path) ? path : null;
  } catch {
    return null;
  }
}

/** To a compiler of TypeScript, `./y.js` means y.ts where there is one. */
function isAlsoTypeScript(path: string): boolean {
  const other = path.replace(/\.(m?)js$/, ".$1ts");
  return other !== path && (existsSync(other) || existsSync(`${other}x`));
}
