import { float, integer, isTimestamp, Timestamp } from "./value.ts";
import { isPlain, yamlFloat } from "./yaml-scalar.ts";

/** Longer integers are not written in decimal digits, and reading them takes quadratic time. */
export const MAX_DIGITS = 4300;

const INT = /^(?:0|-?[1-9][0-9]*)$/;
const FLOAT = /^-?[0-9]+\.[0-9]+(?:e[+-][0-9]+)?$/;

/**
 * The value of an unquoted scalar in canonical YAML, or undefined when none is written so:
 * a string that needs no quotes, null, a boolean, an int, a float, or a time of our own.
 */
export function plainScalar(text: string): unknown {
  if (isPlain(text)) return text;
  const c = text.charCodeAt(0);
  if (c > 0x39) {
    if (text === "null") return null;
    if (text === "true") return true;
    return text === "false" ? false : undefined;
  }
  if (text.length <= MAX_DIGITS && INT.test(text)) return integer(text);
  if (FLOAT.test(text)) {
    const n = Number(text);
    return yamlFloat(n) === text ? float(n) : undefined;
  }
  if (isTimestamp(text)) return new Timestamp(text);
  if (text === ".nan") return Number.NaN;
  if (text === ".inf") return Number.POSITIVE_INFINITY;
  return text === "-.inf" ? Number.NEGATIVE_INFINITY : undefined;
}
