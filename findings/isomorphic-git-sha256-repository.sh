#!/usr/bin/env bash
# isomorphic-git 1.44.11: in a SHA-256 repository writeBlob succeeds, and writes an object that git calls bad.
#
# The repository's `extensions.objectFormat` is not looked at: the object gets a SHA-1 name of 40 digits in a repository
# whose names have 64, no error is raised, and git can never read it.
#
# Seen (Node 20.20, git 2.39.5): an id of 40 digits; `git fsck` says "bad sha1 file".
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm install --silent --no-audit --no-fund --prefix . isomorphic-git@1.44.11
git init --quiet --object-format=sha256 repository
cat > show.mjs <<'JS'
import fs from "node:fs";
import git from "isomorphic-git";
const oid = await git.writeBlob({ fs, dir: "repository", blob: Buffer.from("hi\n") });
console.log(`isomorphic-git: ${oid.length} digits`);
JS
{
  node show.mjs
  echo "git: $(echo hi | git -C repository hash-object --stdin | tr -d '\n' | wc -c) digits"
  git -C repository fsck 2>&1 | grep -o 'bad sha1 file'
} | tee seen
diff seen - <<'SEEN'
isomorphic-git: 40 digits
git: 64 digits
bad sha1 file
SEEN
