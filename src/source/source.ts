import type { CallSite } from "./call-site.ts";
import { type DocComment, docBefore, NO_DOC } from "./doc-comment.ts";
import { type Parameter, readParameters } from "./parameters.ts";
import { hashableText } from "./source-text.ts";
import {
  type AnyFunction,
  isFunction,
  type Node,
  parseFile,
  parseText,
  type Syntax,
} from "./syntax.ts";
import { bindingOf, findTaskCall, functionOf, namespaceOf, type TaskCall } from "./task-call.ts";

export { type CallSite, parseCallSite } from "./call-site.ts";
export type { Parameter } from "./parameters.ts";

/** What the source file says about one `task()` call. */
export interface TaskSource {
  /** The constant, property or export that the call is assigned to. */
  name: string | null;
  /** The function expression's own name. */
  functionName: string | null;
  /** The file's top-level `export const namespace` (or `redunNamespace`). */
  namespace: string | null;
  /** The doc comment before the statement, without its stars and its `@` blocks. */
  doc: string | null;
  /** The function's text as written, comments included, dedented: what the task hash covers. */
  text: string;
  parameters: Parameter[];
  /** Null where the call could not be found in its file, and `text` is the loader's output. */
  file: string | null;
  line: number | null;
}

// biome-ignore lint/complexity/noBannedTypes: any function at all may be a task's
type TaskFn = Function;

/**
 * What the source says about the task whose `task()` call is at `site`. Reads and parses the file
 * once; where it is gone or the call is not in it, the function's own `toString()` is described.
 * Never throws.
 */
export function describeTask(site: CallSite | null, fn: TaskFn): TaskSource {
  const source = site && parseFile(site.file);
  const found = source && findTaskCall(source, site);
  return found ? describeCall(source, found, site, fn) : describeCompiled(fn);
}

function describeCall(source: Syntax, found: TaskCall, site: CallSite, fn: TaskFn): TaskSource {
  const { node, fn: written } = functionOf(found);
  const { name, documented } = bindingOf(found);
  const inner = written ?? node;
  const doc = firstDoc(source, documented.concat(inner ?? [])) ?? NO_DOC;
  const compiled = written ? null : describeCompiled(fn);
  return {
    name,
    functionName: written ? (written.id?.name ?? null) : (compiled?.functionName ?? null),
    namespace: namespaceOf(source.program),
    doc: doc.text,
    text: node ? hashableText(source, node) : (compiled?.text ?? fn.toString()),
    parameters: written ? readParameters(source, written, doc) : (compiled?.parameters ?? []),
    file: site.file,
    line: site.line,
  };
}

function firstDoc(source: Syntax, nodes: { start: number }[]): DocComment | null {
  for (const node of nodes) {
    const doc = docBefore(source, node.start);
    if (doc) return doc;
  }
  return null;
}

/** From the function alone: the text is what the loader made of it. */
function describeCompiled(fn: TaskFn): TaskSource {
  const text = Function.prototype.toString.call(fn);
  const compiled = parseCompiled(text);
  return {
    name: null,
    functionName: compiled?.fn.id?.name ?? null,
    namespace: null,
    doc: null,
    text: compiled ? hashableText(compiled.source, compiled.node) : text,
    parameters: compiled ? readParameters(compiled.source, compiled.fn) : [],
    file: null,
    line: null,
  };
}

/** A method's text is no expression by itself, only within an object. */
function parseCompiled(text: string): { source: Syntax; node: Node; fn: AnyFunction } | null {
  for (const wrapped of [`(${text})`, `({${text}})`]) {
    const source = parseText(wrapped, "task.ts");
    const statement = source?.program.type === "Program" ? source.program.body[0] : null;
    if (!source || statement?.type !== "ExpressionStatement") continue;
    const { expression } = statement;
    if (isFunction(expression)) return { source, node: expression, fn: expression };
    const property = expression.type === "ObjectExpression" ? expression.properties[0] : null;
    if (property?.type === "Property" && isFunction(property.value)) {
      return { source, node: property, fn: property.value };
    }
  }
  return null;
}
