import { RedunError } from "../../errors.ts";

/** One line of a config file: `section.subsection.name`, and its value. */
export interface Setting {
  readonly key: string;
  readonly value: string;
}

/**
 * Reads the text of a git config file. A name without `=` has the value "true".
 * @throws RedunError GIT_FAILED naming `path` and the line, where git could not read it either
 */
export function parseConfig(text: string, path: string): Setting[] {
  const source = text
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .replace(/\r$/, "\n");
  const settings: Setting[] = [];
  let section = "";
  let at = 0;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at = pattern.lastIndex;
    return found;
  };

  for (;;) {
    match(BLANK_OR_COMMENT);
    if (at >= source.length) return settings;
    const header = match(HEADER);
    if (header) {
      section = sectionOf(header);
      continue;
    }
    const name = match(NAME)?.[0].toLowerCase();
    const value = name && (match(EQUALS) ? match(VALUE)?.[0] : match(END_OF_LINE) && "true");
    if (!name || value === undefined || value === null) throw malformed(source, at, path);
    settings.push({ key: section ? `${section}.${name}` : name, value: unquote(value) });
  }
}

/** White space is what git takes for it. */
const BLANK_OR_COMMENT = /(?:[ \t\r\n]|[#;][^\n]*)*/y;
const HEADER = /\[([a-zA-Z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]/y;
const NAME = /[a-zA-Z][a-zA-Z0-9-]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const END_OF_LINE = /[ \t]*(?=\n|$)/y;
/** Up to the end of the line or a comment; quotes hide both, a backslash continues the line. */
const VALUE = /(?:\\(?:[\\"ntb]|\n|$)|"(?:[^"\\\n]|\\(?:[\\"ntb]|\n))*"|[^"\\\n#;])*(?=[\n#;]|$)/y;

/** Section names ignore case; a quoted subsection keeps it, the old `[section.sub]` does not. */
function sectionOf([, name = "", subsection]: RegExpExecArray): string {
  if (subsection === undefined) return name.toLowerCase();
  return `${name.toLowerCase()}.${subsection.replace(/\\(.)/g, "$1")}`;
}

function unquote(value: string): string {
  let result = "";
  let end = 0;
  for (const [, quoted, plain] of value.matchAll(
    /"((?:[^"\\]|\\[\s\S])*)"|((?:[^"\\]|\\(?:[\s\S]|$))+)/g,
  )) {
    result += resolveEscapes(quoted ?? plain ?? "");
    // White space at the end goes, unless it is quoted or escaped.
    end = quoted !== undefined ? result.length : Math.max(end, visibleEnd(plain ?? "", result));
  }
  return result.slice(0, end);
}

function visibleEnd(plain: string, result: string): number {
  const trailing = /[ \t\r]*$/.exec(plain)?.[0].length ?? 0;
  return trailing === plain.length ? 0 : result.length - trailing;
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", b: "\b", "\n": "", "": "" };

function resolveEscapes(text: string): string {
  return text.replace(/\\([\s\S]|$)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function malformed(source: string, at: number, path: string): RedunError {
  const line = source.slice(0, at).split("\n").length;
  return new RedunError(
    "GIT_FAILED",
    `The git config file ${path} cannot be read: line ${line} is not valid.`,
    "Correct the line; `git config --list` would fail in the same place.",
  );
}
