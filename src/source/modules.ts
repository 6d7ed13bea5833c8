import { posix } from "node:path";
import {
  children,
  isFunction,
  isTypeDeclaration,
  keyName,
  type Node,
  parseText,
  type Syntax,
  stringValue,
  unwrap,
  withoutExport,
} from "./syntax.ts";

/** Reads a file of the code, by its path with slashes; null where there is none. */
export type ReadCode = (path: string) => Promise<string | null>;

/** Something of another module, by its name there; `*` is all of it. */
interface Elsewhere {
  readonly from: string;
  readonly name: string;
}

/** What one file declares, imports and exports at its top. */
export interface Module {
  readonly path: string;
  readonly source: Syntax;
  /** Functions, classes and values, by their names. */
  readonly declared: ReadonlyMap<string, Node>;
  readonly imported: ReadonlyMap<string, Elsewhere>;
  /** Names of others for what is declared here. */
  readonly exported: ReadonlyMap<string, string>;
  readonly passedOn: ReadonlyMap<string, Elsewhere>;
  /** Files whose exports are this one's. */
  readonly stars: readonly string[];
}

/** Where an imported file may be: as named, with what is left out, and what `.js` was made of. */
const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx"];

/** Modules of some code, each read once. Packages are not its own. */
export class Modules {
  readonly #read: ReadCode;
  readonly #known = new Map<string, Promise<Module | null>>();

  constructor(read: ReadCode) {
    this.#read = read;
  }

  /** Null where there is no such file, or it cannot be parsed. */
  at(path: string): Promise<Module | null> {
    let module = this.#known.get(path);
    if (!module) {
      module = this.#read(path).then((text) => (text === null ? null : moduleOf(path, text)));
      this.#known.set(path, module);
    }
    return module;
  }

  /** The module that `module` names so; null for a package, and where there is none. */
  async named(module: Module, specifier: string): Promise<Module | null> {
    if (!/^\.\.?(\/|$)/.test(specifier)) return null;
    const path = posix.join(posix.dirname(module.path), specifier);
    const bare = path.replace(/\.([cm]?)jsx?$/, "");
    const candidates = [
      path,
      ...(bare === path ? [] : ENDINGS.map((ending) => bare + ending)),
      ...ENDINGS.map((ending) => path + ending),
      ...ENDINGS.map((ending) => posix.join(path, `index${ending}`)),
    ];
    for (const one of candidates) {
      const found = ENDINGS.includes(posix.extname(one)) ? await this.at(one) : null;
      if (found) return found;
    }
    return null;
  }

  /** Where an export of a module is declared, followed from file to file. */
  async declaring(
    module: Module,
    name: string,
    way: readonly Module[] = [],
  ): Promise<{ module: Module; name: string } | null> {
    if (way.includes(module)) return null;
    const local = module.exported.get(name);
    const passed = module.passedOn.get(name) ?? (local ? module.imported.get(local) : undefined);
    if (passed && passed.name !== "*") {
      const next = await this.named(module, passed.from);
      return next && this.declaring(next, passed.name, [...way, module]);
    }
    if (local !== undefined) return { module, name: local };
    for (const star of module.stars) {
      const next = await this.named(module, star);
      const found = next && (await this.declaring(next, name, [...way, module]));
      if (found) return found;
    }
    return null;
  }

  /** The files that a module loads by their relative paths. */
  async loadedBy(module: Module): Promise<Module[]> {
    const specifiers = [
      ...[...module.imported.values(), ...module.passedOn.values()].map(({ from }) => from),
      ...module.stars,
    ];
    const found: Module[] = [];
    for (const specifier of new Set(specifiers)) {
      const next = await this.named(module, specifier);
      if (next) found.push(next);
    }
    return found;
  }
}

