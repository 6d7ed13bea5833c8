/** Executions that are run again, and what is said of what came out. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  cli,
  inProcess,
  jsonLines,
  logged,
  ok,
  record,
  tagTexts,
  workflowRepository,
} from "../support/cli.ts";

const FILES = {
  "count.sh": 'wc -l < "$1" > lines.txt\ncat lines.txt\n',
  "data.csv": "a\nb\n",
  "wf.mjs": `import { File, task } from "redun-git";
import { readFileSync } from "node:fs";
export const main = task(async (n = 1) => {
  const rows = readFileSync("data.csv", "utf8").length;
  return { out: await new File("out.txt").write("rows " + rows + "\\n"), n };
});
`,
  ".gitignore": "ignored.csv\n",
};
const COUNT = ["exec", "--", "sh", "count.sh", "data.csv"];

const rerun = suite("rerun");

/** Reruns print what they run as well: they are processes. */
const again = (dir: string, ...args: string[]) => inProcess(dir, ["rerun", ...args]);

rerun("a program, in a clean checkout of its commit: the same", () => {
  const { dir, git } = workflowRepository(FILES);
  ok(dir, COUNT);
  const [before] = logged(dir);
  writeFileSync(join(dir, "data.csv"), "changed since\n");
  git("commit", "-qam", "change");
  const { status, stdout, stderr } = again(dir, before.id);
  assert.is(stderr, "2\n");
  const [after] = logged(dir);
  assert.is(
    stdout,
    `Rerun of ${before.id.slice(0, 8)}:  exec -- sh count.sh data.csv
  same       lines.txt
  same       stdout
2 of 2 came out the same: Exec ${after.id.slice(0, 8)}
`,
  );
  assert.is(status, 0);
  assert.is(after.commit, before.commit);
  assert.ok(tagTexts(after).includes(`rerun_of="${before.id}"`));
  assert.is(git("worktree", "list").split("\n").length, 1);
  assert.is(readFileSync(join(dir, "data.csv"), "utf8"), "changed since\n");
});

rerun("here, with the code and the files as they are: different", () => {
  const { dir } = workflowRepository(FILES);
  ok(dir, COUNT);
  writeFileSync(join(dir, "data.csv"), "one line\n");
  const { status, stdout, stderr } = again(dir, "-", "--here", "--quiet");
  assert.is(status, 1);
  assert.match(stdout, / {2}different {2}lines\.txt {2}[0-9a-f]{8} -> [0-9a-f]{8}\n/);
  assert.match(stderr, /^warning: the input data\.csv is nowhere as it was\n$/);
});

rerun("a workflow's run, by its result and its files", () => {
  const { dir } = workflowRepository(FILES);
  record(dir, ["wf.mjs", "main", "--n", "4"]);
  const [one] = jsonLines(again(dir, "-", "-q", "--format", "json").stdout);
  const [after] = logged(dir);
  assert.is(one.rerun, after.id);
  assert.equal(
    one.outputs.map(({ kind, name, same }: { kind: string; name: string; same: boolean }) => [
      kind,
      name,
      same,
    ]),
    [
      ["file", "out.txt", true],
      ["result", "result", true],
    ],
  );
});

rerun("brings inputs that no commit has, and says what it cannot bring", () => {
  const { dir } = workflowRepository(FILES);
  writeFileSync(join(dir, "ignored.csv"), "a\nb\nc\n");
  ok(dir, ["exec", "--in", "ignored.csv", "--", "sh", "count.sh", "ignored.csv"]);
  assert.match(again(dir, "-").stdout, /2 of 2 came out the same/);
  writeFileSync(join(dir, "ignored.csv"), "gone\n");
  const { status, stderr } = again(dir, "-");
  assert.is(status, 1);
  assert.match(stderr, /the input ignored\.csv is nowhere as it was/);
});

rerun("in the directory where it was typed", () => {
  const { dir } = workflowRepository({ ...FILES, "sub/here.txt": "x\n" });
  ok(join(dir, "sub"), ["exec", "--", "sh", "-c", "cat here.txt > copy.txt"]);
  assert.match(again(dir, "-").stdout, /same {7}sub\/copy\.txt/);
});

rerun("warns of code that no commit has", () => {
  const { dir } = workflowRepository(FILES);
  writeFileSync(join(dir, "count.sh"), "echo changed\n");
  ok(dir, COUNT);
  assert.match(
    again(dir, "-").stderr,
    /warning: execution [0-9a-f]{8} ran changes that were not committed: its commit [0-9a-f]{8}/,
  );
});

