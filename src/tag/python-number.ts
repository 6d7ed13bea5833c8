/** Numbers as Python's `int(text)` and `float(text)` read them. */
import { type Float, float, integer } from "../value/value.ts";

const DIGIT = /\p{Nd}/u;
/** Python strips what `str.isspace` knows, except the controls U+001C to U+001F. */
const SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

const INT = /^[+-]?[0-9]+(?:_[0-9]+)*$/;
const FLOAT =
  /^[+-]?(?:[0-9]+(?:_[0-9]+)*\.?|(?:[0-9]+(?:_[0-9]+)*)?\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/;
const NAMED = /^([+-]?)(?:(nan)|inf(?:inity)?)$/i;

/** `int(text)`: surrounding blanks, a sign, leading zeros and single underscores are allowed. */
export function pythonInt(text: string): number | bigint | undefined {
  const ascii = toAscii(text);
  if (!INT.test(ascii)) return undefined;
  const negative = ascii.startsWith("-");
  const digits = ascii.replace(/^[+-]/, "").replaceAll("_", "");
  const size = integer(digits.replace(/^0+(?=.)/, ""));
  if (!negative) return size;
  return size === 0 ? 0 : -size;
}

/** `float(text)`: as `int`, and `.5`, `5.`, `1e3`, `nan`, `inf`, `Infinity` in any case. */
export function pythonFloatOf(text: string): Float | number | undefined {
  const ascii = toAscii(text);
  const named = NAMED.exec(ascii);
  if (named !== null) {
    if (named[2] !== undefined) return Number.NaN;
    return named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return FLOAT.test(ascii) ? float(Number(ascii.replaceAll("_", ""))) : undefined;
}

/** Trims blanks and turns the digits of every script into 0 to 9, as Python does first. */
function toAscii(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "");
  let result = "";
  for (const c of text) {
    if (SPACE.test(c)) result += " ";
    else result += DIGIT.test(c) ? digitValue(c.codePointAt(0)!) : c;
  }
  return result.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "");
}

/** Decimal digits stand in runs from 0 to 9, so the distance to the start of the run tells. */
function digitValue(codePoint: number): number {
  if (codePoint < 0x80) return codePoint - 48;
  let start = codePoint;
  while (DIGIT.test(String.fromCodePoint(start - 1))) start--;
  return (codePoint - start) % 10;
}
