"""Settings that a migration leaves behind for those that run after it in the same session."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.runners.migration import Runner
from avion_lint.sql import actions as a
from avion_lint.subjects import Migration, Statement
from avion_rules._settings import Left, is_usual, left_behind

_HARMLESS = {
    "application_name", "bytea_output", "client_encoding", "client_min_messages", "escape_string_warning",
    "standard_conforming_strings", "xmloption",
}  # fmt: skip
# What Flyway gives back after every migration (restoreOriginalState of its Connection; measured with 11.20).
_RESTORED = {"role", "search_path"}


@rule("LK127", subject=Migration, on=(a.SetVariable,))
def setting_leaks(migration: Migration) -> Iterator[Finding]:
    """Find a setting that is made for the session and so holds for the migrations that run after this one."""
    found = [left for left in left_behind(migration) if _matters(migration, left)]
    if not found:
        return
    names = ", ".join(dict.fromkeys(left.action.name for left in found))
    first = found[0]
    runner = "goose" if migration.service.runner is Runner.GOOSE else "Flyway"
    yield first.statement.finding(
        first.action,
        f"Still holds in the next migrations: {runner} runs them in the same session, with this {names}. Run another "
        "day, "
        "alone, they find another one.",
        _remedy(first.statement, found),
        object=first.action.name,
    )


def _matters(migration: Migration, left: Left) -> bool:
    """Whether a later migration may notice."""
    name = left.action.name
    if name in _HARMLESS or (name == "lock_timeout" and (left.action.value or "").strip("0msinhd ")):
        return False  # a lock_timeout that goes on protects the next ones
    if migration.service.runner is not Runner.GOOSE and name in _RESTORED:
        return False
    return name != "search_path" or not is_usual(migration, left.action)


def _remedy(statement: Statement, found: list[Left]) -> str:
    if statement.in_transaction and not any(left.action.name == "session_authorization" for left in found):
        return "Write SET LOCAL, which holds until the transaction ends" + (
            ": set_config(…, true)." if "set_config" in statement.text.lower() else "."
        )
    resets = "\n".join(dict.fromkeys(_reset(left.action.name) for left in found))
    return f"Take it back at the end of the file:\n{resets}"


def _reset(name: str) -> str:
    return "RESET SESSION AUTHORIZATION;" if name == "session_authorization" else f"RESET {name};"
