import { RedunError } from "../errors.ts";
import { type Language, languageOf, literal } from "./script-language.ts";
import { listed, word } from "./script-values.ts";
import { ShellReader } from "./shell-context.ts";

/** Something to run: its words, of which the last will be the script's file, and the text of that. */
export interface RunnableScript {
  readonly words: readonly string[];
  readonly text: string;
}

/** The values of a script, by where `${1}`, `${2}` and so on stand in its text. */
const PARTS = /\\[\s\S]|\$\{(\d+)\}/g;
/** Within quotes of any kind, and in none, nothing of this is code. */
const HARMLESS = /^[A-Za-z0-9_./:@%+,-]+$/;
const NOT_HARMLESS = /[^A-Za-z0-9_./:@%+,-]/g;

/**
 * A template as one text, with `${1}` in place of its first value, and the indent that all lines share
 * taken away. It is as it was written: a backslash is one, and `\${` and \` are what they are in any template.
 */
export function templateText(raw: readonly string[]): string {
  const text = raw.reduce((all, part, at) => `${all}\${${at}}${part}`);
  const lines = text
    .replace(/^[ \t]*\n/, "")
    .replace(/\n[ \t]*$/, "\n")
    .split("\n");
  const indents = lines
    .filter((line) => line.trim() !== "")
    .map((line) => /^[ \t]*/.exec(line)![0]);
  const shared = indents.reduce(common, indents[0] ?? "");
  return lines
    .map((line) => line.slice(line.startsWith(shared) ? shared.length : line.length))
    .join("\n");
}

/**
 * A script with its values in their places, none of which can become code.
 * @throws RedunError BAD_VALUE for a value that cannot stand where it does
 */
export function renderedScript(template: string, values: readonly unknown[]): RunnableScript {
  const head = /^#![ \t]*(\S+)(?:[ \t]+(.*?))?[ \t]*(?:\n|$)/.exec(template);
  const language = languageOf(head?.slice(1).filter((word) => word !== undefined) ?? []);
  const start = head?.[0].length ?? 0;
  const words = head ? [head[1]!, ...(head[2] ? [head[2]] : [])] : SHELL;
  const body = template.slice(start);
  const text = language === "shell" ? inShell(body, values) : inLanguage(body, values, language);
  return { words, text: template.slice(0, start) + text };
}

/** As redun's default, without the commands on stderr: a failing command ends it, in a pipe as well. */
const SHELL = ["bash", "-eo", "pipefail"];

function inLanguage(template: string, values: readonly unknown[], language: Language): string {
  return replaced(template, values, (value, at) => literal(value, language, at));
}

/**
 * Values that are more than plain words are assigned to variables before the first line, and named where they
 * stand: a shell does not read the value of a variable as code, whatever is around it.
 */
function inShell(template: string, values: readonly unknown[]): string {
  const reader = new ShellReader();
  let assignments = "";
  let count = 0;
  const text = replaced(
    template,
    values,
    (value, at) => {
      const { context } = reader;
      reader.value();
      const words = listed(value).map((one) => word(one, at));
      const written = words.map((one) => {
        if (context === "comment") return one.replace(NOT_HARMLESS, "_");
        if (HARMLESS.test(one)) return context === "word" ? `'${one}'` : one;
        if (context === "literal") throw inLiteral(one, at);
        const name = `__${++count}`;
        assignments += `${name}='${one.replaceAll("'", "'\\''")}'; `;
        return context === "word" ? `"$\{${name}}"` : `$\{${name}}`;
      });
      return written.join(" ");
    },
    (part) => reader.read(part),
  );
  return assignments + text;
}

function replaced(
  template: string,
  values: readonly unknown[],
  write: (value: unknown, at: number) => string,
  read: (text: string) => void = () => {},
): string {
  let text = "";
  let since = 0;
  const add = (part: string) => {
    read(part);
    text += part;
  };
  for (const { 0: found, 1: number, index } of template.matchAll(PARTS)) {
    add(template.slice(since, index));
    since = index + found.length;
    if (number !== undefined) text += write(values[Number(number) - 1], Number(number));
    else if (found === "\\`" || (found === "\\$" && template[since] === "{")) add(found.slice(1));
    else add(found);
  }
  add(template.slice(since));
  return text;
}

function inLiteral(text: string, at: number): RedunError {
  const start = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  return new RedunError(
    "BAD_VALUE",
    `Value ${at} of the script, ${JSON.stringify(start)}, stands within single quotes or a here-document that expands nothing.`,
    "Take the quotes away: a value is quoted by itself. In a program within quotes, give it as an argument.",
  );
}

function common(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a.slice(0, at);
}
