import { placesOfFunction } from "./place.ts";
import { lineStart } from "./position.ts";
import { describeTask } from "./source.ts";
import { hashableText } from "./source-text.ts";
import { parseSource, pathTo } from "./syntax.ts";

// biome-ignore lint/complexity/noBannedTypes: any function at all may be included
type Any = Function;

/** A function that another's source does not hold, as it is written. */
export interface IncludedFunction {
  readonly name: string | null;
  readonly source: string;
}

/**
 * Name and text of a function or class, as its file has them; in the form that a loader made of it
 * where that is not known.
 */
export function includedFunction(fn: Any): IncludedFunction {
  const { functionName, name, text } = describeTask([], fn);
  const compiled = Function.prototype.toString.call(fn);
  if (/^class\b/.test(compiled)) return classOf(fn) ?? { name: fn.name || null, source: compiled };
  return { name: functionName ?? name, source: text };
}

/** The engine has a class at its constructor, or at its head where that is not written. */
function classOf(fn: Any): IncludedFunction | null {
  for (const place of placesOfFunction(fn)?.places ?? []) {
    const source = parseSource(place.source);
    const line = source && lineStart(source.text, place.line);
    if (!source || line === null) continue;
    const node = pathTo(source.program, line + place.column - 1).findLast(
      ({ type }) => type === "ClassDeclaration" || type === "ClassExpression",
    );
    if (node) return { name: fn.name || null, source: hashableText(source, node) };
  }
  return null;
}
