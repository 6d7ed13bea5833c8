#!/bin/sh
# Makes events.jsonl with OpenLineage's own client (1.54.0), in a temporary directory. Ids and times are new each time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python=${1:-}
if [ -z "$python" ]; then
  python3 -m venv env
  env/bin/pip install --quiet openlineage-python==1.54.0
  python=env/bin/python
fi
"$python" - <<'PY'
from datetime import datetime, timedelta, timezone
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import error_message_run, parent_run, source_code_location_job, sql_job, tags_run
from openlineage.client.transport.file import FileConfig, FileTransport
from openlineage.client.uuid import generate_new_uuid

client = OpenLineageClient(transport=FileTransport(FileConfig(log_file_path="events.jsonl", append=True)))
clock = datetime(2026, 11, 22, 9, 43, 43, 512345, tzinfo=timezone.utc)


def emit(state, run, name, inputs=(), outputs=(), facets=None):
    global clock
    clock += timedelta(seconds=1)
    job, run_facets = facets or ({}, {})
    client.emit(RunEvent(eventType=state, eventTime=clock.isoformat(), producer="https://example.com/etl",
        run=Run(runId=run, facets=run_facets), job=Job(namespace="etl", name=name, facets=job),
        inputs=[InputDataset(*one) for one in inputs], outputs=[OutputDataset(*one) for one in outputs]))


dag, load, clean, bad, going = (str(generate_new_uuid()) for _ in range(5))
parent = parent_run.ParentRunFacet(run=parent_run.Run(runId=dag), job=parent_run.Job(namespace="etl", name="dag"))
tags = tags_run.TagsRunFacet(tags=[tags_run.TagsRunFacetFields("env", "prod"), tags_run.TagsRunFacetFields("n", "3")])
place = source_code_location_job.SourceCodeLocationJobFacet(type="git", url="https://bob:secret@example.com/etl.git",
    version="b3faf931667ffd18f797334eb1feef9b464ea600", branch="main")
raw, table = ("s3://bucket", "raw.csv"), ("postgres://db:5432", "public.clean")
emit(RunState.START, dag, "dag", facets=({"sourceCodeLocation": place}, {"tags": tags}))
emit(RunState.START, load, "dag.load", facets=({}, {"parent": parent}))
emit(RunState.RUNNING, load, "dag.load", inputs=[raw])
emit(RunState.COMPLETE, load, "dag.load", outputs=[table])
emit(RunState.START, clean, "dag.clean", inputs=[table],
    facets=({"sql": sql_job.SQLJobFacet(query="DELETE FROM clean")}, {"parent": parent}))
emit(RunState.COMPLETE, clean, "dag.clean")
emit(RunState.COMPLETE, dag, "dag")
error = error_message_run.ErrorMessageRunFacet(message="boom", programmingLanguage="python")
emit(RunState.START, bad, "report")
emit(RunState.FAIL, bad, "report", facets=({}, {"errorMessage": error}))
emit(RunState.START, going, "stream")
PY
cp events.jsonl "$here/events.jsonl"
