/** What a pickle's instructions put together, and how people see that. */

/** Characters of a part, and of the line. */
export const MAX_TEXT = 200;

/** Something on the stack: a text by the time it is shown. */
export type Node =
  | { readonly kind: "text"; readonly text: string; readonly plain?: string }
  | { readonly kind: "list"; readonly open: string; readonly close: string; readonly items: Node[] }
  | { readonly kind: "dict"; readonly pairs: (readonly [Node, Node])[] }
  | { readonly kind: "call"; readonly name: string; readonly args: Node; state?: Node }
  | { readonly kind: "mark" };

/** A pickle whose instructions do not fit each other, or are not known. */
export class Unreadable extends Error {}

/** Within a structure that holds itself, the depth ends it. */
export function shown(node: Node, depth: number): string {
  if (depth > 8) return "...";
  switch (node.kind) {
    case "text":
      return cut(node.text);
    case "list": {
      const { open, close, items } = node;
      const comma = open === "(" && items.length === 1 ? "," : "";
      return `${open}${joined(items, (item) => shown(item, depth + 1))}${comma}${close}`;
    }
    case "dict":
      return `{${joined(node.pairs, ([key, value]) => `${shown(key, depth + 1)}: ${shown(value, depth + 1)}`)}}`;
    case "call":
      return callText(node, depth);
    case "mark":
      throw new Unreadable();
  }
}

function callText({ name, args, state }: Extract<Node, { kind: "call" }>, depth: number): string {
  const given = shown(args, depth + 1).replace(/^\(|,?\)$/g, "");
  const short = name.replace(/^(?:builtins|redun\.\w+)\./, "");
  if (given !== "" || state?.kind !== "dict") return `${short}(${given})`;
  // Of redun's own classes, what was raised is all that people look for.
  const raised = state.pairs.find(([key]) => key.kind === "text" && key.plain === "error");
  if (short === "ErrorValue" && raised) return shown(raised[1], depth);
  const pairs = joined(state.pairs, ([key, value]) => {
    const label = key.kind === "text" ? (key.plain ?? key.text) : shown(key, depth + 1);
    return `${label}=${shown(value, depth + 1)}`;
  });
  return `${short}(${pairs})`;
}

function joined<T>(items: readonly T[], show: (item: T) => string): string {
  let all = "";
  for (const item of items) {
    if (all !== "") all += ", ";
    if (all.length > MAX_TEXT) return `${all}...`;
    all += show(item);
  }
  return all;
}

function cut(line: string): string {
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 3)}...`;
}
