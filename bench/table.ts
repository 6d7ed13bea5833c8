/** One line of the table in docs/performance.md. */
export interface Row {
  readonly work: string;
  /** Medians, in milliseconds. */
  readonly ours: number;
  readonly beside: string;
  readonly theirs: number;
  /** The largest ratio that we mean to have. */
  readonly goal: number;
}

/** Facts that are no ratio of times. */
export interface Facts {
  readonly [name: string]: string;
}

/** Prints rows as a Markdown table. */
export function printTable(rows: readonly Row[]): void {
  console.log("| work | median | beside | median | ratio | goal |");
  console.log("|---|---|---|---|---|---|");
  for (const { work, ours, beside, theirs, goal } of rows) {
    const ratio = (ours / theirs).toFixed(2);
    console.log(`| ${work} | ${ms(ours)} | ${beside} | ${ms(theirs)} | ${ratio}x | <= ${goal}x |`);
  }
}

const ms = (milliseconds: number): string =>
  milliseconds < 10 ? `${milliseconds.toFixed(2)} ms` : `${milliseconds.toFixed(0)} ms`;
