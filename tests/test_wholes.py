"""A module is loaded with all that it imports from one file, as long as that is what their sources say."""

import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_helper import environment

LINTER = Path(__file__).parent.parent / "linter"
TELL = """
import sys
sys.path.insert(0, {folder!r})
from avion_lint.loading import hasten
hasten()
import avion_rules
{before}
from avion_lint.wholes import load_whole
load_whole("avion_rules.whole")
ours = [each for each in sys.modules.values() if each.__name__.startswith("avion_rules.")]
for each in ours:
    spec = each.__spec__
    assert each.__loader__ is spec.loader and (each.__file__, each.__cached__) == (spec.origin, spec.cached)
    assert spec.has_location and each.__package__ == spec.parent and spec.loader.get_source(spec.name)
    package, _, last = spec.name.rpartition(".")
    assert getattr(sys.modules[package], last) is each
from avion_rules import whole
print(whole.VALUE, *sorted(each.__name__.removeprefix("avion_rules.") for each in ours))
"""
ALL = ["inner", "inner.deep", "part", "whole"]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of ours with a module that imports another one and a package that imports what is in it."""
    folder = tmp_path / "avion_rules"
    (folder / "inner").mkdir(parents=True)
    texts = {
        "__init__": "",
        "whole": "from avion_rules.inner import DEEP\nfrom avion_rules.part import PART\nVALUE = DEEP + PART",
        "part": "PART = 1",
        "inner/__init__": "from avion_rules.inner.deep import DEEP",
        "inner/deep": "DEEP = 20",
    }
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def said(package: Path, before: str = "", **more: str) -> list[str]:
    return run(package, TELL.format(folder=str(package.parent), before=before), **more).split()


def run(package: Path, code: str, **more: str) -> str:
    own = environment(package.parent) | {"PYTHONPATH": str(LINTER)} | more
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        own.pop(name, None) if name not in more else None
    return subprocess.run([sys.executable, "-c", code], env=own, capture_output=True, text=True, check=True).stdout


def kept(package: Path) -> Path:
    return package / "__pycache__" / f"whole.{sys.implementation.cache_tag}.whole"


def made(package: Path) -> bytes:
    """The file of the whole module, written by the second run, since the first one compiles."""
    for _ in range(2):
        assert said(package) == ["21", *ALL]
    return kept(package).read_bytes()


def forget_compiled(package: Path) -> None:
    """Remove what is compiled of the package's modules, so that those that are loaded at once are of the one file."""
    for path in package.rglob("*.pyc"):
        if path.name.partition(".")[0] != "__init__" or path.parent.parent.name == "inner":
            path.unlink()


def test_all_is_loaded_from_one_file_and_that_stays_as_it_is(package: Path) -> None:
    data = made(package)
    forget_compiled(package)

    assert said(package) == ["21", *ALL]
    assert kept(package).read_bytes() == data
    assert not [*(package / "inner").rglob("*.pyc")], "nothing was looked for elsewhere"


@pytest.mark.parametrize(("text", "later"), [("PART = 23", 0), ("PART = 2", 10)])
def test_a_source_that_has_changed_is_compiled_anew(package: Path, text: str, later: int) -> None:
    data = made(package)
    source = package / "part.py"
    status = source.stat()
    source.write_text(text)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns + later * 10**9))
    value = str(20 + int(text.rpartition(" ")[2]))

    assert [said(package)[0] for _ in range(3)] == [value] * 3
    assert kept(package).read_bytes() != data, "it is written anew"


def test_what_is_loaded_already_stays(package: Path) -> None:
    made(package)

    assert said(package, "import avion_rules.part; avion_rules.part.PART = 5") == ["25", *ALL]


def test_a_file_that_needs_what_is_not_loaded_is_written_anew_and_then_does_for_both(package: Path) -> None:
    for _ in range(2):
        assert said(package, "import avion_rules.inner") == ["21", *ALL]
    data = kept(package).read_bytes()
    assert [said(package), said(package)] == [["21", *ALL]] * 2
    assert (more := kept(package).read_bytes()) != data
    assert said(package, "import avion_rules.inner") == ["21", *ALL]
    assert kept(package).read_bytes() == more


@pytest.mark.parametrize("name", ["part", "whole", "inner/__init__", "inner/deep", "inner/base", "inner/later"])
def test_with_modules_that_python_has_just_compiled_nothing_is_kept_that_would_lack_them(
    package: Path, name: str
) -> None:
    (package / "inner/__init__.py").write_text(
        "from avion_rules.inner.deep import DEEP\nfrom avion_rules.inner.later import LATER"
    )
    (package / "inner/deep.py").write_text("from avion_rules.inner.base import BASE\nDEEP = BASE")
    (package / "inner/base.py").write_text("BASE = 20")
    (package / "inner/later.py").write_text("from avion_rules.inner.base import BASE\nLATER = BASE")
    said(package)
    for path in {package / f"{name}.py", package / "inner/__init__.py", package / "inner/base.py"}:
        path.write_text(f"{path.read_text()}\n# other")

    assert [said(package)[0] for _ in range(3)] == ["21"] * 3
    assert kept(package).exists()


@pytest.mark.parametrize("harm", [lambda _: b"", lambda data: data[:-9], lambda data: b"\0" * 4 + data[4:]])
def test_a_file_that_is_cut_short_or_of_another_python_is_written_anew(package: Path, harm: object) -> None:
    data = made(package)
    kept(package).write_bytes(harm(data))

    assert said(package) == ["21", *ALL]
    assert kept(package).read_bytes() == data


def test_a_package_that_is_copied_is_loaded_from_where_it_is(package: Path) -> None:
    made(package)
    there = package.parent / "there" / package.name
    there.parent.mkdir()
    package.rename(there)
    (there / "part.py").touch()

    assert [said(there)[0] for _ in range(3)] == ["21"] * 3


def test_nothing_is_written_where_python_may_not_write_what_it_compiles(package: Path) -> None:
    said(package)
    assert said(package, PYTHONDONTWRITEBYTECODE="1") == ["21", *ALL]
    assert not kept(package).exists()


def test_modules_in_another_order_are_loaded_once_each(package: Path) -> None:
    (package / "part.py").write_text("import sys\nsys.times = getattr(sys, 'times', 0) + 1\nPART = 1")
    data = made(package)
    start = int.from_bytes(data[4:8], "little")
    (names, needed), codes = marshal.loads(data[8:start]), marshal.loads(data[start:])
    told = marshal.dumps((names[::-1], needed))
    kept(package).write_bytes(data[:4] + (8 + len(told)).to_bytes(4, "little") + told + marshal.dumps(codes[::-1]))
    code = TELL.format(folder=str(package.parent), before="") + "print(sys.times)"
    assert run(package, code).split() == ["21", *ALL, "1"]


def test_an_error_in_a_module_leaves_none_that_is_not_complete(package: Path) -> None:
    (package / "part.py").write_text("import sys\nPART = 1 / (not hasattr(sys, 'broken'))")
    assert [said(package)[1:] for _ in range(2)] == [ALL] * 2
    code = TELL.format(folder=str(package.parent), before="sys.broken = True")
    trying = (
        code[: code.index("load_whole(")]
        + """
for _ in range(2):
    try:
        load_whole("avion_rules.whole")
    except ZeroDivisionError:
        print(*sorted(name for name in sys.modules if name.startswith("avion_rules.")))
"""
    )
    assert run(package, trying).splitlines() == ["avion_rules.inner avion_rules.inner.deep"] * 2
