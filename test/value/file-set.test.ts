import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { File } from "../../src/value/file.ts";
import { linesOf } from "../../src/value/file-lines.ts";
import { Dir, FileSet, glob } from "../../src/value/file-set.ts";
import { filesIn } from "../../src/value/files-in.ts";
import { blobId, contentId } from "../../src/value/oid.ts";
import { typeName } from "../../src/value/type-name.ts";
import { Tagged } from "../../src/value/value.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { temporaryFolder } from "../support/repository.ts";

const { dir } = temporaryFolder();
const data = join(dir, "data");

function put(name: string, content = name): void {
  mkdirSync(join(data, name, ".."), { recursive: true });
  writeFileSync(join(data, name), content);
}

for (const name of ["b.csv", "a.csv", "deep/c.csv", "deep/d.txt", ".hidden.csv", ".git/e.csv"])
  put(name);
symlinkSync("deep", join(data, "link"));
symlinkSync("a.csv", join(data, "linked.csv"));

const namesIn = (set: FileSet) => set.files().map(({ path }) => path.slice(data.length + 1));

/** As a record has it that was made at the top of `dir`. */
function recorded<T extends FileSet>(set: T): string {
  set.record("sha1", dir);
  return writeYaml(set);
}

const members = suite("FileSet: which files it has");

members("those that a pattern matches, in order", () => {
  const patterns: Record<string, string[]> = {
    "*.csv": ["a.csv", "b.csv", "linked.csv"],
    "**/*.csv": ["a.csv", "b.csv", "deep/c.csv", "linked.csv"],
    "*/*.csv": ["deep/c.csv", "link/c.csv"],
    "{a,b}.csv": ["a.csv", "b.csv"],
    "[!a].csv": ["b.csv"],
    ".*.csv": [".hidden.csv"],
    "a.csv": ["a.csv"],
    "*.none": [],
  };
  for (const [pattern, names] of Object.entries(patterns)) {
    assert.equal(namesIn(glob(`${data}/${pattern}`)), names, pattern);
  }
});

members("a directory has all but what is git's", () => {
  const names = [".hidden.csv", "a.csv", "b.csv", "deep/c.csv", "deep/d.txt", "linked.csv"];
  assert.equal(namesIn(new Dir(data)), names);
  assert.equal([...new Dir(join(dir, "none"))], []);
});

members("what is no pattern is refused", () => {
  for (const bad of ["", undefined, 3, "*/../x"]) {
    const isRefused = (error: unknown) => error instanceof RedunError && error.code === "BAD_VALUE";
    assert.throws(() => glob(bad as string), isRefused);
  }
  assert.throws(() => glob("*.csv", { by: "name" as "stat" }), /"content" or "stat"/);
});

members.run();

const value = suite("FileSet: as a value");

value("is its files, with paths from the top of the work tree", () => {
  const file = (path: string, content = path) =>
    `    - !file\n      hash: ${blobId(content)}\n      path: data/${path}\n      size: ${content.length}\n`;
  const text = recorded({ s: glob(`${data}/[ab].csv`) }.s);
  assert.is(
    `s: ${text.replace(/^(?!!)/gm, "  ").trimEnd()}\n`,
    `s: !fileset\n  files:\n${file("a.csv")}${file("b.csv")}  folder: data\n  pattern: "[ab].csv"\n`,
  );
  assert.match(recorded(new Dir(join(data, "deep"))), /^!dir\nfiles:\n[\s\S]*path: data\/deep\n$/);
});

value("is the same by whatever words it was named", () => {
  const cwd = process.cwd();
  try {
    const texts = [dir, data, join(data, "deep")].map((from, up) => {
      process.chdir(from);
      const start = up === 0 ? "./data/" : up === 1 ? "" : "../";
      return recorded(glob(`${start}*.csv`));
    });
    assert.equal(texts, Array(3).fill(texts[0]));
  } finally {
    process.chdir(cwd);
  }
});

value("is another if a file comes, goes, changes or gets another name", () => {
  const ids = new Set<string>();
  const changes = [
    () => {},
    () => put("new.csv", "1"),
    () => put("new.csv", "2"),
    () => rmSync(join(data, "new.csv")) as undefined,
    () => put("newer.csv", "2"),
  ];
  const seen = changes.map((change) => {
    change();
    const set = glob(`${data}/*.csv`);
    const id = contentId(readYaml(recorded(set)));
    ids.add(id);
    return { set, id };
  });
  rmSync(join(data, "newer.csv"));
  assert.is(ids.size, 4);
  assert.is(seen[3]!.id, seen[0]!.id);
  assert.equal(
    seen.map(({ set }) => set.isUnchanged()),
    [true, false, false, true, false],
  );
});

