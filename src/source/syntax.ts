import { createRequire } from "node:module";
import { extname } from "node:path";
import type { ArrowFunctionExpression, Comment, Function as FunctionNode, Node } from "oxc-parser";
import type { SourceFile } from "./source-file.ts";

export type { Node };
export type FunctionSyntax = FunctionNode | ArrowFunctionExpression;

/** A source text and its tree. Offsets in the tree count UTF-16 units of `text`. */
export interface Syntax {
  text: string;
  program: Node;
  comments: Comment[];
}

/** In a CommonJS bundle there is a file name and no `import.meta`. */
const HERE = (import.meta.url as string | undefined) ?? __filename;

let parser: typeof import("oxc-parser") | undefined;

/** Loads the parser, which otherwise happens when first needed: most commands never parse. */
export function loadParser(): typeof import("oxc-parser") {
  parser ??= createRequire(HERE)("oxc-parser") as typeof import("oxc-parser");
  return parser;
}

/**
 * The tree of `text`; `fileName` decides between TypeScript and JavaScript.
 * @returns null where it does not parse
 */
export function parseText(text: string, fileName: string): Syntax | null {
  const lang = languageOf(extname(fileName));
  // CommonJS alone refuses `import`, a module alone refuses a `return` at the top.
  const result = loadParser().parseSync(fileName, text, {
    lang,
    sourceType: "unambiguous",
    preserveParens: false,
  });
  // What compilers wave through (a required parameter after an optional one) is an error too, but
  // only a text that cannot be read leaves nothing.
  const broken = result.errors.length > 0 && result.program.body.length === 0;
  return broken ? null : { text, program: result.program, comments: result.comments };
}

/** `<T>value` is a cast in `.ts` and the beginning of an element elsewhere. */
function languageOf(extension: string): "jsx" | "ts" | "tsx" {
  if (extension === ".tsx") return "tsx";
  return /^\.([cm]?js|jsx)$/.test(extension) ? "jsx" : "ts";
}

const parsed = new WeakMap<SourceFile, Syntax | null>();

/** The tree of a file's text, parsed once; null where it does not parse. */
export function parseSource(source: SourceFile): Syntax | null {
  const known = parsed.get(source);
  if (known !== undefined) return known;
  const syntax = parseText(source.text, source.file);
  parsed.set(source, syntax);
  return syntax;
}

/** The direct children of a node, in no promised order. */
export function children(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The nodes around `offset`, the program first, the innermost last. */
export function pathTo(program: Node, offset: number): Node[] {
  const path: Node[] = [];
  for (let node: Node | undefined = program; node; ) {
    path.push(node);
    node = children(node).find((child) => child.start <= offset && offset < child.end);
  }
  return path;
}

/** The expression inside `as const`, `satisfies X`, `<X>value` and `value!`. */
export function unwrap(node: Node): Node {
  return isTypeWrapper(node) ? unwrap(node.expression) : node;
}

/** Whether the node only tells the type checker something about its `expression`. */
export function isTypeWrapper(node: Node) {
  return (
    node.type === "TSAsExpression" ||
    node.type === "TSSatisfiesExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "TSTypeAssertion" ||
    node.type === "TSInstantiationExpression"
  );
}

export function isFunction(node: Node): node is FunctionSyntax {
  return (
    node.type === "FunctionExpression" ||
    node.type === "FunctionDeclaration" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** The declaration in `export const x = ...`, else the statement itself. */
export function withoutExport(statement: Node): Node {
  const exported =
    statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
  return exported ? (statement.declaration ?? statement) : statement;
}

type TypeDeclaration = Node & {
  type: "TSInterfaceDeclaration" | "TSTypeAliasDeclaration" | "TSEnumDeclaration";
};

export function isTypeDeclaration(node: Node): node is TypeDeclaration {
  return /^TS(Interface|TypeAlias|Enum)Declaration$/.test(node.type);
}

/** The name that a key is written with, or null where it is computed. */
export function keyName(key: Node, computed: boolean): string | null {
  if (key.type === "Literal") return typeof key.value === "string" ? key.value : null;
  if (computed) return null;
  return key.type === "Identifier" || key.type === "PrivateIdentifier" ? key.name : null;
}

/** The text of a string literal, or of a template literal without substitutions. */
export function stringValue(node: Node): string | null {
  const value = unwrap(node);
  if (value.type === "Literal") return typeof value.value === "string" ? value.value : null;
  if (value.type !== "TemplateLiteral" || value.expressions.length > 0) return null;
  return value.quasis[0]?.value.cooked ?? null;
}
