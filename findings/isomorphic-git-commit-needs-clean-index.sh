#!/usr/bin/env bash
# isomorphic-git 1.44.11: a commit of a given tree onto a ref that is not checked out fails while the user is in a merge.
#
# `commit({ ref, tree, parent })` needs neither the index nor the work tree, and git's own `commit-tree` and `update-ref` do not
# look at them. isomorphic-git loads the index first and refuses unmerged entries. The message then names no file: where the
# paths should stand it prints the source of a function.
#
# Seen (Node 20.20, git 2.39.5): UnmergedPathsError, "... unmerged files: function toString() { [native code] }. ...";
# writeCommit and writeRef, which redun-git uses instead, succeed in the same repository.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . isomorphic-git@1.44.11
git init --quiet --initial-branch=main repository; cd repository
git config user.name Ada; git config user.email ada@example.org
echo a > file; git add file; git commit --quiet --message a
git switch --quiet --create other; echo b > file; git commit --quiet --all --message b
git switch --quiet main; echo c > file; git commit --quiet --all --message c
git merge other > /dev/null || true
cat > ../show.mjs <<'JS'
import fs from "node:fs";
import git from "isomorphic-git";
const [dir, tree] = [".", process.argv[2]];
const who = { name: "Ada", email: "ada@example.org", timestamp: 0, timezoneOffset: 0 };
try {
  await git.commit({ fs, dir, ref: "refs/notes/x", tree, parent: [], message: "x", author: who });
  console.log("commit: done");
} catch (error) {
  console.log(`commit: ${error.name}`, /unmerged files: (.*?)\./.exec(error.message)?.[1]);
}
const commit = { tree, parent: [], message: "x\n", author: who, committer: who };
const value = await git.writeCommit({ fs, dir, commit });
await git.writeRef({ fs, dir, ref: "refs/notes/x", value });
console.log("writeCommit and writeRef: done");
JS
node ../show.mjs "$(git rev-parse 'HEAD^{tree}')" | tee ../seen
diff ../seen - <<'SEEN'
commit: UnmergedPathsError function toString() { [native code] }
writeCommit and writeRef: done
SEEN
