/**
 * `npm run bench`: every measurement that docs/performance.md quotes, as ratios within one run. Sizes of
 * logs may be given as arguments: `npm run bench -- 1000000` takes the better part of an hour.
 */
import { cpus } from "node:os";
import { type Facts, largeLog } from "./large-log.ts";
import { startUp } from "./start-up.ts";
import { printTable, type Row } from "./table.ts";

const sizes = process.argv.slice(2).map(Number);
const rows: Row[] = await startUp();
const facts: Facts[] = [];
for (const size of sizes.length > 0 ? sizes : [1000, 100_000]) {
  const measured = await largeLog(size);
  rows.push(...measured.rows);
  facts.push(measured.facts);
}
const [cpu] = cpus();
console.log(`${cpus().length} x ${cpu?.model}, Node ${process.version}\n`);
printTable(rows);
console.log();
for (const [name, value] of facts.flatMap(Object.entries)) console.log(`- ${name}: ${value}`);
