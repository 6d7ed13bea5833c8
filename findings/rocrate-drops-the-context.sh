#!/usr/bin/env bash
# rocrate 0.16.0 (Python): a crate that is read and written again has lost what its `@context` had beyond RO-Crate's own.
#
# The graph is the same, so it looks unharmed. But the terms of Workflow Run RO-Crate (`sha256`, `ParameterConnection`,
# `containerImage`) are defined by a second context, and terms without a definition are dropped by JSON-LD's processors: the
# checksums of files are gone for them, without an error. Who edits a crate with rocrate appends the context again, to
# `crate.metadata.extra_contexts`. Known to the project since 2021 (issue 61 of ro-crate-py).
#
# Seen (Python 3.11, rocrate 0.16.0):
#   before: ['https://w3id.org/ro/crate/1.1/context', 'https://w3id.org/ro/terms/workflow-run/context']
#   after: https://w3id.org/ro/crate/1.1/context
#   sha256 is in the graph: True
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet rocrate==0.16.0
cat > show.py <<'PY'
import json
import pathlib

from rocrate.rocrate import ROCrate

contexts = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
graph = [
    {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    },
    {"@id": "./", "@type": "Dataset", "hasPart": [{"@id": "a.txt"}]},
    {"@id": "a.txt", "@type": "File", "sha256": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
]
crate = pathlib.Path("crate")
crate.mkdir()
(crate / "a.txt").write_text("a")
(crate / "ro-crate-metadata.json").write_text(json.dumps({"@context": contexts, "@graph": graph}))
ROCrate("crate").write("copy")
copy = json.loads(pathlib.Path("copy/ro-crate-metadata.json").read_text())
print("before:", contexts)
print("after:", copy["@context"])
print("sha256 is in the graph:", any("sha256" in entity for entity in copy["@graph"]))
PY
venv/bin/python show.py | tee seen
diff seen - <<'SEEN'
before: ['https://w3id.org/ro/crate/1.1/context', 'https://w3id.org/ro/terms/workflow-run/context']
after: https://w3id.org/ro/crate/1.1/context
sha256 is in the graph: True
SEEN
