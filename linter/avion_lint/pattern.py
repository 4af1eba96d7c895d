"""Regular expressions that are compiled when they are first used: there are a hundred, and a run uses a few.

What they compile to is kept (`compiled`), so that a run need not load `re`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from typing import Any

IGNORECASE, MULTILINE, DOTALL, VERBOSE = 2, 8, 16, 64
"""The flags of `re`."""
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Make what `re.compile` makes, and compile it at the first look into it; re.error comes only then.

    It is for expressions of ours: what they compile to is kept where they are used for the first time.
    """
    made: Any = _Later(source, int(flags))
    return made  # type: ignore[no-any-return]


class _Later:
    """Stands in for a compiled pattern; after the first use its methods are the pattern's own."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        from avion_lint.compiled import compiled  # noqa: PLC0415 - not every run uses one

        made = compiled(self._source, self._flags)
        self.__dict__.update({method: getattr(made, method) for method in _METHODS})
        return getattr(made, name)
