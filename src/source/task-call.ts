import type { CallSite } from "./call-site.ts";
import { lineStart } from "./position.ts";
import {
  type AnyFunction,
  children,
  isFunction,
  isTypeWrapper,
  keyName,
  type Node,
  pathTo,
  type Syntax,
  stringValue,
  unwrap,
  withoutExport,
} from "./syntax.ts";

type CallNode = Node & { type: "CallExpression" };

/** A `task()` call found in its file: the call, and the nodes around it from the program down. */
export interface TaskCall {
  call: CallNode;
  around: Node[];
}

/**
 * The call that `site` points at: the one whose callee stands there. Where a loader's source map
 * is off by some columns, the only `task()` that begins in that line.
 */
export function findTaskCall(source: Syntax, site: CallSite): TaskCall | null {
  const start = lineStart(source.text, site.line);
  if (start === null) return null;
  const end = lineStart(source.text, site.line + 1) ?? source.text.length + 1;
  const call = callAt(source, start + site.column - 1) ?? onlyTaskIn(source, start, end);
  if (!call) return null;
  const path = pathTo(source.program, call.start);
  return { call, around: path.slice(0, path.indexOf(call)) };
}

/** Between the callee and the bracket there is room for type arguments: `task<string>(`. */
function callAt({ program }: Syntax, offset: number): CallNode | undefined {
  return pathTo(program, offset).findLast((node): node is CallNode => {
    if (node.type !== "CallExpression") return false;
    return offset < (node.typeArguments?.end ?? node.callee.end);
  });
}

function onlyTaskIn({ program }: Syntax, start: number, end: number): CallNode | undefined {
  const [only, ...others] = taskCalls(program).filter((it) => it.start >= start && it.start < end);
  return others.length === 0 ? only : undefined;
}

function taskCalls(node: Node): CallNode[] {
  const below = children(node).flatMap(taskCalls);
  if (node.type !== "CallExpression") return below;
  const callee = node.callee.type === "MemberExpression" ? node.callee.property : node.callee;
  return callee.type === "Identifier" && callee.name === "task" ? [node, ...below] : below;
}

/** What a call is assigned to, and the node that a doc comment would stand before. */
interface Binding {
  name: string | null;
  documented: Node[];
}

/** The constant, property or export that takes the call's value, directly and unchanged. */
export function bindingOf({ call, around }: TaskCall): Binding {
  const outward = around.toReversed();
  const at = outward.findIndex((node) => !isTypeWrapper(node));
  const holder = outward[at];
  const documented = [outward[at - 1] ?? call];
  if (!holder) return { name: null, documented };
  documented.push(holder, ...outward.slice(at + 1, at + 3).filter(isStatement(holder)));
  return { name: nameGivenBy(holder), documented };
}

function isStatement(inner: Node) {
  return (node: Node) =>
    node.type === "ExportNamedDeclaration" ||
    node.type === "ExpressionStatement" ||
    // In `const a = 1, b = task()` the comment before the statement is about `a`.
    (node.type === "VariableDeclaration" && node.declarations[0] === inner);
}

function nameGivenBy(holder: Node): string | null {
  switch (holder.type) {
    case "VariableDeclarator":
      return holder.id.type === "Identifier" ? holder.id.name : null;
    case "Property":
    case "PropertyDefinition":
    case "AccessorProperty":
      return keyName(holder.key, holder.computed);
    case "AssignmentExpression":
      if (holder.left.type === "Identifier") return holder.left.name;
      return holder.left.type === "MemberExpression"
        ? keyName(holder.left.property, holder.left.computed)
        : null;
    default:
      return null;
  }
}

/** The function that a `task()` call was given. */
interface TaskFunction {
  /** What the hash covers: the function, or the expression that makes it. Null where unseen. */
  node: Node | null;
  fn: AnyFunction | null;
}

/** The function argument: written in place, or declared elsewhere in the same file. */
export function functionOf({ call, around }: TaskCall): TaskFunction {
  const args = call.arguments.map(unwrap);
  const argument = args.find(isFunction) ?? args.at(-1);
  if (!argument || argument.type === "SpreadElement") return { node: null, fn: null };
  if (isFunction(argument)) return { node: argument, fn: argument };
  if (argument.type === "Identifier") {
    const declared = lookUp(argument.name, around);
    return { node: declared, fn: declared };
  }
  return { node: argument.type === "MemberExpression" ? null : argument, fn: null };
}

/** The function that `name` means inside these nodes, if it is declared in one of them. */
function lookUp(name: string, around: Node[]): AnyFunction | null {
  for (const scope of around.toReversed()) {
    if (isFunction(scope) && scope.params.some((param) => mentions(param, name))) return null;
    if (scope.type !== "Program" && scope.type !== "BlockStatement") continue;
    for (const statement of scope.body) {
      const declared = withoutExport(statement);
      if (declared.type === "FunctionDeclaration" && declared.id?.name === name) return declared;
      if (declared.type !== "VariableDeclaration") continue;
      for (const { id, init } of declared.declarations) {
        if (!mentions(id, name)) continue;
        const value = id.type === "Identifier" && init ? unwrap(init) : null;
        return value && isFunction(value) ? value : null;
      }
    }
  }
  return null;
}

function mentions(node: Node, name: string): boolean {
  if (node.type === "Identifier" && node.name === name) return true;
  return children(node).some((child) => mentions(child, name));
}

/** `export const namespace = "..."` at the top of a file; `redunNamespace` goes before. */
export function namespaceOf(program: Node): string | null {
  if (program.type !== "Program") return null;
  const found = new Map<string, string>();
  for (const statement of program.body) {
    for (const [name, value] of exportedValues(statement)) {
      const text = value && stringValue(value);
      if (typeof text === "string") found.set(name, text);
    }
  }
  return found.get("redunNamespace") ?? found.get("namespace") ?? null;
}

function exportedValues(statement: Node): [string, Node | null][] {
  const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
  if (declared?.type === "VariableDeclaration") {
    return declared.declarations.flatMap(({ id, init }) =>
      id.type === "Identifier" ? [[id.name, init] as [string, Node | null]] : [],
    );
  }
  const assigned = statement.type === "ExpressionStatement" ? statement.expression : null;
  if (assigned?.type !== "AssignmentExpression" || assigned.left.type !== "MemberExpression") {
    return [];
  }
  const { object, property } = assigned.left;
  const name = keyName(property, assigned.left.computed);
  const isExports = object.type === "Identifier" && object.name === "exports";
  return isExports && name !== null ? [[name, assigned.right]] : [];
}
