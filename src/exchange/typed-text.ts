/** Texts of systems that know nothing else. */
import { formatTagValue, parseTagValue } from "../tag/text.ts";
import type { TagValue } from "../value/value.ts";

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
