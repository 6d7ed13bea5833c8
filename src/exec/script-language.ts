import { basename } from "node:path";
import { RedunError } from "../errors.ts";
import { listed, plainText } from "./script-values.ts";

/** How the language of a script writes values. */
export interface Language {
  readonly text: (text: string) => string;
  readonly list: (items: readonly string[]) => string;
  readonly truth: readonly [yes: string, no: string];
}

/** Its text within double quotes, as JSON has it, and as JavaScript and Python read it. */
const json = (text: string) => JSON.stringify(text);
/** Within single quotes only these two mean anything. */
const single = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;
const brackets = (items: readonly string[]) => `[${items.join(", ")}]`;

const LANGUAGES: readonly (readonly [RegExp, "shell" | Language])[] = [
  [/^(?:ba|da|a|z|k|mk)?sh$/, "shell"],
  [/^(?:python|pypy)[\d.]*$/, { text: json, list: brackets, truth: ["True", "False"] }],
  [/^(?:node|deno|bun|tsx|ts-node)$/, { text: json, list: brackets, truth: ["true", "false"] }],
  [/^ruby[\d.]*$/, { text: single, list: brackets, truth: ["true", "false"] }],
  [/^perl[\d.]*$/, { text: single, list: (all) => `(${all.join(", ")})`, truth: ["1", "0"] }],
  [/^Rscript$/, { text: single, list: (all) => `c(${all.join(", ")})`, truth: ["TRUE", "FALSE"] }],
];

/** The language of a script, by the words of its `#!` line: of one that has none, the shell's. */
export function languageOf(words: readonly string[]): "shell" | Language {
  const all = words.flatMap((text) => text.split(/[ \t]+/)).filter(Boolean);
  if (all.length === 0) return "shell";
  const isEnv = basename(all[0]!) === "env";
  const program = isEnv ? all.slice(1).find((text) => !/^-|=/.test(text)) : all[0];
  const name = basename(program ?? "");
  const found = LANGUAGES.find(([names]) => names.test(name));
  return found ? found[1] : unknown(name);
}

/** A value as its language writes it. */
export function literal(value: unknown, { text, list, truth }: Language, at: number): string {
  const one = (item: unknown): string => {
    if (typeof item === "boolean") return truth[item ? 0 : 1];
    const said = plainText(item, at);
    return typeof item === "number" || typeof item === "bigint" ? said : text(said);
  };
  return Array.isArray(value) ? list(listed(value).map(one)) : one(value);
}

/** A language whose texts we cannot write: no value can stand in it. */
function unknown(name: string): Language {
  const refuse = (): never => {
    throw new RedunError(
      "BAD_VALUE",
      `Values cannot be written into a script for ${name}.`,
      "That is possible for shells, Python, JavaScript, Ruby, Perl and R. Let a shell script start it, and give them as arguments.",
    );
  };
  return { text: refuse, list: refuse, truth: ["", ""] };
}
