import { freeNames, type Module, Modules, type ReadCode } from "./modules.ts";
import { hashableText } from "./source-text.ts";
import { children, isFunction, type Node } from "./syntax.ts";

export type { ReadCode };

/** Something at the top of a file that a task's function uses, and that is not a task. */
export interface Helper {
  readonly name: string;
  /** Of its file. */
  readonly path: string;
  readonly kind: "function" | "class" | "constant";
  readonly text: string;
}

/** Files that are searched for a task, and helpers that are followed. */
const MOST_FILES = 500;
const MOST_HELPERS = 1000;

/**
 * What a task's function refers to in its own file and others of the code, directly or through each other:
 * functions, classes and constants, but no tasks, which have hashes of their own. What a name stands for is
 * read from the text, so what the program computes (`helpers[name]`) is not found.
 * @param text the function, as it was hashed
 * @param entries the files at which the search for it begins
 * @returns null where the function is not found
 */
export async function helpersOf(
  text: string,
  entries: readonly string[],
  read: ReadCode,
): Promise<readonly Helper[] | null> {
  const modules = modulesOf.get(read) ?? new Modules(read);
  modulesOf.set(read, modules);
  const found = await findFunction(text, entries, modules);
  if (!found) return null;
  const helpers = new Map<string, Helper>();
  const left: { module: Module; node: Node }[] = [found];
  for (let next = left.pop(); next; next = left.pop()) {
    for (const { module, name } of await referredTo(next.module, next.node, modules)) {
      const key = `${module.path}\n${name}`;
      const node = module.declared.get(name);
      if (!node || node === found.node || helpers.has(key) || isTask(node)) continue;
      if (helpers.size === MOST_HELPERS) break;
      const kind = isFunction(node) ? "function" : /^Class/.test(node.type) ? "class" : "constant";
      helpers.set(key, { name, path: module.path, kind, text: hashableText(module.source, node) });
      left.push({ module, node });
    }
  }
  return [...helpers.values()];
}

/** Many tasks are looked for in one code. */
const modulesOf = new WeakMap<ReadCode, Modules>();

/** Where names of a piece of code are declared, if that is in the code's own files. */
async function referredTo(
  module: Module,
  node: Node,
  modules: Modules,
): Promise<{ module: Module; name: string }[]> {
  const found: { module: Module; name: string }[] = [];
  for (const [name, properties] of freeNames(node)) {
    const elsewhere = module.imported.get(name);
    if (!elsewhere) {
      if (module.declared.has(name)) found.push({ module, name });
      continue;
    }
    const from = await modules.named(module, elsewhere.from);
    const names = elsewhere.name === "*" ? [...properties] : [elsewhere.name];
    for (const one of names) {
      const declared = from && (await modules.declaring(from, one));
      if (declared) found.push(declared);
    }
  }
  return found;
}

async function findFunction(
  text: string,
  entries: readonly string[],
  modules: Modules,
): Promise<{ module: Module; node: Node } | null> {
  const seen = new Set<string>();
  const left = [...entries];
  for (let path = left.shift(); path !== undefined; path = left.shift()) {
    if (seen.has(path) || seen.size === MOST_FILES) continue;
    seen.add(path);
    const module = await modules.at(path);
    if (!module) continue;
    const node = functionIn(module, text);
    if (node) return { module, node };
    left.push(...(await modules.loadedBy(module)).map((next) => next.path));
  }
  return null;
}

function functionIn({ source }: Module, text: string): Node | null {
  const start = text.split("\n")[0]!;
  const left: Node[] = [source.program];
  for (let node = left.pop(); node; node = left.pop()) {
    const mayBe = isFunction(node) && source.text.startsWith(start, node.start);
    if (mayBe && hashableText(source, node) === text) return node;
    left.push(...children(node).reverse());
  }
  return null;
}

/** `task(...)`, `script({ ... })`, and a task with other options. */
function isTask(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  const { callee } = node;
  const name = callee.type === "MemberExpression" ? callee.property : callee;
  return name.type === "Identifier" && ["task", "script", "options"].includes(name.name);
}
