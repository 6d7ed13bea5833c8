/**
 * The text that a record has for a value without a YAML form: what it is, and which one, such as
 * `function greet 5c1f0a6073fc0b08-1`. One object has one text for as long as the process
 * lives, and no other object ever has it. A short text on one line; never throws, whatever the value
 * does when it is read.
 */
export function opaqueText(value: unknown): string {
  return `${describe(value)} ${identityOf(value)}`;
}

/** An opaque text as shown to people: without the part that only distinguishes it from others. */
export function withoutIdentity(text: string): string {
  return text.replace(/ [0-9a-f]{16}-[0-9]+$/, "");
}

/** Drawn once in each process. */
let nonce: string | undefined;
let count = 0;
const identities = new WeakMap<object, string>();

function identityOf(value: unknown): string {
  const known = identities.get(value as object);
  if (known !== undefined) return known;
  nonce ??= Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
  const identity = `${nonce}-${++count}`;
  // Registered symbols cannot be kept, and have a form of their own.
  identities.set(value as object, identity);
  return identity;
}

function describe(value: unknown): string {
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
