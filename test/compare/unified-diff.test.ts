import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { unifiedDiff } from "../../src/compare/unified-diff.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { temporaryFolder } from "../support/repository.ts";

const text = fc
  .array(fc.constantFrom("a", "b", "c", "", "- d", "+ e", "@@ f", " g", "\r"), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

test("a diff makes the later text of the earlier one", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.is(applied(before, unifiedDiff(before, after)), after);
    }),
    { numRuns: repeats(500) },
  );
});

test("equal texts, or texts that differ in the last line feed alone, have none", () => {
  fc.assert(
    fc.property(text, (same) => {
      assert.equal(unifiedDiff(same, same), []);
      assert.equal(unifiedDiff(same, same.replace(/([^\n])\n$/, "$1")), []);
    }),
  );
});

test("a diff is what git prints", () => {
  const { dir, remove } = temporaryFolder();
  const numbers = Array.from({ length: 40 }, (_, at) => `line ${at}`);
  const changed = numbers.toSpliced(20, 1, "twenty", "more").toSpliced(3, 1);
  for (const [before, after] of [
    [numbers, changed],
    [changed, numbers],
    [[], ["one"]],
    [["one"], []],
    [[], ["one", "two"]],
    [["one"], ["two"]],
    [numbers, [...numbers, "end"]],
    [numbers, ["begin", ...numbers]],
  ]) {
    const texts = [before!, after!].map((lines) => lines.map((line) => `${line}\n`).join(""));
    const [a, b] = texts.map((content, at) => {
      const path = join(dir, String(at));
      writeFileSync(path, content);
      return path;
    });
    const args = ["diff", "--no-index", "--no-color", "-U3", a!, b!];
    const lines = spawnSync("git", args, { encoding: "utf8" }).stdout.split("\n").slice(0, -1);
    const hunks = lines.slice(lines.findIndex((line) => line.startsWith("@@")));
    assert.equal(
      unifiedDiff(texts[0]!, texts[1]!),
      // git adds the nearest line that looks like a function's head.
      hunks.map((line) => line.replace(/^(@@ .* @@).*/, "$1")),
    );
  }
  remove();
});

test("texts of nothing in common are replaced as a whole", () => {
  const lines = (letter: string) =>
    Array.from({ length: 20_000 }, (_, at) => `${letter}${at}\n`).join("");
  const diff = unifiedDiff(lines("a"), lines("b"));
  assert.is(diff[0], "@@ -1,20000 +1,20000 @@");
  assert.is(applied(lines("a"), diff), lines("b"));
});

/** Applies hunks strictly: every number and every line of context has to be right. */
function applied(before: string, diff: readonly string[]): string {
  const old = before.split("\n").slice(0, -1);
  const result: string[] = [];
  let at = 0;
  let left = { old: 0, young: 0 };
  for (const line of diff) {
    if (left.old === 0 && left.young === 0) {
      const [, start, count, newStart, newCount] =
        /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(line)!;
      left = { old: Number(count ?? 1), young: Number(newCount ?? 1) };
      const first = Number(start) - (left.old === 0 ? 0 : 1);
      result.push(...old.slice(at, first));
      at = first;
      assert.is(result.length, Number(newStart) - (left.young === 0 ? 0 : 1));
      continue;
    }
    const [sign, text] = [line[0], line.slice(1)];
    if (sign !== "+") {
      assert.is(old[at++], text);
      left.old--;
    }
    if (sign !== "-") {
      result.push(text);
      left.young--;
    }
  }
  assert.equal(left, { old: 0, young: 0 });
  result.push(...old.slice(at));
  return result.map((line) => `${line}\n`).join("");
}

test.run();
