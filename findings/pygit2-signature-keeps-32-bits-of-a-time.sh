#!/usr/bin/env bash
# pygit2 1.21.0: a commit is made with the lowest 32 bits of its signature's time, without an error.
#
# libgit2 and git have 64 bits, pygit2 reads such commits right, and the Signature itself says the time that it was given. So a
# time in milliseconds becomes some day between 1970 and 2106, and a commit that a tool makes again from its parts
# (`Signature(a.name, a.email, a.time, a.offset)`), as those that rewrite history do, moves by centuries.
#
# Seen (git 2.39.5, Python 3.11), the time that was given, `signature.time`, and the author's time in git:
#   4294967295 4294967295 4294967295
#   4294967296 4294967296 0
#   1764547200123 1764547200123 3610608763
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet pygit2==1.21.0
git init --quiet repository; cd repository
cat > ../show.py <<'PY'
import subprocess

import pygit2

repository = pygit2.Repository(".")
tree = repository.TreeBuilder().write()
for time in [4294967295, 4294967296, 1764547200123]:
    signature = pygit2.Signature("Ada", "ada@example.org", time, 0)
    commit = repository.create_commit(None, signature, signature, "message", tree, [])
    command = ["git", "log", "-1", "--format=%at", str(commit)]
    print(time, signature.time, subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
PY
../venv/bin/python ../show.py | tee ../seen
diff ../seen - <<'SEEN'
4294967295 4294967295 4294967295
4294967296 4294967296 0
1764547200123 1764547200123 3610608763
SEEN
