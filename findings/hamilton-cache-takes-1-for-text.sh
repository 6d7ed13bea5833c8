#!/usr/bin/env bash
# apache-hamilton 1.90.0: with its cache on, a node that gets the text "1" returns what was computed for the integer 1.
#
# A value's "data version" is a hash of its `str()`, without its type, and lists hash as their items do, in tuples as well, and maps
# without the order of their keys. So 1 and "1", 0.5 and "0.5", True and "True", [1] and ("1",) are one key each. In the project's
# main the types are told apart since June 2026 (pull request 1628); this release does not have it.
#
# Seen (Python 3.11, apache-hamilton 1.90.0):
#   1 int
#   '1' int
#   [1, 2] list
#   ('1', '2') list
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export HOME="$work" HAMILTON_TELEMETRY_ENABLED=false
python3 -m venv venv
venv/bin/pip install --quiet apache-hamilton==1.90.0
cat > flow.py <<'PY'
def kind(value: object) -> str:
    return type(value).__name__
PY
cat > show.py <<'PY'
import flow
from hamilton import driver

for value in [1, "1", [1, 2], ("1", "2")]:
    cached = driver.Builder().with_modules(flow).with_cache(path="cache").build()
    print(repr(value), cached.execute(["kind"], inputs={"value": value})["kind"])
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
1 int
'1' int
[1, 2] list
('1', '2') list
SEEN
