"""Loads a module whole, that is with all that it imports, from one file; to look for each takes longer than to load it.

The file has the code of these modules in the order in which they were complete, so that each finds loaded what it
imports. It lies where Python puts what it compiles, and holds as long: while the sources have the same time and size.
"""

from __future__ import annotations

import sys
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import dumps, loads

from avion_lint.loading import PACKAGE, Finder, Loader, contents, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType
else:
    ModuleType = type(sys)

_ENDING = f".{sys.implementation.cache_tag}.whole"
_HEAD = 8  # bytes that tell which Python has written a file, and where the code begins in it


def load_whole(name: str) -> None:
    """Load a module with all that it imports of its own top package; nothing where `hasten` was not called.

    The file is written, if Python may write what it compiles, where none holds that says all.
    """
    finder = next((each for each in sys.meta_path if isinstance(each, Finder)), None)
    if finder is None or name in sys.modules:
        return
    package, _, last = name.rpartition(".")
    top = sys.modules[name.partition(".")[0]]
    path = f"{sys.modules[package].__path__[0]}/__pycache__/{last}{_ENDING}"
    before, count = _loaded(top), len(finder.complete)
    kept = _read(path, top.__path__[0], finder.complete)
    try:
        _run(kept)
    except ImportError:  # in another order than that of the file; Python finds its own
        kept = ()
    __import__(name)
    found = [loader for loader in finder.complete[count:] if loader.name.startswith(f"{top.__name__}.")]
    # What Python compiled just now is not among them: it is kept the next time, since a part alone would not do.
    if not kept and {loader.name for loader in found} == _loaded(top) - before:
        from avion_lint.keeping import keep  # noqa: PLC0415 - once after an installation

        keep(path, lambda: _packed(found, top.__path__[0], before))


def _loaded(top: ModuleType) -> set[str]:
    """Names of the modules of a top package that are loaded."""
    return {name for name in sys.modules if name.startswith(f"{top.__name__}.")}


def _read(path: str, top: str, complete: list[Loader]) -> Sequence[Loader]:
    """The modules in a file; none where a source has changed or lies elsewhere, or what they need is not loaded."""
    try:
        data = contents(path)
        if not data.startswith(MAGIC_NUMBER):
            return ()
        start = int.from_bytes(data[len(MAGIC_NUMBER) : _HEAD], "little")
        told, needed = loads(data[_HEAD:start])  # noqa: S302 - of the folder from which Python loads what it compiled
        if not sys.modules.keys() >= {*needed} or any(state != state_of(top + place) for _, place, state in told):
            return ()
        codes = loads(memoryview(data)[start:])  # noqa: S302 - as above
    except (OSError, EOFError, ValueError, TypeError):
        return ()
    loaders = [Loader(name, top + place, code, complete) for (name, place, _), code in zip(told, codes, strict=True)]
    return loaders if all(loader.code.co_filename == loader.path for loader in loaders) else ()


def _run(loaders: Iterable[Loader]) -> None:
    """Load modules that are not loaded yet, each of which imports only such as come before it, or packages it is in."""
    missing = [loader for loader in loaders if loader.name not in sys.modules]
    waiting = {loader.name: _module(loader) for loader in missing if loader.path.endswith(PACKAGE)}
    sys.modules.update(waiting)
    try:
        for loader in missing:
            if loader.name not in waiting:
                if loader.name in sys.modules:  # one before it has imported it by itself
                    continue
                waiting[loader.name] = sys.modules[loader.name] = _module(loader)
            module = waiting[loader.name]
            loader.exec_module(module)
            package, _, last = loader.name.rpartition(".")
            setattr(sys.modules[package], last, module)
            del waiting[loader.name]
    finally:
        for name in waiting:
            del sys.modules[name]


def _module(loader: Loader) -> ModuleType:
    """A module without contents yet, with all that `importlib` gives one; it takes five times as long to do so."""
    spec, module = loader.spec(), ModuleType(loader.name)
    told = {"__spec__": spec, "__loader__": loader, "__file__": spec.origin, "__cached__": spec.cached}
    vars(module).update(told, __package__=spec.parent)
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    return module


def _packed(loaders: Sequence[Loader], top: str, needed: Iterable[str]) -> bytes:
    """What the file holds: names, sources below the top package with time and size, what they need; then all code."""
    names = [(loader.name, loader.path.removeprefix(top), state_of(loader.path)) for loader in loaders]
    told = dumps((names, sorted(needed)))
    head = MAGIC_NUMBER + (_HEAD + len(told)).to_bytes(_HEAD - len(MAGIC_NUMBER), "little")
    return head + told + dumps([loader.code for loader in loaders])
