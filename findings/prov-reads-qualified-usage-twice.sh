#!/usr/bin/env bash
# prov 3.2.3 (Python): a usage that PROV-O states both ways is read as two usages.
#
# PROV-O (https://www.w3.org/TR/prov-o/#description-qualified-terms) qualifies a relation beside its plain form: an activity has
# `prov:used ex:data`, and a prov:qualifiedUsage of ex:data that says the role. The two state one usage, and the specification's
# examples have both. prov reads two records. So a reader of graphs that asks for `prov:used` finds nothing in what prov writes
# (the qualified form alone), and prov counts twice what others write.
#
# Seen (Python 3.11, prov 3.2.3, rdflib 7.6.0), the records of one document:
#   both forms:     activity(ex:a, -, -); entity(ex:d); used(ex:a, ex:d, -); used(ex:a, ex:d, -, [prov:role='ex:input'])
#   qualified form: activity(ex:a, -, -); entity(ex:d); used(ex:a, ex:d, -, [prov:role='ex:input'])
#   written by prov: prov:used in it: False
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet prov==3.2.3 rdflib==7.6.0
cat > show.py <<'PY'
from prov.model import ProvDocument

PREFIXES = "@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <http://example.org/> ."
QUALIFIED = "prov:qualifiedUsage [ a prov:Usage ; prov:entity ex:d ; prov:hadRole ex:input ]"


def read(statements):
    text = f"{PREFIXES} ex:d a prov:Entity . ex:a a prov:Activity ; {statements} ."
    return ProvDocument.deserialize(content=text, format="rdf", rdf_format="turtle")


def records(document):
    return "; ".join(sorted(record.get_provn() for record in document.get_records()))


print("both forms:    ", records(read(f"prov:used ex:d ; {QUALIFIED}")))
qualified = read(QUALIFIED)
print("qualified form:", records(qualified))
print("written by prov: prov:used in it:", "prov:used" in qualified.serialize(format="rdf", rdf_format="turtle"))
PY
venv/bin/python show.py 2>/dev/null | tee seen
diff seen - <<'SEEN'
both forms:     activity(ex:a, -, -); entity(ex:d); used(ex:a, ex:d, -); used(ex:a, ex:d, -, [prov:role='ex:input'])
qualified form: activity(ex:a, -, -); entity(ex:d); used(ex:a, ex:d, -, [prov:role='ex:input'])
written by prov: prov:used in it: False
SEEN
