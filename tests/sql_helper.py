"""Short ways to actions and schemas for tests."""

from collections.abc import Iterable

from avion_lint.schema.model import Origin, Schema
from avion_lint.schema.replay import replay
from avion_lint.source import Document, Place, Span
from avion_lint.sql.actions import Action
from avion_lint.sql.statements import read

ORIGIN = Origin(Place(Document("00001_a.sql", ""), Span(0, 0)), "1", 0, applied=True)
LATER = Origin(Place(Document("00002_b.sql", ""), Span(0, 0)), "2", 1, applied=False)


def actions(sql: str) -> tuple[Action, ...]:
    """All actions of a text that must parse."""
    found = read(sql)
    assert not found.problems, found.problems
    return tuple(action for statement in found.statements for action in statement.actions)


def action(sql: str) -> Action:
    """The only action of a text."""
    (only,) = actions(sql)
    return only


def schema(*texts: str, start: Schema | None = None, origin: Origin = ORIGIN) -> Schema:
    """The schema after the texts."""
    steps: Iterable[tuple[Action, Origin]] = [(made, origin) for text in texts for made in actions(text)]
    return replay(start or Schema(), steps)
