import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blobId, contentId } from "../../src/value/oid.ts";
import { skipped } from "../support/skipped.ts";

const test = suite("object ids");

const CONTENTS = ["", "a\n", "Zo\u00eb \u{1f600}\n", "x".repeat(100_000), "a\0b\r\n"];

test("are git's own, in both hash functions", () => {
  assert.is(blobId(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  const folder = mkdtempSync(join(tmpdir(), "redun-oid-"));
  try {
    for (const format of ["sha1", "sha256"] as const) {
      const repository = join(folder, format);
      const init = spawnSync("git", ["init", "-q", `--object-format=${format}`, repository]);
      if (init.status !== 0) {
        skipped(`object ids in ${format}`, "no git that knows it");
        continue;
      }
      for (const input of CONTENTS) {
        const git = spawnSync("git", ["hash-object", "--stdin"], { cwd: repository, input });
        const id = git.stdout.toString().trim();
        assert.is(blobId(input, format), id);
        assert.is(blobId(Buffer.from(input), format), id);
        assert.is(blobId(new Uint8Array(Buffer.from(input)), format), id);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("of values are those of their canonical YAML", () => {
  assert.is(contentId("Hi4, World!"), blobId("Hi4, World!\n"));
  assert.is(contentId({ b: 1, a: [1] }), contentId({ a: [1], b: 1 }));
  assert.is(contentId({ a: 1 }, "sha256"), blobId("a: 1\n", "sha256"));
  assert.is.not(contentId(1), contentId("1"));
});

test.run();
