/** What a text of a megabyte that is not canonical can cost: measured in a process of its own. */
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inFull } from "../support/effort.ts";

const memory = suite("memory of YAML that others wrote");

/** Patterns that fill a text, each with a start that no canonical text has. */
const PATTERNS = [
  ["# c\n[", "1,", "]"],
  ["# c\n{", "a,", "}"],
  ["# c\n", "- 1\n", ""],
  ["# c\n", "- a: \n", ""],
  ["# c\n", "]", ""],
  ["", "#\n", ""],
  ["", "---\n", ""],
  ["# c\n", "? \n", ""],
  ["# c\n[", "!,", "]"],
  ["# c\n[", "&a ,", "]"],
  ['# c\n"', "\\q", '"'],
  ['# c\n"', "\\xzz", '"'],
  ['# c\n"', "\\U99999999", '"'],
  ['# c\n"', "\\\r", '"'],
  ["# c\na: |\n", " x\n", ""],
  ["# c\na:\n", " b\n", ""],
] as const;

/** Peak memory in bytes (resident) of a process that reads texts of so many characters. */
function peak(length: number): number {
  const program = `
    const { readAnyYaml } = await import("./src/value/yaml-any.ts");
    for (const [begin, middle, end] of ${JSON.stringify(PATTERNS)}) {
      const count = Math.floor((${length} - begin.length - end.length) / middle.length);
      await readAnyYaml(begin + middle.repeat(count) + end).catch(() => {});
    }
    console.log(process.resourceUsage().maxRSS);`;
  // Otherwise garbage is left lying, newer Nodes more than older ones: what needs more than this dies of it.
  const heap = ["--max-old-space-size=200", "--max-semi-space-size=8"];
  const args = [...heap, "--import", "tsx", "--input-type=module", "-e", program];
  return 1024 * Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

inFull(memory)("a hostile megabyte takes little more than a short text", () => {
  const least = peak(100);
  let more = Number.POSITIVE_INFINITY;
  // On a busy machine garbage is collected late: the least of three counts. It was 500 MB for several of these.
  for (let tries = 0; tries < 3 && more >= 250e6; tries++) {
    more = Math.min(more, peak(2 ** 20) - least);
  }
  assert.ok(more < 250e6, `${Math.round(more / 1e6)} MB more`);
});

memory.run();
