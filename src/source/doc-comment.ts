import type { Syntax } from "./syntax.ts";

/** A doc comment: what it says, and its `@param` lines by name. */
export interface DocComment {
  text: string | null;
  params: Map<string, ParamDoc>;
}

interface ParamDoc {
  type: string | null;
  /** Written `[name]`, or typed `{string=}`. */
  optional: boolean;
  text: string | null;
}

export const NO_DOC: DocComment = { text: null, params: new Map() };

/**
 * The doc comment immediately before `offset`. Blank space and line comments (a linter's
 * directives) may stand between.
 */
export function docBefore(source: Syntax, offset: number): DocComment | null {
  let end = offset;
  for (let i = source.comments.length - 1; i >= 0; i--) {
    const comment = source.comments[i];
    if (!comment || comment.end > end) continue;
    if (source.text.slice(comment.end, end).trim() !== "") return null;
    if (comment.type === "Block" && comment.value.startsWith("*")) return parseDoc(comment.value);
    if (comment.type === "Block") return null;
    end = comment.start;
  }
  return null;
}

/** Reads the inside of a doc comment: its text up to the first `@` line, then the blocks. */
function parseDoc(comment: string): DocComment {
  const lines = comment.split(/\r?\n/).map((line) => line.replace(/^\s*\*?[ \t]?/, "").trimEnd());
  const blocks: string[][] = [[]];
  for (const line of lines) {
    if (/^\s*@\w/.test(line)) blocks.push([]);
    blocks.at(-1)?.push(line);
  }
  const [head = [], ...tags] = blocks.map((block) => block.join("\n").trim());
  return { text: head === "" ? null : (head as string), params: new Map(tags.flatMap(paramBlock)) };
}

/** `@param {type} name - text`, `@param [name=default] text`. */
function paramBlock(block: string): [string, ParamDoc][] {
  const match =
    /^@(?:param|arg|argument)\s+(?:\{(.*?)\}\s*)?(\[[^\]]*\]|\S+)\s*(?:-\s*)?(.*)$/s.exec(block);
  const [, type, written = "", said = ""] = match ?? [];
  const name = written.replace(/^\[\s*|\s*(=.*)?\]$/gs, "");
  if (name === "") return [];
  const optional = written.startsWith("[") || type?.endsWith("=") === true;
  const text = said.replace(/\s+/g, " ").trim() || null;
  return [[name, { type: type?.replace(/^[!?]|=$/g, "") ?? null, optional, text }]];
}
