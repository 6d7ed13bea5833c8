import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openDatabase, Statements } from "../../src/index/database.ts";
import { loadText, storeText } from "../../src/index/stored-text.ts";
import { compareCodePoints } from "../../src/value/code-points.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";

const test = suite("text in the index");

const unit = fc.constantFrom(
  ...["a", "b", "\0", "\x01", "\x02", "\ud7ff", "\ud7fe", "\ue000", "\ud800", "\udbff", "\udc00"],
  ...["\udfff", "\ufffd", "\u{1f600}", "\u0100", "\u08ff"],
);
const text = fc.string({ unit, maxLength: 5 });

test("reads back as it was, and has nothing that SQLite changes", () => {
  fc.assert(
    fc.property(text, (given) => {
      const stored = storeText(given);
      assert.is(loadText(stored), given);
      assert.ok(stored.isWellFormed() && !stored.includes("\0"));
    }),
    { numRuns: repeats(2000) },
  );
});

test("keeps its order and its prefixes", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [x, y] = [storeText(a), storeText(b)];
      assert.is(Math.sign(compareCodePoints(x, y)), Math.sign(compareCodePoints(a, b)));
      const points = [...a];
      const isPrefix = [...b].every((point, at) => points[at] === point);
      assert.is(x.startsWith(y), isPrefix);
    }),
    { numRuns: repeats(5000) },
  );
});

test("passes through the database: bound, in rows, as keys, in functions of ours", () => {
  const database = openDatabase(":memory:");
  const statements = new Statements(database);
  const texts = ["e", "e\0x", "e\0y", "e\x01", "e\ud800", "e\ufffd", "e\ud7ff", "e\u{1f600}", ""];
  database.exec("CREATE TABLE t (key TEXT PRIMARY KEY) WITHOUT ROWID");
  for (const text of texts) statements.get("INSERT INTO t VALUES (?)").run(text);
  const inOrder = [...texts].sort(compareCodePoints);
  const rows = statements.get("SELECT key FROM t ORDER BY key").all();
  assert.equal(
    rows.map(({ key }) => key),
    inOrder,
  );
  const one = statements.tuples("SELECT key FROM t WHERE key = ?");
  for (const text of texts) assert.equal([...one.get(text)!], [text]);
  database.function("mirrored", (text) => `${text}|${text}`);
  const call = statements.get("SELECT mirrored(?) AS text");
  for (const text of texts) assert.is(call.get(text)!.text, `${text}|${text}`);
  database.close();
});

test.run();
