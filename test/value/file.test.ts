import { execFileSync } from "node:child_process";
import { appendFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { File } from "../../src/value/file.ts";
import { filesIn } from "../../src/value/files-in.ts";
import { blobId } from "../../src/value/oid.ts";
import { preview } from "../../src/value/preview.ts";
import { Tagged } from "../../src/value/value.ts";
import { readAnyYaml } from "../../src/value/yaml-any.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import fc from "../support/property.ts";
import { temporaryFolder, temporaryRepository } from "../support/repository.ts";
import { text } from "./arbitrary.ts";

const { dir } = temporaryFolder();
const HASH = blobId("n=3\n");

const state = suite("File: what is recorded");

for (const format of ["sha1", "sha256"] as const) {
  state(`hash and size are git's own (${format})`, () => {
    const repository = temporaryRepository({ objectFormat: format });
    for (const size of [0, 1, 1000, 1 << 20, (1 << 20) + 1, 3 << 20]) {
      const path = join(repository.dir, `of-${size}`);
      writeFileSync(path, Buffer.alloc(size, "line\r\n"));
      const file = new File(path);
      file.record(format);
      assert.is(file.hash, repository.git("hash-object", "--no-filters", path));
      assert.is(file.size, size);
    }
  });
}

state("a change is seen, however soon and of whatever size", () => {
  const path = join(dir, "changing");
  const file = new File(path);
  const seen = new Set<string | null>();
  for (let n = 0; n < 200; n++) {
    writeFileSync(path, `same length ${String(n).padStart(3, "0")}`);
    file.record("sha1");
    seen.add(file.hash);
  }
  assert.is(seen.size, 200);
});

state("a file that was read once is known again, until it changes", async () => {
  const path = join(dir, "settled");
  writeFileSync(path, "one");
  // Longer ago than a file system's clock is coarse.
  await new Promise((done) => setTimeout(done, 150));
  const hashes = ["", "", "two"].map((more) => {
    appendFileSync(path, more);
    const file = new File(path);
    file.record("sha1");
    return file.hash;
  });
  assert.equal(hashes, [blobId("one"), blobId("one"), blobId("onetwo")]);
});

state("what is no file has no hash, and nothing throws or waits", () => {
  symlinkSync("nowhere", join(dir, "dangling"));
  execFileSync("mkfifo", [join(dir, "pipe")]);
  const paths = ["missing", "dangling", "pipe", "a\0b", "x".repeat(5000), "settled/x"];
  for (const path of paths) {
    const file = new File(join(dir, path));
    file.record("sha1");
    assert.equal([file.hash, file.size], [null, null], path);
  }
});

state("a link is the file that it points at", () => {
  writeFileSync(join(dir, "target"), "n=3\n");
  symlinkSync("target", join(dir, "link"));
  const file = new File(join(dir, "link"));
  file.record("sha1");
  assert.is(file.hash, HASH);
});

state("a path must be a text that says something", () => {
  for (const path of ["", undefined, 3, null, {}]) {
    assert.throws(
      () => new File(path as string),
      (error: unknown) => {
        return error instanceof RedunError && error.code === "BAD_VALUE";
      },
    );
  }
});

state.run();

const use = suite("File: reading and writing");

use("text and bytes are written, with the folders on the way, and read", async () => {
  const file = new File(join(dir, "new/folder/report.txt"));
  assert.is(file.exists(), false);
  assert.is(await file.write("n=3\n"), file);
  assert.is(file.exists(), true);
  assert.is(await file.read(), "n=3\n");
  await file.append(Buffer.from("é"));
  assert.is((await file.readBytes()).toString("utf8"), "n=3\né");
  await file.remove();
  await file.remove();
  assert.is(file.exists(), false);
});

use("knows whether the content is what was recorded", async () => {
  const file = new File(join(dir, "kept"));
  assert.ok(file.isUnchanged());
  await file.write("n=3\n");
  assert.not.ok(file.isUnchanged());
  const read = File.recorded(file.path, { hash: HASH, size: 4 });
  assert.ok(read.isUnchanged());
  const wide = File.recorded(file.path, { hash: blobId("n=3\n", "sha256"), size: 4 });
  assert.ok(wide.isUnchanged());
  await file.append("more");
  assert.not.ok(read.isUnchanged());
});

use("prints as redun prints it", () => {
  const file = File.recorded("report.txt", { hash: HASH, size: 4 });
  const shown = `File(path=report.txt, hash=${HASH.slice(0, 8)})`;
  assert.equal([`${file}`, inspect(file), preview(file)], [shown, shown, shown]);
  assert.is(preview([new File("a\x1b[2Jb\n")]), "[File(path=a\\u001b[2Jb\\n)]");
  assert.equal(JSON.parse(JSON.stringify(file)), { path: "report.txt", hash: HASH, size: 4 });
});

use.run();

const yaml = suite("File: as YAML");

yaml("a map with the keys in order, as every other", () => {
  const file = File.recorded("report.txt", { hash: HASH, size: 4 });
  assert.is(writeYaml({ file }), `file: !file\n  hash: ${HASH}\n  path: report.txt\n  size: 4\n`);
  assert.is(writeYaml(new File("a b")), "!file\nhash: null\npath: a b\nsize: null\n");
});

yaml("a folder has a tag of its own", () => {
  const folder = File.recorded("data", { hash: HASH, size: 4, isFolder: true });
  const written = `!folder\nhash: ${HASH}\npath: data\nsize: 4\n`;
  assert.is(writeYaml(folder), written);
  const read = readYaml(written) as File;
  assert.equal([read.isFolder, `${read}`], [true, `File(path=data/, hash=${HASH.slice(0, 8)})`]);
  assert.instance(readYaml("!folder\nhash: null\npath: data\nsize: null\n"), Tagged);
});

yaml("is read as it was written", () => {
  const path = text.filter((path) => path !== "");
  const recorded = fc.option(
    fc.record({
      hash: fc.oneof(
        text.map((t) => blobId(t)),
        text.map((t) => blobId(t, "sha256")),
      ),
      size: fc.maxSafeInteger().map(Math.abs),
    }),
  );
  fc.assert(
    fc.property(path, recorded, (path, state) => {
      const written = writeYaml([File.recorded(path, state)]);
      for (const options of [{}, { exact: true }]) {
        const [read] = readYaml(written, options) as [File];
        assert.ok(read instanceof File);
        assert.equal(read.toJSON(), { path, hash: null, size: null, ...state });
        assert.is(writeYaml([read]), written);
      }
    }),
  );
});

yaml("anything else under the tag stays what it is", async () => {
  for (const map of [
    "{}",
    "{path: x}",
    '{path: "", hash: null, size: null}',
    `{path: x, hash: ${HASH}, size: null}`,
    `{path: x, hash: ${HASH}, size: -1}`,
    `{path: x, hash: ${HASH}, size: 1.5}`,
    `{path: x, hash: null, size: 1}`,
    "{path: x, hash: short, size: 1}",
    "{path: [x], hash: null, size: null}",
    "{path: x, hash: null, size: null, mode: 1}",
    "text",
    "[x]",
  ]) {
    assert.instance(await readAnyYaml(`!file ${map}\n`), Tagged, map);
  }
  assert.instance(await readAnyYaml("!file {path: x, size: null, hash: null}\n"), File);
});

yaml("files are found wherever they are in a value", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((path) => new File(path));
  const cyclic: unknown[] = [{ a, list: [new Set([b])] }, new Map([[c, d]]), a];
  cyclic.push(cyclic);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  cyclic.push(proxy, null, "text", new Date(), Object.create({ inherited: a }));
  const paths = filesIn(cyclic).map(({ path }) => path);
  assert.equal(paths.sort(), ["a", "b", "c", "d"]);
  assert.equal(filesIn("text"), []);
  let deep: unknown = a;
  for (let n = 0; n < 100_000; n++) deep = [deep];
  assert.is(filesIn(deep).length, 1);
});

yaml.run();
