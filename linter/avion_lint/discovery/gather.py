"""From a tree of files to services: which migrations there are, read as their runner reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from posixpath import basename, dirname

from avion_lint.discovery.connections import Limits, limited
from avion_lint.discovery.dialect import dialect_of
from avion_lint.discovery.discover import Folder, Stray, discover, service_names
from avion_lint.discovery.flyway_sources import FlywaySources, flyway_sources, sets_lock_timeout
from avion_lint.discovery.starting import StartingPoints, dumps, point_of, starting_points
from avion_lint.discovery.tree import Read, Unreadable, folder_like_file
from avion_lint.pattern import MULTILINE, pattern
from avion_lint.problems import Problem
from avion_lint.record import cached_property, record, replace
from avion_lint.runners import goose
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.flyway_names import parse_name as parse_flyway_name
from avion_lint.runners.goose_annotations import Profile, profile_of
from avion_lint.runners.goose_names import parse_name as parse_goose_name
from avion_lint.runners.migration import GOOSE_TABLE, Contents, FileName, MigrationFile, NameProblem, Runner
from avion_lint.settings.model import ServiceSettings, Settings
from avion_lint.source import Document
from avion_lint.subjects import Dialect, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.discovery.tree import Tree

DEFAULT_POSTGRES = 15
DEFAULT_GOOSE = "latest"
_WITHIN_SQL = pattern(r"\.sql/")
_GOOSE = pattern(r"^\s*(?:require\s+)?github\.com/pressly/goose/v3\s+(v3\.\S+)", MULTILINE)


@record
class Collected:
    """A service and its files as the runner reads them.

    `shared` are paths that another service owns as well: known here, judged there. `problems` are files whose name
    the runner does not take. What is `unreadable` is among the files as far as its name tells.
    """

    service: Service
    configuration: FlywayConfiguration
    files: tuple[MigrationFile, ...]
    shared: frozenset[str]
    problems: tuple[tuple[Document, NameProblem], ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def history(self) -> tuple[str | None, str]:
        """The runner's own table: its schema (None where nobody says it) and its name."""
        if self.service.runner is Runner.FLYWAY:
            return self.configuration.default_schema, self.configuration.table
        schema, _, name = self.service.goose_table.rpartition(".")
        return schema or None, name


@record
class Gathering:
    """All services of a tree and all its paths, SQL that looks like nobody's migrations, wrong settings of Flyway's.

    `unreadable` are files that say how migrations are run, `wrong` is what the settings say and cannot be followed.
    """

    services: tuple[Collected, ...]
    strays: tuple[Stray, ...]
    problems: tuple[Problem, ...] = ()
    paths: frozenset[str] = frozenset()
    unreadable: tuple[Unreadable, ...] = ()
    wrong: tuple[Problem, ...] = ()


def gather(tree: Tree, settings: Settings, plain: Collection[str] = ()) -> Gathering:
    """Find and read all migrations of a tree. Nothing is raised: what cannot be read is told.

    `plain` are as for `dialect_of`.
    """
    apart = dumps(settings)
    known = tuple(path for path in _heeded(tree.paths(), settings) if path not in apart)
    folders = _folders_like_files(known)
    read = _remembering(tree, folders)
    paths = tuple(sorted({*known, *folders}))
    files = flyway_sources(paths, read, manifests=False)
    found = discover(
        paths,
        read,
        lambda folder: settings.service_at(folder).runner,
        lambda folder: files.configuration(folder, settings.service_at(folder).flyway),
    )
    roots = {folder.root for folder in found.folders if folder.runner is Runner.FLYWAY}
    sources = flyway_sources(paths, read, manifests=True) if roots else files
    located = _joined(found.folders, paths, settings, sources)
    names = service_names(located)
    roots = {folder.root for folder in located if folder.runner is Runner.FLYWAY}
    limits = limited(paths, read, [folder.root for folder in located])
    started = starting_points(tree, settings)
    collector = _Collector(settings, sources, tuple(sorted(roots)), read, frozenset(paths), limits, started, plain)
    services = tuple(collector.collect(folder, names[folder.root, folder.alternative]) for folder in located)
    unreadable = tuple(_unreadable_beside(paths, read))
    problems = tuple(sources.problems())
    return Gathering(services, found.strays, problems, collector.known, unreadable, started.problems)


def _heeded(paths: tuple[str, ...], settings: Settings) -> Iterable[str]:
    return (path for path in paths if not settings.ignores(path)) if settings.ignore else paths


