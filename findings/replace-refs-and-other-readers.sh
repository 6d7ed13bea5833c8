#!/usr/bin/env bash
# pygit2 1.21.0 (libgit2) and dulwich 1.2.21: an object that `git replace` replaced is the old one for them, the new one for git.
#
# Replacement is git's default for every command. A reader built on these libraries therefore disagrees with `git log` and
# `git show` about the content behind one and the same id, in the same repository, without a warning on either side. Who must
# believe what the id says sets GIT_NO_REPLACE_OBJECTS=1 for git, and all three agree.
#
# Seen (git 2.39.5, Python 3.11): git reads "replaced"; pygit2, dulwich and git with GIT_NO_REPLACE_OBJECTS read "original".
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet pygit2==1.21.0 dulwich==1.2.21
git init --quiet repository; cd repository
git config user.name Ada; git config user.email ada@example.org
git commit --quiet --allow-empty --message original
commit=$(git rev-parse HEAD)
git replace "$commit" "$(git commit-tree -m replaced 'HEAD^{tree}')"
cat > ../show.py <<'PY'
import sys

import pygit2
from dulwich.repo import Repo

print("pygit2", pygit2.Repository(".")[sys.argv[1]].message.strip())
print("dulwich", Repo(".")[sys.argv[1].encode()].message.decode().strip())
PY
{
  echo "git $(git log -1 --format=%s "$commit")"
  ../venv/bin/python ../show.py "$commit"
  echo "git without replacements $(GIT_NO_REPLACE_OBJECTS=1 git log -1 --format=%s "$commit")"
} | tee ../seen
diff ../seen - <<'SEEN'
git replaced
pygit2 original
dulwich original
git without replacements original
SEEN
