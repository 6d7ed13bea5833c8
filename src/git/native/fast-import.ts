import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Append, FILE_MODE, type Identity, type Oid, type Repository } from "../backend.ts";
import { namesOf } from "../files/path-names.ts";
import { refusal } from "../ref-refusal.ts";
import { gitFailed } from "./environment.ts";
import { runGit } from "./process.ts";

/**
 * One append as one `git fast-import`: blobs, trees, commit and ref in a single stream. It keeps
 * what it does not name, and refuses to move a ref to a commit that does not contain where the
 * ref is by then, so two writers never lose a commit.
 *
 * It asks whether the new commit contains where the ref is. So a ref that someone deletes, or
 * moves back to an older commit, in the milliseconds since `expected` was read is moved forward
 * again: what the log held stays in the log.
 * @param sync words for git, see `synced`
 * @throws RedunError REF_MOVED, REF_BUSY, REPOSITORY_UNWRITABLE, GIT_FAILED, GIT_SILENT; BAD_RECORD for a
 * path that git does not allow in a tree
 */
export async function fastImport(
  repository: Repository,
  request: Append,
  identity: Identity,
  sync: readonly string[],
): Promise<Oid> {
  return run(repository, request, identity, sync, ["get-mark :1\n"]);
}

/**
 * Stores the files and trees of an append, and returns the tree. No ref moves: the one that
 * fast-import wants for its commit is dropped before it is written.
 * @throws RedunError REPOSITORY_UNWRITABLE, GIT_FAILED, BAD_RECORD
 */
export async function importTree(
  repository: Repository,
  request: Append,
  identity: Identity,
  sync: readonly string[],
): Promise<Oid> {
  const ref = `refs/redun-unsigned/${randomUUID()}`;
  const none = "0".repeat(repository.objectFormat === "sha1" ? 40 : 64);
  const end = ['ls :1 ""\n', `reset ${ref}\nfrom ${none}\n\n`];
  const entry = await run(repository, { ...request, ref }, identity, sync, end);
  return /^040000 tree (\w+)/.exec(entry)![1]!;
}

async function run(
  repository: Repository,
  request: Append,
  identity: Identity,
  sync: readonly string[],
  end: readonly string[],
): Promise<string> {
  for (const { path } of request.files) namesOf(path);
  const args = ["fast-import", "--quiet", "--done", "--date-format=raw"];
  const loose = areLoose(request.files) ? { before: AS_LOOSE, after: ["--depth=0"] } : NO_WORDS;
  const command = [...sync, ...loose.before, ...args, ...loose.after];
  for (let tries = 1; ; tries++) {
    const input = instructions(request, identity, end);
    const { status, stdout, stderr } = await runGit(repository, command, input, {}, "work");
    if (status === 0) return stdout.toString("latin1").trim();
    if (tries >= MAX_TRIES || !IN_MOTION.test(stderr)) {
      throw refusal(request.ref, repository, stderr) ?? gitFailed(args, status, stderr);
    }
    await sleep(50 * 2 ** tries);
  }
}

/** What fast-import says where `git repack -ad` or `git gc` has just moved what it looks for to another pack. */
const IN_MOTION =
  /Can't load tree|Not a (?:valid|tree|commit)|could not (?:read|open) |unable to (?:find|read) /i;
const MAX_TRIES = 5;

const NO_WORDS = { before: [], after: [] };

/** Of so many objects git makes loose ones, unless it is told another number. */
const MOST_LOOSE = 100;

/**
 * fast-import writes a pack in any case. What it then takes apart again is not worth compressing, nor
 * comparing with what came before: the loose objects are compressed anew, as git's config says.
 */
const AS_LOOSE = [
  ...["-c", `fastimport.unpackLimit=${MOST_LOOSE}`],
  ...["-c", "pack.compression=0"],
];

/** Whether git makes loose objects of an append: of its files, at most all the trees that they are in, and the commit. */
function areLoose(files: Append["files"]): boolean {
  const objects = files.reduce((sum, { path }) => sum + path.split("/").length + 1, 1);
  return objects <= MOST_LOOSE;
}

function* instructions(
  request: Append,
  identity: Identity,
  end: readonly string[],
): Generator<string | Uint8Array> {
  const message = Buffer.from(request.message, "utf8");
  yield `commit ${request.ref}\nmark :1\n`;
  yield `author ${identity.author}\ncommitter ${identity.committer}\n`;
  yield `data ${message.length}\n`;
  yield message;
  const [first, ...others] = request.parents ?? [request.expected];
  yield first ? `\nfrom ${first}\n` : "\n";
  for (const other of others) yield `merge ${other}\n`;
  for (const path of request.removed ?? []) yield `D ${quotePath(path)}\n`;
  for (const file of request.files) {
    const path = quotePath(file.path);
    if ("oid" in file) {
      yield `M ${file.mode ?? FILE_MODE} ${file.oid} ${path}\n`;
      continue;
    }
    yield `M ${FILE_MODE} inline ${path}\ndata ${file.bytes.length}\n`;
    yield file.bytes;
    yield "\n";
  }
  yield "\n";
  yield* end;
  yield "done\n";
}

/** fast-import takes a path as it stands unless it begins with a quote or holds a line end. */
function quotePath(path: string): string {
  if (!/^"|[\n\r\\]/.test(path)) return path;
  const escaped = path.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
  return `"${escaped}"`;
}
