import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  knownHash,
  rememberHash,
  saveHashes,
  settlesIn,
  useHashStore,
} from "../../src/value/file-hashes.ts";
import { fileState } from "../../src/value/file-state.ts";
import { blobId } from "../../src/value/oid.ts";
import { temporaryFolder } from "../support/repository.ts";

const { dir } = temporaryFolder();
const store = join(dir, "hashes");
const OLD = { dev: 1n, ino: 2n, size: 100_000n, mtimeNs: 4n, ctimeNs: 5n };
const HASH = blobId("x");

const test = suite("hashes of files that were read before");

/** As another process would, that has read nothing yet. */
function another(): void {
  useHashStore(join(dir, "none"));
  useHashStore(store);
}

test("are kept for other processes, by all that the file system says", () => {
  useHashStore(store);
  rememberHash(OLD, "sha1", HASH);
  saveHashes();
  assert.is(readFileSync(store, "latin1"), `\nsha1 1 2 100000 4 5 ${HASH}\n`);
  // What this process knows by itself must not answer for the file.
  writeFileSync(store, readFileSync(store, "latin1").replace(" 2 ", " 20 "));
  another();
  const read = { ...OLD, ino: 20n };
  assert.is(knownHash(read, "sha1"), HASH);
  assert.is(knownHash(read, "sha256"), undefined);
  for (const key of Object.keys(OLD)) {
    assert.is(knownHash({ ...read, [key]: 9n }, "sha1"), undefined, key);
  }
});

test("lines that are torn say nothing, and end where the next one begins", () => {
  const other = { ...OLD, ino: 77n };
  const line = `sha1 1 77 100000 4 5 ${HASH}`;
  for (const torn of [line.slice(0, -1), "sha1 1 77", line.replace(" 77 ", " x ")]) {
    writeFileSync(store, torn);
    another();
    assert.is(knownHash(other, "sha1"), undefined, torn);
    rememberHash({ ...OLD, ino: 3n }, "sha1", HASH);
    saveHashes();
    assert.ok(readFileSync(store, "latin1").endsWith(`\nsha1 1 3 100000 4 5 ${HASH}\n`));
  }
  writeFileSync(store, `${line}\n`);
  another();
  assert.is(knownHash(other, "sha1"), HASH);
});

test("a file that is too young is read again: it may change without a sign", async () => {
  const path = join(dir, "young");
  another();
  writeFileSync(path, "one");
  assert.is(fileState(path, "sha1")!.hash, blobId("one"));
  const { size } = statSync(store);
  saveHashes();
  assert.is(statSync(store).size, size);
  await sleep(150);
  assert.is(fileState(path, "sha1")!.hash, blobId("one"));
  saveHashes();
  assert.match(readFileSync(store, "latin1"), blobId("one"));
  // Of the same size, and with the times that it had: not with the same time of change.
  const { atime, mtime } = statSync(path);
  writeFileSync(path, "two");
  utimesSync(path, atime, mtime);
  assert.is(fileState(path, "sha1")!.hash, blobId("two"));
});

test("where times are whole seconds a file is young for longer", () => {
  const now = 1_000_000_000_000;
  const changed = (ago: bigint) =>
    settlesIn({ ...OLD, ctimeNs: BigInt(now) * 1_000_000n - ago }, now);
  assert.equal([changed(50_000_001n) > 0, changed(150_000_001n)], [true, 0]);
  assert.equal([changed(2_000_000_000n) > 0, changed(4_000_000_000n)], [true, 0]);
});

test("a place where nothing can be written is no fault", () => {
  useHashStore(join(dir, "no/such/folder"));
  rememberHash({ ...OLD, ino: 4n }, "sha1", HASH);
  saveHashes();
  assert.not.ok(existsSync(join(dir, "no")));
});

test.run();
