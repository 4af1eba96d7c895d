"""Which modules a run loads: what it must not, what it still does, how many there are."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command

_LINE = re.compile(r"import time: +(\d+) \| +\d+ \| +(\S+)$")


@dataclass(frozen=True)
class Loaded:
    """What a run loaded beyond what Python itself does, how long that took, and what is wrong about it.

    `unexpected` are modules that must not be there, `known` those among them that the list still allows, `gone` those
    that it allows without need.
    """

    count: int
    own: int
    milliseconds: float
    unexpected: tuple[str, ...]
    known: tuple[str, ...]
    gone: tuple[str, ...]


def lists() -> Mapping[str, Mapping[str, list[str]]]:
    """What must not be loaded, by kind of run (`forbidden`), and what still is (`known`)."""
    return tomllib.loads(Path(__file__).with_name("imports.toml").read_text(encoding="utf-8"))


def loaded(python: str, command: Command, rules: Mapping[str, list[str]]) -> Loaded:
    """What a run of `command`, a script of `python`, loads; a run before fills the cache where there is one."""
    plain = _times(python, ("-c", "pass"), command)
    if command.once:
        _times(python, command.once, command)
    times = _times(python, command.words, command)
    found = times.keys() - plain.keys()
    wrong = {name for name in found for top in rules["forbidden"] if name == top or name.startswith(f"{top}.")}
    known = {name for name in wrong for top in rules["known"] if name == top or name.startswith(f"{top}.")}
    gone = [top for top in rules["known"] if not any(name == top or name.startswith(f"{top}.") for name in known)]
    return Loaded(
        len(found),
        sum(name.startswith("avion_") for name in found),
        sum(times[name] for name in found) / 1000,
        tuple(sorted(wrong - known)),
        tuple(sorted(known)),
        tuple(gone),
    )


def _times(python: str, words: tuple[str, ...], command: Command) -> dict[str, int]:
    """The modules whose code a run executes with microseconds of their own, as `-X importtime` tells them."""
    done = subprocess.run(
        [python, "-X", "importtime", *words],
        cwd=command.folder,
        env=dict(command.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=600,
    )
    lines = (_LINE.match(line) for line in done.stderr.splitlines())
    return {line[2]: int(line[1]) for line in lines if line}
