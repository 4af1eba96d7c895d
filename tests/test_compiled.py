"""What our regular expressions compile to is kept, and is what `re` would make of them."""

import marshal
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from avion_lint import compiled
from avion_lint.pattern import DOTALL, IGNORECASE, MULTILINE, VERBOSE
from tests.cli_helper import environment

ROOT = Path(__file__).parent.parent
TELL = """
import sys
from avion_lint.loading import hasten
hasten()
from avion_lint.pattern import pattern
found = pattern({source!r}{flags}).search("a1 b22")
print(found[0], "re" in sys.modules)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with the modules that compile expressions, where what they keep may be put."""
    folder = tmp_path / "avion_lint"
    folder.mkdir()
    for name in ("__init__", "pattern", "compiled", "loading", "keeping"):
        (folder / f"{name}.py").write_bytes((ROOT / "linter/avion_lint" / f"{name}.py").read_bytes())
    return folder


def said(program: Path, source: str = r"[a-z]\d\d", flags: str = "", **more: str) -> list[str]:
    own = environment(program.parent) | {"PYTHONPATH": str(program.parent)} | more
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        own.pop(name, None) if name not in more else None
    words = [sys.executable, "-c", TELL.format(source=source, flags=flags)]
    return subprocess.run(words, env=own, capture_output=True, text=True, check=True).stdout.split()


def kept(program: Path) -> Path:
    return program / "__pycache__" / f"patterns.{sys.implementation.cache_tag}.kept"


def patterns() -> list[tuple[str, int]]:
    """All expressions of ours that stand in modules."""
    found = set()
    for name, folder in (("avion_lint", ROOT / "linter"), ("avion_rules", ROOT / "rules")):
        for path in sorted((folder / name).rglob("*.py")):
            if "pattern import" in path.read_text(encoding="utf-8"):
                module = import_module(".".join(path.relative_to(folder).with_suffix("").parts))
                made = (each for each in vars(module).values() if type(each).__name__ == "_Later")
                found |= {(each._source, each._flags) for each in made}
    return sorted(found)


def test_what_is_kept_is_what_re_makes() -> None:
    found = patterns()
    assert len(found) > 100
    for source, flags in found:
        code = compiled._code(source, flags)
        assert code is not None
        assert marshal.loads(marshal.dumps(((source, flags), code))) == ((source, flags), code)
        assert compiled._made(source, code) == re.compile(source, flags), source


def test_groups_and_flags_are_those_of_re() -> None:
    source, flags = r"(?P<one>a)|(b)(?P<two>c)", re.IGNORECASE
    code = compiled._code(source, flags)
    assert code is not None
    made, plain = compiled._made(source, code), re.compile(source, flags)

    assert (made.flags, made.groups, made.groupindex) == (plain.flags, plain.groups, plain.groupindex)
    found = made.search("xBC")
    assert found is not None
    assert (found.lastgroup, found.groupdict()) == ("two", {"one": None, "two": "C"})
    assert (re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE) == (IGNORECASE, MULTILINE, DOTALL, VERBOSE)


def test_the_second_run_does_not_load_re(program: Path) -> None:
    assert [said(program) for _ in range(2)] == [["b22", "True"], ["b22", "False"]]
    assert said(program, "b2") == ["b2", "True"], "another expression is added"
    assert [said(program), said(program, "b2")] == [["b22", "False"], ["b2", "False"]]


def test_flags_may_be_those_of_re(program: Path) -> None:
    assert said(program, "B2", ", __import__('re').IGNORECASE") == ["b2", "True"]
    assert said(program, "B2", ", 2") == ["b2", "False"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda _: b"",
        lambda data: data[:-5],
        lambda data: data.replace(sys.version.encode(), b"3.0"),
        lambda _: sys.version.encode() + b"N",
    ],
)
def test_what_is_damaged_or_of_another_python_is_written_anew(program: Path, harm: object) -> None:
    said(program)
    kept(program).write_bytes(harm(kept(program).read_bytes()))

    assert [said(program) for _ in range(2)] == [["b22", "True"], ["b22", "False"]]


def test_code_that_python_refuses_is_not_used(program: Path) -> None:
    said(program)
    code = (0, b"\xff" * 16, 0, {}, (None,))
    kept(program).write_bytes(sys.version.encode() + marshal.dumps({(r"[a-z]\d\d", 0): code}))

    assert said(program) == ["b22", "True"]


def test_nothing_is_kept_where_python_may_not_write_what_it_compiles(program: Path, tmp_path: Path) -> None:
    assert said(program, PYTHONDONTWRITEBYTECODE="1") == ["b22", "True"]
    assert said(program, PYTHONPYCACHEPREFIX=os.fspath(tmp_path / "there")) == ["b22", "True"]
    assert not kept(program).exists()
