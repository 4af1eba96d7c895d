"""Makes small scripts around one marked command, and runs them with real shells to see whether its failure shows."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

SHELLS = {"bash": ("bash",), "dash": ("dash",), "ash": ("busybox", "ash")}

# What may stand around a command that fails: the kind of what is put in for `S`, the text, the kind that results.
# Kinds, loosest first: list (a; b), andor (a && b), pipe (a | b), simple.
LIST, ANDOR, PIPE, SIMPLE = range(4)
AROUND: tuple[tuple[int, str, int], ...] = (
    (LIST, "true; S", LIST),
    (LIST, "S\ntrue", LIST),
    (LIST, "S\ntrue\necho b", LIST),
    (PIPE, "S && true", ANDOR),
    (PIPE, "true && S", ANDOR),
    (PIPE, "true && S && echo b", ANDOR),
    (PIPE, "S || true", ANDOR),
    (PIPE, "S || echo failed", ANDOR),
    (PIPE, "S || exit 3", ANDOR),
    (PIPE, "S || exit 0", ANDOR),
    (PIPE, "S || exit", ANDOR),
    (PIPE, "S || exit $?", ANDOR),
    (PIPE, "S || { echo no; exit 3; }", ANDOR),
    (PIPE, "S || { echo no; exit; }", ANDOR),
    (PIPE, "S || { rc=$?; echo no; exit $rc; }", ANDOR),
    (PIPE, "S || ( exit 3 )", ANDOR),
    (PIPE, "S || false", ANDOR),
    (PIPE, "S || { echo a; false; }", ANDOR),
    (PIPE, "true && S || echo c", ANDOR),
    (PIPE, "S && true || exit 3", ANDOR),
    (PIPE, "false || S", ANDOR),
    (PIPE, "S || rc=$?\nexit ${rc:-0}", LIST),
    (PIPE, "rc=0; S || rc=$?\necho a\nexit $rc", LIST),
    (PIPE, "rc=0; S || rc=$?\nif [ $rc -ne 0 ]; then exit 4; fi", LIST),
    (PIPE, "rc=0; S || rc=$?\n[ $rc -eq 0 ] || exit 4", LIST),
    (PIPE, "S || rc=$?\necho a", LIST),
    (LIST, "S\nrc=$?\necho a\nexit $rc", LIST),
    (LIST, "S\nrc=$?\nif [ $rc -ne 0 ]; then echo no; exit 4; fi", LIST),
    (LIST, "S\nrc=$?\nif [ $rc -eq 0 ]; then echo yes; else exit 4; fi", LIST),
    (LIST, "S\nif [ $? -ne 0 ]; then exit 4; fi\necho b", LIST),
    (LIST, "S\nif [ $? -eq 0 ]; then echo b; else echo c; exit 4; fi", LIST),
    (LIST, "S\n[ $? -eq 0 ] || exit 4\necho b", LIST),
    (LIST, "S\nexit $?", LIST),
    (LIST, "S\nexit", LIST),
    (LIST, "S\nexit 0", LIST),
    (LIST, "S\nexit 2", LIST),
    (SIMPLE, "! S", PIPE),
    (LIST, "( S )", SIMPLE),
    (LIST, "{ S\n}", SIMPLE),
    (LIST, "( set -e; S )", SIMPLE),
    (LIST, "if S\nthen true; fi", SIMPLE),
    (LIST, "if S\nthen true; else exit 4; fi", SIMPLE),
    (PIPE, "if ! S\nthen exit 4; fi", SIMPLE),
    (PIPE, "if ! S\nthen echo no; fi", SIMPLE),
    (PIPE, "if true && ! S\nthen echo no; exit 5; fi", SIMPLE),
    (PIPE, "if ! S || false\nthen echo no; exit 5; fi", SIMPLE),
    (LIST, "if true; then S\nfi", SIMPLE),
    (LIST, "if false; then true; else S\nfi", SIMPLE),
    (LIST, "if false; then true; elif true; then S\nfi", SIMPLE),
    (LIST, "for i in 1 2; do S\ndone", SIMPLE),
    (LIST, "for i in 1 2; do S\necho $i\ndone", SIMPLE),
    (PIPE, "for i in 1 2; do S || continue\ndone", SIMPLE),
    (LIST, "n=0; while [ $n -lt 2 ]; do n=$((n+1)); S\ndone", LIST),
    (LIST, "until S\ndo true; done", SIMPLE),
    (LIST, "while S\ndo break; done", SIMPLE),
    (LIST, "case a in a) S\n;; *) true ;; esac", SIMPLE),
    (LIST, "x=$( S)", SIMPLE),
    (LIST, 'x="$( S)" y=1', SIMPLE),
    (LIST, "x=$( S) true", SIMPLE),
    (LIST, "x=$( S)$(true)", SIMPLE),
    (LIST, "x=$( S) y=$(true)", SIMPLE),
    (LIST, "echo $( S)", SIMPLE),
    (LIST, "export x=$( S)", SIMPLE),
    (LIST, "readonly x$RANDOM=1; echo `S`", LIST),
    (LIST, '[ "$( S)" != zzz ]', SIMPLE),
    (LIST, "cat <<E\n$( S)\nE\n", LIST),
    (LIST, "for i in $( S); do true; done", SIMPLE),
    (LIST, "case $( S) in a) true ;; esac", SIMPLE),
    (PIPE, "true | S", PIPE),
    (PIPE, "S | cat", PIPE),
    (PIPE, "true | S | cat", PIPE),
    (PIPE, "S | cat > /dev/null || exit 3", ANDOR),
    (PIPE, "true | S | cat || exit 3", ANDOR),
    (PIPE, "true | cat | S || exit 3", ANDOR),
    (PIPE, "true | cat | S && echo b || exit 3", ANDOR),
    (PIPE, "! true | cat | S", PIPE),
    (PIPE, "true || true | S", ANDOR),
    (PIPE, "true && S | cat 2>&1 | cat", ANDOR),
    (PIPE, "S | while read x; do true; done", PIPE),
    (LIST, "f() { S\n}\nf", LIST),
    (LIST, "f() { S\n}\nf || true", LIST),
    (LIST, "f() { S\n}\nf || exit 3", LIST),
    (LIST, "f() { S\n}\nif f; then true; else exit 4; fi", LIST),
    (LIST, "f() { S\necho a\n}\nf\necho b", LIST),
    (LIST, "f() { S\nreturn 0\n}\nf", LIST),
    (LIST, "f() { S\nreturn\n}\nf", LIST),
    (PIPE, "f() { S || return 1\n}\nf\necho b", LIST),
    (PIPE, "f() { S || return 1\necho a\n}\nf || true", LIST),
    (PIPE, "f() { S || return\necho a\n}\nf || exit 4", LIST),
    (PIPE, 'die() { echo "$1"; exit 6\n}\nS || die no', LIST),
    (PIPE, 'warn() { echo "$1"; return 6\n}\nS || warn no', LIST),
    (LIST, "f() { S\n}\ng() { f\necho g\n}\ng", LIST),
    (LIST, "f() { x=$( S)\necho a\n}\nf", LIST),
    (LIST, "f() { local x=$( S)\n}\nf", LIST),
    (LIST, "f() { local x; x=$( S)\n}\nf", LIST),
    (LIST, "set -e\nS", LIST),
    (LIST, "set -eu\nS\ntrue", LIST),
    (LIST, "set +e\nS\ntrue", LIST),
    (LIST, "set +e\nS\nset -e\ntrue", LIST),
    (LIST, "set -e; true\nset +e; S", LIST),
    (LIST, "set -o errexit\nS\ntrue", LIST),
    (LIST, "if true; then set -e; fi\nS\ntrue", LIST),
    (LIST, "( set -e )\nS\ntrue", LIST),
    (SIMPLE, "S & wait $!", LIST),
    (SIMPLE, "S & wait", LIST),
    (SIMPLE, "S &\npid=$!\necho a\nwait $pid\necho b", LIST),
    (LIST, "trap 'exit 0' EXIT\nS", LIST),
    (LIST, "trap 'echo bye' EXIT\nS", LIST),
    (LIST, "trap 'echo bye' EXIT\nS\ntrue", LIST),
)
BASH_ONLY: tuple[tuple[int, str, int], ...] = (
    (PIPE, "set -o pipefail\nS | cat", LIST),
    (LIST, "set -euo pipefail\nS", LIST),
    (LIST, "shopt -s inherit_errexit\nS", LIST),
    (LIST, "shopt -so pipefail\nS", LIST),
    (LIST, "trap 'exit 1' ERR\nS\ntrue", LIST),
    (LIST, "trap 'echo failed' ERR\nS\ntrue", LIST),
    (LIST, "cat <(S)", SIMPLE),
    (LIST, "declare x=$( S)", SIMPLE),
    (LIST, 'cat <<< "$( S)"', SIMPLE),
    (PIPE, "S | cat\nexit ${PIPESTATUS[0]}", LIST),
    (PIPE, "true | S\nexit ${PIPESTATUS[0]}", LIST),
    (PIPE, "true | S | cat\n[ ${PIPESTATUS[1]} -eq 0 ] || exit 3", LIST),
    (LIST, "S\nif (( $? != 0 )); then exit 4; fi", LIST),
    (LIST, "S\nif [[ $? != 0 ]]; then exit 4; fi", LIST),
    (LIST, "( shopt -s inherit_errexit; x=$( S) )", SIMPLE),
)
MARK = "fail"
STARTS = ((), ("-e",), ("-e", "-o", "pipefail"))


def wrapped(text: str, kind: int, around: tuple[int, str, int]) -> tuple[str, int]:
    """Put a text into what stands around it, in braces where it would fall apart."""
    wanted, outer, result = around
    inner = text if kind >= wanted else "{ " + text + "\n}"
    outer = outer.replace("<<E\n", f"<<E{len(text)}\n").replace("\nE", f"\nE{len(text)}")
    return outer.replace("S", inner.replace("\\", "\\\\"), 1), result


def script(seed: int, shell: str, depth: int) -> str:
    """A script made by chance from the seed."""
    chance = random.Random(seed)
    text, kind = MARK, SIMPLE
    choices = AROUND + (BASH_ONLY if shell == "bash" else ())
    for _ in range(depth):
        text, kind = wrapped(text, kind, chance.choice(choices))
    return text


def argv(shell: str) -> tuple[str, ...]:
    """The real shell; skips where it is not installed."""
    if shutil.which(SHELLS[shell][0]) is None:
        pytest.skip(f"{SHELLS[shell][0]} is not installed")
    return SHELLS[shell]


def knows_pipefail(shell: str) -> bool:
    """Whether this shell, as it is installed here, has the option."""
    return subprocess.run([*argv(shell), "-c", "set -o pipefail"], capture_output=True, check=False).returncode == 0


class Machine:
    """Runs scripts in which `fail` fails the first time that it runs, and never again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = folder / "failed"
        program = folder / MARK
        program.write_text(f'#!/bin/sh\ntest -e "{self.mark}" && exit 0\n: > "{self.mark}"\nexit 1\n')
        program.chmod(0o755)

    def run(self, text: str, shell: str, start: tuple[str, ...]) -> int | None:
        """Exit status of the script; None where the marked command did not run, or it fails or hangs without it too."""
        self.mark.touch()
        if self._status(text, shell, start) != 0:
            return None
        self.mark.unlink()
        status = self._status(text, shell, start)
        return status if self.mark.exists() else None

    def _status(self, text: str, shell: str, start: tuple[str, ...]) -> int:
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}
        try:
            return subprocess.run(
                [*argv(shell), *start, "-c", text + "\n"],
                env=environment,
                cwd=self.folder,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=3,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return 124
