"""`avion-lint verify`: run the migrations of services on throw-away servers, and tell what came of it."""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from avion_lint.cli.exit_codes import Exit, UsageError
from avion_lint.cli.inputs import gathered, load_settings, walked
from avion_lint.cli.older import Production, production
from avion_lint.cli.output import complain, say
from avion_lint.cli.progress import progress
from avion_lint.cli.roots import root_of
from avion_lint.cli.services import listing, named
from avion_lint.cli.verify_work import Around, task_of
from avion_lint.discovery.gather import Collected
from avion_lint.executor.children.together import together
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.proving.outcome import State, Verified
from avion_lint.executor.runner.builtin import reader
from avion_lint.executor.runner.flyway_binary import flyway
from avion_lint.executor.runner.goose_binary import goose
from avion_lint.executor.runner.job import Tool
from avion_lint.executor.server.address import driver
from avion_lint.runners.migration import Runner
from avion_lint.subjects import Dialect


def verify(given: Namespace) -> int:
    """Verify services and report. Raises UsageError, SettingsError, GitError."""
    try:
        found = _verified(given)
    except CannotRunError as error:
        complain(f"could not check: {error.text}.{f' To mend it: {error.mend}.' if error.mend else ''}")
        return Exit.UNCHECKED
    if given.artifacts:
        from avion_lint.cli.verify_artifacts import write_artifacts  # noqa: PLC0415 - only where they are asked for

        write_artifacts(given.artifacts, found)
    say(_report(given, found))
    if any(each.has(State.FAILED) for each in found):
        return Exit.FINDINGS
    return Exit.UNCHECKED if any(each.has(State.UNCHECKED) for each in found) else Exit.CLEAN


def _verified(given: Namespace) -> list[Verified]:
    driver()  # before anything else is done
    paths = [word for word in given.services if Path(word).exists()]
    root = Path(root_of(paths[0] if paths else "."))
    settings = load_settings(root, given.settings)
    tree = walked(root, paths or ["."])
    gathering = gathered(tree, settings)
    chosen = _chosen(given.services, gathering.services, root)
    if _is_external(given) and len(chosen) != 1:
        raise UsageError(f"a database of yours is for one service: name it; {listing(chosen)}")
    if given.no_base:
        past = {each.service.root: Production(each, why_not="--no-base was given") for each in chosen}
    else:
        past = production(root, gathering, chosen, settings, given.base)
    tools = {runner: _tool(given, runner) for runner in {each.service.runner for each in chosen}}
    with progress(sum(_steps(given, past[each.service.root]) for each in chosen)) as step:
        around = Around(given, settings, tree, tools, lambda _: step())
        tasks = [task_of(around, past[each.service.root]) for each in chosen]
        return together(tasks, given.jobs)


def _is_external(given: Namespace) -> bool:
    return bool(given.database_url_env or given.database_url_file)


def _chosen(wanted: list[str], services: Iterable[Collected], root: Path) -> list[Collected]:
    """Services by name or path, all where none is named. Raises UsageError."""
    known = [each for each in services if each.files and each.service.dialect is Dialect.POSTGRESQL]
    if not known:
        raise UsageError("there are no goose or Flyway migrations for PostgreSQL here")
    if not wanted:
        return known
    found: list[Collected] = []
    for word in wanted:
        fitting = named(word, known, root)
        if not fitting:
            raise UsageError(f"{word} is no service with migrations for PostgreSQL; {listing(known)}")
        found.extend(each for each in fitting if each not in found)
    return found


def _tool(given: Namespace, runner: Runner) -> Tool:
    """What runs the migrations: the program that is named or on PATH, else our own reader."""
    name = runner.value
    named_path: str | None = given.goose if runner is Runner.GOOSE else given.flyway
    path = named_path or shutil.which(name)
    if named_path and shutil.which(named_path) is None:
        raise UsageError(f"--{name}: {named_path} is no program")
    if given.builtin or path is None:
        return reader(runner)
    absolute = os.path.abspath(shutil.which(path) or path)  # noqa: PTH100 - a link must stay one
    return goose(absolute) if runner is Runner.GOOSE else flyway(absolute)


def _steps(given: Namespace, past: Production) -> int:
    """About how many migrations will be run."""
    times = 1 + bool(past.older) + (2 if given.full else 0)
    return len(past.here.files) * times + 2


def _report(given: Namespace, found: list[Verified]) -> str:
    if given.format == "json":
        from avion_lint.report.verify_json import verify_json  # noqa: PLC0415 - only for this format

        return verify_json(found)
    import sys  # noqa: PLC0415 - as above

    from avion_lint.report.style import Style, wants_colour  # noqa: PLC0415 - as above
    from avion_lint.report.verify_text import verify_text  # noqa: PLC0415 - as above

    colour = given.color == "always" or (
        given.color == "auto" and wants_colour(os.environ, terminal=sys.stdout.isatty())
    )
    return verify_text(found, Style(colour), verbose=bool(given.verbose))
