"""Runs the command line as `cli_helper` does, but for its start: each process is forked from one that has all loaded.

That takes a tenth of the time. What a process loads, and in which order, is proved by those that start by themselves
(test_cli, test_bad_input, test_start_up and others).
"""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests import cli_helper
from tests.cli_helper import Run, environment

SERVER = Path(__file__).with_name("forked_server.py")
_TIMEOUT = 120
_LARGEST = 1 << 20
_AT_START = ("PYTHON", "LC_", "LANG")  # variables that Python reads when it starts


def avion_lint(*arguments, cwd, stdin=b"", **variables):
    """Run avion-lint in a folder; whatever happens, nobody gets to see a traceback."""
    if any(name.startswith(_AT_START) for name in variables):
        return cli_helper.avion_lint(*arguments, cwd=cwd, stdin=stdin, **variables)
    job = {
        "arguments": [*map(os.fspath, arguments)],
        "cwd": os.fspath(cwd),
        "environment": environment(Path(cwd).parent, **variables),
    }
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        code = _ask(job, [file.fileno() for file in (given, out, err)])
        texts = [_text(out).decode("utf-8", "surrogateescape"), _text(err).decode()]
    run = Run(code, *texts)
    assert "Traceback" not in run.out + run.err, run.err
    return run


def judged(*arguments, cwd, **options):
    """Run avion-lint and read its report as JSON."""
    return avion_lint("--format", "json", *arguments, cwd=cwd, **options)


def _text(file):
    file.seek(0)
    return file.read()


def _ask(job, files):
    talk = _server()
    socket.send_fds(talk, [json.dumps(job).encode()], files)
    try:
        return int(talk.recv(_LARGEST))
    except (TimeoutError, ValueError):
        _server.cache_clear()
        raise AssertionError(f"avion-lint {' '.join(job['arguments'])} did not end") from None


@cache
def _server():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_TIMEOUT)
    command = [sys.executable, "-P", str(SERVER), str(theirs.fileno())]
    clean = environment("/")
    subprocess.run(command, env=clean, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd="/", check=True)
    theirs.close()
    server = int(ours.recv(_LARGEST))
    atexit.register(_end, server)
    return ours


def _end(server):
    with contextlib.suppress(ProcessLookupError):
        os.kill(server, signal.SIGKILL)
