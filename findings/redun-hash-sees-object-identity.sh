#!/usr/bin/env bash
# redun (Python) 0.44.1: two equal arguments are one cache key only if they also share objects.
#
# redun hashes a list, dict or dataclass by its pickle. pickle writes an object that it has met before as a
# reference, so ["word", "word"] hashes differently when both items are one string object and when they are two
# equal ones (one typed in the source, one read from a file). Dicts are hashed in the order of insertion. The task
# runs again although its argument compares equal to the earlier one.
#
# Seen (Python 3.11, redun 0.44.1):
#   equal arguments: True; hashes equal: False; the task ran 2 times
#   equal dicts: True; hashes equal: False; the task ran 2 times
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet redun==0.44.1
cat > show.py <<'PY'
from redun import Scheduler, task
from redun.value import get_type_registry

redun_namespace = "finding"
runs = 0


@task()
def size(items):
    global runs
    runs += 1
    return len(items)


def show(what, first, second):
    global runs
    runs = 0
    scheduler = Scheduler()
    scheduler.run(size(first))
    scheduler.run(size(second))
    get_hash = get_type_registry().get_hash
    print(f"equal {what}: {first == second}; hashes equal: {get_hash(first) == get_hash(second)}; the task ran {runs} times")


word = "".join(["wo", "rd"])
again = "".join(["wo", "rd"])
show("arguments", [word, word], [word, again])
show("dicts", {"a": 1, "b": 2}, {"b": 2, "a": 1})
PY
venv/bin/python show.py 2>/dev/null | tee seen
diff seen - <<'SEEN'
equal arguments: True; hashes equal: False; the task ran 2 times
equal dicts: True; hashes equal: False; the task ran 2 times
SEEN
