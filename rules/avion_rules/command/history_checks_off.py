"""Options that switch off what keeps the runner's record and the migrations together."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.delivery.acts import Act
from avion_lint.delivery.deeds import Task
from avion_lint.delivery.runs import Run
from avion_lint.finding import Finding
from avion_lint.rule import rule
from avion_lint.shell.variables import settings
from avion_lint.shell.words import Word
from avion_rules.command._words import is_local, is_test

_OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "goose": (
        ("-allow-missing", "applies migrations behind others that were never tried in that order"),
        ("--allow-missing", "applies migrations behind others that were never tried in that order"),
        ("-no-versioning", "runs every migration again, and records none"),
        ("--no-versioning", "runs every migration again, and records none"),
    ),
    "flyway": (
        ("outoforder=true", "applies migrations behind others that were never tried in that order"),
        ("validateonmigrate=false", "does not see that an applied migration was changed or is missing"),
        ("cleandisabled=false", "lets one word, `clean`, drop everything"),
        ("baselineonmigrate=true", "takes a database without a history for migrated, and skips what it is missing"),
        ("cleanonvalidationerror=true", "drops everything where an applied migration was changed"),
    ),
    "prisma": (("--accept-data-loss", "drops columns and tables with their rows"),),
    "drizzle-kit": (("--force", "drops columns and tables with their rows"),),
}

_BY_HAND = frozenset({"workflow_dispatch", "repository_dispatch"})


@rule("SH109", subject=Run)
def history_checks_off(run: Run) -> Iterator[Finding]:
    """Find options that switch off what keeps the runner's record and the migrations together."""
    if is_test(run):
        return
    for act in run.acts:
        if not act.deeds or is_local(act):
            continue
        for word, effect in _given(act):
            yield run.finding(word.where.place, f"`{word.raw}` {effect}.", _REMEDY)
        deed = act.deed(Task.REPAIR)
        if deed is not None and _is_repeated(run):
            yield run.finding(act.place, _repairs(str(deed)), _ONCE)
    yield from _variables(run)


def _given(act: Act) -> Iterator[tuple[Word, str]]:
    for tool in {deed.tool for deed in act.deeds}:
        for word in act.call.words:
            for option, effect in _OPTIONS.get(tool, ()):
                if _fits(word.shape, option):
                    yield word, effect


def _fits(shape: str, option: str) -> bool:
    if option.startswith("-"):
        return shape == option
    return shape.startswith("-") and shape.lstrip("-").removeprefix("Dflyway.").lower() == option


def _is_repeated(run: Run) -> bool:
    """Whether it is run unasked: not by a workflow that people start, nor by a Job made for it alone."""
    if run.workflow is not None:
        return not run.workflow.events or bool(run.workflow.events - _BY_HAND)
    manifest = run.manifest
    if manifest is None:
        return False
    migrates = any(act.does(Task.MIGRATE) for each in manifest.containers for act in each.acts)
    return manifest.kind != "Job" or bool(manifest.helm_hooks or manifest.argo_hooks) or migrates


def _variables(run: Run) -> Iterator[Finding]:
    """The same options as variables of Flyway."""
    for each in settings(run.script):
        if each.name.startswith("FLYWAY_") and each.value is not None:
            said = f"{each.name[7:].replace('_', '').lower()}={(each.value.text or '').lower()}"
            for option, effect in _OPTIONS["flyway"]:
                if said == option:
                    yield run.finding(each.where.place, f"`{each.where.place.text}` {effect}.", _REMEDY)


def _repairs(deed: str) -> str:
    return (
        f"`{deed}` runs each time: whatever differs between the record and the migrations is called right, before "
        "anybody has looked at it."
    )


_REMEDY = "Take it out; where one migration needs it, do that once, by hand, with somebody looking on."
_ONCE = "Take it out of the automation; run it once, by hand, when it is known what differs and why."
