import { RedunError } from "../errors.ts";
import { INVISIBLE } from "../value/shown-text.ts";

/** Characters of a query that an error shows. */
const SHOWN = 72;

/**
 * What is wrong with a query, with a caret under the place.
 * @param at where in the query, in UTF-16 units
 * @param problem what was expected there, as the end of a sentence
 */
export function badQuery(query: string, at: number, problem: string, hint?: string): RedunError {
  const before = [...query.slice(0, at)];
  const start = Math.max(0, before.length - (SHOWN - 12));
  const window = [...query].slice(start, start + SHOWN);
  const isCut = start + SHOWN < [...query].length;
  const text = `${start > 0 ? "..." : ""}${onScreen(window.join(""))}${isCut ? "..." : ""}`;
  const column = before.length - start + (start > 0 ? 3 : 0);
  const place = `  ${text}\n  ${" ".repeat(column)}^`;
  return new RedunError("BAD_QUERY", `The query is not understood: ${problem}\n${place}`, hint, {
    data: { at },
  });
}

const UNSAFE = new RegExp(`[\\x00-\\x1f${INVISIBLE}\\ud800-\\udfff]`, "gu");

/** One character for each, so that the caret stands where it should. */
function onScreen(text: string): string {
  return text.replace(UNSAFE, "\u00b7");
}