def _joined(
    folders: tuple[Folder, ...], paths: tuple[str, ...], settings: Settings, sources: FlywaySources
) -> tuple[Folder, ...]:
    """The folders, those of one service together."""
    roots = tuple(sorted(folder.root for folder in folders if folder.runner is Runner.FLYWAY))
    if not roots:
        return folders
    from avion_lint.discovery.locations import joined as joined_locations  # noqa: PLC0415 - Flyway's alone

    return joined_locations(
        folders, paths, lambda root: sources.configuration(root, settings.service_at(root).flyway, roots)
    )


def _unreadable_beside(paths: Iterable[str], read: Read) -> Iterator[Unreadable]:
    """Files that say how migrations are run and cannot be read: the runner may do otherwise than is thought here."""
    for path in paths:
        if path.endswith((".sql.conf", "/flyway.conf", "/flyway.toml")) or path in ("flyway.conf", "flyway.toml"):
            content = read(path)
            if isinstance(content, Unreadable):
                yield content


def _folders_like_files(paths: Iterable[str]) -> frozenset[str]:
    """Folders named like migrations: goose takes everything that `*.sql` matches, and stops where it is no file."""
    ends = ((path, match.end() - 1) for path in paths for match in _WITHIN_SQL.finditer(path))
    named = {path[:end] for path, end in ends}
    return frozenset(folder for folder in named if isinstance(parse_goose_name(basename(folder)), FileName))


def _remembering(tree: Tree, folders: Collection[str]) -> Read:
    documents: dict[str, Document | Unreadable] = {path: folder_like_file(path) for path in folders}

    def read(path: str) -> Document | Unreadable:
        if path not in documents:
            documents[path] = tree.read(path)
        return documents[path]

    return read


@record
class _Collector:
    """Reads folders of migrations."""

    settings: Settings
    sources: FlywaySources
    flyway_roots: tuple[str, ...]
    read: Read
    known: frozenset[str]
    limits: Limits
    started: StartingPoints
    plain: Collection[str]

    def collect(self, folder: Folder, name: str) -> Collected:
        """The service of a folder with its files."""
        own = self._own(folder)
        configuration = self.sources.configuration(folder.root, own.flyway, self.flyway_roots)
        contents = self._contents(folder, (*folder.files, *folder.shared))
        goose_version = own.goose or self._goose_version(folder.root)
        reader = _Reader(folder.runner, goose_version, configuration, self.read, self.known)
        files = tuple(reader.file(content) for content in contents)
        named = dict(folder.problems)
        limited = self.limits.holds_for(folder.root, folder.runner, goose_version)
        dialect = dialect_of(folder, own, files, self.plain)
        service = _service(folder, name, own, reader, dialect, limited=limited)
        start = point_of(own, folder.runner, configuration, self.started)
        return Collected(
            replace(service, start=start, deprecated_for=own.deprecated_for),
            configuration,
            files,
            frozenset(folder.shared),
            tuple((_document(content), named[content.path]) for content in self._contents(folder, named)),
            tuple(content for content in contents if isinstance(content, Unreadable)),
        )

    def _own(self, folder: Folder) -> ServiceSettings:
        """What the settings say of the service, by its own folder or by one of those that it is made of."""
        found = (self.settings.service_at(root) for root in (folder.root, *folder.locations))
        return next((own for own in found if own is not self.settings.general), self.settings.general)

    def _contents(self, folder: Folder, paths: Iterable[str]) -> tuple[Document | Unreadable, ...]:
        """Those of the paths that are files to the runner; Flyway looks into folders, whatever their names are."""
        contents = (self.read(path) for path in paths)
        if folder.runner is Runner.GOOSE:
            return tuple(contents)
        return tuple(content for content in contents if not _is_folder(content))

    def _goose_version(self, folder: str) -> str:
        """The version of goose that the nearest go.mod above a folder requires, else "latest"."""
        while True:
            path = f"{folder}/go.mod" if folder else "go.mod"
            content = self.read(path) if path in self.known else None
            found = _GOOSE.search(content.text) if isinstance(content, Document) else None
            if found:
                return found[1]
            if not folder:
                return DEFAULT_GOOSE
            folder = dirname(folder)


