"""Loads libpg_query's parser without what its package brings along: syntax trees as objects, enumerations, typing.

`pglast.parser` needs its package only for an exception and, in functions that are never called here, for the modules
`pglast.ast` and `pglast.enums`, which take ten times as long to load as the parser itself. They are loaded when
somebody asks for something in them.
"""

from __future__ import annotations

import sys
from _frozen_importlib_external import PathFinder  # it is loaded, as `importlib.machinery` is not

from avion_lint.loading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any
else:
    ModuleType = type(sys)

_PACKAGE = "pglast"
_HEAVY = ("pglast.ast", "pglast.enums")


class _Later(ModuleType):
    """A module that is loaded at the first look into it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        _load(self.__name__)
        return getattr(sys.modules[self.__name__], name)


def load_parser() -> ModuleType:
    """Load `pglast.parser`, once; ImportError where pglast is not installed."""
    known = sys.modules.get(f"{_PACKAGE}.parser")
    if known is not None:
        return known
    if _PACKAGE not in sys.modules:
        _stand_in()
    return load(f"{_PACKAGE}.parser")


def _stand_in() -> None:
    """Put a package without contents in pglast's place, so that its parser finds its neighbours."""
    found = PathFinder.find_spec(_PACKAGE)
    if found is None or found.submodule_search_locations is None:
        raise ModuleNotFoundError("pglast is not installed", name=_PACKAGE)
    package = _Later(_PACKAGE)
    package.__path__ = list(found.submodule_search_locations)
    package.__spec__ = found
    sys.modules[_PACKAGE] = package
    from pglast.error import Error  # noqa: PLC0415 - the package's only part that the parser takes from it

    package.Error = Error  # type: ignore[attr-defined]
    for name in _HEAVY:
        sys.modules[name] = _Later(name)
        setattr(package, name.rpartition(".")[2], sys.modules[name])


def _load(name: str) -> None:
    """Load the real module in the place of the one that stood in for it."""
    for each in (_PACKAGE, *_HEAVY):
        if type(sys.modules.get(each)) is _Later:
            del sys.modules[each]
    load(name)
    package: Any = load(_PACKAGE)
    package.parser = sys.modules[f"{_PACKAGE}.parser"]  # it was loaded before the package was
