import { typeName } from "./type-name.ts";
import { Tagged } from "./value.ts";

/** The word in place of a text of a record that was removed. */
export const REDACTED_TEXT = "REDACTED";

/**
 * What stands in a record in place of a value that was removed: `!redacted text`. It says what kind of
 * value it was, where that does not say which, and is the same whoever removed it.
 */
export function redacted(value: unknown): Tagged {
  return isRedacted(value) ? value : new Tagged("redacted", kindOf(value));
}

/** Whether a value stands for one that was removed. */
export function isRedacted(value: unknown): value is Tagged {
  return value instanceof Tagged && value.tag === "redacted";
}

/**
 * What stands in a value in place of a text of which something was cut as it was recorded, because it looks like a
 * secret: `!cut` on the text that remains, with `REDACTED` where the secret was. So nobody takes it for a text.
 */
export const CUT = "cut";

/** Whether something of a recorded value was cut as it was recorded. */
export function isCutValue(value: unknown): value is Tagged {
  return value instanceof Tagged && value.tag === CUT;
}

/** Of a boolean or null, its type would say half of it. */
function kindOf(value: unknown): string {
  const type = typeName(value);
  return TELLING.has(type) ? type : "value";
}

const TELLING: ReadonlySet<string> = new Set([
  ...["string", "int", "float", "list", "map", "bytes", "file", "folder", "fileset", "error"],
]);
