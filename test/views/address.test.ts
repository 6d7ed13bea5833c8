import { test } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { type Address, parseAddress, printAddress } from "../../src/views/address.ts";
import fc from "../support/property.ts";

const READ: readonly (readonly [text: string, address: Address, printed?: string])[] = [
  ["", { kind: "list", type: "Execution", query: null }, "executions"],
  ["executions", { kind: "list", type: "Execution", query: null }],
  ["executions/", { kind: "list", type: "Execution", query: null }, "executions"],
  ["?", { kind: "list", type: "Execution", query: null }, "executions"],
  ["?env=prod", { kind: "list", type: "Execution", query: "env=prod" }, "executions?env=prod"],
  ["jobs?status = failed", { kind: "list", type: "Job", query: "status = failed" }],
  ["files?path ~ a/b?.csv", { kind: "list", type: "File", query: "path ~ a/b?.csv" }],
  ["all?cost > 3", { kind: "list", type: null, query: "cost > 3" }],
  ["all", { kind: "list", type: null, query: null }],
  ["executions/6dc981d7", { kind: "entity", type: "Execution", id: "6dc981d7" }],
  ["executions/-", { kind: "entity", type: "Execution", id: "-" }],
  ["jobs/9d095794", { kind: "entity", type: "Job", id: "9d095794" }],
  ["tasks/train.fit", { kind: "entity", type: "Task", id: "train.fit" }],
  ["values/d5", { kind: "entity", type: "Value", id: "d5" }],
  ["files//data/x?.csv", { kind: "entity", type: "File", id: "/data/x?.csv" }],
  ["calls/64", { kind: "entity", type: "CallNode", id: "64" }],
  ["6dc981d7", { kind: "entity", type: null, id: "6dc981d7" }],
  ["~1", { kind: "entity", type: null, id: "~1" }],
  ["out/report.txt", { kind: "entity", type: null, id: "out/report.txt" }],
  ["what?", { kind: "entity", type: null, id: "what?" }],
  ["compare", { kind: "entity", type: null, id: "compare" }],
  ["history", { kind: "entity", type: null, id: "history" }],
  ["tags", { kind: "tags", key: null }],
  ["tags/", { kind: "tags", key: null }, "tags"],
  ["tags/a/b=c", { kind: "tags", key: "a/b=c" }],
  ["conflicts", { kind: "conflicts" }],
  ["history/6dc981d7", { kind: "history", id: "6dc981d7" }],
  ["compare/6dc981d7,-", { kind: "compare", ids: ["6dc981d7", "-"], query: null }],
  ["compare/6dc981d7", { kind: "compare", ids: ["6dc981d7"], query: null }],
  ["compare?env=prod", { kind: "compare", ids: [], query: "env=prod" }],
  ["compare?", { kind: "compare", ids: [], query: null }],
];

test("each form of an address is read, and printed as it is read", () => {
  for (const [text, address, printed = text] of READ) {
    assert.equal(parseAddress(text), address, text);
    assert.is(printAddress(address), printed);
  }
});

test("whatever is read, its print is read as the same", () => {
  const words = fc.constantFrom("executions", "jobs", "tags", "compare", "all", "history", "x");
  const text = fc
    .tuple(words, fc.constantFrom("", "/", "?", "//", "/?"), fc.string())
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (text) => {
      let address: Address;
      try {
        address = parseAddress(text);
      } catch (error) {
        assert.instance(error, RedunError);
        return;
      }
      assert.equal(parseAddress(printAddress(address)), address);
    }),
  );
});

test("what cannot be an address says what one is", () => {
  for (const text of ["history/", "compare/", "compare/,"]) {
    assert.throws(
      () => parseAddress(text),
      (error: RedunError) =>
        error.code === "USAGE" && /executions\/6dc981d7/.test(error.hint ?? ""),
    );
  }
});

test.run();
