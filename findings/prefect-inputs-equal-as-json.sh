#!/usr/bin/env bash
# prefect 3.9.1: two calls have one cache key if their arguments are the same as JSON, though they are not equal in Python.
#
# The cache policy INPUTS, which is part of the default one, hashes the arguments as JSON, and pickles them only where that fails. JSON
# has no tuples, and its keys are texts. So with persist_result=True a call with {"1": "a"} returns what was computed for {1: "a"},
# and a call with [1, 2] what was computed for (1, 2). True, 1 and 1.0, which Python holds for equal, are told apart. A
# `cache_key_fn` that hashes the types as well helps.
#
# Seen (Python 3.11, prefect 3.9.1), pairs of arguments (in runs the second call did return the first one's result):
#   {1: 'a'} {'1': 'a'} equal: False, one key: True
#   (1, 2) [1, 2] equal: False, one key: True
#   1 True equal: True, one key: False
#   1 1.0 equal: True, one key: False
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export PREFECT_HOME="$work/prefect" PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1
python3 -m venv venv
venv/bin/pip install --quiet prefect==3.9.1
cat > show.py <<'PY'
from prefect.cache_policies import INPUTS


def key(value):
    return INPUTS.compute_key(task_ctx=None, inputs={"value": value}, flow_parameters={})


for one, other in [({1: "a"}, {"1": "a"}), ((1, 2), [1, 2]), (1, True), (1, 1.0)]:
    print(one, other, f"equal: {one == other}, one key: {key(one) == key(other)}")
PY
venv/bin/python -W ignore show.py | tee seen
diff seen - <<'SEEN'
{1: 'a'} {'1': 'a'} equal: False, one key: True
(1, 2) [1, 2] equal: False, one key: True
1 True equal: True, one key: False
1 1.0 equal: True, one key: False
SEEN
