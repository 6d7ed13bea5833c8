/** Texts of systems that know nothing else. */
import { formatTagValue, parseTagValue } from "../tag/text.ts";
import { Float, type TagValue } from "../value/value.ts";

/**
 * A text as the number, boolean or null that is written exactly so: `0.1` is a number, and `007`, `1e3` and `[1]`
 * are texts.
 */
export function typedText(text: string): TagValue {
  try {
    const value = parseTagValue(text);
    const isSimple = value !== null && typeof value !== "object";
    return isSimple && formatTagValue(value) === text ? value : text;
  } catch {
    return text;
  }
}

/**
 * Numbers as programs and people write them. Python takes more for a number, and most of that is some id in a table:
 * `007`, `2026_11`, and the short commits `12e45678` (an infinity) and `12345e67`.
 */
const NUMBER =
  /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+|(?:\d|\d+\.\d*|\.\d+)e[1-9]\d{0,2}|(?:\d+\.?\d*|\.\d+)e[+-]\d+)$/i;

/** A cell of a table, as tags are read on the command line; what only looks like a number, or like JSON, is a text. */
export function cellValue(cell: string): TagValue {
  try {
    const value = parseTagValue(cell);
    const isNumeric = ["number", "bigint"].includes(typeof value) || value instanceof Float;
    const isIntended = !/\d/.test(cell) || (NUMBER.test(cell.trim()) && !isInfinite(value));
    return isNumeric && !isIntended ? cell : value;
  } catch {
    return cell;
  }
}

function isInfinite(value: TagValue): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
}
