import {
  isTypeDeclaration,
  keyName,
  type Node,
  parseText,
  stringValue,
  withoutExport,
} from "../source/syntax.ts";
import {
  ANY,
  allOptional,
  intersection,
  type Members,
  type TypeShape,
  union,
  withoutNull,
} from "./type-shape.ts";

/** What the names in a type mean, each with its shape once that has been asked for. */
interface Scope {
  readonly declared: ReadonlyMap<string, Node>;
  readonly known: Map<string, TypeShape>;
}

/**
 * Reads the text of a type annotation; `declarations` has the types that its file declares. Null, and
 * what is not known here, is `any`. Beside others, undefined is no member, as an argument may be left
 * out; nor is null at the top, as `null` is a word.
 */
export function typeShape(text: string | null, declarations = ""): TypeShape {
  const [type, declared] = parseType(text, declarations);
  return type ? withoutNull(shapeOf(type, { declared, known: new Map() })) : ANY;
}

/** Whether undefined is one of the values: then the argument may be left out. */
export function allowsUndefined(text: string | null): boolean {
  const [type] = parseType(text);
  return type !== null && membersOf(type).some(({ type }) => type === "TSUndefinedKeyword");
}

/** Whether null is one of the values. */
export function allowsNull(text: string | null): boolean {
  const [type] = parseType(text);
  return type !== null && membersOf(type).some(isNull);
}

function parseType(
  text: string | null,
  declarations = "",
): [type: Node | null, declared: ReadonlyMap<string, Node>] {
  const program =
    text === null ? null : parseText(`let x: ${text};\n${declarations}`, "type.ts")?.program;
  const [statement, ...others] = program?.type === "Program" ? program.body : [];
  const declared =
    statement?.type === "VariableDeclaration" ? statement.declarations[0]?.id : undefined;
  const annotation = declared?.type === "Identifier" ? declared.typeAnnotation : null;
  return [annotation?.typeAnnotation ?? null, declaredTypes(others)];
}

/** What is declared more than once, as an interface may be, is not known. */
function declaredTypes(statements: readonly Node[]): ReadonlyMap<string, Node> {
  const types = statements.map(withoutExport).filter(isTypeDeclaration);
  const once = types.filter(
    ({ id }) => types.filter((other) => other.id.name === id.name).length < 2,
  );
  return new Map(once.map((node) => [node.id.name, node]));
}

function membersOf(type: Node): Node[] {
  if (type.type === "TSParenthesizedType") return membersOf(type.typeAnnotation);
  return type.type === "TSUnionType" ? type.types.flatMap(membersOf) : [type];
}

function isNull(type: Node): boolean {
  return (
    type.type === "TSNullKeyword" ||
    (type.type === "TSLiteralType" &&
      type.literal.type === "Literal" &&
      type.literal.raw === "null")
  );
}

function shapeOf(type: Node, scope: Scope): TypeShape {
  const members = membersOf(type).filter(({ type }) => type !== "TSUndefinedKeyword");
  // The shape itself: that of a type within itself is still to be filled in.
  if (members.length === 1) return shapeOfMember(members[0]!, scope);
  return union(members.map((member) => shapeOfMember(member, scope)));
}

