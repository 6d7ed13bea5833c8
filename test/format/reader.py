"""An independent reader of redun-git logs, written from docs/format.md alone: Python 3, PyYAML and the
git binary. Prints one JSON line for each execution, sorted by id, and fails if any id, path or hash in
the log is not what the document says.

    python3 reader.py <repository> [<ref>]
"""

import json
import re
import subprocess
import sys
from datetime import datetime
from urllib.parse import unquote

from canonical import Damaged, Fields, Tagged, dump, load, object_id, tag_hash

PATHS = [  # 2
    (r"executions/(\d{4}/\d\d-\d\d)/([^/]+)/([^/]+)/execution\.yaml", ["date", "shard", "execution"]),
    (r"executions/(\d{4}/\d\d-\d\d)/([^/]+)/([^/]+)/(jobs|outcome)-([^/]+)\.yaml", ["date", "shard", "part", "kind", "oid"]),
    (r"(task|value)s/([^/]+)/([^/]+)\.yaml", ["kind", "shard", "own"]),
    (r"tags/([^/]+)/([^/]+)/([^/]+)\.yaml", ["shard", "tags", "oid"]),
    (r"tombstones/([^/]+)/([^/]+)\.yaml", ["shard", "oid"]),
]
CUTS = {"argv", "reason", "tag", "args", "result", "returned"}  # 5.8
ENTITIES = {"Execution", "Job", "CallNode", "Task", "Value"}  # 3


def check(fine, message):
    if not fine:
        raise Damaged(message)


def check_time(text):
    """4: the form, and that there is such a time."""
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    check(isinstance(text, str) and re.fullmatch(form, text, re.ASCII), f"{text} has not the form of a time")
    try:
        datetime(*map(int, re.findall(r"\d+", text[:19])))
    except ValueError as error:
        raise Damaged(f"there is no {text}") from error


def check_tags(tags):
    check(all(len(tag) == 1 and "" not in tag for tag in tags), "a tag that is not one pair with a key")