function moduleOf(path: string, text: string): Module | null {
  const source = parseText(text.replace(/^\uFEFF/, ""), path);
  if (source?.program.type !== "Program") return null;
  const declared = new Map<string, Node>();
  const imported = new Map<string, Elsewhere>();
  const exported = new Map<string, string>();
  const passedOn = new Map<string, Elsewhere>();
  const stars: string[] = [];
  for (const statement of source.program.body) {
    const names = declare(withoutExport(statement), declared);
    switch (statement.type) {
      case "ImportDeclaration":
        for (const one of statement.specifiers)
          imported.set(one.local.name, importOf(one, statement.source));
        break;
      case "ExportNamedDeclaration":
        for (const name of names) exported.set(name, name);
        for (const { local, exported: as } of statement.specifiers) {
          const [own, other] = [keyName(local, false), keyName(as, false)];
          if (own === null || other === null) continue;
          if (statement.source) passedOn.set(other, { from: statement.source.value, name: own });
          else exported.set(other, own);
        }
        break;
      case "ExportAllDeclaration":
        if (!statement.exported) stars.push(statement.source.value);
        break;
      case "ExportDefaultDeclaration": {
        const name = names[0] ?? "default";
        if (names.length === 0) declared.set("default", withoutExport(statement));
        exported.set("default", name);
      }
    }
  }
  return { path, source, declared, imported, exported, passedOn, stars };
}

function importOf(specifier: Node, source: Node): Elsewhere {
  const from = stringValue(source) as string;
  if (specifier.type === "ImportNamespaceSpecifier") return { from, name: "*" };
  if (specifier.type !== "ImportSpecifier") return { from, name: "default" };
  return { from, name: keyName(specifier.imported, false) ?? "" };
}

/** Notes what a statement declares; its names. */
function declare(statement: Node, into: Map<string, Node>): string[] {
  if (isTypeDeclaration(statement) && statement.type !== "TSEnumDeclaration") return [];
  if (statement.type === "VariableDeclaration") {
    return statement.declarations.flatMap(({ id, init }) => {
      if (id.type !== "Identifier" || !init) return [];
      into.set(id.name, unwrap(init));
      return [id.name];
    });
  }
  const isNamed =
    isFunction(statement) ||
    statement.type === "ClassDeclaration" ||
    statement.type === "TSEnumDeclaration";
  if (!isNamed || !statement.id) return [];
  into.set(statement.id.name, statement);
  return [statement.id.name];
}

/** The names that a piece of code takes from around it, and of each what is read of it (`stats.mean`). */
export function freeNames(node: Node): ReadonlyMap<string, ReadonlySet<string>> {
  const own = new Set<string>();
  const found = new Map<string, Set<string>>();
  const meet = (name: string, property: string | null) => {
    const properties = found.get(name) ?? new Set();
    found.set(name, properties);
    if (property !== null) properties.add(property);
  };
  const bind = (pattern: Node): void => {
    if (pattern.type === "Identifier") own.add(pattern.name);
    else if (pattern.type === "AssignmentPattern") bind(pattern.left);
    else if (pattern.type === "Property") bind(pattern.value);
    else if (!isType(pattern)) children(pattern).forEach(bind);
  };
  const visit = (node: Node): void => {
    if (isType(node)) return;
    if (node.type === "Identifier") meet(node.name, null);
    if (node.type === "JSXIdentifier") meet(node.name, null);
    if (node.type === "MemberExpression" && !node.computed) {
      const { object, property } = node;
      if (object.type === "Identifier" && property.type === "Identifier") {
        meet(object.name, property.name);
      } else visit(object);
      return;
    }
    if (isFunction(node)) {
      if (node.id) own.add(node.id.name);
      node.params.forEach(bind);
    }
    if (node.type === "VariableDeclarator") bind(node.id);
    if (node.type === "CatchClause" && node.param) bind(node.param);
    if (node.type === "ClassDeclaration" && node.id) own.add(node.id.name);
    const isKeyed =
      node.type === "Property" ||
      node.type === "MethodDefinition" ||
      node.type === "PropertyDefinition";
    for (const child of children(node)) {
      if (isKeyed && !node.computed && child === node.key && !isShorthand(node)) continue;
      visit(child);
    }
  };
  visit(node);
  for (const name of own) found.delete(name);
  return found;
}

function isShorthand(node: Node): boolean {
  return node.type === "Property" && node.shorthand;
}

function isType(node: Node): boolean {
  return node.type.startsWith("TS") && unwrap(node) === node && node.type !== "TSEnumDeclaration";
}
