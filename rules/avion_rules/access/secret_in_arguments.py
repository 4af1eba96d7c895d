"""Passwords among the arguments of a migration's commands."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.kubernetes import Container, Manifest
from avion_lint.finding import Finding
from avion_lint.pattern import pattern
from avion_lint.rule import rule
from avion_rules._objects import is_migration, why

_TASKS = (Task.MIGRATE, Task.ROLL_BACK, Task.STATUS, Task.REPAIR, Task.BACK_UP, Task.QUERY)
_NAMED = pattern(r"\$[({]?\w*(?:password|passwd|secret|dsn|database_?url|db_?url|dbstring)\w*[)}]?", 2)
_LITERAL = pattern(r"://[^\s:/@]{1,100}:[^\s@$]{1,200}@|password=[^\s$]", 2)


@rule("AC108", subject=Manifest)
def secret_in_arguments(manifest: Manifest) -> Iterator[Finding]:
    """Point out a password that is handed to a migration's command as an argument."""
    if not is_migration(manifest):
        return
    for container in manifest.containers:
        act = next(
            (each for each in _acts(container) if _NAMED.search(_text(each)) or _LITERAL.search(_text(each))), None
        )
        if act is not None:
            yield manifest.finding(
                act.place,
                "Everybody who may list processes, on the node or in the pod, reads the password among the arguments"
                f"{_AND_DESCRIBE if _LITERAL.search(_text(act)) else ''}.",
                _remedy(act),
                related=why(manifest),
                object=f"{manifest.title}/{container.name}",
            )


_AND_DESCRIBE = ", and so does everybody who may read the Job"


def _acts(container: Container) -> Iterator[Act]:
    return (each for each in container.acts if each.does(*_TASKS))


def _text(act: Act) -> str:
    return act.place.text


def _remedy(act: Act) -> str:
    tool = act.deeds[0].tool
    if tool == "goose":
        return (
            "Give goose the variables GOOSE_DRIVER=postgres and GOOSE_DBSTRING, and leave both away here: `goose up`."
        )
    if tool == "flyway":
        return "Give Flyway the variables FLYWAY_URL, FLYWAY_USER and FLYWAY_PASSWORD, and leave them away here."
    return "Give it as a variable (libpq's programs read PGHOST, PGUSER and PGPASSWORD) and leave it away here."
