"""Our own modules are loaded as Python would load them, only sooner."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_helper import environment

LINTER = Path(__file__).parent.parent / "linter"
TELL = """
import sys
from avion_lint.loading import hasten
hasten()
import avion_rules.{module} as module
spec = module.__spec__
assert module.__loader__ is spec.loader and module.__file__ == spec.origin and module.__cached__ == spec.cached
assert spec.has_location and spec.parent == module.__package__
print(module.VALUE, type(spec.loader).__module__, spec.loader.get_source(spec.name), *getattr(module, "__path__", ()))
"""
OURS, PYTHONS = "avion_lint.loading", "_frozen_importlib_external"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of ours with a module and a package in it."""
    folder = tmp_path / "avion_rules"
    (folder / "inner").mkdir(parents=True)
    for name in ("__init__", "module", "inner/__init__"):
        (folder / f"{name}.py").write_text("VALUE = 1")
    return folder


def said(package: Path, module: str, **more: str) -> list[str]:
    code = TELL.format(module=module)
    own = environment(package.parent) | {"PYTHONPATH": f"{package.parent}{os.pathsep}{LINTER}"} | more
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        own.pop(name, None) if name not in more else None
    return subprocess.run(
        [sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.parametrize(("module", "path"), [("module", ()), ("inner", ("inner",))])
def test_what_python_has_compiled_is_loaded_from_there_the_next_time(
    package: Path, module: str, path: tuple[str, ...]
) -> None:
    folders = [str(package / name) for name in path]
    source = ["VALUE", "=", "1"]

    assert said(package, module) == ["1", PYTHONS, *source, *folders]
    assert said(package, module) == ["1", OURS, *source, *folders]


@pytest.mark.parametrize(("text", "later"), [("VALUE = 23", 0), ("VALUE = 2", 10)])
def test_a_source_of_another_size_or_time_is_compiled_anew(package: Path, text: str, later: int) -> None:
    source = package / "module.py"
    said(package, "module")
    status = source.stat()
    source.write_text(text)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns + later * 10**9))

    assert said(package, "module")[:2] == [text.rsplit(maxsplit=1)[-1], PYTHONS]
    assert said(package, "module")[:2] == [text.rsplit(maxsplit=1)[-1], OURS]


def test_compiled_files_that_are_held_to_the_source_in_another_way_or_lie_elsewhere_are_pythons(
    package: Path, tmp_path: Path
) -> None:
    compile_all = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", str(package)]
    subprocess.run(compile_all, env=environment(tmp_path), check=True)

    assert said(package, "module")[1] == PYTHONS
    assert [said(package, "module", PYTHONPYCACHEPREFIX=str(tmp_path / "there"))[1] for _ in range(2)] == [PYTHONS] * 2


def test_a_module_that_is_not_there_is_missing_as_ever(package: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        said(package, "absent")

    assert "ModuleNotFoundError: No module named 'avion_rules.absent'" in raised.value.stderr
