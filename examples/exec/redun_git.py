"""Tags and files for a program that `redun-git exec` records. Copy this file; it needs nothing else.

    import redun_git
    redun_git.tag(loss=0.25, model="small")   # tags of the job
    redun_git.tag_execution(best=True)        # tags of the whole execution
    redun_git.output("model.bin")             # a file that this program made

    @redun_git.task                            # each call is a job of its own
    def train(rate): ...

Outside of `redun-git exec` all of this does nothing.
"""

import functools
import json
import os
import subprocess
import sys


def tag(**tags):
    """Tags the job that this program is. Values are anything that JSON has."""
    _write("", tags)


def tag_execution(**tags):
    """Tags the execution that this program is part of."""
    _write("execution ", tags)


def output(path):
    """Says that the program made a file."""
    _append(f"file {os.fspath(path)}\n")


def task(function):
    """Makes each call of a module's function a job: it runs in a process of its own.

    Arguments and result are JSON. Outside of `redun-git exec` it is an ordinary call.
    """

    @functools.wraps(function)
    def call(*args, **kwargs):
        if "REDUN_JOB" not in os.environ or os.environ.get("_REDUN_GIT_CALL") == function.__qualname__:
            return function(*args, **kwargs)
        words = [sys.executable, __file__, sys.modules[function.__module__].__file__]
        words += [function.__qualname__, json.dumps([args, kwargs])]
        done = subprocess.run(
            ["redun-git", "step", function.__qualname__, "--", *words],
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)

    return call


def _write(kind, tags):
    _append("".join(f"{kind}{key}={json.dumps(value)}\n" for key, value in tags.items()))


def _append(text):
    path = os.environ.get("REDUN_TAGS")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


def _call(path, name, text):
    """What a step runs: one call of a function, its result as JSON on standard output."""
    import importlib.util

    os.environ["_REDUN_GIT_CALL"] = name
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("redun_git_step", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["redun_git_step"] = module
    spec.loader.exec_module(module)
    args, kwargs = json.loads(text)
    out, sys.stdout = sys.stdout, sys.stderr
    json.dump(getattr(module, name)(*args, **kwargs), out)


if __name__ == "__main__":
    _call(*sys.argv[1:])
