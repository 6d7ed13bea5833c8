#!/usr/bin/env bash
# aiida-core 2.9.4: a float changes when its node is stored: 14 significant digits are kept, and a large one becomes an integer.
#
# A node is what AiiDA's provenance is made of, and `store()` makes it immutable. The value before and after differ without a
# warning, for Float, Dict and List alike, on every storage: the rounding is done before it. So a time in seconds loses
# its microseconds, 0.1 + 0.2 becomes 0.3, and calls with the two are one for the cache. A text or an array (ArrayData) keeps
# all digits. Chosen in 2019, so that hashes do not depend on the database (pull request 3108 of aiida-core); the
# documentation of Float does not say it.
#
# Seen (Python 3.11, aiida-core 2.9.4, its storage sqlite_temp), before and after store():
#   1764547200.123456 1764547200.1235
#   0.30000000000000004 0.3
#   123456789012345.0 123456789012340
#   1e+22 10000000000000000000000
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export AIIDA_PATH="$work/aiida"
python3 -m venv venv
venv/bin/pip install --quiet aiida-core==2.9.4
cat > show.py <<'PY'
from aiida import load_profile, orm
from aiida.storage.sqlite_temp import SqliteTempBackend

load_profile(SqliteTempBackend.create_profile("finding"), allow_switch=True)
for value in [1764547200.123456, 0.1 + 0.2, 123456789012345.0, 1e22]:
    node = orm.Float(value)
    before = node.value
    node.store()
    print(before, orm.load_node(node.pk).value)
PY
venv/bin/python -W ignore show.py | tee seen
diff seen - <<'SEEN'
1764547200.123456 1764547200.1235
0.30000000000000004 0.3
123456789012345.0 123456789012340
1e+22 10000000000000000000000
SEEN
