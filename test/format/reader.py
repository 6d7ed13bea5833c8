"""An independent reader of redun-git logs, written from docs/format.md alone: Python 3, PyYAML and the
git binary. Prints one JSON line for each execution, sorted by id, and fails if any id, path or hash in
the log is not what the document says.

    python3 reader.py <repository> [<ref>]
"""

import json
import re
import subprocess
import sys
from itertools import combinations
from urllib.parse import unquote

from canonical import Damaged, Fields, Tagged, dump, load, object_id, tag_hash

PATHS = [  # 2
    (r"executions/(\d{4}/\d\d-\d\d)/([^/]+)/([^/]+)/execution\.yaml", ["date", "shard", "execution"]),
    (r"executions/(\d{4}/\d\d-\d\d)/([^/]+)/([^/]+)/(jobs|outcome)-([^/]+)\.yaml", ["date", "shard", "part", "kind", "oid"]),
    (r"(task|value)s/([^/]+)/([^/]+)\.yaml", ["kind", "shard", "own"]),
    (r"tags/([^/]+)/([^/]+)/([^/]+)\.yaml", ["shard", "tags", "oid"]),
]


def check(fine, message):
    if not fine:
        raise Damaged(message)


def git(repository, *args, **options):
    return subprocess.run(["git", "-C", repository, *args], check=True, stdout=subprocess.PIPE, **options).stdout


