"""A process that has all of avion-lint loaded and forks one for each job that it is given; see forked_helper."""

import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
import time

_LARGEST = 1 << 20
_HEAVY = ("pglast.parser", "sqlglot.dialects.postgres", "yaml", "jsonschema", "subprocess", "argparse")


def serve(talk):
    """Fork a process for each job, and tell its exit code, one after the other."""
    talk.send(b"%d" % os.getpid())
    run = load()
    while True:
        message, files, *_ = socket.recv_fds(talk, _LARGEST, 3)
        if not message:
            return
        child = os.fork()
        if not child:
            talk.close()
            os._exit(work(json.loads(message), files, run))
        for file in files:
            os.close(file)
        talk.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def load():
    """Load what commands use, and give what runs them; the search for garbage leaves alone what is loaded."""
    for package in ("avion_lint", "avion_rules"):
        home = importlib.import_module(package)
        for module in pkgutil.walk_packages(home.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for name in _HEAVY:
        importlib.import_module(name)
    gc.disable()
    gc.freeze()
    return importlib.import_module("avion_lint.cli").run


def work(job, files, run):
    """Be the process: its folder, its variables, its streams."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    sys.argv = ["avion-lint", *job["arguments"]]
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - open to the end
        for number, mode in enumerate("rww")
    )
    code = run(job["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    if os.fork():  # it is no child of the tests, some of which see to it that none is left
        os._exit(0)
    serve(socket.socket(fileno=int(sys.argv[1])))
