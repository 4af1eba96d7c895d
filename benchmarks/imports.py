"""Which modules a run loads: what it must not, what it still does, how many there are."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Command


@dataclass(frozen=True)
class Loaded:
    """What a run loaded beyond what Python itself does, with what is wrong about it.

    `unexpected` are modules that must not be there, `known` those among them that the list still allows, `gone` those
    that it allows without need.
    """

    count: int
    own: int
    unexpected: tuple[str, ...]
    known: tuple[str, ...]
    gone: tuple[str, ...]


def lists() -> Mapping[str, Mapping[str, list[str]]]:
    """What must not be loaded, by kind of run (`forbidden`), and what still is (`known`)."""
    return tomllib.loads(Path(__file__).with_name("imports.toml").read_text(encoding="utf-8"))


def loaded(python: str, command: Command, rules: Mapping[str, list[str]]) -> Loaded:
    """What a run of `command`, a script of `python`, loads; a run before fills the cache where there is one."""
    plain = _modules(python, ("-c", "pass"), command)
    if command.once:
        _modules(python, command.once, command)
    found = _modules(python, command.words, command) - plain
    wrong = {name for name in found for top in rules["forbidden"] if name == top or name.startswith(f"{top}.")}
    known = {name for name in wrong for top in rules["known"] if name == top or name.startswith(f"{top}.")}
    gone = [top for top in rules["known"] if not any(name == top or name.startswith(f"{top}.") for name in known)]
    return Loaded(
        len(found),
        sum(name.startswith("avion_") for name in found),
        tuple(sorted(wrong - known)),
        tuple(sorted(known)),
        tuple(gone),
    )


def _modules(python: str, words: tuple[str, ...], command: Command) -> set[str]:
    """The modules whose code a run executes, as `-X importtime` tells them."""
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
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines} - {"imported package"}
