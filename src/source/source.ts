import type { CallSite } from "./call-site.ts";
import { type DocComment, docBefore, NO_DOC } from "./doc-comment.ts";
import { functionAt, type WrittenFunction, written } from "./function-at.ts";
import { type Parameter, readParameters } from "./parameters.ts";
import { placesOfFunction } from "./place.ts";
import { siteAt } from "./position.ts";
import { type Place, type SourceFile, scriptPath } from "./source-file.ts";
import { hashableText } from "./source-text.ts";
import {
  type FunctionSyntax,
  isFunction,
  type Node,
  parseSource,
  parseText,
  type Syntax,
} from "./syntax.ts";
import {
  argumentOf,
  bindingOf,
  callAround,
  findTaskCall,
  lookUp,
  namespaceOf,
  onlyDeclared,
  type TaskCall,
} from "./task-call.ts";

export { callerOf } from "./call-site.ts";
export type { Parameter } from "./parameters.ts";
export { placesOf } from "./place.ts";
export type { Place } from "./source-file.ts";

/** What the source says about one `task()` call. */
export interface TaskSource {
  /** The constant, property or export that the call, or else its function, is assigned to. */
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
  /** Where its function is written; null where that is not known. */
  origin: Origin | null;
}

/** A place in a text that was loaded. */
export interface Origin {
  source: SourceFile;
  /** In UTF-16 units. */
  offset: number;
}

/** Whether one function of a file is meant: a file may be loaded again, also when it was edited. */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  if (a.source.file !== b.source.file) return false;
  return a.source.text !== b.source.text || a.offset === b.offset;
}

/** Where that is, as an editor counts. */
export function siteOfOrigin({ source, offset }: Origin): CallSite {
  return siteAt(source.file, source.text, offset);
}

// biome-ignore lint/complexity/noBannedTypes: any function at all may be a task's
type TaskFn = Function;

/** A `task()` call, and where it was found. */
interface FoundCall extends TaskCall {
  source: Syntax;
  place: Place;
}

/** Where the function of a task is written, and how many arguments `bind` has given it already. */
interface TaskFunction extends WrittenFunction {
  place: Place;
  bound: number;
}

/**
 * What the source says about the task that a `task()` call made of `fn`; the call is at the first
 * of these places that has one. Where none has, `fn` is described by itself: as it is written,
 * if the engine tells where that is, else by its own `toString()`. Never throws.
 */
export function describeTask(places: readonly Place[], fn: TaskFn): TaskSource {
  for (const place of places) {
    const source = parseSource(place.source);
    const call = source && findTaskCall(source, place);
    if (call) return describeCall({ ...call, source, place }, fn);
  }
  const own = find(fn);
  const call = own && callAround(own.fn, own.around);
  if (call) return describeCall({ ...call, source: own.source, place: own.place }, fn);
  return own ? describeFunction(own) : describeCompiled(fn);
}

function describeCall(found: FoundCall, fn: TaskFn): TaskSource {
  const { name, documented } = bindingOf(found);
  const place = { namespace: namespaceOf(found.source.program), ...siteOf(found.place) };
  const own = functionOf(found, fn);
  if (own) {
    const doc = firstDoc(found.source, documented) ?? docOf(own);
    return { ...describeWritten(own, doc), ...place, name: name ?? nameOf(own) };
  }
  const argument = argumentOf(found);
  const expression = argument?.kind === "expression" ? argument.node : null;
  const compiled = describeCompiled(fn);
  const doc = firstDoc(found.source, expression ? [...documented, expression] : documented);
  const text = expression ? hashableText(found.source, expression) : compiled.text;
  const origin = { source: found.place.source, offset: found.call.start };
  return { ...compiled, ...place, name, doc: doc?.text ?? null, text, origin };
}

/** The function that a call was given: written in place, or wherever it is declared. */
function functionOf(call: FoundCall, fn: TaskFn): TaskFunction | null {
  const argument = argumentOf(call);
  if (argument?.kind === "expression") return null;
  const here = (node: FunctionSyntax | null): TaskFunction | null =>
    node && { ...written(call.source, node), place: call.place, bound: 0 };
  if (argument?.kind === "function") return here(argument.node);
  const name = argument?.node.type === "Identifier" ? argument.node.name : null;
  const only = name === null ? null : onlyDeclared(name, call);
  if (only) return here(only);
  return find(fn) ?? here(name === null ? null : lookUp(name, call.around));
}

/** Where the engine has `fn` from. */
function find(fn: TaskFn): TaskFunction | null {
  const { places, bound } = placesOfFunction(fn) ?? { places: [], bound: 0 };
  for (const place of places) {
    const own = functionAt(place);
    if (own && own.fn.params.length >= fn.length + bound) return { ...own, place, bound };
  }
  return null;
}

/** A task whose `task()` call is nowhere to be seen. */
function describeFunction(own: TaskFunction): TaskSource {
  const namespace = namespaceOf(own.source.program);
  return {
    ...describeWritten(own, docOf(own)),
    namespace,
    name: nameOf(own),
    ...siteOf(own.place),
  };
}

function describeWritten(
  { source, fn, start, bound, place }: TaskFunction,
  doc: DocComment | null,
) {
  return {
    origin: { source: place.source, offset: start },
    functionName: fn.id?.name ?? null,
    doc: doc?.text ?? null,
    text: hashableText(source, { ...fn, start }),
    parameters: readParameters(source, fn, doc ?? NO_DOC).slice(bound),
  };
}

/** The constant, method or property that a function is, or that takes what is made of it. */
function nameOf({ fn, around }: TaskFunction): string | null {
  const maker = callAround(fn, around);
  return bindingOf(maker ?? { call: fn, around }).name;
}

function docOf({ source, fn, around }: TaskFunction): DocComment | null {
  return firstDoc(source, [...bindingOf({ call: fn, around }).documented, fn]);
}

function siteOf({ source, line }: Place) {
  return { file: scriptPath(source.file), line };
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
    origin: null,
  };
}

/** A method's text is no expression by itself, only within an object. */
export function parseCompiled(
  text: string,
): { source: Syntax; node: Node; fn: FunctionSyntax } | null {
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
