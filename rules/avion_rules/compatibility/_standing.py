"""Whether an object may be taken away from a running application: new, deprecated long enough, or neither."""

from __future__ import annotations

from avion_lint.finding import Related
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
    """Whether no released code can be using it: new in this change, or deprecated before it.

    `names` are those under which the settings may call it deprecated. An object that no known migration has made
    or renamed has its own word for it.
    """
    if made is not None and (statement.made_here(made.origin) or statement.made_before(made.deprecated)):
        return True
    if made is None and names[-1].endswith(SUFFIX):
        return True
    return any(statement.deprecated_in_settings(name) for name in names)


def first_release(statement: Statement, made: Made | None, name: str, steps: str) -> str:
    """Tell what must come first; `steps` is the SQL that deprecates the object."""
    mark = made.deprecated if made else None
    if mark is not None and statement.made_here(mark):
        return (
            f"{name} is deprecated only in {mark.version}, a part of this same change. Release that first; do this in "
            "a later change, when no running release uses it any more."
        )
    return (
        f"First release code that does without {name}, with a migration that marks it as deprecated; do this in a "
        f"later release:\n{steps}"
    )


def marked_here(statement: Statement, made: Made | None) -> tuple[Related, ...]:
    """The place where this same change deprecates the object."""
    mark = made.deprecated if made else None
    if mark is None or not statement.made_here(mark):
        return ()
    return (Related(mark.place, "deprecated only here, in this same change"),)
