"""SQL that commands send to a database by hand: with psql, in a pod or from the machine that the script runs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avion_lint.delivery.acts import Act
from avion_lint.record import record
from avion_lint.shell.sql import Client, SqlText, client
from avion_lint.source import Place
from avion_lint.sql import actions as a
from avion_lint.sql.statements import read


@record
class HandStatement:
    """A statement that a client is given. `text` has letters where something is not known before the script runs."""

    act: Act
    client: Client
    text: str
    place: Place
    actions: tuple[a.Action, ...]
    given: SqlText

    def place_of(self, action: a.Action) -> Place:
        """Where one of its clauses stands in the file."""
        return self.given.place(action.span.start, action.span.end)


@record
class HandProblem:
    """What a client is given and is no SQL."""

    act: Act
    place: Place
    message: str


def by_hand(acts: Iterable[Act]) -> Iterator[HandStatement | HandProblem]:
    """Statements of every PostgreSQL client among the commands, in the order of the text."""
    for act in acts:
        found = client(act.call)
        if found is None or found.program not in ("psql", "pgcli", "usql"):
            continue
        for given in found.texts:
            yield from _statements(act, found, given)


def _statements(act: Act, used: Client, given: SqlText) -> Iterator[HandStatement | HandProblem]:
    if not given.text.strip():
        return
    found = read(given.text, sends_rows=True)
    for sql in found.statements:
        text = given.text[sql.span.start : sql.span.end]
        yield HandStatement(act, used, text, given.place(sql.span.start, sql.span.end), sql.actions, given)
    for problem in found.problems:
        yield HandProblem(act, given.place(problem.span.start, problem.span.end), problem.message)
