/** What a hostile remote sends to a clone without git: bounded before memory is spent on it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { packProblem } from "../../src/git/isomorphic/pack-bounds.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { MAX_RECORD_BYTES } from "../../src/record/size.ts";
import { temporaryRepository } from "../support/repository.ts";
import { rejects } from "./contract/support.ts";

const bounds = suite("packs of hostile remotes");

const BLOB = 3;
const OFS_DELTA = 6;
const REF_DELTA = 7;

function head(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 128;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

/** A number as a delta holds it. */
function length(size: number): number[] {
  return size < 128 ? [size] : [(size % 128) | 128, ...length(Math.floor(size / 128))];
}

/** How far back a base lies. */
function back(distance: number): Buffer {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((--rest % 128) | 128);
  }
  return Buffer.from(bytes);
}

function entry(
  type: number,
  data: Buffer,
  base: Buffer = Buffer.alloc(0),
  size = data.length,
): Buffer {
  return Buffer.concat([head(type, size), base, deflateSync(data)]);
}

function delta(base: number, result: number, instructions: Buffer): Buffer {
  return Buffer.concat([Buffer.from([...length(base), ...length(result)]), instructions]);
}

function packOf(entries: readonly Buffer[], count = entries.length): Buffer {
  const start = Buffer.alloc(12);
  start.write("PACK");
  start.writeUInt32BE(2, 4);
  start.writeUInt32BE(count, 8);
  const body = Buffer.concat([start, ...entries]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

const X = entry(BLOB, Buffer.from("x"));
/** Copies the one byte of its base. */
const SAME = delta(1, 1, Buffer.from([0x90, 1]));

bounds("packs that git makes are taken, deltas and all", () => {
  const { dir, remove } = temporaryRepository();
  const git = (args: string[], input: string | Buffer) =>
    execFileSync("git", args, { cwd: dir, input, maxBuffer: 1 << 28 });
  const text = Array.from({ length: 3000 }, (_, n) => `line ${n * n}\n`);
  const oids = Array.from({ length: 200 }, (_, n) => {
    text[n * 7] = `changed ${n}\n`;
    return git(["hash-object", "-w", "--stdin"], text.join("")).toString();
  });
  const pack = git(["pack-objects", "--stdout", "--delta-base-offset", "-q"], oids.join(""));
  assert.is(packProblem(pack), null);
  assert.is(packProblem(packOf([X, entry(OFS_DELTA, SAME, back(X.length))])), null);
  remove();
});

bounds("what would take too much memory or time is refused", () => {
  const chain = [X];
  for (let n = 0; n < 4200; n++) chain.push(entry(OFS_DELTA, SAME, back(chain.at(-1)!.length)));
  const byId = Array.from({ length: 4096 }, () => entry(REF_DELTA, SAME, Buffer.alloc(20)));
  const huge = MAX_RECORD_BYTES + 1;
  const grown = delta(1, huge, Buffer.from([0x90, 1]));
  const many = delta(1, 2 ** 20 + 1, Buffer.alloc(2 * (2 ** 20 + 1), Buffer.from([1, 0x61])));
  const base = entry(BLOB, Buffer.alloc(2 ** 26));
  const copies = Buffer.alloc(2 ** 10, 0x80);
  const larges: Buffer[] = [];
  for (let n = 0, distance = base.length; n < 70; n++) {
    const large = entry(OFS_DELTA, delta(2 ** 26, 2 ** 26, copies), back(distance));
    larges.push(large);
    distance += large.length;
  }
  for (const [pack, words] of [
    [packOf([X], 1_000_001), "It has 1000001 objects, of at most 1000000."],
    [packOf([entry(BLOB, Buffer.alloc(9), undefined, huge)]), `An object of it has ${huge} bytes`],
    [packOf([X, entry(OFS_DELTA, grown, back(X.length))]), `An object of it has ${huge} bytes`],
    [packOf(chain), "It has more than 4095 deltas of one another."],
    [packOf(byId), "More than 4095 of its objects are deltas of what is named by its id."],
    [packOf([X, entry(OFS_DELTA, many, back(X.length))]), "more than 1048576 instructions"],
    [packOf([base, ...larges]), "Unpacked it has more than 4294967296 bytes."],
  ] as const) {
    assert.match(packProblem(pack) ?? "", words);
  }
});

bounds("what is not what it says is no pack", () => {
  const bomb = delta(1, 1, Buffer.alloc(100_000, 0x80));
  for (const pack of [
    packOf([entry(BLOB, Buffer.alloc(1000), undefined, 10)]),
    packOf([X, entry(OFS_DELTA, bomb, back(X.length))]),
    packOf([entry(OFS_DELTA, SAME, back(5))]),
    packOf([X], 2),
    packOf([X]).subarray(0, 25),
    Buffer.from("PACK"),
  ]) {
    assert.match(packProblem(pack) ?? "", "no pack of git's, or damaged");
  }
  assert.match(packProblem(packOf([X, X], 1)) ?? "", "It is longer than it says.");
});

/** A server of git's protocol that has one ref, and sends one pack whatever it is asked for. */
async function hostileServer(pack: Buffer) {
  const line = (text: string | Buffer) => {
    const bytes = Buffer.from(text as string);
    return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
  };
  const oid = "1".repeat(40);
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.method === "GET") {
        response.setHeader("content-type", "application/x-git-upload-pack-advertisement");
        const ref = `${oid} refs/redun/main\0side-band-64k ofs-delta\n`;
        const flush = Buffer.from("0000");
        response.end(Buffer.concat([line("# service=git-upload-pack\n"), flush, line(ref), flush]));
        return;
      }
      response.setHeader("content-type", "application/x-git-upload-pack-result");
      const parts = [line("NAK\n")];
      for (let at = 0; at < pack.length; at += 60_000) {
        parts.push(line(Buffer.concat([Buffer.from([1]), pack.subarray(at, at + 60_000)])));
      }
      response.end(Buffer.concat([...parts, Buffer.from("0000")]));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r.git`;
  return { url, close: () => new Promise((done) => server.close(done)) };
}

bounds("a fetch refuses such a pack with a sentence, and nothing of it stays", async () => {
  const repo = temporaryRepository({ commit: true });
  const git = openIsomorphic(findRepository(repo.dir));
  const bomb = packOf([entry(BLOB, Buffer.alloc(MAX_RECORD_BYTES + 1))]);
  assert.ok(bomb.length < 1_000_000);
  const server = await hostileServer(bomb);
  const fetching = git.fetch({ remote: server.url, refspecs: ["refs/redun/main:refs/redun/x"] });
  const { message, hint } = await rejects(fetching, "REMOTE_FAILED");
  assert.is(
    message,
    `What ${server.url} sends is not taken. An object of it has 201326593 bytes, of at most 201326592.`,
  );
  assert.match(hint!, "Nothing was fetched.");
  const packs = join(repo.dir, ".git/objects/pack");
  assert.equal(existsSync(packs) ? readdirSync(packs) : [], []);
  assert.is(await git.resolve("refs/redun/x"), null);
  await git.close();
  await server.close();
  repo.remove();
});

bounds("git gets a limit of the memory that an object may take", async () => {
  const repo = temporaryRepository({ commit: true });
  const git = openNative(findRepository(repo.dir));
  const base = Buffer.alloc(2 ** 24 - 1);
  const result = 80 * base.length;
  const copies = Buffer.alloc(4 * 80, Buffer.from([0xf0, 0xff, 0xff, 0xff]));
  const large = entry(BLOB, base);
  const bomb = entry(OFS_DELTA, delta(base.length, result, copies), back(large.length));
  const path = join(repo.dir, "bomb.bundle");
  const head = `# v2 git bundle\n${"1".repeat(40)} refs/redun/main\n\n`;
  writeFileSync(path, Buffer.concat([Buffer.from(head), packOf([large, bomb])]));
  const fetching = git.fetch({ remote: path, refspecs: ["refs/redun/main:refs/redun/x"] });
  const { message, hint } = await rejects(fetching, "REMOTE_FAILED");
  assert.is(
    message,
    `What ${path} sends is not taken. An object of it needs ${result + 1} bytes of memory, of at most 1073741824.`,
  );
  assert.match(hint!, "Nothing was fetched.");
  assert.is(await git.resolve("refs/redun/x"), null);
  await git.close();
  repo.remove();
});

bounds.run();
