import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Oid } from "../../../src/git/backend.ts";
import { repeats } from "../../support/effort.ts";
import fc from "../../support/property.ts";
import type { TemporaryRepository } from "../../support/repository.ts";
import {
  append,
  assertSound,
  type Contract,
  changesOf,
  describeChanges,
  filesAt,
  REF,
  rejects,
} from "./support.ts";

/** A history by the numbers of its commits: each has parents among those before it, and a date. */
const history = fc.array(
  fc.record({
    parents: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 2 }),
    // The clocks of several machines: later commits may have earlier dates.
    date: fc.nat({ max: 20 }),
  }),
  { minLength: 2, maxLength: 14 },
);
const SHAPES = fc.sample(history, { numRuns: repeats(10), seed: 5 });

/** What merging two logs asks of git. */
export function mergeContract(test: Contract): void {
  for (const [number, shape] of SHAPES.entries()) {
    test(`who contains whom, in history ${number} of ${shape.length} commits`, async (git, repo) => {
      const parents = shape.map((commit, at) =>
        commit.parents.map((back) => at - 1 - back).filter((parent) => parent >= 0),
      );
      const dates = shape.map(({ date }) => 1_700_000_000 + date);
      const oids = makeCommits(repo, parents, dates);
      const holds = ancestors(parents);
      const pairs = oids.flatMap((_, a) => oids.map((_, b) => [a, b] as const));
      for (const [a, b] of fc.sample(fc.constantFrom(...pairs), { numRuns: 12, seed: number })) {
        const what = `${a} in ${b}`;
        assert.is(await git.isAncestor(oids[a]!, oids[b]!), holds[b]!.has(a), what);
        const found: Oid[] = [];
        for await (const { oid, author } of git.history({ revision: `${oids[a]}..${oids[b]}` })) {
          assert.is(author, `Author ${oids.indexOf(oid)} <${oids.indexOf(oid)}@example.com>`);
          found.push(oid);
        }
        const expected = [...holds[b]!].filter((commit) => !holds[a]!.has(commit));
        assert.equal(found.sort(), expected.map((commit) => oids[commit]!).sort(), what);
      }
    });
  }

  test("the history of a shallow clone ends at its border", async (git, repo) => {
    const oids = makeCommits(repo, [[], [0], [1], [2]], [1, 2, 3, 4]);
    writeFileSync(join(repo.dir, ".git/shallow"), `${oids[2]}\n`);
    const found: Oid[] = [];
    for await (const { oid } of git.history({ revision: oids[3]! })) found.push(oid);
    assert.equal(found, [oids[3], oids[2]]);
    assert.is(await git.isAncestor(oids[0]!, oids[3]!), false);
  });

  test("refs are listed by the beginning of their names, packed and loose", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    for (const name of ["redun/x/y", "redun/z", "redunx/a", "heads/redun/q"]) {
      repo.git("update-ref", `refs/${name}`, first);
    }
    repo.git("pack-refs", "--all");
    const second = await append(git, first, { b: "2" });
    repo.git("update-ref", "refs/redun/z", second);
    assert.equal(
      [...(await git.refs("refs/redun/"))],
      [
        [REF, second],
        ["refs/redun/x/y", first],
        ["refs/redun/z", second],
      ],
    );
    assert.equal([...(await git.refs("refs/redun/x")).keys()], ["refs/redun/x/y"]);
    assert.equal([...(await git.refs("refs/nothing/"))], []);
  });

  test("move compares and swaps", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, { b: "2" });
    const move = { ref: "refs/redun/other", message: "a test" };
    await rejects(git.move({ ...move, expected: second, next: first }), "REF_MOVED");
    await git.move({ ...move, expected: null, next: second });
    await rejects(git.move({ ...move, expected: null, next: first }), "REF_MOVED");
    await rejects(git.move({ ...move, expected: first, next: second }), "REF_MOVED");
    await git.move({ ...move, expected: second, next: first });
    assert.is(await git.resolve("refs/redun/other"), first);
    await rejects(git.move({ ...move, ref: "refs/redun/a..b", expected: null, next: first }));
    await rejects(
      git.move({ ...move, ref: "refs/redun/other/deep", expected: null, next: first }),
      "BAD_REF",
    );
    assert.is(repo.git("for-each-ref", "--format=%(refname)"), `${REF}\nrefs/redun/other`);
  });

  test("remove compares, and leaves nothing of a packed ref", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, { b: "2" });
    const ref = "refs/redun/other";
    repo.git("update-ref", ref, first);
    repo.git("tag", "-a", "-m", "peeled", "v1", first);
    repo.git("update-ref", "refs/heads/größe", first);
    repo.git("pack-refs", "--all");
    repo.git("update-ref", ref, second);
    await rejects(git.remove(ref, first), "REF_MOVED");
    await git.remove(ref, second);
    assert.is(await git.resolve(ref), null);
    await rejects(git.remove(ref, second), "REF_MOVED");
    assert.is(
      repo.git("for-each-ref", "--format=%(refname)"),
      `refs/heads/größe\n${REF}\nrefs/tags/v1`,
    );
    assert.is(repo.git("rev-parse", "v1^{commit}"), first);
    await git.move({ ref: `${ref}/deep`, expected: null, next: first, message: "a test" });
  });

  test("append makes a merge: its parents, its files by object, its identity", async (git, repo) => {
    const ours = await append(git, null, { a: "1", "d/b": "2" });
    const theirs = await append(git, null, { "d/c": "3" }, "x", "refs/redun/theirs");
    const [added] = await changesOf(git, null, theirs);
    const script = repo.git("rev-parse", `${ours}:a`);
    const line = "redun-git <redun-git@localhost> 1700000000 +0000";
    for (const parents of [
      [ours, theirs],
      [theirs, ours],
    ]) {
      repo.git("update-ref", REF, ours);
      const commit = await git.append({
        ref: REF,
        expected: ours,
        parents,
        files: [
          ...(parents[0] === ours ? [added!] : await filesOf(git.changes(null, ours))),
          { path: "run", oid: script, mode: "100755" },
        ],
        message: "merge\n",
        identity: { author: line, committer: line },
      });
      const files = parents[0] === ours ? `${added!.oid}` : "";
      assert.equal(filesAt(repo), { a: "1", "d/b": "2", "d/c": "3", run: "1" }, files);
      assert.match(repo.git("ls-tree", REF, "run"), /^100755/);
      const body = `parent ${parents[0]}\nparent ${parents[1]}\nauthor ${line}\ncommitter ${line}`;
      const tree = repo.git("rev-parse", `${REF}^{tree}`);
      assert.is(repo.git("cat-file", "commit", commit), `tree ${tree}\n${body}\n\nmerge`);
    }
    assertSound(repo);
  });

  test("changes tell the mode, of links and submodules too", async (git, repo) => {
    const empty = await append(git, null, { a: "1" });
    const blob = repo.git("rev-parse", `${empty}:a`);
    const modes = { link: `120000,${blob}`, module: `160000,${empty}`, script: `100755,${blob}` };
    for (const [name, entry] of Object.entries(modes)) {
      repo.git("update-index", "--add", "--cacheinfo", `${entry},${name}`);
    }
    const commit = repo.git("commit-tree", repo.git("write-tree"), "-m", "by git");
    const told = async (from: Oid | null, to: Oid) =>
      (await changesOf(git, from, to)).map(({ path, mode }) => `${mode} ${path}`).sort();
    const all = ["100755 script", "120000 link", "160000 module"];
    assert.equal(await told(null, commit), all);
    assert.equal(await told(empty, commit), ["100644 a", ...all]);
    assert.equal(await told(commit, empty), ["100644 a", ...all]);
    assert.is((await describeChanges(git, commit, empty)).length, 4);
  });
}