def files(repository, ref):
    """Path, object id and bytes of every file of the log."""
    listing = git(repository, "ls-tree", "-r", "-z", ref).decode("utf-8").split("\0")[:-1]
    entries = [(*line.split("\t", 1)[0].split(" "), line.split("\t", 1)[1]) for line in listing]
    blobs = [(oid, path) for mode, _, oid, path in entries if mode == "100644"]
    out = git(repository, "cat-file", "--batch", input="".join(f"{oid}\n" for oid, _ in blobs).encode())
    at = 0
    for oid, path in blobs:
        end = out.index(b"\n", at)
        size = int(out[at:end].split(b" ")[2])
        yield path, oid, out[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


class Log:
    def __init__(self, repository, ref):
        self.algorithm = git(repository, "rev-parse", "--show-object-format").decode().strip()
        self.executions, self.outcomes, self.tasks = {}, [], set()
        self.jobs, self.values, self.base, self.edits = {}, set(), {}, {}
        for path, oid, data in files(repository, ref):
            try:
                self.add(path, oid, data)
            except Exception as error:
                raise Damaged(f"{path}: {error}") from error

    def id(self, value):
        return object_id(dump(value), self.algorithm)

    def add(self, path, oid, data):
        check(object_id(data, self.algorithm) == oid, "git gave other bytes")
        if path == "format.yaml":
            return check(load(data) == {"format": "redun-git", "version": 1}, "an unknown format")
        for pattern, names in PATHS:
            match = re.fullmatch(pattern, path)
            if match:
                return self.add_record(dict(zip(names, match.groups())), oid, load(data), data)

    def add_record(self, at, oid, record, data):
        name = next(at[k] for k in ("execution", "part", "own", "tags") if k in at)
        check(at["shard"] == name[:2], "in the wrong shard")
        check(at.get("oid", oid) == oid, "the object id is not the name")
        own = at.get("execution") or at.get("own")
        foreign = record.get("id") if isinstance(record, dict) and at.get("kind") != "value" else None
        check(own is None or unquote(own) == (foreign or oid), "the id is not the name")
        if at.get("kind") == "value":
            check(dump(record) == data, "a value that is not canonical")
            return self.values.add(oid)
        kind = at.get("kind") or ("execution" if own else "tags")
        check(record["kind"] == kind and record["version"] == 1, "not a record of this kind")
        if kind == "execution":
            check(record["started"][:10] == at["date"].replace("/", "-"), "in the wrong day")
            self.executions[unquote(name)] = record
            self.add_base(unquote(name), record["tags"])
        elif kind == "task":
            self.tasks.add(unquote(name))
        elif kind == "tags":
            check(record["entity"] == unquote(name), "of another entity")
            self.edits.setdefault(record["entity"], []).extend(record["edits"])
        else:
            check(record["execution"] == unquote(name), "of another execution")
            self.outcomes.append(record) if kind == "outcome" else self.add_segment(record)

    def add_segment(self, record):
        for job in record["jobs"]:
            job["execution"] = record["execution"]
            known = self.jobs.get(job["id"])
            if known is None or "ended" not in known:
                self.jobs[job["id"]] = job
            self.add_base(job["id"], job.get("tags", []))
        for item in record.get("tagged", []):
            [entity] = [value for key, value in item.items() if key != "tags"]
            self.add_base(entity, item["tags"])

    def add_base(self, entity, tags):
        self.base.setdefault(entity, []).extend(pair for tag in tags for pair in tag.items())

    def tags(self, entity):
        """9.2: what is no parent. Every parent must be the hash of a tag that is there."""
        known = {tag_hash(entity, k, v): (k, v) for k, v in self.base.get(entity, [])}
        replaced = set()
        for edit in self.edits.get(entity, []):
            parents = edit.get("parents", [])
            replaced.update(parents)
            if edit["tag"] is None:
                known[tag_hash("", "", None, parents)] = None
            else:
                [(k, v)] = edit["tag"].items()
                known[tag_hash(entity, k, v, parents)] = (k, v)
        check(replaced <= set(known), f"a tag of {entity} has a parent that is not there")
        return [tag for hash, tag in known.items() if tag and hash not in replaced]

    def value_id(self, value):
        return value.value if isinstance(value, Tagged) and value.tag == "value" else self.id(value)

    def check_jobs(self, execution):
        """3.2 to 3.4: every id of a job and call follows from the log alone."""
        jobs = {id: job for id, job in self.jobs.items() if job["execution"] == execution}
        wanted, index = set(jobs), 0
        while wanted and index < 10_000 + 2 * len(jobs):
            id = self.id({"execution": execution, "index": index})
            if id in wanted:
                jobs[id]["index"] = index
                wanted.remove(id)
            index += 1
        check(not wanted, f"jobs of {execution} with other ids: {wanted}")
        for job in jobs.values():
            check(job["task_hash"] in self.tasks, f"the task of job {job['id']} is not there")
            check(("call" in job) == ("ended" in job), f"job {job['id']} has a call or an end alone")
            if "call" in job:
                check(job["call"] in self.call_ids(job, jobs.values()), f"another call of job {job['id']}")
        return list(jobs.values())

    def call_ids(self, job, jobs):
        """What the call may be: of children that ended in the job's own millisecond some may not count."""
        args = job["args"]
        if isinstance(args, dict):
            ids = Fields((name, self.value_id(value)) for name, value in args.items())
        else:
            ids = [self.value_id(value) for value in args]
        args_hash = self.id(ids)
        value_hash = self.value_id(job["error"] if job["status"] == "FAILED" else job["result"])
        children = [child for child in jobs if child.get("parent") == job["id"] and "call" in child]
        children = sorted((c for c in children if c["ended"] <= job["ended"]), key=lambda c: c["index"])
        late = [child["index"] for child in children if child["ended"] == job["ended"]]
        for count in range(len(late) + 1):
            for left_out in combinations(late, count):
                calls = [child["call"] for child in children if child["index"] not in left_out]
                yield self.id(Fields(
                    task_hash=job["task_hash"], args_hash=args_hash, value_hash=value_hash, children=calls
                ))  # fmt: skip

    def lines(self):
        for entity in {*self.base, *self.edits}:
            self.tags(entity)
        for id, record in sorted(self.executions.items()):
            outcomes = [outcome for outcome in self.outcomes if outcome["execution"] == id]
            best = max(outcomes, key=lambda one: (one["status"] != "INTERRUPTED", one["ended"]), default=None)
            # The jobs of an imported execution have ids of their own, which nothing can check.
            jobs = [job for job in self.jobs.values() if job["execution"] == id] if "id" in record else self.check_jobs(id)
            counts = {}
            for job in jobs:
                counts[job["status"]] = counts.get(job["status"], 0) + 1
            yield {
                "id": id,
                "status": best["status"] if best else "RUNNING",
                "started": record["started"],
                "ended": best["ended"] if best else None,
                "tags": [{"key": k, "value": v} for k, v in self.tags(id)],
                "jobs": counts,
            }


if __name__ == "__main__":
    try:
        for line in Log(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "refs/redun/main").lines():
            print(json.dumps(line))
    except Damaged as damage:
        sys.exit(f"damaged: {damage}")
