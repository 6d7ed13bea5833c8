"""An independent writer of redun-git logs, written from docs/format.md alone: Python 3 and the git
binary. Adds one execution that was made by hand, with two jobs, of which one failed late, and two tags of
which one is then replaced. Prints the ids as one JSON line.

    python3 writer.py <repository> <started, a time> [<ref>]
"""

import json
import subprocess
import sys

from canonical import Fields, Tagged, Time, dump, object_id, tag_hash


def git(repository, *args, **options):
    return subprocess.run(["git", "-C", repository, *args], stdout=subprocess.PIPE, **options).stdout.decode().strip()


def records(started, algorithm):
    """Paths and bytes of the files (2, 5), and the ids of the entities."""
    files = {}

    def id_of(value):
        return object_id(dump(value), algorithm)

    def add(path, value):
        """`@` in a path stands for the object id, `@@` for its shard."""
        id = id_of(value)
        files[path.replace("@@", id[:2]).replace("@", id)] = dump(value)
        return id

    def add_record(path, kind, **fields):
        return add(path, Fields(kind=kind, version=1, **fields))

    task = add_record("tasks/@@/@.yaml", "task", name="mean", task_version="1")
    execution = add_record(
        f"executions/{started[:4]}/{started[5:10]}/@@/@/execution.yaml",
        "execution",
        task="mean",
        argv=["mean", "--all", "1.50"],
        started=Time(started),
        user="Zo\u00eb",
        host="by-hand",
        code={},
        tags=[{"env": "dev"}, {"written_by": {"language": "python", "versions": [3, 3.0, 10**20]}}],
        nonce="no",
    )
    folder = f"executions/{started[:4]}/{started[5:10]}/{execution[:2]}/{execution}"

    add("values/@@/@.yaml", large := "a text\n  of lines\n\n" * 200)
    args = Fields(numbers=[1, 2.0, -0.0, 1e300, None], note=Tagged("value", id_of(large)))
    result = {"mean": 1.5, "no": "yes", "by": Tagged("bytes", "aGk=")}
    job, late = (id_of(Fields(kind="job", execution=execution, index=index)) for index in (0, 1))
    args_hash = id_of(Fields(numbers=id_of(args["numbers"]), note=id_of(large)))
    # The child was late, so it is not among the children.
    call = id_of(Fields(task_hash=task, args_hash=args_hash, value_hash=id_of(result), children=[]))
    item = Fields(id=job, index=0, task="mean", task_hash=task, call=call, status="DONE")
    item.update(started=Time(started), ended=Time(started), args=args, result=result)

    error = Fields(name="ZeroDivisionError", message="division by zero")
    late_call = id_of(
        Fields(task_hash=task, args_hash=id_of([id_of([])]), value_hash=id_of(Tagged("error", error)), children=[])
    )
    # The stack is recorded, and is no part of the id.
    error["stack"] = "ZeroDivisionError: division by zero\n    by hand"
    late_item = Fields(id=late, index=1, parent=job, task="mean", task_hash=task, call=late_call, status="FAILED")
    late_item.update(started=Time(started), ended=Time(started), late=True, args=[[]], error=Tagged("error", error))
    add_record(f"{folder}/jobs-@.yaml", "jobs", execution=execution, jobs=[item, late_item])
    add_record(f"{folder}/outcome-@.yaml", "outcome", execution=execution, status="DONE", ended=Time(started))

    edit = Fields(tag={"env": "prod"}, parents=[tag_hash(execution, "env", "dev")])
    path = f"tags/{execution[:2]}/{execution}/@.yaml"
    add_record(path, "tags", entity=execution, type="Execution", edits=[edit])
    return files, {"execution": execution, "job": job, "task": task, "call": call}


def append(repository, ref, files, message):
    """One commit on top of the ref (11). fast-import does not move a ref that has moved meanwhile."""
    tip = git(repository, "rev-parse", "--verify", "--quiet", ref)
    if not tip:
        files = {"format.yaml": dump(Fields(format="redun-git", version=1)), **files}
    who = git(repository, "var", "GIT_COMMITTER_IDENT")
    stream = f"commit {ref}\ncommitter {who}\ndata {len(message.encode())}\n{message}\n".encode()
    stream += f"from {tip}\n".encode() if tip else b""
    for path, data in files.items():
        stream += f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
    git(repository, "fast-import", "--quiet", "--date-format=raw", input=stream, check=True)


if __name__ == "__main__":
    repository, started, ref = [*sys.argv[1:], "refs/redun/main"][:3]
    algorithm = git(repository, "rev-parse", "--show-object-format", check=True)
    files, ids = records(started, algorithm)
    append(repository, ref, files, f"run mean [DONE] 1 job\n\nRedun-Execution: {ids['execution']}\n")
    print(json.dumps(ids))
