/**
 * One log with everything that is meant to harm, by every way that a log can come: it is refused, or
 * left out with its path, with the same words by every way, and every command works afterwards.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RecordFile } from "../../src/log/log.ts";
import { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { jobId } from "../../src/record/encode.ts";
import { jobsPath, taskPath } from "../../src/record/layout.ts";
import { blobId } from "../../src/value/oid.ts";
import { BACKENDS, type BackendName, cli, ok } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import {
  DAY,
  importedStart,
  jobsFile,
  madeJob,
  madeRun,
  madeStart,
  madeTagEdit,
  startFile,
} from "../support/made-records.ts";
import { prepared, type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const LATER = "2026-03-05T05:06:07.000Z";
const mine = startFile(madeStart());
const own = (index: number, parent: number | null = null) =>
  madeJob({
    id: jobId(mine.id, index, "sha1"),
    index,
    parent: parent === null ? null : jobId(mine.id, parent, "sha1"),
  });
const segment = (...jobs: ReturnType<typeof own>[]) =>
  jobsFile(DAY, { execution: mine.id, jobs, tagged: [] });
const HONEST = [
  { path: "format.yaml", text: "format: redun-git\nversion: 1\n" },
  mine.file,
  segment(own(0)),
  ...madeRun(1).files,
  madeTagEdit(mine.id, ["env", "prod"]),
];

/** A file that has the name which its content gives it, whatever that is. */
function named(text: string): RecordFile {
  return { path: taskPath(blobId(text)), text };
}

const imported = importedStart("exec-1", madeStart({ nonce: "i" }));
const bomb = ["a: &a [x, x, x, x, x, x, x, x]"];
for (let at = 1; at < 9; at++) {
  const before = String.fromCharCode(96 + at);
  const name = String.fromCharCode(97 + at);
  bomb.push(`${name}: &${name} [${Array(8).fill(`*${before}`)}]`);
}

/** What a merge refuses, and an index leaves out. */
const FORGED: readonly RecordFile[] = [
  { path: taskPath("1".repeat(40)), text: "kind: task\nversion: 1\nname: forged\n" },
  { ...imported, path: imported.path.replace("/ex/", "/zz/") },
];
/** What a merge takes in unread, and every index leaves out. */
const UNREADABLE: readonly RecordFile[] = [
  { ...mine.file, path: mine.file.path.replace("03-04", "03-06") },
  { ...segment(own(7)), path: jobsPath(mine.id, LATER, blobId(segment(own(7)).text)) },
  segment(madeJob({ id: jobId(mine.id, 0, "sha1"), index: 3 })),
  segment(own(4, 5), own(5, 4)),
  named(`${bomb.join("\n")}\n`),
  named(`# deep\na:\n${"- ".repeat(5000)}1\n`),
  named(`kind: task\nversion: 1\nname: ${"9".repeat(5000)}\n`),
  named("kind: task\nversion: 1\n__proto__:\n  name: x\nname: !!js/function x\n"),
  named(""),
];
const MODES = ["120000", "160000", "100755"] as const;

const hub = prepared(() => {
  const repository = temporaryRepository({ commit: true });
  commit(repository, "main", HONEST);
  for (const [at, file] of [...FORGED, ...UNREADABLE].entries()) {
    commit(repository, `evil-${at}`, [file]);
  }
  commit(repository, "all", [...FORGED, ...UNREADABLE]);
  const { git } = repository;
  const blob = git("rev-parse", "refs/redun/main:format.yaml");
  for (const mode of MODES) {
    const of = {
      "120000": "HEAD:README",
      "160000": "HEAD",
      "100755": "refs/redun/main:format.yaml",
    };
    const oid = git("rev-parse", of[mode]);
    const path = taskPath(oid);
    commit(repository, `mode-${mode}`, [], [`M ${mode} ${oid} ${path}`]);
    commit(repository, "all", [], [`M ${mode} ${oid} ${path}`]);
  }
  plant(repository, "twice", [
    ["notes", blob],
    ["notes", git("rev-parse", "HEAD:README")],
  ]);
  plant(repository, "latin1", [[Buffer.from([0x6e, 0xff]), blob]]);
  return repository;
});

/** Commits files on the honest log, under a name of their own, or on what is there. */
function commit(
  { dir, git }: TemporaryRepository,
  name: string,
  files: readonly RecordFile[],
  more: readonly string[] = [],
): void {
  const ref = `refs/redun/${name}`;
  const from = git("for-each-ref", ref, "refs/redun/main", "--format=%(refname)").split("\n")[0];
  const head = [`commit ${ref}`, "committer Eve <eve@example.com> 1770000000 +0000", "data 0"];
  const lines = files.flatMap(({ path, text }) => [
    `M 100644 inline ${path}`,
    `data ${Buffer.byteLength(text)}`,
    text,
  ]);
  const parent = from ? [`from ${from}^0`] : [];
  const input = `${[...head, ...parent, ...lines, ...more].join("\n")}\n\ndone\n`;
  execFileSync("git", ["fast-import", "--quiet", "--done"], { cwd: dir, input });
}

