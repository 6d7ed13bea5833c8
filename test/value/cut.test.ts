/** What looks like a secret is cut from values, and the cut has a mark of its own. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cutTagText, withoutSecretsIn, withoutSecretTags } from "../../src/value/cut.ts";
import { ErrorValue, Tagged, type TagValue } from "../../src/value/value.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";

const TOKEN = `ghp_${"a1".repeat(10)}`;
const cut = (text: string) => new Tagged("cut", text);
const test = suite("values without secrets");

const CASES: [what: string, value: unknown, expected: unknown][] = [
  ["a token in a text", `see ${TOKEN}`, cut("see REDACTED")],
  ["an address", "https://u:p@h/x", cut("https://h/x")],
  ["a name", { user: "ann", password: "x" }, { user: "ann", password: cut("REDACTED") }],
  ["all within a name", { auth: [{ a: "x", n: 5 }] }, { auth: [{ a: cut("REDACTED"), n: 5 }] }],
  ["a number of a password", { password: 86420975 }, { password: cut("REDACTED") }],
  ["an option", ["curl", "--token", "abc"], ["curl", "--token", cut("REDACTED")]],
  ["a map", new Map([["apiKey", "x"]]), new Map([["apiKey", cut("REDACTED")]])],
  ["bytes", Buffer.from(`key ${TOKEN}`), cut("REDACTED")],
  ["a URL", new URL("https://u:p@h/x"), cut("REDACTED")],
];

for (const [what, value, expected] of CASES) {
  test(what, () => {
    const kept = withoutSecretsIn(value);
    assert.is(writeYaml(kept), writeYaml(expected));
    assert.is(writeYaml(readYaml(writeYaml(kept))), writeYaml(expected));
    assert.is(withoutSecretsIn(kept), kept, "what was cut stays so");
  });
}

test("the texts of an error stay texts", () => {
  const error = new ErrorValue("Error", `bad ${TOKEN}`, undefined, { cause: { token: "x" } });
  const kept = withoutSecretsIn(error) as ErrorValue;
  assert.equal([kept.message, kept.more.cause], ["bad REDACTED", { token: cut("REDACTED") }]);
});

test("ids, commits, numbers and what has no name of a secret are the same object", () => {
  const oid = "6dc981d7".repeat(5);
  const values = [
    { commit: oid, tree: oid },
    { max_tokens: 4096, token: 5 },
    ["-p", "x"],
    `v ${oid}`,
  ];
  for (const value of values) assert.is(withoutSecretsIn(value), value);
  const tags = [["git_commit", oid]] as const;
  assert.is(withoutSecretTags(tags), tags);
});

test("tags", () => {
  const tags = [
    ["db_password", "x"],
    ["note", { deep: [TOKEN] }],
  ] as const;
  assert.equal(withoutSecretTags(tags), [
    ["db_password", { "!cut": "REDACTED" }],
    ["note", { deep: [{ "!cut": "REDACTED" }] }],
  ]);
});

test("what remained of a tag", () => {
  assert.is(cutTagText({ "!cut": "https://h/x" }), "https://h/x");
  const others: TagValue[] = ["!cut", { "!cut": 1 }, { "!cut": "a", b: 1 }, null];
  for (const value of others) {
    assert.is(cutTagText(value), undefined);
  }
});

test.run();
