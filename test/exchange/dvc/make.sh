#!/bin/sh
# Makes experiments.bundle, a repository with three experiments, with the real DVC in a temporary directory. Ids and times are
# new each time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
bin=${1:-}
if [ -z "$bin" ]; then
  python3 -m venv env
  env/bin/pip install --quiet dvc==3.67.1
  bin=$work/env/bin
fi
export PATH="$bin:$PATH" DVC_NO_ANALYTICS=1 HOME="$work"
git init --quiet --initial-branch=main project
cd project
git config user.name Ann
git config user.email ann@example.com
dvc init --quiet
cat > params.yaml <<'YAML'
prep: {n: 3}
train: {lr: 0.1, name: "1e3"}
YAML
cat > prep.py <<'PY'
import yaml
open("data.csv", "w").write("x\n" * yaml.safe_load(open("params.yaml"))["prep"]["n"])
PY
cat > train.py <<'PY'
import json, yaml
rate = yaml.safe_load(open("params.yaml"))["train"]["lr"]
json.dump({"acc": 1 - rate, "val": {"loss": rate * 2, "n": 1.0}}, open("metrics.json", "w"))
open("model.bin", "w").write(f"model of {rate}\n")
PY
cat > dvc.yaml <<'YAML'
stages:
  train:
    cmd: python train.py
    deps: [train.py, data.csv]
    params: [train]
    outs: [model.bin]
    metrics:
      - metrics.json: {cache: false}
  prep:
    cmd: python prep.py
    deps: [prep.py]
    params: [prep.n]
    outs: [data.csv]
YAML
git add --all
git commit --quiet --message base
dvc exp run --quiet --name first
dvc exp run --quiet --set-param train.lr=0.25 --name quarter
dvc exp run --quiet --set-param train.lr=0.5 --name half
git bundle create --quiet "$here/experiments.bundle" --all
