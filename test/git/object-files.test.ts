/** Objects read from git's own files, beside git: the same, or nothing. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { objectId } from "../../src/git/files/loose-object.ts";
import { ObjectFiles } from "../../src/git/files/object-files.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const objects = suite("objects in files");
const LIMIT = 2 ** 24;

function pipe(
  { dir }: TemporaryRepository,
  args: readonly string[],
  input: string | Buffer,
): string {
  const output = execFileSync("git", args, { cwd: dir, input, maxBuffer: 2 ** 28 });
  return output.toString("latin1").trimEnd();
}

/** Commits of files that are alike and of folders that grow, some of them in packs of their own. */
function history(repo: TemporaryRepository): void {
  let input = "";
  for (let n = 0; n < 70; n++) {
    const files = [
      [`many/${(n * 7919) % 1000}`, `${n}\n`],
      ["one", `${"a line that stays as it is\n".repeat(60)}${n}\n`.repeat(1 + (n % 3))],
      [`large/${n % 4}`, `${String.fromCharCode(97 + (n % 4)).repeat(70_000)}${n}`],
      [`empty/${n % 2}`, ""],
    ] as const;
    const changes = files.map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`,
    );
    const message = `commit ${n}\n`;
    input += `commit refs/heads/all\ncommitter A <a@b> ${n} +0000\ndata ${message.length}\n${message}${changes.join("")}\n`;
  }
  repo.git("config", "fastimport.unpackLimit", "0");
  pipe(repo, ["fast-import", "--quiet"], input);
}

function idsOf(repo: TemporaryRepository): string[] {
  return repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split("\n");
}

/** How an object is stored. */
const STORES: Record<string, (repo: TemporaryRepository) => void> = {
  "a pack as fast-import writes it": () => {},
  "one pack, deltas by where their bases are": (repo) => {
    repo.git("repack", "-q", "-a", "-d", "-f", "--depth=80", "--window=50");
  },
  "one pack, deltas by the ids of their bases": (repo) => {
    repo.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f");
  },
  "loose objects": (repo) => {
    const folder = join(repo.dir, ".git/objects/pack");
    const packs = readdirSync(folder).filter((name) => name.endsWith(".pack"));
    const contents = packs.map((name) => readFileSync(join(folder, name)));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    for (const bytes of contents) pipe(repo, ["unpack-objects", "-q"], bytes);
  },
};

for (const [name, store] of Object.entries(STORES)) {
  objects(`${name}: every object is what git says`, () => {
    const repo = temporaryRepository();
    history(repo);
    store(repo);
    const files = new ObjectFiles(join(repo.dir, ".git/objects"));
    const ids = idsOf(repo);
    assert.ok(ids.length > 300);
    const heads = pipe(repo, ["cat-file", "--batch-check"], `${ids.join("\n")}\n`).split("\n");
    for (const [at, id] of ids.entries()) {
      const { type, bytes } = files.read(id, LIMIT)!;
      assert.is(heads[at], `${id} ${type} ${bytes.length}`);
      assert.is(objectId(type, bytes), id);
      const head = files.head(id)!;
      assert.is(heads[at], `${id} ${head.type} ${head.size}`);
      assert.ok(head.held >= head.size);
    }
    assert.is(files.read("0".repeat(40), LIMIT), null);
    assert.is(files.head("f".repeat(40)), null);
    files.close();
    repo.remove();
  });
}

objects("what is damaged is nothing, and never something else", () => {
  const repo = temporaryRepository();
  history(repo);
  STORES["one pack, deltas by where their bases are"]!(repo);
  const ids = idsOf(repo);
  const folder = join(repo.dir, ".git/objects/pack");
  const pack = join(folder, readdirSync(folder).find((name) => name.endsWith(".pack"))!);
  const whole = readFileSync(pack);
  let lost = 0;
  rmSync(pack);
  for (let round = 0; round < 16; round++) {
    const bytes = Buffer.from(whole);
    const at = 12 + ((round * 1_299_709) % (whole.length - 32));
    for (let n = 0; n < 8; n++) bytes[at + n]! ^= 1 << (round % 8);
    writeFileSync(pack, round % 5 === 0 ? bytes.subarray(0, at) : bytes);
    const files = new ObjectFiles(join(repo.dir, ".git/objects"));
    for (const id of ids) {
      const object = files.read(id, LIMIT);
      if (object === null) lost++;
      else assert.is(objectId(object.type, object.bytes), id);
    }
    files.close();
  }
  assert.ok(lost > 0);
  repo.remove();
});

objects("nothing is read that has more bytes than are allowed", () => {
  const repo = temporaryRepository();
  history(repo);
  const large = repo.git("rev-parse", "all:large/3");
  for (const store of Object.values(STORES)) {
    store(repo);
    const files = new ObjectFiles(join(repo.dir, ".git/objects"));
    assert.is(files.read(large, 60_000), null);
    assert.ok(files.read(large, 80_000));
    assert.is(files.read(large, 60_000), null);
    files.close();
  }
  repo.remove();
});

objects("packs come and go while a reader is open", () => {
  const repo = temporaryRepository();
  history(repo);
  const files = new ObjectFiles(join(repo.dir, ".git/objects"));
  const ids = idsOf(repo);
  for (const id of ids.slice(0, 50)) assert.ok(files.read(id, LIMIT));
  repo.git("repack", "-q", "-a", "-d", "-f");
  const added = pipe(repo, ["hash-object", "-w", "--stdin"], "new");
  repo.git("update-ref", "refs/tags/new", added);
  assert.ok(files.read(added, LIMIT));
  repo.git("repack", "-q", "-a", "-d", "-f");
  for (const id of [...ids, added]) assert.ok(files.read(id, LIMIT));
  files.close();
  assert.ok(files.read(added, LIMIT));
  files.close();
  repo.remove();
});

objects("more packs than are held open", () => {
  const repo = temporaryRepository();
  repo.git("config", "fastimport.unpackLimit", "0");
  const texts = Array.from({ length: 70 }, (_, n) => `blob ${n}`);
  const blobs = texts.map((text) => `blob\ndata ${text.length}\n${text}\ncheckpoint\n`);
  pipe(repo, ["fast-import", "--quiet"], blobs.join(""));
  assert.is(readdirSync(join(repo.dir, ".git/objects/pack")).length, 2 * texts.length);
  const ids = texts.map((text) => objectId("blob", Buffer.from(text)));
  const files = new ObjectFiles(join(repo.dir, ".git/objects"));
  for (const id of [...ids, ...ids]) assert.ok(files.read(id, LIMIT));
  files.close();
  repo.remove();
});

objects.run();
