import { type DocComment, NO_DOC } from "./doc-comment.ts";
import { literalOf } from "./literal.ts";
import { type FunctionSyntax, keyName, type Node, type Syntax } from "./syntax.ts";
import { annotationOf, declarationsOf, membersOf, typeText } from "./type-lookup.ts";

/** One parameter of a task's function, as its source declares it. */
export interface Parameter {
  /** A destructured parameter has no name of its own: it is `options`, or `arg2` for a second. */
  name: string;
  /** The text of the type annotation (in JavaScript, of the `@param {type}` comment). */
  type: string | null;
  /** The types that its file declares, which `type` may name. */
  declarations: string;
  /** It may be left out: it has a `?`, a default, or collects the rest. */
  optional: boolean;
  defaultText: string | null;
  hasLiteralDefault: boolean;
  /** The JSON value of the default; undefined unless `hasLiteralDefault`. */
  defaultValue: unknown;
  rest: boolean;
  /** Of a destructured object: one for each named property, their own `properties` null. */
  properties: Parameter[] | null;
  /** What `@param name` says. */
  doc: string | null;
}

/** The parameters of `fn`, which stands in `source`; `doc` is the comment of its task. */
export function readParameters(
  source: Syntax,
  fn: FunctionSyntax,
  doc: DocComment = NO_DOC,
): Parameter[] {
  const parameters = fn.params.filter(isRealParameter);
  const taken = new Set(parameters.map(ownName));
  return parameters.map((node, index) => {
    const parameter = readParameter(source, node, index, doc);
    if (ownName(node) === null) {
      parameter.name = freeName(parameter.name, index, taken);
      taken.add(parameter.name);
    }
    return parameter;
  });
}

/** What the parameter itself is called; null for one that is taken apart. */
function ownName(node: Node): string | null {
  switch (node.type) {
    case "TSParameterProperty":
      return ownName(node.parameter);
    case "RestElement":
      return ownName(node.argument);
    case "AssignmentPattern":
      return ownName(node.left);
    default:
      return node.type === "Identifier" ? node.name : null;
  }
}

function freeName(wanted: string, index: number, taken: ReadonlySet<string | null>): string {
  let name = taken.has(wanted) ? `arg${index + 1}` : wanted;
  while (taken.has(name)) name += "_";
  return name;
}

/** TypeScript's `this` parameter exists for the type checker alone. */
function isRealParameter(node: Node): boolean {
  return !(node.type === "Identifier" && node.name === "this");
}

function readParameter(source: Syntax, node: Node, index: number, doc: DocComment): Parameter {
  if (node.type === "TSParameterProperty") {
    return readParameter(source, node.parameter, index, doc);
  }
  const rest = node.type === "RestElement";
  const pattern = rest ? node.argument : node.type === "AssignmentPattern" ? node.left : node;
  const annotation = annotationOf(node) ?? annotationOf(pattern);
  const name = pattern.type === "Identifier" ? pattern.name : unnamed(pattern, index);
  const said = doc.params.get(name);
  return {
    name,
    type: annotation ? typeText(source, annotation) : (said?.type ?? null),
    declarations: declarationsOf(source),
    ...readDefault(source, node),
    optional:
      rest ||
      node.type === "AssignmentPattern" ||
      isMarkedOptional(pattern) ||
      (!annotation && said?.optional === true),
    rest,
    properties:
      pattern.type === "ObjectPattern"
        ? readProperties(source, pattern, membersOf(source, annotation), doc)
        : null,
    doc: said?.text ?? null,
  };
}

function unnamed(pattern: Node, index: number): string {
  return pattern.type === "ObjectPattern" ? "options" : `arg${index + 1}`;
}

/** One parameter for each property of `{ a, b: c = 1 }`, typed by the members of its type. */
function readProperties(
  source: Syntax,
  pattern: Node & { type: "ObjectPattern" },
  members: Map<string, Node>,
  doc: DocComment,
): Parameter[] {
  return pattern.properties.flatMap((property) => {
    if (property.type !== "Property") return [];
    const name = keyName(property.key, property.computed);
    if (name === null) return [];
    const member = members.get(name);
    const annotation = member && annotationOf(member);
    const said = docOfProperty(doc, name);
    return {
      name,
      type: annotation ? typeText(source, annotation) : (said?.type ?? null),
      declarations: declarationsOf(source),
      ...readDefault(source, property.value),
      optional:
        property.value.type === "AssignmentPattern" ||
        (member ? isMarkedOptional(member) : said?.optional === true),
      rest: false,
      properties: null,
      doc: said?.text ?? null,
    };
  });
}

/** JSDoc writes `@param options.greet`, whatever the first word; `@param greet` is taken too. */
function docOfProperty(doc: DocComment, name: string) {
  for (const [path, said] of doc.params) {
    if (path === name || path.endsWith(`.${name}`)) return said;
  }
  return undefined;
}

function readDefault(source: Syntax, node: Node) {
  if (node.type !== "AssignmentPattern") {
    return { defaultText: null, hasLiteralDefault: false, defaultValue: undefined };
  }
  const literal = literalOf(node.right);
  return {
    defaultText: source.text.slice(node.right.start, node.right.end),
    hasLiteralDefault: literal !== null,
    defaultValue: literal?.value,
  };
}

function isMarkedOptional(node: Node): boolean {
  return "optional" in node && node.optional === true;
}
