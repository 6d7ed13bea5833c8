import { RedunError } from "../errors.ts";

/** A quoted text or name, a comment, a semicolon, or one other character. An open end is SQLite's to tell. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|;|\s+|[\s\S]/g;

const ASIDE = /^(?:--|\/\*|\s)/;

/**
 * Checks that a text is one statement that reads. The database refuses to be written in any case;
 * this tells why, and keeps out what opens other files (`ATTACH`) or sets something (`PRAGMA`).
 * @returns the statement without what stands around it
 * @throws RedunError BAD_QUERY
 */
export function oneSelect(text: string): string {
  const tokens: readonly string[] = text.match(TOKEN) ?? [];
  const end = tokens.indexOf(";");
  const statement = tokens.slice(0, end < 0 ? undefined : end);
  if (end >= 0 && tokens.slice(end).some((token) => token !== ";" && !ASIDE.test(token))) {
    throw new RedunError(
      "BAD_QUERY",
      "There is more than one statement.",
      "Give them one by one.",
      { data: { at: null } },
    );
  }
  const body = statement.slice(statement.findIndex((token) => !ASIDE.test(token)));
  const first = /^[a-z]*/i.exec(body.join(""))![0].toUpperCase();
  if (["SELECT", "WITH", "VALUES", "EXPLAIN"].includes(first)) return body.join("");
  const what = first === "" ? "This is no SQL statement" : `${first} is not a query`;
  throw new RedunError(
    "BAD_QUERY",
    `${what}: \`sql\` only reads.`,
    "Begin with SELECT, WITH or VALUES.",
    { data: { at: null } },
  );
}
