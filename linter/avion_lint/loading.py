"""Loads our own modules from their compiled files at once; a run loads two hundred, and Python looks long for each.

What Python does for a module is to ask every finder, to try each ending that a module can have, and to look at source
and folder several times. Here a package's folder is asked for the one name; what is not found there compiled, and
compiled from the source that lies beside it, is left to Python.
"""

from __future__ import annotations

import os
import sys
from _frozen_importlib import ModuleSpec  # these two are loaded; `importlib.machinery` and `importlib.util` are not
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
from marshal import loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

PACKAGE = "/__init__.py"
_OURS = ("avion_lint.", "avion_rules.", "avion_policies.")
_ENDING = f".{sys.implementation.cache_tag}.pyc"
_BY_TIME = MAGIC_NUMBER + bytes(4)  # how a compiled file begins that is held to its source's time and size
_HEAD = 16  # bytes before the code
_LARGEST = 1 << 24


def hasten() -> None:
    """Load our own modules so from now on, where compiled files lie in the usual place and have the usual form."""
    if not (sys.pycache_prefix or sys.flags.optimize):
        sys.meta_path.insert(0, Finder())


def load(name: str) -> ModuleType:
    """Load a module by its full name, as `importlib.import_module` does, whose package need not be loaded for it."""
    __import__(name)
    return sys.modules[name]


class Finder:
    """Finds our own modules; the interface is `importlib.abc.MetaPathFinder`.

    `complete` are those that were loaded, in the order in which they were complete.
    """

    def __init__(self) -> None:
        self.complete: list[Loader] = []

    def find_spec(self, name: str, path: Sequence[str] | None = None, _: object = None) -> ModuleSpec | None:
        """Where a module lies and what it consists of, None for what is Python's to find."""
        if not path or not name.startswith(_OURS):
            return None
        stem = f"{path[0]}/{name.rpartition('.')[2]}"
        return self._spec(name, f"{stem}.py") or self._spec(name, stem + PACKAGE)

    def _spec(self, name: str, source: str) -> ModuleSpec | None:
        code = _code(source)
        return Loader(name, source, code, self.complete).spec() if code else None


class Loader(SourceFileLoader):
    """Python's own loader, with code that has been read already; a module that is loaded is put into `complete`."""

    def __init__(self, name: str, path: str, code: CodeType, complete: list[Loader]) -> None:
        super().__init__(name, path)
        self.code = code
        self._complete = complete

    def get_code(self, _: str) -> CodeType:
        """The code; the name is that of the module."""
        return self.code

    def exec_module(self, module: ModuleType) -> None:
        """Run the code in the module."""
        exec(self.code, module.__dict__)  # noqa: S102 - this is what loading a module is
        self._complete.append(self)

    def spec(self) -> ModuleSpec:
        """What tells Python of the module."""
        is_package = self.path.endswith(PACKAGE)
        spec = ModuleSpec(self.name, self, origin=self.path, is_package=is_package)
        if is_package:
            spec.submodule_search_locations = [self.path.removesuffix(PACKAGE)]
        spec.has_location = True
        spec.cached = _compiled(self.path)
        return spec


def state_of(source: str) -> bytes:
    """Time and size of a source as its compiled file tells them; OSError where there is none."""
    status = os.stat(source)
    return (int(status.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")


def contents(path: str) -> bytes:
    """What is in a file that is not too large to be ours; OSError where there is none."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, _LARGEST)
    finally:
        os.close(file)


def _compiled(source: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/__pycache__/{name.removesuffix('.py')}{_ENDING}"


def _code(source: str) -> CodeType | None:
    """The compiled code of a source, None where there is none of its time and size."""
    try:
        state, data = state_of(source), contents(_compiled(source))
    except OSError:
        return None
    if data[:_HEAD] != _BY_TIME + state:
        return None
    code: CodeType = loads(memoryview(data)[_HEAD:])  # noqa: S302 - what Python itself would load, from the same file
    return code if code.co_filename == source else None