async function filesOf(changes: AsyncIterable<{ path: string; oid: Oid }>) {
  const found: { path: string; oid: Oid }[] = [];
  for await (const { path, oid } of changes) found.push({ path, oid });
  return found;
}

/** Commits with an empty tree, by one `git fast-import`. */
function makeCommits(
  repo: TemporaryRepository,
  parents: readonly (readonly number[])[],
  dates: readonly number[],
): Oid[] {
  const script = parents.map((of, at) => {
    const who = (role: string) => `${role} Author ${at} <${at}@example.com> ${dates[at]} +0000\n`;
    const links = of.map((parent, nth) => `${nth === 0 ? "from" : "merge"} :${parent + 1}\n`);
    // Without the reset, fast-import would take the commit before for the parent.
    const head = `reset refs/made/x\n\ncommit refs/made/x\nmark :${at + 1}\n`;
    return `${head}${who("author")}${who("committer")}data 0\n${links.join("")}\n`;
  });
  const marks = parents.map((_, at) => `get-mark :${at + 1}\n`).join("");
  const input = `${script.join("")}${marks}reset refs/made/x\nfrom ${"0".repeat(40)}\n\ndone\n`;
  const printed = execFileSync("git", ["fast-import", "--quiet", "--done", "--force"], {
    cwd: repo.dir,
    input,
  });
  return printed.toString().trim().split("\n");
}

/** For each commit the set of those that its history holds, itself included. */
function ancestors(parents: readonly (readonly number[])[]): Set<number>[] {
  const holds: Set<number>[] = [];
  for (const [at, of] of parents.entries()) {
    holds.push(new Set([at, ...of.flatMap((parent) => [...holds[parent]!])]));
  }
  return holds;
}
