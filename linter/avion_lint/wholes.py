"""Loads a module whole, that is with all that it imports, from one file; to look for each takes longer than to load it.

The file has the code of these modules in the order in which they were complete, so that each finds loaded what it
imports. It lies where Python puts what it compiles, and holds as long: while the sources have the same time and size.
"""

from __future__ import annotations

import sys
from _frozen_importlib_external import MAGIC_NUMBER
from marshal import dumps, loads

from avion_lint.loading import Finder, Loader, contents, state_of

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

    The file is written, if Python may write what it compiles, where one is missing or does not hold any more.
    """
    finder = next((each for each in sys.meta_path if isinstance(each, Finder)), None)
    if finder is None or name in sys.modules:
        return
    package, _, last = name.rpartition(".")
    top = sys.modules[name.partition(".")[0]].__path__[0]
    path = f"{sys.modules[package].__path__[0]}/__pycache__/{last}{_ENDING}"
    kept = _read(path, top, finder.complete)
    known = [loader for loader in kept if loader.name in sys.modules]
    before = len(finder.complete)
    _run([loader for loader in kept if loader.name not in sys.modules])
    __import__(name)
    loaded = [loader for loader in finder.complete[before:] if loader.path.startswith(f"{top}/")]
    if len(known) + len(loaded) > len(kept):
        from avion_lint.keeping import keep  # noqa: PLC0415 - once after an installation

        keep(path, lambda: _packed((*known, *loaded), top))


def _read(path: str, top: str, complete: list[Loader]) -> Sequence[Loader]:
    """The modules in a file; none where the source of one of them has changed, or lies elsewhere."""
    try:
        data = contents(path)
        if not data.startswith(MAGIC_NUMBER):
            return ()
        start = int.from_bytes(data[len(MAGIC_NUMBER) : _HEAD], "little")
        told = loads(data[_HEAD:start])  # noqa: S302 - of the folder from which Python loads what it has compiled
        if any(state != state_of(top + place) for _, place, state in told):
            return ()
        codes = loads(memoryview(data)[start:])  # noqa: S302 - as above
    except (OSError, EOFError, ValueError, TypeError):
        return ()
    loaders = [Loader(name, top + place, code, complete) for (name, place, _), code in zip(told, codes, strict=True)]
    return loaders if all(loader.code.co_filename == loader.path for loader in loaders) else ()


def _run(loaders: Iterable[Loader]) -> None:
    """Load modules, each of which imports only such as come before it, or packages that it is in."""
    modules = [(loader, _module(loader)) for loader in loaders]
    sys.modules.update((loader.name, module) for loader, module in modules)
    try:
        while modules:
            loader, module = modules[0]
            package, _, last = loader.name.rpartition(".")
            loader.exec_module(module)
            setattr(sys.modules[package], last, module)
            del modules[0]
    finally:
        for loader, _ in modules:
            del sys.modules[loader.name]


def _module(loader: Loader) -> ModuleType:
    """A module without contents yet, with all that `importlib` gives one; it takes five times as long to do so."""
    spec, module = loader.spec(), ModuleType(loader.name)
    told = {"__spec__": spec, "__loader__": loader, "__file__": spec.origin, "__cached__": spec.cached}
    vars(module).update(told, __package__=spec.parent)
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    return module


def _packed(loaders: Sequence[Loader], top: str) -> bytes:
    """What the file holds: names, sources below the top package with time and size, and then the code of them all."""
    told = dumps([(loader.name, loader.path.removeprefix(top), state_of(loader.path)) for loader in loaders])
    head = MAGIC_NUMBER + (_HEAD + len(told)).to_bytes(_HEAD - len(MAGIC_NUMBER), "little")
    return head + told + dumps([loader.code for loader in loaders])
