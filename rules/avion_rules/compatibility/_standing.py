"""Whether an object may be taken away from a running application: new, deprecated long enough, or neither."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Related
from avion_lint.record import replace
from avion_lint.schema.model import Origin
from avion_lint.subjects import Statement

SUFFIX = "_deprecated"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Made(Protocol):
        """What tables, columns and other objects have in common."""

        @property
        def origin(self) -> Origin | None:
            """Where it was made."""

        @property
        def deprecated(self) -> Origin | None:
            """Where it was marked as deprecated."""


def is_free(statement: Statement, made: Made | None, *names: str) -> bool:
    """Whether no released code can be using it: new in this change, or deprecated long enough before it.

    `names` are those under which the settings may call it deprecated. An object that no known migration has made
    or renamed has its own word for it.
    """
    if made is not None and (statement.made_here(made.origin) or is_deprecated(statement, made.deprecated)):
        return True
    if made is None and names[-1].endswith(SUFFIX):
        return True
    entries = (statement.deprecated_in_settings(name) for name in names)
    return any(entry and not any(entry.lacking(statement.service.deprecated_for)) for entry in entries)


def is_deprecated(statement: Statement, mark: Origin | None) -> bool:
    """Whether an earlier deployment has marked it, and what the settings ask for has passed since."""
    return statement.made_before(mark) and mark is not None and not any(_lacking(statement, mark))


def _lacking(statement: Statement, mark: Origin) -> Iterator[str]:
    """What has not passed yet since a deprecation, in words: `3 of 30 days`."""
    path = mark.place.document.path
    here = statement.positions.get(statement.file.path, len(statement.positions))
    at, now = statement.landed.get(path), statement.landed.get(statement.file.path)
    if at and now:
        at = replace(at, days=at.days - now.days, releases=at.releases - now.releases)
    yield from statement.service.deprecated_for.lacking(here - statement.positions.get(path, here), at)


def first_release(statement: Statement, made: Made | None, name: str, steps: str) -> str:
    """Tell what must come first; `steps` is the SQL that deprecates the object."""
    mark = made.deprecated if made else None
    entry = statement.deprecated_in_settings(name)
    if mark is None and entry is not None:
        passed = ", ".join(entry.lacking(statement.service.deprecated_for))
        return f"{entry.told(name)}, which is not long enough (`deprecated-for`): {passed}. Do this in a later change."
    if mark is not None and statement.made_here(mark):
        return (
            f"{name} is deprecated only in {mark.version}, a part of this same change. Release that first; do this in "
            "a later change, when no running release uses it any more."
        )
    if mark is not None:
        passed = ", ".join(_lacking(statement, mark))
        return (
            f"{name} is deprecated since {mark.version}, which is not long enough by the settings (`deprecated-for`): "
            f"{passed}. Do this in a later change."
        )
    return (
        f"First release code that does without {name}, with a migration that marks it as deprecated; do this in a "
        f"later release:\n{steps}"
    )


def marked_here(statement: Statement, made: Made | None) -> tuple[Related, ...]:
    """The place where it is deprecated, too late for this change."""
    mark = made.deprecated if made else None
    if mark is None:
        return ()
    words = "deprecated only here, in this same change" if statement.made_here(mark) else "deprecated here"
    return (Related(mark.place, words),)
