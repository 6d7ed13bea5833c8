/**
 * `npm run bench`: every measurement that docs/performance.md quotes, as ratios within one run. Sizes of
 * logs may be given as arguments: `npm run bench -- 1000000` takes the better part of an hour.
 * `npm run bench -- engine` measures what jobs cost, and `-- start-up` how commands start; nothing else.
 */
import { cpus } from "node:os";
import { engine } from "./engine.ts";
import { largeFile } from "./files.ts";
import { largeLog } from "./large-log.ts";
import { output } from "./output.ts";
import { startUp } from "./start-up.ts";
import { type Facts, printTable, type Row } from "./table.ts";

const words = process.argv.slice(2);
const rows: Row[] = [];
const facts: Facts[] = [];
const add = (measured: { rows: Row[]; facts: Facts }) => {
  rows.push(...measured.rows);
  facts.push(measured.facts);
};
const [only] = words.filter((word) => word === "engine" || word === "start-up");
if (only !== "engine") add({ rows: [...(await startUp()), ...output()], facts: {} });
if (only === undefined) {
  for (const size of words.length > 0 ? words.map(Number) : [1000, 100_000]) {
    add(await largeLog(size));
  }
  add(largeFile());
}
if (words.length === 0 || only === "engine") add(engine());
const [cpu] = cpus();
console.log(`${cpus().length} x ${cpu?.model}, Node ${process.version}\n`);
printTable(rows);
console.log();
for (const [name, value] of facts.flatMap(Object.entries)) console.log(`- ${name}: ${value}`);