def check_count(record):
    """13: the tags and edits of tags of a record, in all its lists together."""
    items = record.get("jobs", []) + record.get("tagged", [])
    lists = [record.get("tags", []), record.get("edits", []), *(item.get("tags", []) for item in items)]
    check(sum(map(len, lists)) <= 2**19, "more tags than a record may have")


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
        self.jobs, self.values, self.base, self.edits, self.edit_files = {}, set(), {}, {}, set()
        self.removed, self.moved, self.cuts, self.starts, self.version = set(), set(), [], set(), 1
        for path, oid, data in files(repository, ref):
            try:
                self.add(path, oid, data)
            except Exception as error:
                raise Damaged(f"{path}: {error}") from error
        self.check_removed()

    def id(self, value):
        return object_id(dump(value), self.algorithm)

    def add(self, path, oid, data):
        check(object_id(data, self.algorithm) == oid, "git gave other bytes")
        if path == "format.yaml":
            return self.check_format(load(data))
        for pattern, names in PATHS:
            match = re.fullmatch(pattern, path)
            if match:
                return self.add_record(dict(zip(names, match.groups())), oid, load(data), data)

    def check_format(self, record):
        """5.1. Other fields may be there."""
        version = record.get("version")
        check(record.get("format") == "redun-git", "not a format of redun-git")
        check(type(version) is int and version >= 1, "not a version of a format")
        check(version <= 2, "a format that is newer than this reader")
        self.version = version

    def add_record(self, at, oid, record, data):
        if list(at) == ["shard", "oid"]:
            return self.add_tombstone(at, oid, record)
        name = next(at[k] for k in ("execution", "part", "own", "tags") if k in at)
        check(at["shard"] == name[:2], "in the wrong shard")
        check(at.get("oid", oid) == oid, "the object id is not the name")
        own = at.get("execution") or at.get("own")
        foreign = record.get("id") if isinstance(record, dict) and at.get("kind") != "value" else None
        check(own is None or unquote(own) == (foreign or oid), "the id is not the name")
        if foreign and re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", foreign) and at.get("execution"):
            self.starts.add(foreign)
        if at.get("kind") == "value":
            check(dump(record) == data, "a value that is not canonical")
            check_forms(record)
            return self.values.add(oid)
        kind = at.get("kind") or ("execution" if own else "tags")
        check(record["kind"] == kind and record["version"] == 1, "not a record of this kind")
        check_count(record)
        if kind == "execution":
            texts = [record.get(name) for name in ("task", "user", "host", "nonce")] + list(record.get("argv", [None]))
            check(all(isinstance(text, str) for text in texts), "a start without one of its texts")
            check_time(record["started"])
            check(record["started"][:10] == at["date"].replace("/", "-"), "in the wrong day")
            patch = record["code"].get("patch", "0" * 40)
            check(re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", patch), "a patch that is no id")
            self.executions[unquote(name)] = record
            self.add_base(unquote(name), record["tags"])
        elif kind == "task":
            self.check_includes(record)
            self.tasks.add(unquote(name))
        elif kind == "tags":
            check(record["entity"] == unquote(name), "of another entity")
            check_tags(edit["tag"] for edit in record["edits"] if edit["tag"] is not None)
            self.edit_files.add(oid)
            self.edits.setdefault(record["entity"], []).extend(record["edits"])
        else:
            check(record["execution"] == unquote(name), "of another execution")
            self.add_outcome(record) if kind == "outcome" else self.add_segment(record)

    def add_tombstone(self, at, oid, record):
        """5.8."""
        check(at["oid"] == oid and at["shard"] == oid[:2], "a tombstone that is not where it belongs")
        check(record["kind"] == "tombstone" and record["version"] == 1, "not a tombstone")
        check(isinstance(record["by"], str) and isinstance(record.get("reason", ""), str), "nobody's tombstone")
        check_time(record["at"])
        self.removed.update(record.get("removed", []), record.get("values", []))
        if "moved_to" in record:
            self.moved.update(record.get("removed", []))
        self.cuts.extend(cut for cut in record.get("redacted", []) if cut["part"] in CUTS)

    def check_removed(self):
        """5.8: nothing that a tombstone covers is in the log."""
        check(self.version == 2 or not (self.removed or self.cuts), "a tombstone in a log of version 1")
        tagged = set(self.edits) - self.moved
        known = {*self.executions, *self.values, *tagged, *self.edit_files, *(job["execution"] for job in self.jobs.values())}
        check(not known & self.removed, "something that was removed is here")
        cut = {cut["execution"] for cut in self.cuts if "job" not in cut}
        check(self.starts <= cut, "a start with the id of another content")
        for cut in self.cuts:
            execution, part, name = cut["execution"], cut["part"], cut.get("name")
            entity = cut.get("job", execution)
            of = self.jobs.get(entity, {}) if "job" in cut else self.executions.get(execution, {})
            if part == "tag":
                keys = {key for key, _ in self.base.get(entity, [])}
                keys |= {key for edit in self.edits.get(entity, []) for key in edit["tag"] or {}}
                check(name not in keys, "a tag that was redacted is here")
            elif part == "argv":
                check(not of or of["argv"][int(name)] == "REDACTED", "a word that was redacted is here")
            elif part == "args" and of:
                args = of["args"]
                value = args.get(name) if isinstance(args, dict) else args[int(name)]
                check(value is None or is_cut(value), "an argument that was redacted is here")
            elif part in ("result", "returned") and of:
                held = [of[key] for key in ("result", "error") if key in of] if part == "result" else [of.get(part)]
                check(all(value is None or is_cut(value) for value in held), "a result that was redacted is here")

    def check_includes(self, task):
        """5.5: what a task's hash covers besides its source."""
        check(len(task.get("hash_includes", [0])) > 0, "a list of nothing")
        for item in task.get("hash_includes", []):
            kinds = [kind for kind in ("source", "value", "file", "task_hash") if kind in item]
            check(len(kinds) == 1, "not one thing that a hash includes")
            if kinds == ["file"]:
                oid = "[0-9a-f]{40}|[0-9a-f]{64}"
                check(item["file"] is None or re.fullmatch(oid, item["file"]), "not the content of a file")
            if kinds == ["source"]:
                check(isinstance(item["source"], str) and isinstance(item.get("name", ""), str), "not a function")
            if kinds == ["task_hash"]:
                check(isinstance(item["task"], str), "a task without a name")

    def add_outcome(self, record):
        check(record["status"] in ("DONE", "FAILED", "INTERRUPTED"), "an unknown status")
        check_time(record["ended"])
        check(isinstance(record.get("reason", ""), str), "a reason that is no text")
        check(1 <= len(record.get("files", [0])) <= 1000, "not as many files as there may be")
        for file in record.get("files", []):
            check(isinstance(file["path"], str), "a path that is no text")
            check(re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", file["blob"]), "not an object id")
        self.outcomes.append(record)

    def add_segment(self, record):
        """5.3. Of a job that is in two segments, the one that ended, or ended later, is taken (10)."""
        indexes = [job["index"] for job in record["jobs"]]
        check(all(type(index) is int and 0 <= index < 2**20 for index in indexes), "not an index")
        check(indexes == sorted(set(indexes)), "jobs that are not in the order of their indexes")
        places = {job["id"]: job["index"] for job in reversed(record["jobs"])}
        for job in record["jobs"]:
            check(places.get(job.get("parent"), -1) < job["index"], "a parent that did not begin before")
            check_time(job["started"])
            check_time(job.get("ended", job["started"]))
            check(job.get("late", True) is True, "late is true or absent")
            check("late" not in job or "ended" in job, "a job that did not end is late")
            self.check_reuse(job)
            values = job.get("imported", {}).get("values", {})
            check(all(type(value) is Tagged for value in values.values()), "a foreign value without a tag")
            check_forms([job["args"], job.get("result"), job.get("returned"), job.get("files")])
            job["execution"] = record["execution"]
            known = self.jobs.setdefault(job["id"], job)
            if job.get("ended", "") > known.get("ended", ""):
                self.jobs[job["id"]] = job
            self.add_base(job["id"], job.get("tags", []))
        for item in record.get("tagged", []):
            about = ENTITIES & set(item)
            check(len(about) == 1, "tags that are not about one entity")
            self.add_base(item[about.pop()], item["tags"])

    def check_reuse(self, job):
        """5.3: what a function returned, and the tasks below it."""
        check("reused" not in job or job["status"] in ("CACHED", "FAILED"), "a function that was called reused nothing")
        missed = job.get("missed", {"reason": ""})
        check(isinstance(missed["reason"], str), "a reason that is no text")
        check("missed" not in job or "reused" not in job, "a job took a result that it missed")
        check(len(missed.get("files", [])) <= 1000, "more files than there may be")
        below = job.get("tasks_below", [])
        check(below == sorted(set(below)), "tasks below a job that are not in order")
        if "returned" in job or "tasks_below" in job:
            check(job["status"] in ("DONE", "CACHED"), "a job without a result returned something")
        check_lazy(job.get("returned"), [])

    def add_base(self, entity, tags):
        check_tags(tags)
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
        is_redacted = any(cut["part"] == "tag" and cut.get("job", cut["execution"]) == entity for cut in self.cuts)
        check(is_redacted or replaced <= set(known), f"a tag of {entity} has a parent that is not there")
        return [tag for hash, tag in known.items() if tag and hash not in replaced]

    def value_id(self, value):
        return value.value if isinstance(value, Tagged) and value.tag == "value" else self.id(value)

    def check_jobs(self, execution):
        """3.2 to 3.4: every id of a job and call follows from the log alone."""
        jobs = sorted(self.jobs_of(execution), key=lambda job: job["index"])
        calls = {}  # of children that were not late, by parent
        for job in jobs:
            id = self.id(Fields(kind="job", execution=execution, index=job["index"]))
            check(job["id"] == id, f"job {job['index']} of {execution} has another id")
            check(job["task_hash"] in self.tasks, f"the task of job {id} is not there")
            check(("call" in job) == ("ended" in job), f"job {id} has a call or an end alone")
            if "call" in job and "late" not in job:
                calls.setdefault(job.get("parent"), []).append(job["call"])
        parents = {job.get("parent") for job in jobs}
        for job in jobs:
            if any(is_cut(job.get(key)) for key in ("result", "error", "returned")):
                continue
            args = job["args"].values() if isinstance(job["args"], dict) else job["args"]
            if any(map(is_cut, args)):
                continue
            if "call" in job and ("reused" not in job or job["id"] in parents):
                check(job["call"] == self.call_id(job, calls.get(job["id"], [])), f"another call of job {job['id']}")
            elif "call" in job:
                self.check_reused(job)

    def check_reused(self, job):
        """3.4: a job that made no calls, and took what another one gave."""
        source = self.jobs.get(job["reused"])
        if source:
            check(job["call"] == source["call"], f"job {job['id']} reused another call")
            check(self.call_id(job, []) == self.call_id(source, []), f"job {job['id']} gave something else")

    def call_id(self, job, children):
        args = job["args"]
        if isinstance(args, dict):
            ids = Fields((name, self.value_id(value)) for name, value in args.items())
        else:
            ids = [self.value_id(value) for value in args]
        return self.id(Fields(
            task_hash=job["task_hash"], args_hash=self.id(ids), value_hash=self.value_hash(job), children=children
        ))  # fmt: skip

    def value_hash(self, job):
        """3.4: an error counts without its stack."""
        if job["status"] != "FAILED":
            return self.value_id(job["result"])
        return self.value_id(without_stack(job["error"]))

    def jobs_of(self, execution):
        return [job for job in self.jobs.values() if job["execution"] == execution]

    def lines(self):
        for entity in {*self.base, *self.edits}:
            self.tags(entity)
        for id, record in sorted(self.executions.items()):
            outcomes = [outcome for outcome in self.outcomes if outcome["execution"] == id]
            best = max(outcomes, key=rank, default=None)
            # The jobs of an imported execution have ids of their own, which nothing can check.
            if "id" not in record or id in self.starts:
                self.check_jobs(id)
            counts = {}
            for job in self.jobs_of(id):
                counts[job["status"]] = counts.get(job["status"], 0) + 1
            yield {
                "id": id,
                "status": best["status"] if best else "RUNNING",
                "started": record["started"],
                "ended": best["ended"] if best else None,
                "reason": best.get("reason") if best else None,
                "modules": record["code"].get("files", []) + (best.get("files", []) if best else []),
                "tags": [{"key": k, "value": v} for k, v in self.tags(id)],
                "jobs": counts,
            }


LAZY = [  # 5.3: keys that must be there, and those that may be
    ({"args", "task"}, {"options", "tags"}),
    ({"of", "property"}, set()),
    ({"control", "of"}, {"options", "tags", "task"}),
    ({"apply_to"}, {"execution_tags", "job_tags", "tags"}),
    ({"same"}, set()),
]


def is_cut(value):
    return isinstance(value, Tagged) and value.tag == "redacted"


def check_lazy(value, met):
    """5.3: `met` holds the lazy values so far, in their order."""
    if isinstance(value, Tagged) and value.tag == "lazy":
        keys = set(value.value)
        check(any(must <= keys <= must | may for must, may in LAZY), f"a lazy value of {sorted(keys)}")
        if "same" in keys:
            return check(value.value["same"] in range(len(met)), "the same as a lazy value that is not there")
        met.append(value)
    if isinstance(value, Tagged):
        value = value.value
    if isinstance(value, dict):
        for key in sorted(value):
            check_lazy(value[key], met)
    elif isinstance(value, list):
        for item in value:
            check_lazy(item, met)


def check_forms(value):
    """6: files that were not read, sets of files, and instances."""
    if isinstance(value, Tagged):
        check_form(value.tag, value.value)
        value = value.value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            check_forms(item)


def check_form(tag, of):
    if tag == "file-stat":
        check(set(of) == {"mtime", "path", "size"}, "a file that was not read, with other keys")
        check((of["mtime"] is None) == (of["size"] is None), "half a file")
        check_time(of["mtime"] or "2026-01-01T00:00:00.000Z")
    if tag == "instance":
        check(set(of) == {"class", "value"} and isinstance(of["class"], str), "an instance of no class")
    if tag in ("dir", "fileset"):
        check(set(of) == ({"files", "path"} if tag == "dir" else {"files", "folder", "pattern"}), "another set")
        check(all(isinstance(file, Tagged) and file.tag in ("file", "file-stat") for file in of["files"]), "no file")
        paths = [file.value["path"] for file in of["files"]]
        check(paths == sorted(set(paths)), "files of a set that are not in order")
        folder = of["path" if tag == "dir" else "folder"]
        within = "" if folder == "." else folder.rstrip("/") + "/"
        check(all(path.startswith(within) for path in paths), "a file of a set that is elsewhere")


def without_stack(error):
    """3.4: so are the errors that caused it, and those that it stands for."""
    if not (isinstance(error, Tagged) and error.tag == "error"):
        return error
    fields = Fields((k, v) for k, v in error.value.items() if k != "stack")
    if "cause" in fields:
        fields["cause"] = without_stack(fields["cause"])
    if "errors" in fields:
        fields["errors"] = [without_stack(item) for item in fields["errors"]]
    return Tagged("error", fields)


def files_text(outcome):
    files = outcome.get("files", [])
    return "".join(f"{file['blob']} {json.dumps(file['path'], ensure_ascii=False)}\n" for file in files)


def rank(outcome):
    """10: which of two outcomes holds."""
    return (outcome["status"] != "INTERRUPTED", outcome["ended"], outcome["status"] == "FAILED", outcome.get("reason", ""), files_text(outcome))


if __name__ == "__main__":
    try:
        for line in Log(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "refs/redun/main").lines():
            print(json.dumps(line))
    except Damaged as damage:
        sys.exit(f"damaged: {damage}")
