/** The numbers of a table, and axes for them. */
import type { Answer } from "./ask.ts";
import { numberOf } from "./words.ts";

export interface Numbers {
  readonly name: string;
  /** One for each row; NaN where it has none. */
  readonly values: readonly number[];
}

/** `started`, `seconds`, and every column in which at least two rows have a number. */
export function numbersOf({ columns, rows }: Answer<"table">): Numbers[] {
  const started = rows.map(({ execution }) => Date.parse(execution.started));
  const seconds = rows.map(({ execution }, at) =>
    execution.ended === null ? Number.NaN : (Date.parse(execution.ended) - started[at]!) / 1000,
  );
  const own = columns.map(({ name }, at) => ({
    name,
    values: rows.map(({ cells }) => numberOf(cells[at]?.[0])),
  }));
  return [
    { name: "started", values: started },
    { name: "seconds", values: seconds },
    ...own.filter(({ values }) => values.filter((value) => !Number.isNaN(value)).length > 1),
  ];
}

export interface Axis {
  /** Where a value stands: 0 at the beginning, 1 at the end. */
  readonly place: (value: number) => number;
  /** Round values on it. */
  readonly ticks: readonly number[];
}

export function axisOf(values: readonly number[]): Axis {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const isFlat = !(most > least);
  const margin = isFlat ? Math.abs(least) / 10 || 1 : (most - least) / 20;
  const [from, to] = [least - margin, most + margin];
  const step = roundStep((to - from) / 6);
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to && ticks.length < 20; at++) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return { place: (value) => (value - from) / (to - from), ticks };
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least)!;
}
