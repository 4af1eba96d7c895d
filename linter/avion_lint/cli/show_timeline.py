"""`avion-lint show --timeline`: which locks each migration holds, from which statement until when."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Collection, Iterable, Iterator, Mapping

from avion_lint.cli.output import complain
from avion_lint.discovery.gather import Collected
from avion_lint.history.deployments import Deployment
from avion_lint.judgement.projects import Gathered, Standing, project
from avion_lint.record import replace
from avion_lint.report.style import Style, wants_colour
from avion_lint.runners.migration import Direction
from avion_lint.subjects import Dialect
from avion_lint.timeline.build import timeline
from avion_lint.timeline.model import Timeline

_COLUMNS = 80  # where nothing says how wide the reader's terminal is
_MOST = 120  # beyond it lines are hard to follow


def timelines_text(services: Iterable[Collected], paths: Collection[str], given: Namespace) -> str:
    """The timelines of some files in the format that was asked for."""
    found = [made for collected in services for made in _timelines(collected, paths, given.postgres)]
    match given.format:
        case "json":
            from avion_lint.report import timeline_json  # noqa: PLC0415 - the format that was asked for

            return timeline_json.render(found)
        case "html":
            from avion_lint.report import timeline_html  # noqa: PLC0415 - as above

            return timeline_html.render(found)
        case _:
            return _drawn(found, given)


def _timelines(collected: Collected, paths: Collection[str], postgres: int | None) -> Iterator[Timeline]:
    """Up and, where it has statements, Down of each file, in the runner's order."""
    service = collected.service if postgres is None else replace(collected.service, postgres=postgres)
    own = [file for file in collected.files if file.path in paths and file.path not in collected.shared]
    if service.dialect is not Dialect.POSTGRESQL:
        if own:
            complain(f"{service.name} is for {service.dialect}, not PostgreSQL: no timeline of it")
        return
    wanted = {file.path for file in own}
    standing = {file.path: Standing(Deployment(0, "", applied=False), file.path in wanted) for file in collected.files}
    for migration in project(Gathered(service, collected.files, standing), _quiet).migrations:
        if migration.path in wanted:
            yield timeline(migration)
            if migration.down:
                yield timeline(migration, Direction.DOWN)


def _quiet() -> None:
    """Show no progress."""


def _drawn(found: Iterable[Timeline], given: Namespace) -> str:
    from avion_lint.report.timeline_text import ASCII, Look, Signs, render  # noqa: PLC0415 - as above

    terminal = not given.output and sys.stdout.isatty()
    colour = given.color == "always" or (given.color == "auto" and wants_colour(os.environ, terminal=terminal))
    signs = ASCII if _only_ascii(os.environ, sys.stdout.encoding) else Signs()
    look = Look(Style(colour), signs, _columns() if terminal else _COLUMNS)
    return "\n".join(render(each, look) for each in found)


def _only_ascii(environ: Mapping[str, str], encoding: str) -> bool:
    """Whether the locale's characters are ASCII: its name says so, or the terminal's encoding."""
    name = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return name in ("C", "POSIX") or encoding.lower().replace("-", "") not in ("utf8", "utf16", "utf32", "cp65001")


def _columns() -> int:
    try:
        return min(max(os.get_terminal_size().columns, 60), _MOST)
    except OSError:
        return _COLUMNS
