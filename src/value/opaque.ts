/**
 * What stands in a record for a value without a canonical form: `!opaque function greet`.
 * A short text on one line that never throws, whatever the value does when it is looked at.
 */
export function opaqueText(value: unknown): string {
  if (typeof value === "symbol") return short("symbol", value.description ?? "");
  if (typeof value === "function") return short("function", nameOf(value));
  return short("class", nameOf(constructorOf(value)));
}

function short(kind: string, name: string): string {
  const clean = name
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 80);
  return `${kind} ${clean || "(anonymous)"}`;
}

function constructorOf(value: unknown): unknown {
  try {
    return Object.getPrototypeOf(value)?.constructor;
  } catch {
    return undefined;
  }
}

function nameOf(value: unknown): string {
  try {
    const name = typeof value === "function" ? value.name : "";
    return typeof name === "string" ? name : "";
  } catch {
    return "";
  }
}
