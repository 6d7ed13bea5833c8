import { RedunError } from "../src/errors.ts";

/** The formats of a table: for a terminal, a page, a spreadsheet, a program. */
export type TableFormats<Draw> = Readonly<Record<"text" | "md" | "csv" | "json", Draw>>;

/**
 * That which `--format` asks for.
 * @throws RedunError USAGE for a format that there is not
 */
export function tableFormat<Draw>(formats: TableFormats<Draw>, name = "text"): Draw {
  if (Object.hasOwn(formats, name)) return formats[name as keyof typeof formats];
  throw new RedunError(
    "USAGE",
    `There is no format "${name}".`,
    "Use `text`, `md`, `csv` or `json`.",
  );
}