value("is read as it was written, and its files are found in it", () => {
  for (const set of [glob(`${data}/*.csv`), new Dir(data), new Dir(join(dir, "none"))]) {
    const text = recorded(set);
    const read = readYaml(text) as FileSet;
    assert.is(read.constructor, set.constructor);
    assert.is(writeYaml(read), text);
    assert.equal(filesIn([{ read }]).map(String), set.recordedFiles.map(String));
    assert.ok(read.from(dir).isUnchanged());
  }
  assert.is(typeName(readYaml(recorded(new Dir(data)))), "dir");
  for (const odd of ["{}", "text", "[]"]) {
    assert.instance(readYaml(`!dir${odd === "text" ? " text" : ` ${odd}`}\n`), Tagged);
  }
});

value("goes by what the file system says, if that is wanted", () => {
  const set = glob(`${data}/a.csv`, { by: "stat" });
  assert.match(recorded(set), /!file-stat\n +mtime: 20\S+Z\n +path: data\/a.csv\n +size: 5\n/);
  assert.ok((readYaml(writeYaml(set)) as FileSet).from(dir).isUnchanged());
});

value("prints what it is", () => {
  const set = glob("data/*.csv");
  assert.is(`${set}`, "FileSet(pattern=data/*.csv)");
  assert.is(inspect(FileSet.recorded("dir", "data", "**", [])), "Dir(path=data, files=0)");
});

value.run();

const stat = suite("File: by what the file system says");

stat("has its size and time, and no hash", () => {
  const file = new File(join(data, "a.csv"), { by: "stat" });
  file.record("sha1", dir);
  assert.equal([file.hash, file.size, file.mtime instanceof Date], [null, 5, true]);
  const text = writeYaml(file);
  assert.match(text, /^!file-stat\nmtime: 20\S+Z\npath: data\/a.csv\nsize: 5\n$/);
  const read = readYaml(text) as File;
  assert.equal([read.by, writeYaml(read)], ["stat", text]);
  assert.ok(file.isUnchanged());
  put("a.csv", "other");
  assert.not.ok(file.at(file.path).isUnchanged());
  put("a.csv");
});

stat("of what is not there, or a directory", () => {
  const none = new File(join(data, "none"), { by: "stat" });
  none.record("sha1", dir);
  assert.is(writeYaml(none), "!file-stat\nmtime: null\npath: data/none\nsize: null\n");
  assert.ok(none.isUnchanged());
  const folder = new File(data, { by: "stat" });
  folder.record("sha1", dir);
  assert.match(writeYaml(folder), /^!folder\nhash: [0-9a-f]{40}\n/);
});

stat.run();

const use = suite("Files: reading, writing, copying");

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

use("lines end at line feeds, however they come", async () => {
  const text = "\ufeffone\r\n\ntwo\u2028still\rtwo\né\u{1f600}";
  const lines = ["\ufeffone", "", "two\u2028still\rtwo", "é\u{1f600}"];
  const bytes = Buffer.from(text);
  for (const length of [1, 2, 5, 1000]) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += length) pieces.push(bytes.subarray(at, at + length));
    assert.equal(await all(linesOf(Readable.from(pieces))), lines, `${length}`);
  }
  assert.equal(await all(linesOf(Readable.from([]))), []);
  assert.equal(await all(linesOf(Readable.from([Buffer.from("a\n")]))), ["a"]);
  await all(new File(join(data, "gone")).lines()).then(
    () => assert.unreachable(),
    (error) => assert.is(error.code, "ENOENT"),
  );
});

use("what comes in pieces is written in pieces", async () => {
  const file = new File(join(dir, "made/pieces"));
  async function* pieces() {
    yield "a\n";
    yield Buffer.from("b\n");
  }
  await file.write(pieces());
  assert.equal(await all(file.lines()), ["a", "b"]);
  const copy = await file.copyTo(join(dir, "copies/deep/one"));
  assert.is(await copy.read(), "a\nb\n");
  assert.is(await file.copyTo(copy), copy);
});

use("a directory is made, copied and removed", async () => {
  const made = await new Dir(join(dir, "new/dir")).mkdir();
  await made.file("a/b").write("1");
  const copy = await made.copyTo(join(dir, "other"));
  assert.equal(
    copy.files().map(({ path }) => path),
    [join(dir, "other/a/b")],
  );
  await made.remove();
  assert.equal([made.exists(), copy.exists()], [false, true]);
});

use.run();
