import { keyName, type Node, unwrap } from "./syntax.ts";

/** The JSON value that an expression spells out, or null where it has to be computed. */
export function literalOf(node: Node): { value: unknown } | null {
  const plain = unwrap(node);
  if (plain.type === "Literal") {
    // The value of a pattern or a bigint may be null, where the running Node cannot make it.
    if ("regex" in plain || "bigint" in plain) return null;
    return isJsonScalar(plain.value) ? { value: plain.value } : null;
  }
  if (plain.type === "TemplateLiteral" && plain.expressions.length === 0) {
    return { value: plain.quasis[0]?.value.cooked };
  }
  if (plain.type === "UnaryExpression" && (plain.operator === "-" || plain.operator === "+")) {
    const inner = literalOf(plain.argument)?.value;
    if (typeof inner !== "number") return null;
    return { value: plain.operator === "-" ? -inner : inner };
  }
  if (plain.type === "ArrayExpression") {
    const items = plain.elements.map((item) => item && literalOf(item));
    return items.every((item) => item !== null) ? { value: items.map((i) => i.value) } : null;
  }
  return plain.type === "ObjectExpression" ? objectLiteral(plain) : null;
}

function objectLiteral(node: Node & { type: "ObjectExpression" }): { value: unknown } | null {
  const pairs: [string, unknown][] = [];
  for (const property of node.properties) {
    if (property.type !== "Property" || property.kind !== "init") return null;
    const name = keyName(property.key, property.computed);
    const literal = literalOf(property.value);
    if (name === null || literal === null) return null;
    pairs.push([name, literal.value]);
  }
  return { value: Object.fromEntries(pairs) };
}

function isJsonScalar(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "string" || typeof value === "boolean";
}
