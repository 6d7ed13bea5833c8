/** PROV-JSON (W3C Member Submission of 24 April 2013). */
import type { HashName } from "../../value/hash.ts";
import type { GraphRun } from "../graph.ts";
import { PREFIXES, ProvDocument } from "./document.ts";

/** One document with some runs. */
export function provJson(runs: Iterable<GraphRun>, format: HashName): string {
  const document = new ProvDocument(format);
  for (const run of runs) document.addRun(run);
  const statements = [...document.statements].map(([kind, some]) => [
    kind,
    Object.fromEntries(some),
  ]);
  return `${JSON.stringify({ prefix: PREFIXES, ...Object.fromEntries(statements) }, null, 1)}\n`;
}
