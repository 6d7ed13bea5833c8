/** How the user's git stores what an append brings. */
import * as assert from "uvu/assert";
import { openNative } from "../../src/git/native/backend.ts";
import { append, contractSuite } from "./contract/support.ts";

/** Compresses to a hundredth. */
const LONG = "a line of a segment, as there are thousands\n".repeat(5000);

contractSuite("git backend native: objects of an append", openNative, (test) => {
  test("those of a few files are loose and compressed, whatever the config says of packs", async (backend, {
    git,
  }) => {
    git("config", "fastimport.unpackLimit", "1");
    git("config", "pack.compression", "9");
    await append(backend, null, { "a/b/long.yaml": LONG, "a/b/short.yaml": "short\n" });
    const { count, packs, size } = counts(git("count-objects", "-v"));
    assert.is(packs, 0);
    assert.is(count, 6, "two files, three trees, a commit");
    assert.ok(size! * 1024 < LONG.length / 4, `${size} kB on disk`);
    git("fsck", "--strict");
  });

  test("those of many files are a compressed pack", async (backend, { git }) => {
    const names = Array.from({ length: 120 }, (_, at) => `a/${at}.yaml`);
    const files = Object.fromEntries(names.map((name) => [name, `${name}\n${LONG}`]));
    await append(backend, null, files);
    const { count, packs, "size-pack": size } = counts(git("count-objects", "-v"));
    assert.is(packs, 1);
    assert.is(count, 0);
    assert.ok(size! * 1024 < (120 * LONG.length) / 50, `${size} kB on disk`);
    git("fsck", "--strict");
  });
});

function counts(printed: string): Record<string, number> {
  const pairs = printed.split("\n").map((line) => line.split(": "));
  return Object.fromEntries(pairs.map(([name, count]) => [name, Number(count)]));
}
