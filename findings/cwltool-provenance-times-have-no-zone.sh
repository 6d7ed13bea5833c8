#!/usr/bin/env bash
# cwltool 3.3.20260925135507: the times in a provenance folder (CWLProv) are local ones that do not say so.
#
# `prov:startTime`, `prov:endTime` and `prov:time` have neither an offset nor a Z, which xsd:dateTime allows. Readers take such times for
# UTC or for their own zone: a run of the evening in New York was at night for them, and two runs from two places
# cannot be put in order. TZ=UTC for cwltool makes them UTC.
#
# Seen (Python 3.11, cwltool 3.3.20260925135507), the same minute in two zones:
#   times with a zone: 0 of 14
#   hours between the two runs: 14
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet cwltool==3.3.20260925135507
cat > echo.cwl <<'CWL'
cwlVersion: v1.2
class: CommandLineTool
baseCommand: echo
inputs:
  text: {type: string, inputBinding: {}}
stdout: out.txt
outputs:
  out: {type: stdout}
CWL
for zone in Etc/GMT+5 Etc/GMT-9; do
  TZ=$zone venv/bin/python -W ignore venv/bin/cwltool --quiet --provenance "${zone#*/}" echo.cwl --text hi > "${zone#*/}.json"
done
cat > show.py <<'PY'
import datetime
import json
import re


def times(folder):
    with open(f"{folder}/metadata/provenance/primary.cwlprov.json") as file:
        return re.findall(r'"prov:(?:startTime|endTime|time)": "([^"]*)"', file.read())


both = [times("GMT+5"), times("GMT-9")]
zoned = [time for one in both for time in one if re.search(r"(Z|[+-]\d\d:?\d\d)$", time)]
print(f"times with a zone: {len(zoned)} of {sum(map(len, both))}")
first, second = [datetime.datetime.fromisoformat(min(one)) for one in both]
print("hours between the two runs:", round((second - first).total_seconds() / 3600))
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
times with a zone: 0 of 14
hours between the two runs: 14
SEEN
