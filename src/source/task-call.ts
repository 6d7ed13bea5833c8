import { lineStart } from "./position.ts";
import {
  children,
  type FunctionSyntax,
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
export function findTaskCall(
  source: Syntax,
  site: { line: number; column: number },
): TaskCall | null {
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

/** The call that takes this function for its argument, if there is one. */
export function callAround(fn: Node, around: Node[]): TaskCall | null {
  const at = around.findLastIndex((node) => !isTypeWrapper(node));
  const call = around[at];
  if (call?.type !== "CallExpression" || call.callee === fn) return null;
  return { call, around: around.slice(0, at) };
}

/** What a call is assigned to, and the node that a doc comment would stand before. */
interface Binding {
  name: string | null;
  documented: Node[];
}

/**
 * The constant, property or export that takes the value of a call, or of another expression,
 * directly and unchanged.
 */
export function bindingOf({ call, around }: { call: Node; around: Node[] }): Binding {
  const outward = around.toReversed();
  const at = outward.findIndex((node) => !isTypeWrapper(node));
  const holder = outward[at];
  const documented = [outward[at - 1] ?? call];
  // A comment before a file or a block is about that, and not about the first function in it.
  if (!holder || holder.type === "Program" || holder.type === "BlockStatement") {
    return { name: null, documented };
  }
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
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return keyName(holder.key, holder.computed);
    case "AssignmentExpression":
      if (holder.left.type === "Identifier") return holder.left.name;
      return holder.left.type === "MemberExpression"
        ? keyName(holder.left.property, holder.left.computed)
        : null;
    case "ExportDefaultDeclaration":
      // What JavaScript calls a function that stands there.
      return "default";
    default:
      return null;
  }
}

/**
 * What a `task()` call was given: a function written in place, an expression that makes one, or
 * the name of one, which only the running program knows for sure (`reference`).
 */
export type TaskArgument =
  | { kind: "function"; node: FunctionSyntax }
  | { kind: "expression" | "reference"; node: Node };

/** The argument that holds the function; null where there is none to be seen: `task(...args)`. */
export function argumentOf({ call }: TaskCall): TaskArgument | null {
  const args = call.arguments.map(unwrap);
  const node = args.find(isFunction) ?? args.at(-1);
  if (!node || node.type === "SpreadElement") return null;
  if (isFunction(node)) return { kind: "function", node };
  return { kind: REFERENCES.has(node.type) ? "reference" : "expression", node };
}

const REFERENCES = new Set<Node["type"]>([
  "Identifier",
  "MemberExpression",
  "ChainExpression",
  "ConditionalExpression",
  "LogicalExpression",
  "SequenceExpression",
  "AssignmentExpression",
  "AwaitExpression",
]);

/** The function that a name means, where the file has only one thing of that name. */
export function onlyDeclared(name: string, { around }: TaskCall): FunctionSyntax | null {
  const declared = lookUp(name, around);
  return declared && around[0] && namings(around[0], name) === 1 ? declared : null;
}

/** How often something is given a name: declared, imported, taken as a parameter, assigned. */
function namings(node: Node, name: string): number {
  const here = namedHere(node).filter((part) => part && mentions(part, name)).length;
  return children(node).reduce((sum, child) => sum + namings(child, name), here);
}

function namedHere(node: Node): (Node | null)[] {
  if (isFunction(node)) return [node.id, ...node.params];
  switch (node.type) {
    case "VariableDeclarator":
    case "ClassDeclaration":
    case "ClassExpression":
      return [node.id];
    case "CatchClause":
      return [node.param];
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return [node.local];
    case "AssignmentExpression":
    case "ForInStatement":
    case "ForOfStatement":
      return [node.left.type === "VariableDeclaration" ? null : node.left];
    default:
      return [];
  }
}

/** The function that `name` means inside these nodes, if it is declared in one of them. */
export function lookUp(name: string, around: Node[]): FunctionSyntax | null {
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
    for (const [name, value] of exportedValues(statement, program.body)) {
      const text = value && stringValue(value);
      if (typeof text === "string") found.set(name, text);
    }
  }
  return found.get("redunNamespace") ?? found.get("namespace") ?? null;
}

function exportedValues(statement: Node, body: readonly Node[]): [string, Node | null][] {
  if (statement.type === "ExportNamedDeclaration") {
    if (statement.declaration) return declaredValues(statement.declaration);
    // `const namespace = "..."; export { namespace }`, as compilers write it.
    const declared = new Map(statement.source ? [] : body.flatMap(declaredValues));
    return statement.specifiers.flatMap(({ local, exported }) => {
      const name = keyName(exported, false);
      const value = declared.get(keyName(local, false) ?? "");
      return name !== null && value ? [[name, value] as [string, Node]] : [];
    });
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

function declaredValues(statement: Node): [string, Node | null][] {
  if (statement.type !== "VariableDeclaration") return [];
  return statement.declarations.flatMap(({ id, init }) =>
    id.type === "Identifier" ? [[id.name, init] as [string, Node | null]] : [],
  );
}
