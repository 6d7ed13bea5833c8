import { keyName, type Node, parseText, stringValue } from "../source/syntax.ts";

/** As much of a type as decides how a word of the command line is read, and what it must be. */
export type TypeShape =
  | { kind: "string" | "number"; oneOf: string[] | null }
  | { kind: "boolean" | "bigint" | "file" | "date" | "null" | "any" }
  | { kind: "list" | "set"; item: TypeShape }
  | { kind: "tuple"; items: TypeShape[] }
  | { kind: "record" | "map"; value: TypeShape }
  | { kind: "object"; members: ReadonlyMap<string, { shape: TypeShape; optional: boolean }> }
  | { kind: "union"; members: TypeShape[] };

const ANY: TypeShape = { kind: "any" };

/**
 * Reads the text of a type annotation. Null, and what is not known here, is `any`. Beside others,
 * undefined and null are no members: an argument may be left out, and `null` is a word.
 */
export function typeShape(text: string | null): TypeShape {
  const type = parseType(text);
  return type ? shapeOf(type) : ANY;
}

/** Whether undefined is one of the values: then the argument may be left out. */
export function allowsUndefined(text: string | null): boolean {
  const type = parseType(text);
  return type !== null && membersOf(type).some(({ type }) => type === "TSUndefinedKeyword");
}

/** What TypeScript infers for a parameter without annotation from its default. */
export function shapeOfValue(value: unknown): TypeShape {
  if (Array.isArray(value)) {
    const [first = ANY, ...others] = value.map(shapeOfValue);
    const same = others.every((other) => other.kind === first.kind);
    return { kind: "list", item: same ? first : ANY };
  }
  const type = typeof value;
  if (type === "string" || type === "number") return { kind: type, oneOf: null };
  return type === "boolean" ? { kind: type } : ANY;
}

function parseType(text: string | null): Node | null {
  const program = text === null ? null : parseText(`let x: ${text};`, "type.ts")?.program;
  const statement = program?.type === "Program" ? program.body[0] : null;
  const declared = statement?.type === "VariableDeclaration" ? statement.declarations[0]?.id : null;
  const annotation = declared?.type === "Identifier" ? declared.typeAnnotation : null;
  return annotation?.typeAnnotation ?? null;
}

function membersOf(type: Node): Node[] {
  if (type.type === "TSParenthesizedType") return membersOf(type.typeAnnotation);
  return type.type === "TSUnionType" ? type.types.flatMap(membersOf) : [type];
}

function shapeOf(type: Node): TypeShape {
  const all = membersOf(type);
  const members = all.filter(
    ({ type }) => type !== "TSUndefinedKeyword" && type !== "TSNullKeyword",
  );
  const shapes = joined(members.map(shapeOfMember));
  const hasNull = all.some(({ type }) => type === "TSNullKeyword");
  if (shapes.some(({ kind }) => kind === "any")) return ANY;
  const [only, ...others] = shapes;
  if (!only) return hasNull ? { kind: "null" } : ANY;
  return others.length === 0 ? only : { kind: "union", members: shapes };
}

/** Literals of one kind are one member, which is open if the kind itself is among them. */
function joined(shapes: TypeShape[]): TypeShape[] {
  const result: TypeShape[] = [];
  for (const shape of shapes) {
    const same = result.find(({ kind }) => kind === shape.kind);
    if (shape.kind === "boolean" && same) continue;
    if (same && "oneOf" in same && "oneOf" in shape) {
      same.oneOf = same.oneOf && shape.oneOf ? [...same.oneOf, ...shape.oneOf] : null;
    } else result.push(shape);
  }
  return result;
}

function shapeOfMember(type: Node): TypeShape {
  switch (type.type) {
    case "TSStringKeyword":
      return { kind: "string", oneOf: null };
    case "TSNumberKeyword":
      return { kind: "number", oneOf: null };
    case "TSBooleanKeyword":
      return { kind: "boolean" };
    case "TSBigIntKeyword":
      return { kind: "bigint" };
    case "TSLiteralType":
      return shapeOfLiteral(type.literal);
    case "TSArrayType":
      return { kind: "list", item: shapeOf(type.elementType) };
    case "TSTypeOperator":
      return type.operator === "readonly" ? shapeOf(type.typeAnnotation) : ANY;
    case "TSTupleType":
      return shapeOfTuple(type.elementTypes);
    case "TSTypeLiteral":
      return shapeOfObject(type.members);
    case "TSTypeReference":
      return shapeOfReference(type);
    default:
      return ANY;
  }
}

function shapeOfLiteral(literal: Node): TypeShape {
  const text = stringValue(literal);
  if (text !== null) return { kind: "string", oneOf: [text] };
  if (literal.type === "UnaryExpression") {
    const shape = shapeOfLiteral(literal.argument);
    const isNumber = shape.kind === "number" && literal.operator === "-";
    return isNumber ? { kind: "number", oneOf: shape.oneOf!.map((one) => `-${one}`) } : ANY;
  }
  const value = literal.type === "Literal" ? literal.value : null;
  if (typeof value === "number") return { kind: "number", oneOf: [String(value)] };
  return typeof value === "boolean" ? { kind: "boolean" } : ANY;
}

function shapeOfTuple(elements: readonly Node[]): TypeShape {
  const items = elements.map((element) =>
    element.type === "TSNamedTupleMember" && !element.optional ? element.elementType : element,
  );
  const isOpen = items.some(({ type }) =>
    /^TS(RestType|OptionalType|NamedTupleMember)$/.test(type),
  );
  return isOpen ? ANY : { kind: "tuple", items: items.map(shapeOf) };
}

function shapeOfObject(members: readonly Node[]): TypeShape {
  const shapes = new Map<string, { shape: TypeShape; optional: boolean }>();
  for (const member of members) {
    const name =
      member.type === "TSPropertySignature" ? keyName(member.key, member.computed) : null;
    if (member.type !== "TSPropertySignature" || name === null) return ANY;
    const type = member.typeAnnotation?.typeAnnotation;
    shapes.set(name, { shape: type ? shapeOf(type) : ANY, optional: member.optional });
  }
  return { kind: "object", members: shapes };
}

function shapeOfReference(type: Node & { type: "TSTypeReference" }): TypeShape {
  const name = type.typeName.type === "Identifier" ? type.typeName.name : "";
  const [first, second] = type.typeArguments?.params ?? [];
  if (name === "File" && !first) return { kind: "file" };
  if (name === "Date" && !first) return { kind: "date" };
  if (/^(Readonly)?Array$/.test(name) && first) return { kind: "list", item: shapeOf(first) };
  if (/^(Readonly)?Set$/.test(name) && first) return { kind: "set", item: shapeOf(first) };
  if (name === "Readonly" && first) return shapeOf(first);
  if (!first || !second || shapeOf(first).kind !== "string") return ANY;
  if (name === "Record") return { kind: "record", value: shapeOf(second) };
  return /^(Readonly)?Map$/.test(name) ? { kind: "map", value: shapeOf(second) } : ANY;
}
