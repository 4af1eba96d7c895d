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
    from types import CodeType

_OURS = ("avion_lint.", "avion_rules.", "avion_policies.")
_ENDING = f".{sys.implementation.cache_tag}.pyc"
_BY_TIME = MAGIC_NUMBER + bytes(4)  # how a compiled file begins that is held to its source's time and size
_HEAD = 16  # bytes before the code
_LARGEST = 1 << 24


def hasten() -> None:
    """Load our own modules so from now on, where compiled files lie in the usual place and have the usual form."""
    if not (sys.pycache_prefix or sys.flags.optimize):
        sys.meta_path.insert(0, _Finder)


class _Finder:
    """Finds our own modules; the interface is `importlib.abc.MetaPathFinder`."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, _: object = None) -> ModuleSpec | None:
        """Where a module lies and what it consists of, None for what is Python's to find."""
        if not path or not name.startswith(_OURS):
            return None
        folder, last = path[0], name.rpartition(".")[2]
        return _spec(name, folder, last) or _spec(name, f"{folder}/{last}", "__init__", is_package=True)


class _Loader(SourceFileLoader):
    """Python's own loader, with code that has been read already."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, _: str) -> CodeType:
        return self._code


def _spec(name: str, folder: str, last: str, *, is_package: bool = False) -> ModuleSpec | None:
    source, compiled = f"{folder}/{last}.py", f"{folder}/__pycache__/{last}{_ENDING}"
    code = _code(source, compiled)
    if code is None:
        return None
    spec = ModuleSpec(name, _Loader(name, source, code), origin=source, is_package=is_package)
    if is_package:
        spec.submodule_search_locations = [folder]
    spec.has_location = True
    spec.cached = compiled
    return spec


def _code(source: str, compiled: str) -> CodeType | None:
    """The compiled code of a source, None where there is none of its time and size."""
    try:
        status = os.stat(source)
        file = os.open(compiled, os.O_RDONLY)
    except OSError:
        return None
    try:
        data = os.read(file, _LARGEST)
    finally:
        os.close(file)
    state = (int(status.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
    if data[:_HEAD] != _BY_TIME + state:
        return None
    code: CodeType = loads(memoryview(data)[_HEAD:])  # noqa: S302 - what Python itself would load, from the same file
    return code if code.co_filename == source else None
