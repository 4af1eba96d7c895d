"""Times `history --audit` beside `git log --name-status` on a generated history (`python -m benchmarks.audit -h`)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.chance import Chance
from benchmarks.generate import FOLDER, SEED, migrations

_START = 1_600_000_000
_HOUR = 3600
_SIDE = 10_000_000  # marks of commits beside main begin here
_CODE = 400  # files of application code that the commits change


def history(commits: int, files: int, tags: int, seed: int = SEED) -> Iterator[bytes]:
    """A history in the words of `git fast-import`: code, migrations, some edited, moved or deleted later, merges, tags.

    Every tenth migration comes by a merge commit, the others by commits as a squash makes them.
    """
    chance = Chance(seed)
    every, tagged = max(1, commits // files), max(1, commits // max(1, tags))
    made = islice(migrations(seed), files)
    there: list[tuple[str, str]] = []
    for at in range(commits):
        changes = _code(chance, at)
        new = next(made, None) if at % every == 0 else None
        if new is not None:
            there.append(new)
            changes += _file(f"{FOLDER}/{new[0]}", new[1])
        elif there and chance.percent(1):
            changes += _meddle(chance, there)
        yield from _commits(at, changes, merged=new is not None and len(there) % 10 == 0)
        if at % tagged == tagged - 1:
            yield f"reset refs/tags/v1.{at // tagged}.0\nfrom :{at + 1}\n\n".encode()


def _code(chance: Chance, at: int) -> bytes:
    return _file(f"src/package{chance.below(20)}/file{chance.below(_CODE)}.go", f"package p\n\nconst c = {at}\n")


def _meddle(chance: Chance, there: list[tuple[str, str]]) -> bytes:
    """What nobody should do to a migration that has landed."""
    place = chance.below(len(there))
    name, text = there[place]
    match chance.below(4):
        case 0:
            return _file(f"{FOLDER}/{name}", f"{text}-- a comment of {place}\n")
        case 1:
            there[place] = (name, text + "SELECT 1;\n")
            return _file(f"{FOLDER}/{name}", there[place][1])
        case 2:
            there[place] = (name.replace(".sql", "_x.sql"), text)
            return f"R {FOLDER}/{name} {FOLDER}/{there[place][0]}\n".encode()
        case _:
            there.pop(place)
            return f"D {FOLDER}/{name}\n".encode()


def _commits(at: int, changes: bytes, *, merged: bool) -> Iterator[bytes]:
    """A commit on main with the mark `:at + 1`; where it is a merge, the one before it on a branch of its own."""
    when = f"Ada <ada@example.com> {_START + at * _HOUR} +0000"
    parent = f"from :{at}\n".encode() if at else b""
    if merged and at:
        side = f"commit refs/heads/side\nmark :{_SIDE + at}\ncommitter {when}\ndata 4\nside\n".encode()
        yield side + parent + changes + b"\n"
        parent += f"merge :{_SIDE + at}\n".encode()
    head = f"commit refs/heads/main\nmark :{at + 1}\ncommitter {when}\ndata 6\nchange\n".encode()
    yield head + parent + changes + b"\n"


def _file(path: str, text: str) -> bytes:
    content = text.encode()
    return f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def generate(folder: Path, commits: int, files: int, tags: int) -> None:
    """Make the repository in a folder that is not there yet, packed as a clone is."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "fast-import", "--quiet", given=b"".join(history(commits, files, tags)))
    _git(folder, "checkout", "--quiet", "--force", "main")
    _git(folder, "repack", "-adq")


def _git(folder: Path, *arguments: str, given: bytes = b"") -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, env=environment, input=given, check=True)


def _seconds(words: list[str], folder: Path) -> float:
    began = perf_counter()
    done = subprocess.run(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.decode()}")
    return perf_counter() - began


def main() -> None:
    """Generate, run both by turns, and print the medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=20_000)
    parser.add_argument("--files", type=int, default=2_000, help="migrations")
    parser.add_argument("--tags", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the repository is made, and kept; default: a temporary one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made) / "repository"
        if not folder.exists():
            generate(folder, given.commits, given.files, given.tags)
        audit = [sys.executable, "-m", "avion_lint", "history", "--audit"]
        plain = ["git", "log", "--name-status"]
        _seconds(audit, folder)
        times = [(_seconds(audit, folder), _seconds(plain, folder)) for _ in range(given.rounds)]
    ours, gits = (median(column) for column in zip(*times, strict=True))
    ratio = median(one / other for one, other in times)
    print(f"history --audit {ours:.2f} s · git log --name-status {gits:.2f} s · ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
