import { literalOf } from "./literal.ts";
import { parseCompiled } from "./source.ts";
import { children, type FunctionSyntax, isFunction, keyName, type Node, unwrap } from "./syntax.ts";

/** What a parameter, or a part of one, is bound to. */
export type Pattern =
  | { readonly kind: "name"; readonly name: string }
  | {
      readonly kind: "object";
      readonly properties: readonly { readonly key: string; readonly part: Part }[];
      /** The name that takes all other properties. */
      readonly rest: string | null;
      /** Of some properties the key is computed: what they are called is unknown. */
      readonly isOpen: boolean;
    }
  | {
      readonly kind: "list";
      readonly items: readonly (Part | null)[];
      readonly rest: string | null;
    };

export interface Part {
  readonly pattern: Pattern;
  readonly default: Default | null;
}

export interface Default {
  readonly text: string;
  /** Null where it has to be computed. */
  readonly literal: { readonly value: unknown } | null;
}

/** How the running form of a function takes its arguments apart. */
export interface Bindings {
  /** One for each parameter; null for one that collects the rest. */
  readonly parts: readonly (Part | null)[];
  /** Every name that is bound. */
  readonly names: readonly string[];
  /** From the bracket before the parameters to the body. */
  readonly body: { readonly lines: number; readonly columns: number };
  /** Whether the names have what the parameters got when the first thing in the body is done. */
  readonly isWatchable: boolean;
}

/**
 * Read from the function's own `toString()`, which is what runs: names may be others in its source.
 * @returns null where that is no JavaScript, as of a bound or a native function
 */
// biome-ignore lint/complexity/noBannedTypes: any function at all may be a task's
export function bindingsOf(fn: Function): Bindings | null {
  const parsed = parseCompiled(Function.prototype.toString.call(fn));
  if (!parsed?.fn.body) return null;
  const { source, fn: node } = parsed;
  const reader = new Reader(source.text);
  const parts = node.params.map((param) =>
    param.type === "RestElement" ? reader.rest(param.argument) : reader.part(param),
  );
  const bracket = source.text.indexOf("(", node.id?.end ?? node.start);
  const head = source.text.slice(bracket, parsed.fn.body!.start).split(/\r\n|[\n\r\u2028\u2029]/);
  return {
    parts,
    names: reader.names,
    body: { lines: head.length - 1, columns: head.at(-1)!.length },
    isWatchable: !node.generator && !changesFirst(node, reader.names),
  };
}

class Reader {
  readonly names: string[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  part(node: Node): Part {
    if (node.type !== "AssignmentPattern") return { pattern: this.#pattern(node), default: null };
    const { left, right } = node;
    const text = this.#text.slice(right.start, right.end);
    return { pattern: this.#pattern(left), default: { text, literal: literalOf(right) } };
  }

  /** A parameter that collects the rest has no default. */
  rest(node: Node): null {
    this.#pattern(node);
    return null;
  }

  #pattern(given: Node): Pattern {
    const node = unwrap(given);
    if (node.type === "ObjectPattern") return this.#object(node);
    if (node.type === "ArrayPattern") {
      const last = node.elements.at(-1);
      const rest = last?.type === "RestElement" ? this.#name(last.argument) : null;
      const items = node.elements.filter((item) => item?.type !== "RestElement");
      return { kind: "list", items: items.map((item) => item && this.part(item)), rest };
    }
    return { kind: "name", name: this.#name(node) ?? "" };
  }

  #object(node: Node & { type: "ObjectPattern" }): Pattern {
    let [rest, isOpen]: [string | null, boolean] = [null, false];
    const properties: { key: string; part: Part }[] = [];
    for (const property of node.properties) {
      if (property.type !== "Property") {
        rest = this.#name(property.argument);
        continue;
      }
      const key = keyName(property.key, property.computed);
      const part = this.part(property.value);
      if (key === null) isOpen = true;
      else properties.push({ key, part });
    }
    return { kind: "object", properties, rest, isOpen };
  }

  #name(node: Node): string | null {
    if (node.type !== "Identifier") return null;
    this.names.push(node.name);
    return node.name;
  }
}

/**
 * Whether the body may change what a name is bound to before anything that one can stop at: in an
 * expression that assigns to one, or by a function of that name, which is there from the beginning.
 */
function changesFirst(fn: FunctionSyntax, names: readonly string[]): boolean {
  const body = fn.body!;
  if (body.type !== "BlockStatement") return names.length > 0 && assigns(body);
  return body.body.some(
    (statement) =>
      statement.type === "FunctionDeclaration" && names.includes(statement.id?.name ?? ""),
  );
}

function assigns(node: Node): boolean {
  if (isFunction(node)) return false;
  if (node.type === "AssignmentExpression" || node.type === "UpdateExpression") return true;
  return children(node).some(assigns);
}
