/** How the user's git stores what an append brings. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Oid } from "../../src/git/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { append, contractSuite, withBackend } from "./contract/support.ts";

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

  test("are on the disk when it is done, and the ref too", async (_, { dir, git }) => {
    const [major, minor] = git("version").match(/\d+/g)!.map(Number);
    // Before, git had no such setting.
    if (major! * 1000 + minor! < 2036) return;
    const [trace, settings] = [join(dir, "trace"), join(dir, "settings")];
    writeFileSync(settings, "[user]\n\tname = Ada\n\temail = ada@example.com\n");
    const counted = async (expected: Oid | null, path: string) => {
      // Those of the tests say that nothing is to be synced.
      const { GIT_CONFIG_GLOBAL } = process.env;
      Object.assign(process.env, { GIT_TRACE2_EVENT: trace, GIT_CONFIG_GLOBAL: settings });
      const commit = await withBackend(openNative, dir, (git) =>
        append(git, expected, { [path]: LONG }),
      );
      delete process.env.GIT_TRACE2_EVENT;
      process.env.GIT_CONFIG_GLOBAL = GIT_CONFIG_GLOBAL;
      const lines = readFileSync(trace, "utf8");
      rmSync(trace);
      const sum = (key: string) =>
        [...lines.matchAll(new RegExp(`"fsync/${key}","value":"(\\d+)"`, "g"))].reduce(
          (all, [, count]) => all + Number(count),
          0,
        );
      return { commit, written: sum("writeout-only"), flushed: sum("hardware-flush") };
    };
    const { commit, written, flushed } = await counted(null, "a.yaml");
    assert.ok(written >= 3, `${written} objects: a file, a tree, a commit`);
    assert.ok(
      flushed >= 3,
      `${flushed} flushes: of these together, of the pack they came in, of the ref`,
    );
    git("config", "core.fsync", "none");
    assert.is((await counted(commit, "b.yaml")).written, 0, "the user's own word stands");
  });

  test("are looked for again where git has just moved them", async (_, { dir, git }) => {
    const bin = join(dir, "bin");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "git"),
      `#!/bin/sh
case " $* " in *" fast-import "*)
  echo x >>'${dir}/tries'
  [ "$(wc -l <'${dir}/tries')" -gt 2 ] || { echo "fatal: Can't load tree 11a8" >&2; exit 128; }
esac
PATH='${process.env.PATH}' exec git "$@"
`,
      { mode: 0o755 },
    );
    const { PATH } = process.env;
    process.env.PATH = `${bin}:${PATH}`;
    try {
      await withBackend(openNative, dir, (backend) => append(backend, null, { "a.yaml": "a\n" }));
    } finally {
      process.env.PATH = PATH;
    }
    assert.is(git("show", "refs/redun/main:a.yaml"), "a");
    assert.is(readFileSync(join(dir, "tries"), "utf8"), "x\nx\nx\n");
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
