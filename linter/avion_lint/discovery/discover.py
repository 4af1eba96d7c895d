"""Which files are migrations: of which service, for which runner; decided by what the files are, not by settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from posixpath import basename

from avion_lint.discovery.tree import Read, Unreadable
from avion_lint.record import record
from avion_lint.runners import flyway_names, goose_names
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import FileName, Kind, NameProblem, Runner
from avion_lint.source import Document


@record
class Folder:
    """The migrations of one service: its root folder, its files by path, and files that only look like some.

    `alternative` is the database vendor whose folder this is (`h2`), where a Flyway project keeps several; `shared`
    are files of the common folders, which another service already has as its own. `locations` are the folders that it
    was made of, where Flyway's setting of that name makes one of several.
    """

    root: str
    runner: Runner
    files: tuple[str, ...]
    problems: tuple[tuple[str, NameProblem], ...] = ()
    alternative: str = ""
    shared: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()


@record
class Stray:
    """SQL files in a folder of migrations that belong to no runner that is known; `tool` is a guess, or empty."""

    folder: str
    paths: tuple[str, ...]
    tool: str


@record
class Discovery:
    """All that was found."""

    folders: tuple[Folder, ...]
    strays: tuple[Stray, ...] = ()


def discover(
    paths: Iterable[str],
    read: Read,
    runner_of: Callable[[str], Runner | None],
    configuration: Callable[[str], FlywayConfiguration],
) -> Discovery:
    """Find the migrations among `paths` (from the repository's root).

    `runner_of` gives the runner that the settings name for a folder, `configuration` Flyway's configuration there.
    """
    by_folder: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        if path.lower().endswith((".sql", ".go")):
            by_folder[path.rpartition("/")[0]].append(path)
    sorts = {folder: _runner(folder, files, read, runner_of, configuration) for folder, files in by_folder.items()}
    if Runner.GOOSE in sorts.values():
        sorts |= {
            folder: Runner.GOOSE
            for folder, runner in sorts.items()
            if runner is None and _is_bare_goose(folder, by_folder[folder], read)
        }
    goose = tuple(_goose(folder, by_folder[folder]) for folder, runner in sorts.items() if runner is Runner.GOOSE)
    flyway_folders = [folder for folder, runner in sorts.items() if runner is Runner.FLYWAY]
    flyway = _flyway(flyway_folders, by_folder, configuration)
    strays = tuple(
        stray
        for folder, runner in sorts.items()
        if runner is None and (stray := _stray(folder, by_folder[folder], read)) and not _within(folder, flyway)
    )
    return Discovery(tuple(sorted((*goose, *flyway), key=lambda found: (found.root, found.alternative))), strays)


def _runner(
    folder: str,
    files: list[str],
    read: Read,
    runner_of: Callable[[str], Runner | None],
    configuration: Callable[[str], FlywayConfiguration],
) -> Runner | None:
    """The runner of a folder, None where nothing tells."""
    told = runner_of(folder)
    if told is not None:
        return told
    if any(_is_annotated(read(path)) for path in files if path.lower().endswith(".sql")):
        return Runner.GOOSE
    settings = configuration(folder)
    if any(_is_flyway(basename(path), settings) for path in files if path.lower().endswith(".sql")):
        return Runner.FLYWAY
    return None


def _is_annotated(document: Document | Unreadable) -> bool:
    """Whether a file holds a goose annotation, however it is spelt."""
    if isinstance(document, Unreadable) or "goose" not in document.text.lower():
        return False
    lines = (line.strip().lower() for line in document.text.splitlines())
    return any(line.startswith("--") and "+goose" in line.replace("+ goose", "+goose") for line in lines)


def _is_flyway(name: str, configuration: FlywayConfiguration) -> bool:
    """Whether a name alone tells Flyway: versioned or repeatable with the separator in it."""
    found = flyway_names.parse_name(name, configuration)
    kinds = (Kind.VERSIONED, Kind.REPEATABLE, Kind.BASELINE)
    return isinstance(found, FileName) and found.kind in kinds and configuration.separator in name


# --- goose -----------------------------------------------------------------------------------------------------


def _goose(folder: str, files: list[str]) -> Folder:
    named = {path: goose_names.parse_name(path.rpartition("/")[2]) for path in files}
    return Folder(
        folder,
        Runner.GOOSE,
        tuple(path for path, found in named.items() if isinstance(found, FileName)),
        tuple((path, found) for path, found in named.items() if isinstance(found, NameProblem)),
    )


def _is_bare_goose(folder: str, files: list[str], read: Read) -> bool:
    """Whether a folder without annotations is goose's all the same, in a repository that uses goose elsewhere."""
    sql = [path for path in files if path.lower().endswith(".sql")]
    if not sql or not _is_migrations(folder) or _tool(sql, read):
        return False
    return all(isinstance(goose_names.parse_name(basename(path)), FileName) for path in sql)


def _is_migrations(folder: str) -> bool:
    return "migrat" in basename(folder).lower()


# --- Flyway ----------------------------------------------------------------------------------------------------

# Folder names that a Flyway project gives to the SQL of one vendor ({vendor} in Spring's locations).
VENDORS = (
    "postgresql",
    "postgres",
    "h2",
    "hsqldb",
    "mysql",
    "mariadb",
    "oracle",
    "sqlserver",
    "sqlite",
    "derby",
)
_POSTGRES = ("postgresql", "postgres")


def _flyway(
    folders: list[str], by_folder: dict[str, list[str]], configuration: Callable[[str], FlywayConfiguration]
) -> tuple[Folder, ...]:
    roots: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        roots[_flyway_root(folder, folders)].append(folder)
    found: list[Folder] = []
    for root in sorted(roots):
        inside = [folder for folder in by_folder if folder == root or folder.startswith(f"{root}/")]
        files = [path for folder in sorted(inside) for path in by_folder[folder] if path.lower().endswith(".sql")]
        found.extend(_split(root, files, configuration(root)))
    return tuple(found)


def _flyway_root(folder: str, folders: list[str]) -> str:
    """The location that a folder belongs to: `…/db/migration` above it, else the topmost folder with migrations."""
    parts = folder.split("/")
    for end in range(2, len(parts) + 1):
        if parts[end - 2 : end] in (["db", "migration"], ["db", "migrations"]):
            return "/".join(parts[:end])
    above = (candidate for candidate in sorted(folders, key=len) if folder.startswith(f"{candidate}/"))
    return next(above, folder)


def _split(root: str, files: list[str], configuration: FlywayConfiguration) -> list[Folder]:
    """One service for the location, or one for each vendor where folders named after vendors hold the same versions."""
    vendors = {path: _vendor(root, path) for path in files}
    names = sorted(set(vendors.values()) - {""})
    if len(names) < 2 and not set(names) & (set(VENDORS) - set(_POSTGRES)):  # noqa: PLR2004 - one vendor is no choice
        return [_flyway_folder(root, files, configuration)]
    shared = [path for path, vendor in vendors.items() if not vendor]
    main = next((name for name in _POSTGRES if name in names), "")
    split = [_flyway_folder(root, [path for path in files if vendors[path] in ("", main)], configuration)]
    for name in names:
        if name != main:
            own = [path for path in files if vendors[path] == name]
            split.append(_flyway_folder(root, own, configuration, name, shared))
    return split


def _vendor(root: str, path: str) -> str:
    below = path[len(root) + 1 :] if root else path
    first = below.split("/", 1)[0]
    return first.lower() if "/" in below and first.lower() in VENDORS else ""


def _flyway_folder(
    root: str,
    files: list[str],
    configuration: FlywayConfiguration,
    alternative: str = "",
    shared: Iterable[str] = (),
) -> Folder:
    named = {path: flyway_names.parse_name(basename(path), configuration) for path in files}
    others = (path for path in shared if isinstance(flyway_names.parse_name(basename(path), configuration), FileName))
    return Folder(
        root,
        Runner.FLYWAY,
        tuple(path for path, found in named.items() if isinstance(found, FileName)),
        tuple((path, found) for path, found in named.items() if isinstance(found, NameProblem)),
        alternative,
        tuple(others),
    )


def _within(folder: str, found: tuple[Folder, ...]) -> bool:
    return any(folder == item.root or folder.startswith(f"{item.root}/") for item in found)


# --- what is left ----------------------------------------------------------------------------------------------

_MARKS = (
    ("-- migrate:up", "dbmate"),
    ("-- +migrate", "sql-migrate"),
    ("--liquibase formatted sql", "Liquibase"),
    ("-- liquibase formatted sql", "Liquibase"),
)


def _tool(sql: list[str], read: Read) -> str:
    """The tool that other marks tell, or empty."""
    if any(path.lower().endswith((".up.sql", ".down.sql")) for path in sql):
        return "golang-migrate or sqlx"
    for path in sql:
        document = read(path)
        text = document.text.lower() if isinstance(document, Document) else ""
        for mark, tool in _MARKS:
            if mark in text:
                return tool
    return "Prisma" if all(basename(path) == "migration.sql" for path in sql) else ""


def _stray(folder: str, files: list[str], read: Read) -> Stray | None:
    """SQL in a folder that is named like one of migrations, numbered like migrations, and claimed by no runner."""
    sql = [path for path in files if path.lower().endswith(".sql")]
    numbered = [path for path in sql if basename(path)[:1].isdigit() or basename(path)[:1] in "vV"]
    if not numbered or not any("migrat" in part.lower() for part in folder.split("/")):
        return None
    return Stray(folder, tuple(numbered), _tool(sql, read))


# --- names -----------------------------------------------------------------------------------------------------

_GENERIC = frozenset(
    {
        "app", "apps", "cmd", "common", "data", "database", "databases", "db", "flyway", "goose", "internal", "main",
        "migrate", "migration", "migrations", "packages", "pkg", "postgres", "postgresql", "resources", "schema",
        "schemas", "services", "sql", "src", "storage", "store",
    }
)  # fmt: skip


def service_names(folders: Iterable[Folder]) -> dict[tuple[str, str], str]:
    """A name for each folder, by root and alternative: the nearest telling part of its path, the path where unclear."""
    given = tuple(folders)
    short = {(found.root, found.alternative): _short(found) for found in given}
    seen = list(short.values())
    return {key: name if seen.count(name) == 1 else _long(key) for key, name in short.items()}


def _short(found: Folder) -> str:
    telling = [part for part in found.root.split("/") if part.lower() not in _GENERIC and part]
    name = telling[-1] if telling else found.root or "."
    return f"{name} ({found.alternative})" if found.alternative else name


def _long(key: tuple[str, str]) -> str:
    root, alternative = key
    return f"{root or '.'} ({alternative})" if alternative else root or "."
