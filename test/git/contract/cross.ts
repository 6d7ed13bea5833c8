import * as assert from "uvu/assert";
import type { GitBackend } from "../../../src/git/backend.ts";
import {
  append,
  assertSound,
  type Contract,
  changesOf,
  describeChanges,
  filesAt,
  type Open,
  REF,
  texts,
  withBackend,
} from "./support.ts";

/** The suite's backend writes, `openOther` reads it, appends onto it, and is read in turn. */
export function crossContract(test: Contract, openOther: Open): void {
  for (const tidy of ["nothing", "pack-refs --all", "gc -q --prune=now"]) {
    test(`each reads and continues what the other wrote, after ${tidy}`, async (git, repo) => {
      const rest = () => tidy !== "nothing" && repo.git(...tidy.split(" "));
      const first = await append(git, null, { "a/b": "1", "a-": "2" }, "one\n\nÜ\n");
      rest();
      const second = await withBackend(openOther, repo.dir, async (other) => {
        assert.is(await other.resolve(REF), first);
        assert.equal(await other.commit(first), await git.commit(first));
        const found = await changesOf(other, null, first);
        const oids = found.map(({ oid }) => oid);
        assert.equal(await texts(other, oids), await texts(git, oids));
        return append(other, first, { "a/c": "3" });
      });
      rest();
      const third = await append(git, second, { "a/b": "4", d: "5" });
      await withBackend(openOther, repo.dir, async (other) => {
        const expected = ["added a/c", "added d", "modified a/b"];
        assert.equal(await describeChanges(git, first, third), expected);
        assert.equal(await describeChanges(other, first, third), expected);
        assert.equal(await other.head(), await git.head());
      });
      assert.equal(filesAt(repo), { "a-": "2", "a/b": "4", "a/c": "3", d: "5" });
      assertSound(repo);
    });
  }

  test("the same append is the same commit", async (git, repo) => {
    const date = "@1700000000 +0100";
    const dated = (backend: GitBackend) => {
      Object.assign(backend.repository.env, { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
      return backend;
    };
    const files = { "ü/a b.txt": "x", "ü.": "y" };
    const mine = await append(dated(git), null, files, "message\n", "refs/redun/a");
    const theirs = await withBackend(openOther, repo.dir, (other) =>
      append(dated(other), null, files, "message\n", "refs/redun/b"),
    );
    assert.is(mine, theirs);
  });
}
