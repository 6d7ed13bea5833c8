import { dirname, resolve } from "node:path";
import { siteAt } from "./position.ts";
import type { SourceFile } from "./source-file.ts";
import { children, isFunction, type Node, parseSource, unwrap, withoutExport } from "./syntax.ts";

/**
 * Finds where a program asks whether a lazy value is true, or equal to something: JavaScript lets
 * nobody answer that at run time, and an object is always true. TypeScript's own check sees some of
 * these; nothing sees them in JavaScript.
 */

/** A place where the truth of a task's call is asked, which has not been computed there. */
export interface TruthAsked {
  readonly file: string;
  readonly line: number;
  /** The call, or the constant that holds it, as it is written. */
  readonly text: string;
  /** Nothing is equal to a lazy value; everything else takes it for true. */
  readonly as: "true" | "unequal";
}

/** What names stand for where a node is. Others are of no interest. */
type Names = ReadonlyMap<string, "task" | "lazy" | "other">;

/** Array methods that ask for the truth of what a function gives. */
const PREDICATES = new Set("filter some every find findIndex findLast findLastIndex".split(" "));

/** In the order of the files, and of their lines. */
export function truthAsked(files: readonly SourceFile[]): TruthAsked[] {
  const tasks = new Map(files.map((file) => [stem(file.file), ownTasks(file)] as const));
  return files.flatMap((file) => {
    const program = parseSource(file)?.program;
    if (!program) return [];
    const found: TruthAsked[] = [];
    const names = new Map<string, "task">();
    for (const name of tasks.get(stem(file.file))!.values()) names.set(name, "task");
    for (const [local, path, name] of imports(program, file.file)) {
      if (tasks.get(path)?.has(name)) names.set(local, "task");
    }
    if (names.size > 0) walk(program, names, (node, as) => found.push(asked(file, node, as)));
    return found;
  });
}

function asked(file: SourceFile, { start, end }: Node, as: TruthAsked["as"]): TruthAsked {
  const { line } = siteAt(file.file, file.text, start);
  const text = file.text.slice(start, end).replace(/\s+/g, " ");
  return { file: file.file, line, text: text.length > 60 ? `${text.slice(0, 57)}...` : text, as };
}

/** The constants of a file that are tasks, by the names that they are exported under. */
function ownTasks(file: SourceFile): Map<string, string> {
  const program = parseSource(file)?.program;
  const makers = new Set<string>();
  const found = new Map<string, string>();
  if (program?.type !== "Program") return found;
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration" && statement.source.value === "redun-git") {
      for (const one of statement.specifiers) {
        if (one.type === "ImportSpecifier" && nameOf(one.imported) === "task") {
          makers.add(one.local.name);
        }
      }
    }
    const declared = withoutExport(statement);
    if (declared.type !== "VariableDeclaration") continue;
    for (const { id, init } of declared.declarations) {
      const value = init && unwrap(init);
      const isTask =
        value?.type === "CallExpression" &&
        value.callee.type === "Identifier" &&
        makers.has(value.callee.name);
      if (isTask && id.type === "Identifier") found.set(id.name, id.name);
    }
  }
  return found;
}

/** What a file imports from files beside it: the name here, the file, and the name there. */
function* imports(program: Node, file: string): Generator<[string, string, string]> {
  if (program.type !== "Program") return;
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration" || !/^\.{0,2}\//.test(statement.source.value))
      continue;
    const path = stem(resolve(dirname(file), statement.source.value));
    for (const one of statement.specifiers) {
      if (one.type === "ImportSpecifier") yield [one.local.name, path, nameOf(one.imported)];
    }
  }
}

/** `./x.js` may mean x.ts. */
function stem(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, "");
}

function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" ? String(node.value) : "";
}

type Report = (node: Node, as: TruthAsked["as"]) => void;

function walk(node: Node, outer: Names, report: Report): void {
  const names = namesIn(node, outer);
  const ask = (asked: Node | null, as: TruthAsked["as"] = "true"): void => {
    const value = asked && unwrap(asked);
    if (!value) return;
    if (isLazy(value, names)) report(value, as);
    // It asks for the truth of its left side in any case.
    else if (value.type === "LogicalExpression") ask(value.right, as);
  };
  switch (node.type) {
    case "IfStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ConditionalExpression":
      ask(node.test ?? null);
      break;
    case "LogicalExpression":
      ask(node.left);
      break;
    case "UnaryExpression":
      if (node.operator === "!") ask(node.argument);
      break;
    case "SwitchStatement":
      ask(node.discriminant, "unequal");
      break;
    case "BinaryExpression":
      if (node.operator === "===" || node.operator === "!==") {
        for (const side of [node.left, node.right]) ask(side, "unequal");
      }
      break;
    case "CallExpression":
      askCall(node, names, ask, report);
      break;
    default:
      break;
  }
  for (const child of children(node)) walk(child, names, report);
}

/** `Boolean(x)`, and what is given to `filter` and its like. */
function askCall(
  { callee, arguments: args }: Node & { type: "CallExpression" },
  names: Names,
  ask: (node: Node) => void,
  report: Report,
): void {
  const first = args[0] && unwrap(args[0]);
  if (!first) return;
  if (callee.type === "Identifier" && callee.name === "Boolean") ask(first);
  if (callee.type !== "MemberExpression" || callee.computed) return;
  if (!PREDICATES.has(nameOf(callee.property))) return;
  if (first.type === "Identifier" && names.get(first.name) === "task") report(first, "true");
  if (first.type !== "ArrowFunctionExpression" || first.async) return;
  const body = first.body.type === "BlockStatement" ? null : unwrap(first.body);
  if (body && isLazy(body, namesIn(first, names))) report(body, "true");
}

/** A task's call, a constant that holds one, and their properties. */
function isLazy(node: Node, names: Names): boolean {
  switch (node.type) {
    case "Identifier":
      return names.get(node.name) === "lazy";
    case "MemberExpression":
      return !node.computed && isLazy(unwrap(node.object), names);
    case "CallExpression":
      return isTask(unwrap(node.callee), names);
    default:
      return false;
  }
}

/** A task, or `task.options({ ... })`. */
function isTask(node: Node, names: Names): boolean {
  if (node.type === "Identifier") return names.get(node.name) === "task";
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    nameOf(node.callee.property) === "options" &&
    isTask(node.callee.object, names)
  );
}

/** The names that stand for something else within a function or block. */
function namesIn(node: Node, outer: Names): Names {
  const declared = new Map<string, "lazy" | "other">();
  if (isFunction(node)) for (const param of node.params) addNames(param, declared);
  if (node.type === "BlockStatement") {
    for (const statement of node.body) {
      if (statement.type === "FunctionDeclaration" && statement.id) {
        declared.set(statement.id.name, "other");
      }
      if (statement.type !== "VariableDeclaration") continue;
      for (const { id, init } of statement.declarations) {
        addNames(id, declared);
        const names = new Map([...outer, ...declared]);
        const holdsLazy = statement.kind === "const" && init && isLazy(unwrap(init), names);
        if (holdsLazy && id.type === "Identifier") declared.set(id.name, "lazy");
      }
    }
  }
  return declared.size === 0 ? outer : new Map([...outer, ...declared]);
}

/** Every identifier of a pattern: too many are better than one too few. */
function addNames(pattern: Node, to: Map<string, "lazy" | "other">): void {
  if (pattern.type === "Identifier") to.set(pattern.name, "other");
  else for (const child of children(pattern)) addNames(child, to);
}
