import { suite } from "uvu";
import * as assert from "uvu/assert";
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

test.run();
