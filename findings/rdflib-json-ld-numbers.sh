#!/usr/bin/env bash
# rdflib 7.6.0: numbers of JSON-LD become other literals than the specification's, so the graph differs from every other reader's.
#
# JSON knows one kind of number, and JSON-LD 1.1 API (section 8.2, Object to RDF Conversion) says what becomes of it: without a
# fraction and below 1e21 an xsd:integer, else an xsd:double in canonical form. rdflib takes the type that Python's reader
# gives it. A pattern that has "1"^^xsd:integer finds nothing in its graph, its canonical hash (RDFC-1.0) is another one, and
# merging its triples with those of another reader gives each number twice. PyLD 3.3.0 and pyoxigraph 0.5.13 agree with the specification.
#
# Seen (Python 3.11), by rdflib and by PyLD and pyoxigraph:
#   1.0: rdflib "1.0" double, PyLD "1" integer, pyoxigraph "1" integer
#   1e3: rdflib "1000.0" double, PyLD "1000" integer, pyoxigraph "1000" integer
#   1.5: rdflib "1.5" double, PyLD "1.5E0" double, pyoxigraph "1.5E0" double
#   4000000000000000000000: rdflib "4000000000000000000000" integer, PyLD "4.0E21" double, pyoxigraph "4.0E21" double
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet rdflib==7.6.0 PyLD==3.3.0 pyoxigraph==0.5.13
cat > show.py <<'PY'
import json

import pyoxigraph
import rdflib
from pyld import jsonld


def shown(lexical, datatype):
    return f'"{lexical}" {str(datatype).split("#")[1]}'


for number in ["1.0", "1e3", "1.5", "4000000000000000000000"]:
    text = '{"@context": {"v": "http://example.org/v"}, "@id": "http://example.org/s", "v": %s}' % number
    (by_rdflib,) = rdflib.Graph().parse(data=text, format="json-ld").objects()
    by_pyld = jsonld.to_rdf(json.loads(text))["@default"][0]["object"]
    (quad,) = pyoxigraph.parse(text.encode(), pyoxigraph.RdfFormat.JSON_LD)
    print(
        f"{number}: rdflib {shown(by_rdflib, by_rdflib.datatype)},",
        f"PyLD {shown(by_pyld['value'], by_pyld['datatype'])},",
        f"pyoxigraph {shown(quad.object.value, quad.object.datatype.value)}",
    )
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
1.0: rdflib "1.0" double, PyLD "1" integer, pyoxigraph "1" integer
1e3: rdflib "1000.0" double, PyLD "1000" integer, pyoxigraph "1000" integer
1.5: rdflib "1.5" double, PyLD "1.5E0" double, pyoxigraph "1.5E0" double
4000000000000000000000: rdflib "4000000000000000000000" integer, PyLD "4.0E21" double, pyoxigraph "4.0E21" double
SEEN
