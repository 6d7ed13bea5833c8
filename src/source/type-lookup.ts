import { isTypeDeclaration, keyName, type Node, type Syntax, withoutExport } from "./syntax.ts";

/** The type that a parameter or a property is declared with, or null. */
export function annotationOf(node: Node): Node | null {
  const wrapper = "typeAnnotation" in node ? node.typeAnnotation : null;
  return wrapper?.type === "TSTypeAnnotation" ? wrapper.typeAnnotation : null;
}

/** A type as written; in place of an alias of the same file, what it stands for. */
export function typeText(source: Syntax, type: Node): string {
  const meant = declaredAs(source, type);
  const shown = meant && !isObjectType(meant) ? meant : type;
  return source.text.slice(shown.start, shown.end);
}

const declarations = new WeakMap<Syntax, string>();

/** The text of all interfaces, aliases and enums that a file declares. */
export function declarationsOf(source: Syntax): string {
  const known = declarations.get(source);
  if (known !== undefined) return known;
  const body = source.program.type === "Program" ? source.program.body : [];
  const types = body.map(withoutExport).filter(isTypeDeclaration);
  const text = types.map(({ start, end }) => source.text.slice(start, end)).join("\n");
  declarations.set(source, text);
  return text;
}

/** The members of an object type: written in place, or declared in the same file. */
export function membersOf(source: Syntax, type: Node | null): Map<string, Node> {
  const members = new Map<string, Node>();
  for (const member of type ? memberList(source, type) : []) {
    if (member.type !== "TSPropertySignature") continue;
    const name = keyName(member.key, member.computed);
    if (name !== null) members.set(name, member);
  }
  return members;
}

function memberList(source: Syntax, type: Node, seen: readonly Node[] = []): Node[] {
  const meant = declaredAs(source, type) ?? type;
  if (seen.includes(meant)) return [];
  const inner = (part: Node) => memberList(source, part, [...seen, meant]);
  if (meant.type === "TSTypeLiteral") return meant.members;
  if (meant.type === "TSIntersectionType") return meant.types.flatMap(inner);
  if (meant.type !== "TSInterfaceDeclaration") return [];
  const bases = meant.extends.flatMap(({ expression }) =>
    expression.type === "Identifier" ? (declaredNamed(source, expression.name) ?? []) : [],
  );
  // The last of a name counts: what an interface says itself goes before what it inherits.
  return [...bases.flatMap(inner), ...meant.body.body];
}

function isObjectType(type: Node): boolean {
  return ["TSTypeLiteral", "TSInterfaceDeclaration", "TSIntersectionType"].includes(type.type);
}

/** What the name of an interface or alias of this file stands for, through aliases of aliases. */
function declaredAs(source: Syntax, type: Node, seen: readonly string[] = []): Node | null {
  if (type.type !== "TSTypeReference" || type.typeArguments) return null;
  if (type.typeName.type !== "Identifier") return null;
  return declaredNamed(source, type.typeName.name, seen);
}

function declaredNamed(source: Syntax, name: string, seen: readonly string[] = []): Node | null {
  if (seen.includes(name) || source.program.type !== "Program") return null;
  for (const statement of source.program.body) {
    const declared = withoutExport(statement);
    if (declared.type === "TSInterfaceDeclaration" && declared.id.name === name) return declared;
    if (declared.type === "TSTypeAliasDeclaration" && declared.id.name === name) {
      const alias = declared.typeAnnotation;
      return declaredAs(source, alias, [...seen, name]) ?? alias;
    }
  }
  return null;
}
