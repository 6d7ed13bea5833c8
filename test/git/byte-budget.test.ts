import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findAdditions, type HistoryReader } from "../../src/git/additions.ts";
import { ByteBudget } from "../../src/git/folder-differences.ts";

const test = suite("byte budget");

test("is kept up to its last byte, and once broken stays so", () => {
  const budget = new ByteBudget(10);
  budget.take(9);
  budget.take(1);
  assert.is(budget.isKept, true);
  budget.take(1);
  assert.is(budget.isKept, false);
  budget.take(0);
  assert.is(budget.isKept, false);
});

test("what is not compared any more is not reported", async () => {
  const commits = ["c", "b", "a"].map((oid, at, all) => {
    return { oid, parents: all.slice(at + 1, at + 2), time: 3 - at };
  });
  const found: string[] = [];
  const reader: HistoryReader = {
    async *commits() {
      yield* commits;
    },
    entriesAt: async (oids) => oids.map((oid) => ({ oid: `tree of ${oid}`, isFolder: true })),
    async *differences(pairs) {
      for (const { after } of pairs) {
        const is = { oid: "blob", isFolder: false };
        yield after.endsWith("a") ? null : [{ name: after, was: null, is }];
      }
    },
  };
  for await (const { commit, files, isUntold } of findAdditions(
    reader,
    { paths: ["x"] },
    new Set(),
  )) {
    found.push(`${commit}: ${isUntold ?? files.map(({ path }) => path)}`);
  }
  assert.equal(found, ["c: x/tree of c", "b: x/tree of b", "a: true"]);
});

test.run();
