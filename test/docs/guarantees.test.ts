/** Each promise of docs/guarantees.md names tests that are there. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const guarantees = suite("guarantees");

guarantees("every test that a promise names is there", () => {
  const page = readFileSync(`${ROOT}docs/guarantees.md`, "utf8");
  const rows = page.split("\n").filter((line) => /^\| (?!promise|-)/.test(line));
  assert.ok(rows.length > 10);
  for (const row of rows) {
    const cell = row.split(" | ").at(-1)!;
    const named = [...cell.matchAll(/`(test\/[^`]+)`: ((?:"[^"]+"(?:, )?)+)/g)];
    assert.ok(named.length > 0, row);
    for (const [, path, titles] of named) {
      assert.ok(existsSync(ROOT + path), path);
      const source = readFileSync(ROOT + path, "utf8");
      for (const [, title] of titles!.matchAll(/"([^"]+)"/g)) {
        assert.ok(source.includes(title!), `${path} has no test "${title}"`);
      }
    }
  }
});

guarantees.run();
