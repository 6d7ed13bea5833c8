/** How a value is best looked at. */

export type Preview =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: unknown[][] }
  | { readonly kind: "tree" };

/** Rows of a table. */
const MAX_ROWS = 500;

export function previewOf(value: unknown): Preview {
  if (typeof value === "string") {
    if (/^\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]/i.test(value)) return image("image/svg+xml", value);
    return { kind: "text", text: value };
  }
  if (Array.isArray(value)) return tableOf(value) ?? { kind: "tree" };
  return { kind: "tree" };
}

/** What an image shows, runs nothing: a browser takes an image's own scripts and links for decoration. */
export function image(type: string, text: string): Preview {
  return { kind: "image", url: `data:${type},${encodeURIComponent(text.toWellFormed())}` };
}

/** Text of comma- or tab-separated values as a table. */
export function separated(text: string, separator: "," | "\t"): Preview {
  const rows: string[][] = [[]];
  let [cell, isQuoted, at] = ["", false, 0];
  for (; at < text.length && rows.length <= MAX_ROWS + 1; at++) {
    const c = text[at]!;
    if (isQuoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') cell += text[at++];
      else isQuoted = false;
    } else if (c === '"' && cell === "") isQuoted = true;
    else if (c === separator || c === "\n") {
      rows.at(-1)!.push(cell.replace(/\r$/, ""));
      cell = "";
      if (c === "\n") rows.push([]);
    } else cell += c;
  }
  if (cell !== "" || rows.at(-1)!.length > 0) rows.at(-1)!.push(cell);
  const [columns = [], ...more] = rows.filter((row) => row.length > 0);
  return { kind: "table", columns, rows: more.slice(0, MAX_ROWS) };
}

/** Lists of maps or of lists whose parts are no further lists. */
function tableOf(list: readonly unknown[]): Preview | null {
  if (list.length < 2) return null;
  const rows = list.slice(0, MAX_ROWS);
  if (rows.every(isFlatMap)) {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    if (columns.length === 0 || columns.length > 50) return null;
    return { kind: "table", columns, rows: rows.map((row) => columns.map((key) => row[key])) };
  }
  const isGrid = rows.every((row) => Array.isArray(row) && row.every(isFlat) && row.length <= 50);
  if (!isGrid) return null;
  const width = Math.max(...rows.map((row) => (row as unknown[]).length));
  const columns = Array.from({ length: width }, (_, at) => String(at));
  return { kind: "table", columns, rows: rows as unknown[][] };
}

function isFlatMap(value: unknown): value is Record<string, unknown> {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap && !("_type" in value) && Object.values(value).every(isFlat);
}

function isFlat(value: unknown): boolean {
  return (
    typeof value !== "object" ||
    value === null ||
    !/^\[object (Object|Array)\]$/.test(Object.prototype.toString.call(value)) ||
    "value" in value
  );
}
