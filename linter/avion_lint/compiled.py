"""Keeps what our regular expressions compile to; that, and loading `re` for it, takes a tenth of a run over one file.

It is kept beside what Python compiles of our sources, for this very build of Python, and found by the expression
itself. What is not kept there, or cannot be, is compiled by `re`.
"""

from __future__ import annotations

import sys
from _sre import compile as made_of  # CPython's; it checks the code, as it does each time that `re` compiles
from functools import cache
from marshal import dumps, loads

from avion_lint.loading import Finder, contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    Code = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]

_BUILD = sys.version.encode()
_PATH = f"{__file__.rpartition('/')[0]}/__pycache__/patterns.{sys.implementation.cache_tag}.kept"


def compiled(source: str, flags: int) -> re.Pattern[str]:
    """What `re.compile` makes; re.error where the expression is wrong."""
    if not any(isinstance(each, Finder) for each in sys.meta_path):  # then compiled files lie in the usual place
        return _plain(source, flags)
    kept = _kept()
    code = kept.get((source, flags))
    if code is None:
        code = _code(source, flags)
        if code is None:
            return _plain(source, flags)
        kept[source, flags] = code
        _keep(kept)
    try:
        return _made(source, code)
    except (RuntimeError, TypeError, ValueError):
        return _plain(source, flags)


def _made(source: str, code: Code) -> re.Pattern[str]:
    whole, numbers, groups, by_name, names = code
    made: re.Pattern[str] = made_of(source, whole, memoryview(numbers).cast("I").tolist(), groups, by_name, names)
    return made


def _plain(source: str, flags: int) -> re.Pattern[str]:
    import re  # noqa: PLC0415 - it loads `enum` and takes longer than most runs use an expression

    return re.compile(source, flags)


@cache
def _kept() -> dict[tuple[str, int], Code]:
    """What was kept, by expression and flags; nothing where another Python has kept it."""
    try:
        data = contents(_PATH)
        if not data.startswith(_BUILD):
            return {}
        kept: object = loads(memoryview(data)[len(_BUILD) :])  # noqa: S302 - from where Python loads what it compiled
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep(kept: dict[tuple[str, int], Code]) -> None:
    from avion_lint.keeping import keep  # noqa: PLC0415 - once after an installation, for each expression

    keep(_PATH, lambda: _BUILD + dumps(kept))


def _code(source: str, flags: int) -> Code | None:
    """What `re` makes of an expression, as it gives it to `_sre`; None where this Python's `re` is made otherwise."""
    from array import array  # noqa: PLC0415 - as for `keep`
    from re import _compiler, _parser  # type: ignore[attr-defined] # noqa: PLC0415 - as above

    try:
        parsed = _parser.parse(source, flags)
        code = array("I", map(int, _compiler._code(parsed, flags))).tobytes()  # noqa: SLF001 - held by a test
        groups, by_name = parsed.state.groups, parsed.state.groupdict
    except AttributeError:
        return None
    names = {number: name for name, number in by_name.items()}
    return int(flags | parsed.state.flags), code, groups - 1, by_name, tuple(map(names.get, range(groups)))
