/** As much of a type as decides how a word of the command line is read, and what it must be. */
export type TypeShape =
  | { kind: "string" | "number" | "boolean"; oneOf: string[] | null }
  | { kind: "bigint" | "file" | "dir" | "fileset" | "date" | "null" | "any" }
  | { kind: "list" | "set"; item: TypeShape }
  | { kind: "tuple"; items: TypeShape[]; required: number; rest: TypeShape | null }
  | { kind: "record" | "map"; value: TypeShape }
  | { kind: "object"; members: Members; others: TypeShape | null }
  | { kind: "union"; members: TypeShape[] };

export type Members = Map<string, { shape: TypeShape; optional: boolean }>;

export const ANY: TypeShape = { kind: "any" };

/** What TypeScript infers for a parameter without annotation from its default. */
export function shapeOfValue(value: unknown): TypeShape {
  if (Array.isArray(value)) {
    const [first = ANY, ...others] = value.map(shapeOfValue);
    const same = others.every((other) => other.kind === first.kind);
    return { kind: "list", item: same ? first : ANY };
  }
  const type = typeof value;
  const isKnown = type === "string" || type === "number" || type === "boolean";
  return isKnown ? { kind: type, oneOf: null } : ANY;
}

/** What is one of several shapes; of none, or with one that is not known, nothing is known. */
export function union(shapes: readonly TypeShape[]): TypeShape {
  const members = joined(
    shapes.flatMap((shape) => (shape.kind === "union" ? shape.members : [shape])),
  );
  if (members.length === 0 || members.some(({ kind }) => kind === "any")) return ANY;
  return members.length === 1 ? members[0]! : { kind: "union", members };
}

/** Literals of one kind are one member, which is open if the kind itself is among them. */
function joined(shapes: readonly TypeShape[]): TypeShape[] {
  const result: TypeShape[] = [];
  for (const shape of shapes) {
    const at = "oneOf" in shape ? result.findIndex(({ kind }) => kind === shape.kind) : -1;
    const same = result[at];
    if (same && "oneOf" in same && "oneOf" in shape) {
      const oneOf = same.oneOf && shape.oneOf ? [...same.oneOf, ...shape.oneOf] : null;
      result[at] = { kind: same.kind, oneOf };
    } else result.push(shape);
  }
  return result;
}

export function withoutNull(shape: TypeShape): TypeShape {
  if (shape.kind !== "union") return shape;
  const members = shape.members.filter(({ kind }) => kind !== "null");
  return members.length === 1 ? members[0]! : { kind: "union", members };
}

/** The members of all parts; a name that several have is the last one's. */
export function intersection(parts: readonly TypeShape[]): TypeShape {
  const members: Members = new Map();
  let others: TypeShape | null = null;
  for (const part of parts) {
    if (part.kind !== "object") return ANY;
    for (const [name, member] of part.members) members.set(name, member);
    others ??= part.others;
  }
  return { kind: "object", members, others };
}

export function allOptional(shape: TypeShape): TypeShape {
  if (shape.kind !== "object") return shape;
  const members = [...shape.members].map(
    ([name, member]) => [name, { ...member, optional: true }] as const,
  );
  return { ...shape, members: new Map(members) };
}
