#!/bin/sh
# Makes runs.jsonl and redun.db.gz with the real redun (0.44.1), in a temporary directory. Ids, times and
# hashes are new each time: the tests compare what is in the files, whatever that is, but for the ids that they name.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv env
env/bin/pip install --quiet redun==0.44.1
cp "$here/workflow.py" .
export HOME="$work" USER=g PATH="$work/env/bin:$PATH"
redun run --tag env=dev --tag 'cfg={"a":1.0}' workflow.py main --n 4
redun run workflow.py main --n 4
redun run workflow.py bad || true
first=$(redun log | grep -o '^Exec [0-9a-f]*' | tail -1 | cut -d' ' -f2)
redun tag update "$first" env=prod
redun tag add "$first" note=hi
redun tag rm "$first" note=hi
redun export --file "$here/runs.jsonl"
gzip -9 -n -c .redun/redun.db > "$here/redun.db.gz"
