/** Tables for other programs: rows of texts, the first of which has the names of the columns. */
import { oneLine } from "./terminal.ts";

/** For a spreadsheet, by RFC 4180. */
export function csvTable(rows: readonly (readonly string[])[]): string {
  const quoted = (text: string) =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((texts) => `${texts.map(quoted).join(",")}\r\n`).join("");
}

/** For a pull request or a page. */
export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |\n`;
  const escaped = (texts: readonly string[]) =>
    texts.map((text) => oneLine(text).replace(/[\\|<>&*_`[\]]/g, "\\$&"));
  return [escaped(head), head.map(() => "---"), ...rows.map(escaped)].map(line).join("");
}
