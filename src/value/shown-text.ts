/** Text made safe to show: cut, on one line, without hidden characters or marks of direction. */

/**
 * Invisible characters that can act on a terminal, except the ASCII controls, of which
 * some callers allow a few: DEL, C1 controls, marks of direction, separators of lines and paragraphs,
 * the byte order mark. For a class in a regular expression.
 */
export const INVISIBLE = "\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff";

/** A text cut to this many characters, with `...` where something is left out. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  // A character is one or two UTF-16 units: these are enough to tell.
  const characters = [...text.slice(0, 2 * length + 1)];
  if (characters.length <= length) return text;
  return `${characters.slice(0, Math.max(0, length - 3)).join("")}...`;
}

const UNSAFE = new RegExp(`[\\x00-\\x1f${INVISIBLE}]`, "g");

/** A word as a POSIX shell would need it, on one line and without control characters. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-][\w@%+=:,./~-]*$/.test(word)) return word;
  const visible = word.replace(
    UNSAFE,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `'${visible.replaceAll("'", "'\\''")}'`;
}