/** A log whose top folder has entries besides, which git would not write. */
function plant(
  { dir, git }: TemporaryRepository,
  name: string,
  entries: readonly (readonly [name: string | Buffer, oid: string])[],
): void {
  const top = execFileSync("git", ["cat-file", "tree", "refs/redun/main^{tree}"], { cwd: dir });
  const added = entries.map(([name, oid]) =>
    Buffer.concat([Buffer.from("100644 "), Buffer.from(name), Buffer.from([0]), hex(oid)]),
  );
  // `notes` and the like stand between `format.yaml` and `tags`.
  const at = top.indexOf(Buffer.from("40000 tags"));
  const input = Buffer.concat([top.subarray(0, at), ...added, top.subarray(at)]);
  const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
  const tree = execFileSync("git", args, { cwd: dir, input, encoding: "utf8" }).trim();
  git(
    "update-ref",
    `refs/redun/${name}`,
    git("commit-tree", "-p", "refs/redun/main", "-m", "x", tree),
  );
}

function hex(oid: string): Buffer {
  return Buffer.from(oid, "hex");
}

const routes = suite("hostile logs, by every way");

/** What a command says, which is never a stack trace. */
function said(dir: string, words: readonly string[], backend: BackendName) {
  const { status, stdout, stderr } = cli(dir, words, { backend });
  assert.ok(status === 0 || status === 1, `${words.join(" ")}: ${status}\n${stderr}`);
  assert.not.match(stderr, /Please report|^ {4}at /m, words.join(" "));
  return { status, stdout, stderr };
}

const names = [
  ...FORGED.map((_, at) => `evil-${at}`),
  ...MODES.map((mode) => `mode-${mode}`),
  "twice",
  "latin1",
];

for (const backend of oneOf(BACKENDS)) {
  routes(`a merge refuses it wherever it comes from (${backend})`, () => {
    const { dir, git } = hub();
    const before = git("rev-parse", "refs/redun/main");
    for (const name of names) {
      git("update-ref", `refs/redun/remotes/origin/${name}`, `refs/redun/${name}`);
      const bundle = join(dir, `${name}.bundle`);
      // git makes no bundle of what it cannot read itself.
      if (name !== "twice") git("bundle", "create", "-q", bundle, `refs/redun/${name}`);
      const sources = [name, `origin/${name}`, git("rev-parse", `refs/redun/${name}`)];
      if (backend === "native" && name !== "twice") sources.push(bundle);
      const words = sources.map((source) => {
        const { status, stderr } = said(dir, ["merge", source], backend);
        assert.is(status, 1, `${source}: ${stderr}`);
        const called = [
          `${source} (redun/${name})`,
          `redun/remotes/${source}`,
          `redun/${source}`,
          source,
        ];
        return called.reduce((text, one) => text.replaceAll(one, "it"), stderr);
      });
      const [first = ""] = words;
      assert.match(first, /^error: [\s\S]*Nothing was merged\./);
      for (const one of words) assert.is(one, first, name);
    }
    assert.is(git("rev-parse", "refs/redun/main"), before);
    assert.match(ok(dir, ["log", "--count"], { backend }), "2 Execution");
  });
}

const COMMANDS = [
  ["log"],
  ["log", "--format", "json", "--limit", "0"],
  ["log", "--all"],
  ["log", mine.id],
  ["tag", "list"],
  ["tag", "history", mine.id],
  ["tag", "blame", mine.id],
  ["tag", "conflicts"],
  ["table"],
  ["diff", mine.id, madeRun(1).id],
  ["path", mine.id],
  ["logs"],
  ["index"],
];

/** What an index that is brought up to date leaves out, and why. */
async function leftOut(cwd: string, backend: BackendName): Promise<string[]> {
  process.env.REDUN_GIT_BACKEND = backend;
  const log = await IndexedLog.open({ cwd });
  try {
    const { bad } = await log.catchUp();
    return bad.map(({ path, reason }) => `${path}: ${reason}`).sort();
  } finally {
    await log.close();
    delete process.env.REDUN_GIT_BACKEND;
  }
}

routes("what came by git itself is left out by name, and all else answers alike", async () => {
  const answers: { first: string[]; pages: string[] }[] = [];
  for (const backend of oneOf(BACKENDS)) {
    for (const how of ["added", "anew"]) {
      const { dir, git } = hub();
      ok(dir, ["log"], { backend });
      git("update-ref", "refs/redun/main", "refs/redun/all");
      if (how === "anew") ok(dir, ["index", "drop"], { backend });
      const first = await leftOut(dir, backend);
      const pages = COMMANDS.map((words) => said(dir, words, backend).stdout);
      ok(dir, ["tag", "add", mine.id, "note=seen"], { backend });
      assert.match(ok(dir, ["tag", "list", mine.id], { backend }), "note=seen");
      // The last one tells of the index file itself.
      answers.push({ first, pages: pages.slice(0, -1) });
    }
  }
  const [one, ...others] = answers;
  for (const path of [...FORGED, ...UNREADABLE].map(({ path }) => path)) {
    assert.ok(
      one!.first.some((line) => line.includes(path)),
      `${path} in\n${one!.first.join("\n")}`,
    );
  }
  assert.is(one!.first.length, FORGED.length + UNREADABLE.length + MODES.length);
  for (const other of others) assert.equal(other, one);
});

for (const name of ["twice", "latin1"]) {
  routes(`a tree that git would not write costs its own entries (${name})`, () => {
    for (const backend of oneOf(BACKENDS)) {
      const { dir, git } = hub();
      git("update-ref", "refs/redun/main", `refs/redun/${name}`);
      for (const words of COMMANDS) assert.is(said(dir, words, backend).status, 0, words.join(" "));
      assert.match(said(dir, ["log", "--count"], backend).stdout, "2 Execution");
      said(dir, ["tag", "add", mine.id, "note=seen"], backend);
      said(dir, ["log"], backend);
    }
  });
}

routes.run();
