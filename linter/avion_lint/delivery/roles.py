"""What is taken for a migration, and why: scripts, containers, objects and steps that migrate a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from avion_lint.delivery.acts import acts
from avion_lint.delivery.deeds import Task, deeds
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.shell.script import Script
from avion_lint.source import Place

ROLE = "avion-lint.dev/role"
"""Annotation or label by which an object says itself what it is: `migration`."""
CHANGING = (Task.MIGRATE, Task.ROLL_BACK, Task.REPAIR, Task.CLEAN)
"""What a migration runner does that changes the database or what it believes to be applied."""

_NAMED = pattern(r"(?:^|[-_./])(?:db-?)?migrat(?:e|es|ion|ions|or)(?:$|[-_./:@])")
_IMAGES = pattern(
    r"(?:^|/)(?:flyway/flyway|redgate/flyway|flyway|goose|migrate/migrate|liquibase/liquibase|liquibase)(?=[:@]|$)"
)
_OWN_VARIABLES = frozenset({"FLYWAY_URL", "FLYWAY_LOCATIONS", "GOOSE_DBSTRING", "GOOSE_MIGRATION_DIR"})
_ACTIONS = pattern(r"(?:flyway|goose|liquibase|atlas-action/migrate/apply)")


@record
class Reason:
    """Why something is taken for a migration: words that follow "because", and where that stands.

    `task` is what is done to the database.
    """

    text: str
    place: Place
    task: Task = Task.MIGRATE


def of_script(script: Script | None) -> Reason | None:
    """Why a script migrates."""
    for act in acts(script) if script else ():
        deed = act.deed(*CHANGING)
        if deed:
            return Reason(f"it runs `{deed}`", act.place, deed.task)
    return None


def of_image(image: str, place: Place, arguments: Sequence[str] = ()) -> Reason | None:
    """Why a container migrates whose command is not given, so that the image decides, with what it is told to do."""
    found = _IMAGES.search(image)
    told = deeds((found[0].rpartition("/")[2], *arguments)) if found else ()
    if found is None or (told and not any(deed.task in CHANGING for deed in told)):
        return None
    return Reason(f"its image is `{image}`", place)


def of_variables(names: Iterable[str], place: Place) -> Reason | None:
    """Why a container migrates of which neither command nor image tells it: it is told where to migrate."""
    return next((Reason(f"it is given {name}", place) for name in names if name in _OWN_VARIABLES), None)


def of_action(action: str, place: Place) -> Reason | None:
    """Why a step migrates that uses an action."""
    return Reason(f"it uses {action}", place) if _ACTIONS.search(action.lower()) else None


def of_marks(said: Mapping[str, str], place: Place) -> Reason | None:
    """Why an object migrates by its labels and annotations."""
    for key, value in said.items():
        if key == ROLE and value == "migration":
            return Reason(f"it says `{key}: {value}`", place)
        if key.rpartition("/")[2] == "component" and _NAMED.search(value.lower()):
            return Reason(f"its label {key} is `{value}`", place)
    return None


def of_name(name: str, place: Place) -> Reason | None:
    """Why a Job migrates by its name."""
    return Reason(f"its name is `{name}`", place) if _NAMED.search(name.lower()) else None


def first(reasons: Iterable[Reason | None]) -> Reason | None:
    """The first reason that there is."""
    return next((reason for reason in reasons if reason), None)