def _service(
    folder: Folder,
    name: str,
    own: ServiceSettings,
    reader: _Reader,
    told: tuple[Dialect, str],
    *,
    limited: bool,
) -> Service:
    configuration = reader.configuration
    dialect, reason = told
    return Service(
        name=own.name or name,
        root=folder.root,
        runner=folder.runner,
        postgres=own.postgres or DEFAULT_POSTGRES,
        dialect=dialect,
        dialect_reason=reason,
        goose=reader.goose_version,
        goose_table=own.goose_table or GOOSE_TABLE,
        lock_timeout=own.lock_timeout is not None or sets_lock_timeout(configuration) or limited,
        transactional_lock=configuration.postgresql_transactional_lock,
        mixed=configuration.mixed,
        out_of_order=configuration.out_of_order,
        search_path=_search_path(configuration.default_schema),
    )


@record(caches=True)
class _Reader:
    """Reads a document as the service's runner does."""

    runner: Runner
    goose_version: str
    configuration: FlywayConfiguration
    read: Read
    known: frozenset[str]

    @cached_property
    def _profile(self) -> Profile:
        return profile_of(self.goose_version)

    def file(self, content: Document | Unreadable) -> MigrationFile:
        """A migration; of one that cannot be read what its name tells: it is there, and has its version."""
        if isinstance(content, Document):
            return self._migration(content)
        return replace(self._migration(Document(content.path, "")), contents=Contents())

    def _migration(self, document: Document) -> MigrationFile:
        if self.runner is Runner.GOOSE:
            return goose.read(document, self._profile)
        from avion_lint.runners import flyway  # noqa: PLC0415 - not needed for goose

        script = f"{document.path}.conf"
        script_config = self.read(script) if script in self.known else None
        return flyway.read(document, self.configuration, script_config if isinstance(script_config, Document) else None)


def _document(content: Document | Unreadable) -> Document:
    return content if isinstance(content, Document) else Document(content.path, "")


def _is_folder(content: Document | Unreadable) -> bool:
    return isinstance(content, Unreadable) and content == folder_like_file(content.path)


def _search_path(default_schema: str | None) -> tuple[str, ...]:
    """Flyway puts its default schema before the role's own search path."""
    return (default_schema, "public") if default_schema not in (None, "public") else ("public",)


def name_of(collected: Collected, path: str) -> FileName | None:
    """What the service's runner takes from the name of a file, None where it takes it for no migration."""
    folder, _, name = path.rpartition("/")
    if collected.service.runner is Runner.GOOSE:
        found = parse_goose_name(name) if folder == collected.service.root else None
    else:
        found = parse_flyway_name(name, collected.configuration)
    return found if isinstance(found, FileName) else None


def named(collected: Collected, paths: Iterable[str]) -> Iterator[tuple[str, FileName | MigrationFile]]:
    """What the runner takes from the names of files anywhere in the repository, of those that it takes for migrations.

    Of those that are here the migration tells it.
    """
    here = {file.document.path: file for file in collected.files}
    root = collected.service.root
    for path in paths:
        known = here.get(path) or (name_of(collected, path) if _inside(path, root) else None)
        if known is not None:
            yield path, known


def joined(gathering: Gathering, gone: Gathering) -> Gathering:
    """The services of a tree, and those that are gone from it: without files, so that what is deleted has an owner."""
    roots = {each.service.root for each in gathering.services}
    emptied = (
        replace(each, files=(), shared=frozenset(), problems=(), unreadable=())
        for each in gone.services
        if each.service.root not in roots
    )
    return replace(gathering, services=(*gathering.services, *emptied))


def owner(path: str, gathering: Gathering) -> Collected | None:
    """The service whose migration a path is or would be, the innermost where several could have it."""
    fitting = (each for each in gathering.services if _inside(path, each.service.root) and name_of(each, path))
    return max(fitting, key=lambda each: len(each.service.root), default=None)


def _inside(path: str, root: str) -> bool:
    return not root or path.startswith(f"{root}/")


def is_migration(path: str, gathering: Gathering) -> bool:
    """Whether a service would take a file at this path as a migration."""
    return any(_inside(path, each.service.root) and name_of(each, path) for each in gathering.services)


def identity_of(path: str, gathering: Gathering) -> object:
    """What makes two paths the same migration: the service, the kind and the version (else the description)."""
    collected = owner(path, gathering)
    name = name_of(collected, path) if collected else None
    if collected is None or name is None:
        return None
    return (collected.service.root, name.kind, name.version.parts if name.version else name.description)
