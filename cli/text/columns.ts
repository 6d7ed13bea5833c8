/** How wide each column of a table is: as its widest cell, and no less than `least`. */
export function columnWidths(rows: readonly (readonly string[])[], least = 0): number[] {
  const columns = rows[0] ?? [];
  return columns.map((_, at) => {
    return rows.reduce((widest, row) => Math.max(widest, row[at]!.length), least);
  });
}

/** The cells of a row, filled up with blanks: those of numbers before them, others after. */
export function padCells(
  row: readonly string[],
  widths: readonly number[],
  isNumber: (at: number) => boolean,
): string[] {
  return row.map((cell, at) =>
    isNumber(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!),
  );
}
