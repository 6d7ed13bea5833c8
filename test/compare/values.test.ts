import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareCalls, type RootCall } from "../../src/compare/values.ts";
import { contentId } from "../../src/value/oid.ts";
import { ErrorValue, float, StoredValue } from "../../src/value/value.ts";

const call = (args: RootCall["args"], rest: Partial<RootCall> = {}): RootCall => ({
  task: "t",
  args,
  ...rest,
});
const named = (args: object) => new Map(Object.entries(args));
const names = (before: RootCall, after: RootCall) =>
  compareCalls(before, after, "sha1").args.map(({ name }) => name);

test("arguments by name; by place where they have none", () => {
  assert.equal(names(call(named({ a: 1, b: 2 })), call(named({ b: 3, a: 1, c: 4 }))), ["b", "c"]);
  assert.equal(names(call([1, 2]), call([1, 3, 4])), [1, 2]);
  assert.equal(names(call(named({ a: 1 })), call([1])), ["a", 0]);
});

test("values are the same when their ids are", () => {
  const list = ["a", { b: [1] }];
  const stored = new StoredValue(contentId(list));
  assert.equal(names(call([list]), call([stored])), []);
  assert.equal(names(call([1]), call([float(1)])), [0]);
});

test("results and errors; where an error was raised makes no difference, but elsewhere it does", () => {
  const result = (before: Partial<RootCall>, after: Partial<RootCall>) =>
    compareCalls(call([], before), call([], after), "sha1").result;
  assert.is(result({ result: 1 }, { result: 1 }), null);
  assert.is(result({ result: 1 }, { result: 2 })?.after?.value, 2);
  assert.is(result({}, { result: null })?.before, null);
  const error = (stack: string) => new ErrorValue("Error", "no", stack);
  const returned = result({ result: error("here") }, { result: error("there") });
  assert.equal(
    [returned?.before?.id, returned?.after?.id],
    [contentId(error("here")), contentId(error("there"))],
  );
  assert.equal(names(call([error("here")]), call([error("there")])), [0]);
  assert.is(result({ error: error("here") }, { error: error("there") }), null);
  assert.is(result({ error: error("here") }, { result: "no" })?.before?.isError, true);
  assert.is(result({ error: 1 }, { result: 1 })?.after?.isError, false);
});

test.run();
