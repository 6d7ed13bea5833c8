#!/usr/bin/env bash
# polars 2.1.0: `read_ndjson` and `scan_ndjson` drop a key that no one of the first 100 lines has, values and all, without an error.
#
# Its other readers raise then: `read_json` for the same objects in an array, `read_csv` for a cell that does not fit, and
# `read_ndjson` itself for a value of another type. A tag that came into use after a hundred runs is not in the frame, and a
# key within an object is lost in the same way. `infer_schema_length=None` reads all lines first. Reported in September 2026 (issue 29330).
#
# Seen (Python 3.11, polars 2.1.0), columns:
#   read_ndjson ['id']
#   scan_ndjson ['id']
#   read_json ComputeError
#   infer_schema_length=None ['id', 'tag']
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet polars==2.1.0
cat > show.py <<'PY'
import json

import polars

runs = [{"id": at} for at in range(100)] + [{"id": 100, "tag": "best"}]
with open("runs.jsonl", "w") as file:
    file.writelines(json.dumps(run) + "\n" for run in runs)
print("read_ndjson", polars.read_ndjson("runs.jsonl").columns)
print("scan_ndjson", polars.scan_ndjson("runs.jsonl").collect().columns)
try:
    print("read_json", polars.read_json(json.dumps(runs).encode()).columns)
except polars.exceptions.ComputeError as error:
    print("read_json", type(error).__name__)
print("infer_schema_length=None", polars.read_ndjson("runs.jsonl", infer_schema_length=None).columns)
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
read_ndjson ['id']
scan_ndjson ['id']
read_json ComputeError
infer_schema_length=None ['id', 'tag']
SEEN
