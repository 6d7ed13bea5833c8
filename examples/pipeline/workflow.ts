/**
 * A pipeline: a table in, its rows in chunks, each chunk summed on a thread, the sums joined, a program that
 * sorts them, and a report with a plot.
 */
import { applyTags, File, out, script, task } from "redun-git";

export const namespace = "examples.pipeline";

interface Row {
  readonly station: string;
  readonly celsius: number;
}

interface Sum {
  readonly count: number;
  readonly total: number;
  readonly least: number;
  readonly most: number;
}

type Sums = Readonly<Record<string, Sum>>;

/** The rows of the table, so many in a chunk. */
export const chunks = task(async (table: File, size: number): Promise<Row[][]> => {
  const [, ...lines] = (await table.read()).trim().split("\n");
  const rows = lines.map((line) => {
    const [, station = "", celsius] = line.split(",");
    return { station, celsius: Number(celsius) };
  });
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, at) =>
    rows.slice(at * size, (at + 1) * size),
  );
});

/** What there is to know of a chunk, by station. */
export const summed = task({ executor: "thread" }, (rows: Row[]): Sums => {
  const sums: Record<string, Sum> = {};
  for (const { station, celsius } of rows) {
    const one = { count: 1, total: celsius, least: celsius, most: celsius };
    const known = sums[station];
    sums[station] = known ? joinedTwo(known, one) : one;
  }
  return sums;
});

export const joined = task((chunks: Sums[]): Sums => {
  const sums: Record<string, Sum> = {};
  for (const [station, one] of chunks.flatMap((chunk) => Object.entries(chunk))) {
    const known = sums[station];
    sums[station] = known ? joinedTwo(known, one) : one;
  }
  return sums;
});

function joinedTwo(a: Sum, b: Sum): Sum {
  return {
    count: a.count + b.count,
    total: a.total + b.total,
    least: Math.min(a.least, b.least),
    most: Math.max(a.most, b.most),
  };
}

export const written = task((sums: Sums) => {
  const lines = Object.entries(sums).map(([station, { count, total, least, most }]) =>
    [station, count, (total / count).toFixed(2), least, most].join(","),
  );
  return new File("out/means.csv").write(`${lines.join("\n")}\n`);
});

/** A bar for each station. */
export const plot = task(async (sorted: File) => {
  const rows = (await sorted.read()).trim().split("\n");
  const bars = rows.map((row, at) => {
    const [station, , mean] = row.split(",");
    const [y, width] = [at * 24 + 4, Math.max(Number(mean), 0) * 10];
    return [
      `<rect x="80" y="${y}" width="${width.toFixed(1)}" height="16" fill="steelblue"/>`,
      `<text x="4" y="${y + 13}" font-size="12">${station}</text>`,
    ].join("\n");
  });
  const size = `width="400" height="${rows.length * 24}"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${bars.join("\n")}\n</svg>\n`;
  return new File("out/means.svg").write(svg);
});

export const report = task(async (sorted: File, picture: File) => {
  const rows = (await sorted.read()).trim().split("\n");
  const lines = rows.map((row) => `| ${row.split(",").join(" | ")} |`);
  const head = ["| station | days | mean | least | most |", "|---|---|---|---|---|"];
  const text = ["# Temperatures", "", `![means](${picture.path.split("/").at(-1)})`, ""];
  const file = await new File("out/report.md").write([...text, ...head, ...lines, ""].join("\n"));
  return applyTags(file, { tags: { stations: rows.length } });
});

/** Report the mean temperature of each station. */
export const main = task(async (table: File = new File("temperatures.csv"), size = 40) => {
  const parts = await chunks(table, size);
  const means = written(joined(parts.map((rows) => summed(rows))));
  const sorted = script`sort -t, -k3,3 -g -r ${means} > ${out("out/sorted.csv")}`;
  return report(sorted, plot(sorted));
});
