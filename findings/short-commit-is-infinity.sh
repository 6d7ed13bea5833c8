#!/usr/bin/env bash
# papermill 2.7.0, sacred 0.8.7, hydra-core 1.3.8, fire 0.7.1, redun 0.44.1: a short commit id on the command line can be infinity.
#
# Each of them guesses the type of a parameter's text, and `12e45678` is a float for Python, too large for one. Of the ids of
# eight hexadecimal digits 1.4 % have the form of a float, and 2.3 % are digits alone (papermill and redun drop leading zeros: `01234567` is
# 1234567). So `commit=$(git rev-parse --short=8 HEAD)` works for months, and then records inf without an error; what was
# given is nowhere. Quotes within the argument make it a text for sacred, hydra and fire, `commit="'12e45678'"`; redun wants double ones, and
# papermill has -r. (arquero 7.2, Polars 2.1 and pyarrow 26 do the same to a column of a CSV whose ids all look like numbers.)
#
# Seen (Python 3.11):
#   papermill inf
#   sacred inf
#   hydra inf
#   fire inf
#   redun inf
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet papermill==2.7.0 sacred==0.8.7 hydra-core==1.3.8 fire==0.7.1 redun==0.44.1 setuptools==80.9.0
cat > with_papermill.ipynb <<'JSON'
{"cells": [{"cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]}, "source": "commit = ''", "outputs": [], "execution_count": null}],
 "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 5}
JSON
cat > with_sacred.py <<'PY'
from sacred import Experiment

experiment = Experiment("show", save_git_info=False)
experiment.add_config(commit="")


@experiment.automain
def show(commit):
    print("sacred", commit)
PY
cat > with_hydra.py <<'PY'
import hydra


@hydra.main(version_base=None, config_path=None)
def show(config):
    print("hydra", config.commit)


show()
PY
cat > with_fire.py <<'PY'
import fire

fire.Fire(lambda commit: print("fire", commit))
PY
cat > with_redun.py <<'PY'
from redun.tags import parse_tag_key_value

print("redun", parse_tag_key_value("commit=12e45678")[1])
PY
{
  venv/bin/papermill --prepare-only --log-level ERROR -p commit 12e45678 with_papermill.ipynb out.ipynb
  venv/bin/python -c 'import json; print("papermill", json.load(open("out.ipynb"))["metadata"]["papermill"]["parameters"]["commit"])'
  venv/bin/python with_sacred.py --loglevel=ERROR with commit=12e45678
  venv/bin/python with_hydra.py +commit=12e45678 hydra.run.dir=hydra
  venv/bin/python with_fire.py --commit=12e45678
  venv/bin/python with_redun.py
} | tee seen
diff seen - <<'SEEN'
papermill inf
sacred inf
hydra inf
fire inf
redun inf
SEEN
