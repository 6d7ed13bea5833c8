import { suite } from "uvu";
import * as assert from "uvu/assert";
import { printQuery } from "../../src/query/print.ts";
import { parseTagCondition } from "../../src/query/tag-condition.ts";
import { parseTagKeyValue } from "../../src/tag/text.ts";
import fc from "../support/property.ts";

const condition = suite("query: one --tag");

condition("key and key=value are redun's, whatever the value", () => {
  const keys = fc
    .string({ minLength: 1, unit: "grapheme" })
    .filter((key) => !/[=~<>*?"]/.test(key));
  fc.assert(
    fc.property(
      keys.filter((key) => !key.endsWith("!")),
      fc.string(),
      (key, text) => {
        assert.equal(parseTagCondition(key), { is: "tag", key, keyIsGlob: false, test: null });
        let value: unknown;
        try {
          ({ value } = parseTagKeyValue(`${key}=${text}`, { valueRequired: true }));
        } catch {
          assert.throws(() => parseTagCondition(`${key}=${text}`));
          return;
        }
        const test = { op: "=", value };
        assert.equal(parseTagCondition(`${key}=${text}`), {
          is: "tag",
          key,
          keyIsGlob: false,
          test,
        });
      },
    ),
  );
});

for (const [text, printed] of [
  ["key=value>3", 'key = "value>3"'],
  ["key=a!=b~c", 'key = "a!=b~c"'],
  ["key=", "key = null"],
  ["key=null", "key = null"],
  ["key!=value", "key and not key = value"],
  ["key != value", "key and not key = value"],
  ["key!=", "key and not key = null"],
  ["key~ab*", "key ~ ab*"],
  ["key ~ a b", 'key ~ "a b"'],
  ["key!~ab*", "key and not key ~ ab*"],
  ["cost>3", "cost > 3"],
  ["cost >= 3.5", "cost >= 3.5"],
  ["cost<=-1e3", "cost <= -1000.0"],
  ["due<2026-12-01", "due < 2026-12-01"],
  ["due > 2w", "due > 2w"],
  ["redun.*", "redun.*"],
  ["git_*=abc", "git_* = abc"],
  ["git_*!=abc", "git_* and not git_* = abc"],
  ['"a>b"=c', '"a>b" = c'],
  ['"a=b"', '"a=b"'],
  ['"git_*"=c', '"git_*" = c'],
  ['"a"b=c', '"\\"a\\"b" = c'],
  ["status=x", "tag:status = x"],
  [" key =x", '" key " = x'],
  [" =x", '" " = x'],
  ["a!b=c", '"a!b" = c'],
] as const) {
  condition(`${text} is read as ${printed}`, () => {
    assert.is(printQuery(parseTagCondition(text)), printed);
  });
}

for (const [text, code, pattern] of [
  ["", "BAD_TAG", /key must be specified/],
  ["=x", "BAD_TAG", /key must be specified/],
  [" >3", "BAD_TAG", /key must be specified/],
  [">3", "BAD_TAG", /key must be specified/],
  ["key=[1", "BAD_TAG", /Invalid tag value/],
  ["cost>abc", "BAD_QUERY", /expected a number or a time.*\n {2}cost>abc\n {7}\^$/],
  ["cost >", "BAD_QUERY", /expected a number.*\n {2}cost >\n {8}\^$/],
  ["cost>nan", "BAD_QUERY", /expected a number/],
  ["key!=[1", "BAD_QUERY", /expected JSON/],
  [`key~${"a".repeat(1001)}`, "BAD_QUERY", /at most 1000 characters/],
] as const) {
  condition(`${JSON.stringify(text.slice(0, 20))} is refused`, () => {
    assert.throws(
      () => parseTagCondition(text),
      (error: { code: string; message: string }) =>
        error.code === code && pattern.test(error.message),
    );
  });
}

condition.run();
