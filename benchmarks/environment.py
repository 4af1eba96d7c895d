"""The programs that are measured, each installed as its users install it, and the machine that they run on."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".cache" / "benchmarks"
PEERS = ("squawk-cli", "pgrubic", "sqlfluff")
AROUND = ("zizmor", "checkov")
"""Peers for what stands around the SQL, in an environment of their own: checkov pins what others need newer."""
_SOURCES = ("linter", "rules", "policies", "pyproject.toml", "README.md", "LICENSE")
_NEWER = ("python3.12", "python3.13", "python3.14", "python3.15")


@dataclass(frozen=True)
class Programs:
    """Where the programs are: our own virtual environment, and those of the peers."""

    own: Path
    peers: Path
    around: Path

    @property
    def python(self) -> str:
        """The interpreter that runs avion-lint, to compare with."""
        return str(self.own / "bin" / "python")

    @property
    def avion_lint(self) -> str:
        """The command as pip installs it."""
        return str(self.own / "bin" / "avion-lint")

    def peer(self, name: str) -> str | None:
        """A peer's command, None where it could not be installed."""
        paths = (folder / "bin" / name for folder in (self.peers, self.around))
        return next((str(path) for path in paths if path.exists()), None)


def install(revision: str | None, peer_python: str | None, *, only_squawk: bool) -> Programs:
    """Install avion-lint from this work tree, or from a commit, and the peers from PyPI, unless that is done already.

    A peer that does not install (some want a newer Python than ours) is told, and its cases are left out.
    """
    programs = Programs(HOME / "own", HOME / "peers", HOME / "around")
    if revision is None:
        _install_own(programs.own, ROOT, _digest())
    else:
        _install_commit(programs.own, revision)
    for name in PEERS[:1] if only_squawk else PEERS:
        if programs.peer(name.removesuffix("-cli")) is None:
            _install_peer(programs.peers, name, peer_python)
    for name in () if only_squawk else AROUND:
        if programs.peer(name) is None:
            _install_peer(programs.around, name, peer_python)
    return programs


def _install_commit(folder: Path, revision: str) -> None:
    commit = _said("git", "-C", str(ROOT), "rev-parse", "--verify", f"{revision}^{{commit}}")
    with tempfile.TemporaryDirectory() as name:
        packed = subprocess.run(["git", "-C", ROOT, "archive", commit], check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", name], input=packed.stdout, check=True)
        _install_own(folder, Path(name), commit)


def _install_own(folder: Path, sources: Path, state: str) -> None:
    mark = folder / "installed"
    if mark.exists() and mark.read_text() == state:
        return
    _make(folder, sys.executable)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"{sources}[delivery]"], check=True, env=_environment())
    subprocess.run([*pip, "--force-reinstall", "--no-deps", str(sources)], check=True, env=_environment())
    mark.write_text(state)


def _install_peer(folder: Path, name: str, python: str | None) -> None:
    found = python or next(filter(None, map(_runs, _NEWER)), sys.executable)
    _make(folder, found)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name]
    done = subprocess.run(pip, check=False, env=_environment(), capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(f"{name} is left out: {done.stderr.strip().splitlines()[-1]}\n")


def _runs(name: str) -> str | None:
    """The path of an interpreter that is there and works."""
    path = shutil.which(name)
    works = path and subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode == 0
    return path if works else None


def _make(folder: Path, python: str) -> None:
    if not (folder / "bin" / "python").exists():
        # An old pip, as Python brings it, writes scripts that load `re` before anything else.
        subprocess.run([python, "-m", "venv", "--upgrade-deps", folder], check=True, env=_environment())


def _environment() -> dict[str, str]:
    """The caller's environment without what would keep Python from compiling modules, or show it others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _digest() -> str:
    """Changes whenever a file changes that an install would take."""
    made = hashlib.sha256()
    for path in _files():
        made.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return made.hexdigest()


def _files() -> Iterator[Path]:
    for name in _SOURCES:
        path = ROOT / name
        yield from sorted(each for each in path.rglob("*") if _is_source(each)) if path.is_dir() else (path,)


def _is_source(path: Path) -> bool:
    return path.is_file() and "cache" not in str(path.relative_to(ROOT))


def clean(folder: Path) -> dict[str, str]:
    """The environment that all processes are measured in: nobody's settings, and caches in a folder of their own."""
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def scratch() -> Path:
    """Where the files lie that are measured on: outside of every repository, since avion-lint looks for one above."""
    return Path(tempfile.gettempdir()).resolve() / f"avion-lint-benchmarks-{os.getuid()}"


def machine(programs: Programs, revision: str | None) -> dict[str, str | int]:
    """What the numbers depend on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count() or 1,
        "usable cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": _said("git", "-C", str(ROOT), "describe", "--always", "--abbrev=10", revision or "--dirty"),
        **{name: version for name in ("avion-lint", "pglast") if (version := _version(programs.own, name))},
        **{name: version for name in PEERS if (version := _version(programs.peers, name))},
        **{name: version for name in AROUND if (version := _version(programs.around, name))},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _version(folder: Path, name: str) -> str:
    python = folder / "bin" / "python"
    words = f"from importlib.metadata import version; print(version({json.dumps(name)}))"
    return _said(str(python), "-c", words) if python.exists() else ""


def _said(*words: str) -> str:
    return subprocess.run(words, check=False, capture_output=True, text=True, env=_environment()).stdout.strip()
