"""Why a run of migrations failed: the file, the line, the statement, what the server said, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from avion_lint.executor.proving.expected import Sent
from avion_lint.executor.proving.outcome import Problem
from avion_lint.executor.proving.trace import Traced
from avion_lint.executor.runner.job import Ran
from avion_lint.executor.wire import ServerError
from avion_lint.runners.migration import Runner
from avion_lint.source import Span
from avion_lint.sql.parse import SyntaxProblem, parse, skip_blank

_SHOWN = 400  # characters of a statement
_LINES = 12  # of what a runner said
_MENDS = {
    "25001": "{tx}",
    "42501": "the role may not do this; where the one in production is a superuser, run verify with --superuser",
    "42704": "what it names is not there; a role that others make is named with --role",
    "42P01": "an earlier migration must make it, or `schema:` in avion-lint.yaml must name what was there before",
    "42P07": "it was made before; a migration that ended half-way leaves things behind",
    "57014": "it took longer than --statement-timeout allows",
    "55P03": "it waited for a lock longer than lock_timeout allows",
    "58P01": "the server here does not have that extension; --postgres-bin names one that has",
    "0A000": "the server does not do this here; see its words",
}
# What goose and Flyway say where a new migration sorts before one that is applied.
_OUT_OF_ORDER = ("missing migrations before current version", "resolved migration not applied to database")
_NO_TRANSACTION = {
    Runner.GOOSE: "put it into a file of its own that begins with `-- +goose NO TRANSACTION`",
    Runner.FLYWAY: "put it into a file of its own, with `executeInTransaction=false` in its .sql.conf",
}


def failure(ran: Ran, traced: Sequence[Traced], runner: Runner, waiting: str = "") -> Problem:
    """Why a run failed: the last statement that the server refused, else the runner's own words."""
    last = next((each for each in reversed(traced) if each.error is not None), None)
    if last is None or last.error is None:
        return Problem("the runner refused", _mend(ran.said), lines=tuple(_tail(ran.said)))
    return _of_server(last, last.error, runner, waiting)


def _of_server(last: Traced, error: ServerError, runner: Runner, waiting: str) -> Problem:
    sent = last.sent
    failed = _statement(sent, last.completed)
    path, line = place_of(sent, error.position or failed.start + 1)
    mend = _MENDS.get(error.sqlstate, "").replace("{tx}", _NO_TRANSACTION[runner])
    if waiting and error.sqlstate in ("57014", "55P03", "40P01"):
        mend = f"{mend}; {waiting}{_flyway_lock(runner, waiting)}"
    what = f"the {sent.direction} section is refused by the server{' when it is committed' if last.commit else ''}"
    shown = shortened(sent, failed)
    return Problem(what, mend, path, line, shown, error.sqlstate, error.message, error.detail, error.hint)


def _flyway_lock(runner: Runner, waiting: str) -> str:
    """What to do about Flyway's own transaction, for which what is CONCURRENTLY waits for ever."""
    if runner is Runner.FLYWAY and "virtualxid" in waiting:
        return ": that is Flyway itself; set flyway.postgresql.transactional.lock=false"
    return ""


def place_of(sent: Sent, position: int = 0) -> tuple[str, int]:
    """Path and line of a character of what was sent, from 1; 0 for where the statement begins."""
    text = sent.chunk.text
    at = position - 1 if 0 < position <= len(text) else skip_blank(text, 0)
    document = sent.file.document
    return document.path, document.position(sent.chunk.origin.origin(min(at, max(len(text) - 1, 0)))).line


def shortened(sent: Sent, part: Span | None = None) -> str:
    """A statement of what was sent, as far as it is shown: the first, without comments before it, or the one given."""
    text = sent.chunk.text
    shown = text[part.start if part else skip_blank(text, 0) : part.end if part else len(text)].strip()
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _statement(sent: Sent, completed: int) -> Span:
    """The statement that comes after so many, where several were sent together."""
    text = sent.chunk.text
    parsed = parse(text)
    if isinstance(parsed, SyntaxProblem) or not completed < len(parsed):
        return Span(skip_blank(text, 0), len(text))
    return parsed[completed].span


def _mend(said: str) -> str:
    if any(words in said for words in _OUT_OF_ORDER):
        return "`avion-lint renumber` moves new migrations behind those that are applied"
    return ""


def _tail(said: str) -> list[str]:
    lines = [line.rstrip() for line in said.splitlines() if line.strip() and not line.startswith("Picked up JAVA")]
    return lines[-_LINES:]
