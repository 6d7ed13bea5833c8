#!/bin/sh
# Makes mlruns.json (the files of a folder store, with ROOT for where it was) and mlflow.db.gz with the real MLflow, in a
# temporary directory. Ids and times are new each time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python=${1:-}
if [ -z "$python" ]; then
  python3 -m venv env
  env/bin/pip install --quiet mlflow==3.17.2
  python=$work/env/bin/python
fi
export MLFLOW_DISABLE_TELEMETRY=true MLFLOW_ALLOW_FILE_STORE=true
"$python" "$here/runs.py" "file://$work/mlruns"
mkdir other
(cd other && "$python" "$here/runs.py" "sqlite:///$work/mlflow.db")
"$python" - "$here" <<'PY'
import gzip, json, pathlib, sqlite3, sys
root = pathlib.Path.cwd()
files = sorted(path for path in root.glob("mlruns/*/**/*") if path.is_file())
texts = {path.relative_to(root).as_posix(): path.read_text().replace(str(root), "ROOT") for path in files}
here = pathlib.Path(sys.argv[1])
(here / "mlruns.json").write_text(json.dumps(texts, indent=1) + "\n")
sqlite3.connect("mlflow.db").execute("VACUUM").close()
(here / "mlflow.db.gz").write_bytes(gzip.compress(pathlib.Path("mlflow.db").read_bytes(), 9, mtime=0))
PY
