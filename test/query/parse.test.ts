import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { allOf, anyOf, isField, not, STATUSES } from "../../src/query/condition.ts";
import { parseQuery } from "../../src/query/parse.ts";
import { printQuery } from "../../src/query/print.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { conditions } from "./arbitrary.ts";

const query = suite("query: parse and print");

for (const [text, printed] of [
  ["env=prod", "env = prod"],
  ["env", "env"],
  ["env=prod and user=ann or x", "env = prod and user = ann or x"],
  ["env = prod AND (cost > 3 or NOT user ~ ras*) and started > 2w", undefined],
  ["((a))", "a"],
  ["a and (b and c)", "a and b and c"],
  ["not not a", "a"],
  ["not (a or b)", "not (a or b)"],
  ["env!=prod", "env and not env = prod"],
  ["env !~ p*", "env and not env ~ p*"],
  ["status != done", "not status = DONE"],
  ["env in [prod, dev]", "env = prod or env = dev"],
  ['n in [1, [1, 2], {"a": 1}]', 'n = 1 or n = [1, 2] or n = {"a": 1}'],
  ["env not in [prod]", "env and not env = prod"],
  ["task not in [a, b]", "not (task = a or task = b)"],
  ["status in [done, failed] and a", "(status = DONE or status = FAILED) and a"],
  ["tag:status = ok", "tag:status = ok"],
  ['"status" = ok', "tag:status = ok"],
  ["\"a b\"='it''s'", '"a b" = "it\'s"'],
  ["git_*=abc", "git_* = abc"],
  ['"git_*"=abc', '"git_*" = abc'],
  ['n="3"', 'n = "3"'],
  ["n=3.0", "n = 3.0"],
  ["n=007", "n = 7"],
  ["n=99999999999999999999", "n = 99999999999999999999"],
  ["void=null", "void = null"],
  ['void=""', 'void = ""'],
  ["env = not", "env = not"],
  ["tag:in and tag:x", "tag:in and x"],
  ["due >= 2026-12-01T10:00:00Z", "due >= 2026-12-01T10:00:00Z"],
  ['due < "2026-12-01 10:00"', 'due < "2026-12-01 10:00"'],
  ["duration >= 1h30m", "duration >= 1h30m"],
] as const) {
  query(`${text} is read as ${printed ?? "itself"}`, () => {
    const expected = printed ?? "env = prod and (cost > 3 or not user ~ ras*) and started > 2w";
    assert.is(printQuery(parseQuery(text)), expected);
  });
}

query("what is printed is read as the same condition", () => {
  fc.assert(
    fc.property(conditions, (condition) => {
      assert.equal(parseQuery(printQuery(condition)), condition);
    }),
    { numRuns: repeats(1000) },
  );
});

for (const [text, column, expected] of [
  ["", 0, /expected a tag's key, a field, `not` or \(, but it ends here/],
  ["env=", 4, /expected a value after =, but it ends here/],
  ["env=prod dev", 9, /expected `and`, `or` or the end$/],
  ["env=prod and", 12, /expected a tag's key/],
  ["(env=prod", 9, /closing \)/],
  ["env=prod)", 8, /`and`, `or` or the end/],
  ["cost > many", 7, /expected a number or a time \(.*\) after >$/],
  ['cost > "3"', 7, /expected a number or a time/],
  ["started > soon", 10, /expected a time/],
  ["started > 2026-02-30", 10, /expected a time/],
  ["duration > 5", 11, /expected a duration/],
  ["status = fine", 9, /expected a status \(PENDING, RUNNING, DONE/],
  ["status > DONE", 7, /= != ~ !~ or in after `status`$/],
  ["started ~ 2026*", 8, /= != < <= > >= or in after `started`$/],
  ["user and x", 5, /= != ~ !~ or in after `user`$/],
  ["env in prod", 7, /expected a list: in \[a, b\]/],
  ["env in [prod dev]", 13, /expected , or a closing \]/],
  ["env in []", 8, /expected a value in the list/],
  ["env in [a", 9, /, or a closing \]/],
  ["env not prod", 8, /expected `in`/],
  ['env="prod', 4, /expected a closing "/],
  ['env="\\x"', 4, /JSON/],
  ["n=[1, 2", 2, /expected a closing \]/],
  ["n=[1,]", 2, /expected JSON/],
  ["!env", 0, /did not expect !/],
  ["tag: = 1", 0, /expected a key after tag:/],
  ["and", 0, /expected a tag's key/],
  ["=x", 0, /expected a tag's key/],
  ["a\u202eb = \x1b\n]", 8, /expected `and`, `or` or the end/],
] as const) {
  query(`${JSON.stringify(text)} is refused at column ${column}`, () => {
    const error = failure(() => parseQuery(text));
    assert.is(error.code, "BAD_QUERY");
    const [head, shown, caret] = error.message.split("\n");
    assert.match(head!, /^The query is not understood: /);
    assert.is(caret, `  ${" ".repeat(column)}^`);
    assert.match(head!, expected);
    assert.not.match(shown!, /[\x00-\x1f\u202e]/);
  });
}

query("a long query is shown around the place", () => {
  const error = failure(() => parseQuery(`${"a and ".repeat(500)}b =`));
  const [, shown, caret] = error.message.split("\n");
  assert.ok(shown!.length < 90);
  assert.ok(shown!.startsWith("  ...") && shown!.endsWith("b ="));
  assert.is(caret!.length, shown!.length + 1);
});

query("nesting and length are bounded", () => {
  const deep = (level: string, end: string) => `${level.repeat(1e4)}c${end.repeat(1e4)}`;
  for (const text of [`${"(".repeat(1e4)}a`, "a".repeat(1e6 + 1), deep("a or (b and (", "))")]) {
    assert.is(failure(() => parseQuery(text)).code, "BAD_QUERY");
  }
  assert.match(failure(() => parseQuery(deep("not (a or ", ")"))).message, "at most 200 levels");
});

query("brackets and `not` of any depth, and any number of alternatives, are read", () => {
  const c = parseQuery("c");
  assert.equal(parseQuery(`${"(".repeat(1e4)}c${")".repeat(1e4)}`), c);
  assert.equal(parseQuery(`${"not ".repeat(1e4)}c`), c);
  assert.equal(parseQuery(`${"not(".repeat(10_001)}c${")".repeat(10_001)}`), not(c));
  const a = parseQuery("a");
  const many = Array.from({ length: 1e4 }, () => a);
  assert.equal(parseQuery(`${"a or (".repeat(1e4)}c${")".repeat(1e4)}`), anyOf(...many, c));
  assert.equal(parseQuery(`${"(".repeat(1e4)}c${" and a)".repeat(1e4)}`), allOf(c, ...many));
  const list = parseQuery(`k in [${Array.from({ length: 2e5 }, (_, at) => at % 10)}]`);
  assert.is(list.is === "or" && list.parts.length, 2e5);
});

query("fields and statuses are those of records", () => {
  assert.equal(STATUSES, ["PENDING", "RUNNING", "DONE", "CACHED", "FAILED", "INTERRUPTED"]);
  for (const name of ["toString", "constructor", "Status"]) assert.not.ok(isField(name));
});

query.run();

function failure(body: () => unknown): RedunError {
  try {
    body();
  } catch (error) {
    assert.instance(error, RedunError);
    return error as RedunError;
  }
  throw new Error("nothing was thrown");
}
