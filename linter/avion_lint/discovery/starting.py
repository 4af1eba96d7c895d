"""The dumps that the settings name, and where each service's migrations begin by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from avion_lint.discovery.tree import Unreadable
from avion_lint.problems import Problem
from avion_lint.record import field, record
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.flyway_name_grammar import parse_version
from avion_lint.runners.migration import Runner, Version
from avion_lint.schema.model import Schema
from avion_lint.settings.model import SchemaFile, ServiceSettings, Settings
from avion_lint.subjects import StartingPoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.discovery.tree import Tree


@record
class StartingPoints:
    """Schemas by the paths of their dumps; `problems` are files that are not there or cannot be read."""

    schemas: Mapping[str, Schema] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def dumps(settings: Settings) -> frozenset[str]:
    """Paths of all dumps that the settings name."""
    return frozenset(own.schema.path for own in (settings.general, *settings.services) if own.schema)


def starting_points(tree: Tree, settings: Settings) -> StartingPoints:
    """Read the dumps."""
    schemas: dict[str, Schema] = {}
    problems: list[Problem] = []
    for own in (settings.general, *settings.services):
        if own.schema is not None and own.schema.path not in schemas:
            schemas[own.schema.path] = _read(own.schema, tree, problems)
    return StartingPoints(schemas, tuple(problems))


def absent(settings: Settings, paths: Iterable[str]) -> Iterator[Problem]:
    """Services of the settings whose folder is not there, so that nothing said of them would hold; no globs."""
    named = [own for own in settings.services if own.place and own.path]
    folders = {parent for path in paths for parent in _above(path)} if named else set()
    for own in named:
        if own.place and own.path and own.path not in folders and not _WILDCARDS & set(own.path):
            yield own.place, f"`path` names {own.path}, and there is no file there{_meant(own.path, folders)}"


_WILDCARDS = frozenset("*?[")


def _above(path: str) -> Iterator[str]:
    """A path, and all folders above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _meant(path: str, folders: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where a path is wrong

    near = get_close_matches(path, sorted(folders), 1, 0.8)
    return f"; did you mean `{near[0]}`?" if near else ""


def _read(named: SchemaFile, tree: Tree, problems: list[Problem]) -> Schema:
    from avion_lint.schema.dump import read_dump  # noqa: PLC0415 - only where the settings name one

    if named.path not in tree.paths():
        problems.append((named.place, f"`schema` names {named.path}, and there is no such file"))
        return Schema()
    content = tree.read(named.path)
    if isinstance(content, Unreadable):
        problems.append((named.place, f"`schema` names {named.path}, which {content.why}"))
        return Schema()
    found = read_dump(content)
    problems.extend((place, f"this dump cannot be read here: {message}") for place, message in found.problems)
    return found.schema


def point_of(
    own: ServiceSettings, runner: Runner, configuration: FlywayConfiguration, started: StartingPoints
) -> StartingPoint:
    """Where the migrations of a service begin."""
    if own.schema is None:
        return StartingPoint()
    return StartingPoint(started.schemas.get(own.schema.path, Schema()), _version(own.schema, runner, configuration))


def _version(named: SchemaFile, runner: Runner, configuration: FlywayConfiguration) -> Version | None:
    """The version that the settings say; else the one that Flyway gives to a database that it finds without history."""
    if runner is Runner.FLYWAY:
        adopted = configuration.baseline_version if configuration.baseline_on_migrate else ""
        text = named.version or adopted
        return parse_version(text) if text else None
    return Version((int(named.version),), named.version) if named.version.isdecimal() else None
