import type { SqlValue } from "./sqlite-types.ts";

/** A piece of SQL and the values of its question marks. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/**
 * SQL in which pieces of SQL take their place together with their values. A string is SQL of our
 * own, such as the name of a column: what users gave goes through `bound`.
 */
export function sql(
  texts: TemplateStringsArray,
  ...parts: readonly (Sql | string | number)[]
): Sql {
  const values: SqlValue[] = [];
  let text = texts[0]!;
  for (const [at, part] of parts.entries()) {
    if (typeof part === "object") for (const value of part.values) values.push(value);
    text += `${typeof part === "object" ? part.text : part}${texts[at + 1]}`;
  }
  return { text, values };
}

/** Values as question marks between commas. */
export function bound(...values: readonly SqlValue[]): Sql {
  return { text: values.map(() => "?").join(", "), values };
}

/**
 * All terms joined by a word; `none` where there are no terms. They stand in groups, and groups
 * of those: SQLite lets no more than 1000 stand in a row.
 */
export function joined(word: "AND" | "OR", terms: readonly Sql[], none: string): Sql {
  if (terms.length === 0) return sql`${none}`;
  const values: SqlValue[] = [];
  for (const term of terms) for (const value of term.values) values.push(value);
  let texts = terms.map(({ text }) => text);
  while (texts.length > IN_A_ROW) {
    texts = Array.from({ length: Math.ceil(texts.length / IN_A_ROW) }, (_, at) => {
      return `(${texts.slice(at * IN_A_ROW, (at + 1) * IN_A_ROW).join(` ${word} `)})`;
    });
  }
  return { text: `(${texts.join(` ${word} `)})`, values };
}

const IN_A_ROW = 100;
