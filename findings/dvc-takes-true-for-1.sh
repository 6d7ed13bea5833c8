#!/usr/bin/env bash
# dvc 3.67.1: a parameter that changes from 1 to true, or from 0 to false, is no change, and the stage does not run.
#
# DVC compares params.yaml with dvc.lock as Python compares, where 1 == True == 1.0. The two are different values for the
# program that reads params.yaml (a seed and a switch, "1" and "true" in a command line), its output stays that of the old one, and
# `dvc status` says that all is up to date. Inside lists and maps it is the same. `dvc repro --force` runs it.
#
# Seen (Python 3.11, dvc 3.67.1), the parameter and what the output says after `dvc repro`:
#   1: p: 1
#   true: p: 1
#   1.0: p: 1
#   "1": p: "1"
#   [0]: p: [0]
#   [false]: p: [0]
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
export DVC_NO_ANALYTICS=1 HOME="$work"
python3 -m venv venv
venv/bin/pip install --quiet dvc==3.67.1
git init --quiet repository; cd repository
../venv/bin/dvc init --quiet
cat > dvc.yaml <<'YAML'
stages:
  copy:
    cmd: cat params.yaml > out
    params: [p]
    outs: [out]
YAML
for value in 1 true 1.0 '"1"' '[0]' '[false]'; do
  echo "p: $value" > params.yaml
  ../venv/bin/dvc repro --quiet
  echo "$value: $(cat out)"
done | tee ../seen
diff ../seen - <<'SEEN'
1: p: 1
true: p: 1
1.0: p: 1
"1": p: "1"
[0]: p: [0]
[false]: p: [0]
SEEN
