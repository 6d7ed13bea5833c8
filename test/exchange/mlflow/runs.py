"""Logs some runs to the store whose address is given."""
import sys

import mlflow
from mlflow.tracking import MlflowClient

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("digits")
with mlflow.start_run(run_name="outer", tags={"team": "qa", "note": "two\nlines"}, description="The sweep."):
    mlflow.log_params({"lr": 0.1, "model": "resnet", "007": "007"})
    for step, loss in enumerate([3.2, 2.5, 1.0]):
        mlflow.log_metric("loss", loss, step=step)
    # The latest is that of the highest step, and not what was logged last.
    mlflow.log_metric("back", 1.5, step=5)
    mlflow.log_metric("back", 2.5, step=3)
    mlflow.log_metric("val/nan", float("nan"))
    mlflow.log_text("hello\n", "sub/note.txt")
    with mlflow.start_run(run_name="inner", nested=True):
        mlflow.log_param("lr", "0.01")
        mlflow.log_metric("acc", 0.5)
try:
    with mlflow.start_run(run_name="broken"):
        raise RuntimeError("boom")
except RuntimeError:
    pass
client = MlflowClient()
other = client.create_experiment("1e3")
for name, end in ("going", None), ("killed", "KILLED"), ("deleted", "FINISHED"):
    run = client.create_run(other, run_name=name, tags={"mlflow.user": "bob"}).info.run_id
    if end:
        client.set_terminated(run, end)
    if name == "deleted":
        client.delete_run(run)
