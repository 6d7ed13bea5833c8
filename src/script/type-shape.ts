/** As much of a type as decides how a word of the command line is read. */
export type TypeShape =
  | { kind: "string" | "number"; oneOf: string[] | null }
  | { kind: "boolean" | "bigint" | "file" | "any" }
  | { kind: "list"; item: TypeShape };

const ANY: TypeShape = { kind: "any" };

/** Reads the text of a type annotation; null or a type of the user's own is `any`. */
export function typeShape(text: string | null): TypeShape {
  if (text === null) return ANY;
  const members = unionMembers(text).filter((member) => !isAbsence(member));
  const [first, ...others] = members.map(memberShape);
  if (!first || first.kind === "any" || first.kind === "list") {
    return first && others.length === 0 ? first : ANY;
  }
  if (others.some((other) => other.kind !== first.kind)) return ANY;
  if (first.kind !== "string" && first.kind !== "number") return first;
  const isOpen = members.includes(first.kind);
  return { kind: first.kind, oneOf: isOpen ? null : members.map(literalText) };
}

/** Whether undefined is one of the values: then the argument may be left out. */
export function allowsUndefined(text: string | null): boolean {
  return text !== null && unionMembers(text).includes("undefined");
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

function memberShape(member: string): TypeShape {
  if (member === "string" || /^["']/.test(member)) return { kind: "string", oneOf: null };
  if (member === "number" || /^-?[\d.]+$/.test(member)) return { kind: "number", oneOf: null };
  if (/^(boolean|true|false)$/.test(member)) return { kind: "boolean" };
  if (member === "bigint") return { kind: "bigint" };
  if (member === "File") return { kind: "file" };
  const item =
    /^(?:readonly\s+)?(.+)\[\s*\]$/s.exec(member)?.[1] ??
    /^(?:Readonly)?Array\s*<(.+)>$/s.exec(member)?.[1];
  return item === undefined ? ANY : { kind: "list", item: typeShape(item) };
}

function isAbsence(member: string): boolean {
  return member === "undefined" || member === "null";
}

function literalText(member: string): string {
  return /^["']/.test(member) ? member.slice(1, -1) : member;
}

/** Splits at every `|` that is not inside brackets or quotes. */
function unionMembers(text: string): string[] {
  const members = [""];
  let depth = 0;
  for (const [token] of text.matchAll(/"[^"]*"|'[^']*'|=>|./gs)) {
    if ("<([{".includes(token)) depth++;
    if (">)]}".includes(token)) depth--;
    if (token === "|" && depth === 0) members.push("");
    else members[members.length - 1] += token;
  }
  const trimmed = members.map((member) => member.trim()).filter((member) => member !== "");
  const [only = ""] = trimmed;
  const isBracketed = trimmed.length === 1 && only.startsWith("(") && only.endsWith(")");
  return isBracketed ? unionMembers(only.slice(1, -1)) : trimmed;
}