function shapeOfMember(type: Node, scope: Scope): TypeShape {
  switch (type.type) {
    case "TSNullKeyword":
      return { kind: "null" };
    case "TSStringKeyword":
      return { kind: "string", oneOf: null };
    case "TSNumberKeyword":
      return { kind: "number", oneOf: null };
    case "TSBooleanKeyword":
      return { kind: "boolean", oneOf: null };
    case "TSBigIntKeyword":
      return { kind: "bigint" };
    case "TSLiteralType":
      return shapeOfLiteral(type.literal);
    case "TSArrayType":
      return { kind: "list", item: shapeOf(type.elementType, scope) };
    case "TSTypeOperator":
      return type.operator === "readonly" ? shapeOf(type.typeAnnotation, scope) : ANY;
    case "TSTupleType":
      return shapeOfTuple(type.elementTypes, scope);
    case "TSTypeLiteral":
      return shapeOfObject(type.members, scope);
    case "TSIntersectionType":
      return intersection(type.types.map((part) => shapeOf(part, scope)));
    case "TSTypeReference":
      return shapeOfReference(type, scope);
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
  if (literal.type !== "Literal") return ANY;
  const { value } = literal;
  if (typeof value === "number" || typeof value === "boolean") {
    return { kind: typeof value as "number" | "boolean", oneOf: [String(value)] };
  }
  return literal.raw === "null" ? { kind: "null" } : ANY;
}

function shapeOfTuple(elements: readonly Node[], scope: Scope): TypeShape {
  const items: TypeShape[] = [];
  let rest: TypeShape | null = null;
  let required = 0;
  for (const element of elements) {
    const named = element.type === "TSNamedTupleMember" ? element : null;
    const type = named ? named.elementType : element;
    const isRest = type.type === "TSRestType";
    const isOptional = type.type === "TSOptionalType" || named?.optional === true;
    const inner =
      type.type === "TSRestType" || type.type === "TSOptionalType" ? type.typeAnnotation : type;
    // `[...number[], string]`
    if (rest) return ANY;
    const shape = shapeOf(inner.type === "TSNamedTupleMember" ? inner.elementType : inner, scope);
    if (isRest && shape.kind !== "list") return ANY;
    if (isRest && shape.kind === "list") rest = shape.item;
    else {
      items.push(shape);
      if (!isOptional) required = items.length;
    }
  }
  return { kind: "tuple", items, required, rest };
}

function shapeOfObject(members: readonly Node[], scope: Scope): TypeShape {
  const shapes: Members = new Map();
  let others: TypeShape | null = null;
  for (const member of members) {
    if (member.type === "TSIndexSignature" && !others) {
      others = shapeOf(member.typeAnnotation.typeAnnotation, scope);
      continue;
    }
    const name =
      member.type === "TSPropertySignature" ? keyName(member.key, member.computed) : null;
    if (member.type !== "TSPropertySignature" || name === null) return ANY;
    const type = member.typeAnnotation?.typeAnnotation;
    shapes.set(name, { shape: type ? shapeOf(type, scope) : ANY, optional: member.optional });
  }
  return { kind: "object", members: shapes, others };
}

function shapeOfReference(type: Node & { type: "TSTypeReference" }, scope: Scope): TypeShape {
  const name = type.typeName.type === "Identifier" ? type.typeName.name : "";
  const [first, second] = type.typeArguments?.params ?? [];
  const declared = scope.declared.get(name);
  if (declared) return first ? ANY : shapeOfDeclared(name, declared, scope);
  if (name === "File" && !first) return { kind: "file" };
  if (name === "Dir" && !first) return { kind: "dir" };
  if (name === "FileSet" && !first) return { kind: "fileset" };
  if (name === "Date" && !first) return { kind: "date" };
  if (!first) return ANY;
  if (/^(Readonly)?Array$/.test(name)) return { kind: "list", item: shapeOf(first, scope) };
  if (/^(Readonly)?Set$/.test(name)) return { kind: "set", item: shapeOf(first, scope) };
  if (name === "Readonly") return shapeOf(first, scope);
  if (name === "NonNullable") return withoutNull(shapeOf(first, scope));
  if (name === "Partial") return allOptional(shapeOf(first, scope));
  if (!second || shapeOf(first, scope).kind !== "string") return ANY;
  if (name === "Record") return { kind: "record", value: shapeOf(second, scope) };
  const isMap = /^(Readonly)?Map$/.test(name);
  return isMap ? { kind: "map", value: shapeOf(second, scope) } : ANY;
}

function shapeOfDeclared(name: string, declared: Node, scope: Scope): TypeShape {
  const known = scope.known.get(name);
  if (known) return known;
  // It may name itself, as the type of a tree does: by then it is there, and filled in below.
  const shape = { ...ANY } as TypeShape;
  scope.known.set(name, shape);
  return Object.assign(shape, shapeOfDeclaration(declared, scope));
}

function shapeOfDeclaration(declared: Node, scope: Scope): TypeShape {
  if ("typeParameters" in declared && declared.typeParameters) return ANY;
  if (declared.type === "TSTypeAliasDeclaration") return shapeOf(declared.typeAnnotation, scope);
  if (declared.type === "TSEnumDeclaration") return shapeOfEnum(declared);
  if (declared.type !== "TSInterfaceDeclaration") return ANY;
  const bases = declared.extends.map(({ expression, typeArguments }) => {
    const base = expression.type === "Identifier" ? scope.declared.get(expression.name) : undefined;
    if (expression.type !== "Identifier" || !base || typeArguments) return ANY;
    return shapeOfDeclared(expression.name, base, scope);
  });
  return intersection([...bases, shapeOfObject(declared.body.body, scope)]);
}

/** The values of an enum, where they stand there. */
function shapeOfEnum({ body }: Node & { type: "TSEnumDeclaration" }): TypeShape {
  const values: TypeShape[] = [];
  let next: number | null = 0;
  for (const { initializer } of body.members) {
    const value: TypeShape = initializer
      ? shapeOfLiteral(initializer)
      : next === null
        ? ANY
        : { kind: "number", oneOf: [String(next)] };
    if (value.kind !== "number" && value.kind !== "string") return ANY;
    next = value.kind === "number" ? Number(value.oneOf![0]) + 1 : null;
    values.push(value);
  }
  return union(values);
}
