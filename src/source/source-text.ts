import { children, type Node, type Syntax } from "./syntax.ts";

/**
 * A function's text for the task hash: exactly as written, comments included (redun hashes the
 * source text too), except what a move in or out of a block changes: the indentation that its
 * lines have in common, line ends, and blanks in empty lines. The lines of a template literal
 * are the program's data and stay.
 */
export function hashableText(source: Syntax, node: Node): string {
  const text = source.text.slice(node.start, node.end);
  const [first = "", ...rest] = splitLines(text);
  const literal = linesInsideLiterals(source, node);
  const isCode = rest.map((_, index) => !literal.has(index + 1));
  const indent = commonIndent(rest.filter((line, index) => isCode[index] && line.trim() !== ""));
  const moved = rest.map((line, index) => {
    if (!isCode[index]) return line;
    return line.trim() === "" ? "" : line.slice(indent.length);
  });
  return [first, ...moved].join("\n");
}

function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

/** The blanks that every line begins with. */
function commonIndent(lines: string[]): string {
  let common: string | null = null;
  for (const line of lines) {
    const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
    common ??= indent;
    while (!indent.startsWith(common)) common = common.slice(0, -1);
  }
  return common ?? "";
}

/** The lines (0 is the first of `node`) that begin inside a template or a continued string. */
function linesInsideLiterals(source: Syntax, node: Node): Set<number> {
  const lines = new Set<number>();
  const lineOf = (offset: number) => splitLines(source.text.slice(node.start, offset)).length - 1;
  const visit = (inner: Node) => {
    if (isLiteral(inner) && source.text.slice(inner.start, inner.end).includes("\n")) {
      for (let line = lineOf(inner.start); line < lineOf(inner.end); line++) lines.add(line + 1);
    }
    children(inner).forEach(visit);
  };
  visit(node);
  return lines;
}

function isLiteral({ type }: Node): boolean {
  return type === "TemplateElement" || type === "Literal" || type === "JSXText";
}