rerun("with the changes that no commit has, where they were recorded", () => {
  const { dir, git } = workflowRepository(FILES);
  git("config", "redun.captureDirty", "true");
  writeFileSync(join(dir, "count.sh"), "echo chänged > lines.txt\n");
  writeFileSync(join(dir, "new.mjs"), FILES["wf.mjs"].replace(`"rows "`, `"changed rows "`));
  writeFileSync(join(dir, "data.csv"), Buffer.from("binary \0 \n"));
  git("add", "--intent-to-add", "data.csv");
  const before = git("status", "--porcelain");
  ok(dir, COUNT);
  record(dir, ["new.mjs", "main"]);
  assert.is(git("status", "--porcelain", "--", "count.sh", "new.mjs", "data.csv"), before);
  for (const name of ["count.sh", "data.csv"]) git("checkout", "-q", name);
  rmSync(join(dir, "new.mjs"));
  for (const id of ["~1", "-"]) {
    const { status, stderr, stdout } = again(dir, id, "-q");
    assert.equal([id, status, stderr], [id, 0, ""], stdout);
  }
  const page = ok(dir, ["log", "~2"]);
  const [, id] = /It ran changes to commit [0-9a-f]{8}: value ([0-9a-f]{8})/.exec(page)!;
  assert.match(ok(dir, ["log", id!]), /count\.sh/);
});

for (const [setting, text, why] of [
  ["20", "echo changed\n", /they have \d+ bytes, and git config redun\.captureDirty allows 20/],
  ["true", "api_key=abcdef123456\n", /seem to hold a secret/],
] as const) {
  rerun(`changes are not recorded, and that is said: ${why}`, () => {
    const { dir, git } = workflowRepository(FILES);
    git("config", "redun.captureDirty", setting);
    writeFileSync(join(dir, "count.sh"), text);
    const { status, stderr } = cli(dir, ["exec", "--", "true"]);
    assert.is(status, 0);
    assert.match(stderr, why);
    assert.not.match(ok(dir, ["log", "-"]), /It ran changes/);
  });
}

rerun("an invalid setting is refused before anything runs", () => {
  const { dir, git } = workflowRepository(FILES);
  git("config", "redun.captureDirty", "sometimes");
  writeFileSync(join(dir, "count.sh"), "changed");
  assert.match(cli(dir, ["exec", "--", "touch", "ran"]).stderr, /BAD_CONFIG/);
  assert.not(existsSync(join(dir, "ran")));
});

rerun("a range: since a tag of the code, with a tag; reruns themselves are left out", () => {
  const { dir, git } = workflowRepository(FILES);
  ok(dir, [...COUNT.toSpliced(1, 0, "-t", "approved=true")]);
  git("tag", "v1.0");
  writeFileSync(join(dir, "note.txt"), "next\n");
  git("add", "note.txt");
  git("commit", "-qm", "next");
  ok(dir, [...COUNT.toSpliced(1, 0, "-t", "approved=true")]);
  ok(dir, COUNT);
  const [, second] = logged(dir);
  for (const _ of [1, 2]) {
    const found = jsonLines(
      again(dir, "--since", "v1.0", "-t", "approved", "-q", "--format", "json").stdout,
    );
    assert.equal(
      found.map(({ execution }) => execution),
      [second.id],
    );
  }
  const all = jsonLines(again(dir, "-t", "approved", "-q", "--format", "json").stdout);
  assert.is(all.length, 2);
});

rerun("a rerun can be run again", () => {
  const { dir } = workflowRepository(FILES);
  ok(dir, COUNT);
  again(dir, "-", "-q");
  const [first] = logged(dir);
  assert.is(again(dir, "-", "-q").status, 0);
  assert.equal(
    tagTexts(logged(dir)[0]).filter((tag) => tag.startsWith("rerun_of")),
    [`rerun_of="${first.id}"`],
  );
});

rerun("refuses what cannot be run again, and says why", () => {
  const { dir } = workflowRepository(FILES);
  ok(dir, ["exec", "--", "sh", "-c", "true", "--password", "hunter2"]);
  const secret = cli(dir, ["rerun", "-"]);
  assert.is(secret.status, 1);
  assert.match(secret.stderr, /had a secret, which was not recorded[\s\S]*NOT_RERUNNABLE/);
  const both = cli(dir, ["rerun", "-", "-t", "x"]);
  assert.is(both.status, 2);
  assert.is(cli(dir, ["rerun"]).status, 2);
  assert.match(cli(dir, ["rerun", "sh"]).stderr, /UNKNOWN_ID|is a Task/);
});

rerun("leaves nothing behind where the program fails", () => {
  const { dir, git } = workflowRepository(FILES);
  mkdirSync(join(dir, "out"));
  assert.is(cli(dir, ["exec", "--", "sh", "-c", "echo part > out/part; exit 3"]).status, 3);
  const { status, stdout } = again(dir, "-");
  // `out` was no part of the commit, so the shell could not write there.
  assert.is(status, 1);
  assert.match(stdout, /missing {4}out\/part/);
  assert.is(git("worktree", "list").split("\n").length, 1);
  assert.not(existsSync(join(dir, ".git/worktrees")));
});

rerun("is no success where nothing matches", () => {
  const { dir } = workflowRepository(FILES);
  const { status, stderr } = cli(dir, ["rerun", "-t", "approved"]);
  assert.equal([status, stderr], [1, "No executions match: nothing was run again.\n"]);
});

rerun("run again and again, its words do not grow", () => {
  const { dir } = workflowRepository(FILES);
  ok(dir, ["exec", "--", "true"]);
  for (let at = 0; at < 2; at++) again(dir, "-");
  const { args } = logged(dir)[0] as unknown as { args: string[] };
  assert.is(args.filter((word) => word === "--no-cache").length, 1);
});

rerun.run();
