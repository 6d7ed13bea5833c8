import { lineStart } from "./position.ts";
import type { Place } from "./source-file.ts";
import {
  children,
  type FunctionSyntax,
  isFunction,
  type Node,
  parseSource,
  pathTo,
  type Syntax,
  unwrap,
} from "./syntax.ts";

/** A function as it is written, in whatever file that is. */
export interface WrittenFunction {
  source: Syntax;
  fn: FunctionSyntax;
  /** Where its text begins: a method's at its name, as the engine has it. */
  start: number;
  /** The nodes around it, the program first. */
  around: Node[];
}

/**
 * The function that begins at `place`. An engine takes a method's bracket for its beginning, and a
 * source map may lead to the word before that.
 */
export function functionAt(place: Place): WrittenFunction | null {
  const source = parseSource(place.source);
  const line = source && lineStart(source.text, place.line);
  if (!source || line === null) return null;
  const offset = line + place.column - 1;
  const path = pathTo(source.program, offset);
  const fn =
    path.findLast((node): node is FunctionSyntax => isFunction(node) && isHead(node, offset)) ??
    path
      .slice(-3)
      .reverse()
      .flatMap(heldFunctions)
      .find((held) => isHead(held, offset));
  return fn ? written(source, fn) : null;
}

/** `fn`, a node of `source`, with what is around it. */
export function written(source: Syntax, fn: FunctionSyntax): WrittenFunction {
  const path = pathTo(source.program, fn.start);
  const around = path.slice(0, Math.max(path.indexOf(fn), 0));
  return { source, fn, start: startOf(source, fn, around.at(-1)), around };
}

function isHead(fn: FunctionSyntax, offset: number): boolean {
  return fn.body !== null && offset <= fn.body.start;
}

const HOLDERS = [
  "MethodDefinition",
  "Property",
  "PropertyDefinition",
  "VariableDeclarator",
  "AssignmentExpression",
  "ExportDefaultDeclaration",
];

/** The function that a method, a property or a constant consists of. */
function heldFunctions(node: Node): FunctionSyntax[] {
  return HOLDERS.includes(node.type) ? children(node).map(unwrap).filter(isFunction) : [];
}

function startOf({ text }: Syntax, fn: FunctionSyntax, holder: Node | undefined): number {
  const isMethod =
    holder?.type === "MethodDefinition" ||
    (holder?.type === "Property" && (holder.method || holder.kind !== "init"));
  if (!isMethod) return fn.start;
  const key = holder.computed ? text.lastIndexOf("[", holder.key.start) : holder.key.start;
  const marks = /(?:\b(?:async|get|set)\s+)?(?:\*\s*)?$/.exec(text.slice(holder.start, key))?.[0];
  return key - (marks?.length ?? 0);
}
