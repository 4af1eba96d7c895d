"""What a repository says of how Flyway is run: flyway.conf, flyway.toml, Spring's settings, FLYWAY_* in manifests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from posixpath import basename, dirname

from avion_lint.discovery.connections import sets_limit
from avion_lint.discovery.nearness import nearest
from avion_lint.discovery.spring import from_spring, is_spring
from avion_lint.discovery.tree import Read, Unreadable
from avion_lint.pattern import pattern
from avion_lint.problems import Problem
from avion_lint.record import record, replace
from avion_lint.runners.flyway_configuration import FlywayConfiguration, Source, SourceKind, configured
from avion_lint.source import Document

CONF, TOML = "flyway.conf", "flyway.toml"
_MANIFESTS = (".yaml", ".yml")
_ARGUMENTS = pattern(r"(?<![\w-])-[a-z][\w.]*=")


@record
class FlywaySources:
    """Every source of Flyway's settings in a repository, by path."""

    files: Mapping[str, Source]
    manifests: Mapping[str, Source]

    def problems(self) -> Iterator[Problem]:
        """What Flyway would refuse or pass over in them."""
        for path in sorted((*self.files, *self.manifests)):
            yield from (self.files.get(path) or self.manifests[path]).problems

    def configuration(self, folder: str, own: Mapping[str, str], roots: Collection[str] = ()) -> FlywayConfiguration:
        """The configuration for the migrations of a folder.

        Files in the folder and above it count, the nearest most; manifests count for the Flyway folder (of `roots`)
        that they lie nearest to, and where they lie equally near to several, for all of them but in what each has its
        own; `own` are the settings' words, which outweigh everything.
        """
        above = sorted((path for path in self.files if _is_above(dirname(path), folder)), key=len)
        given = [self.files[path] for path in above]
        for path in sorted(self.manifests):
            near = nearest(path, roots)
            if folder in near:
                given.append(self.manifests[path] if len(near) == 1 else _shared(self.manifests[path]))
        return configured((*given, _own(own)))


def flyway_sources(paths: Iterable[str], read: Read, *, manifests: bool) -> FlywaySources:
    """Read all sources among the paths; manifests only where they are wanted, since there may be many."""
    files: dict[str, Source] = {}
    found: dict[str, Source] = {}
    for path in paths:
        name = path.rpartition("/")[2]
        if name in (CONF, TOML) and isinstance(document := read(path), Document):
            files[path] = _from_file(document)
        elif manifests and is_spring(path) and isinstance(document := read(path), Document):
            found[path] = from_spring(document)
        elif manifests and path.lower().endswith(_MANIFESTS) and (manifest := _speaking(read(path))):
            found[path] = _from_manifest(manifest)
    return FlywaySources(files, found)


_OF_ONE = frozenset({"defaultSchema", "schemas", "locations", "table"})


def _shared(source: Source) -> Source:
    """What a source says for several services: not whose schema and whose folders, for these are one's own."""
    return replace(
        source,
        values={key: given for key, given in source.values.items() if key not in _OF_ONE},
        overrides={key: given for key, given in source.overrides.items() if key not in _OF_ONE},
    )


def _speaking(content: Document | Unreadable) -> Document | None:
    """The document, if it says anything to Flyway, by its variables or its arguments."""
    if not isinstance(content, Document) or "flyway" not in (text := content.text.lower()):
        return None
    return content if "flyway_" in text or _ARGUMENTS.search(content.text) else None


def _from_file(document: Document) -> Source:
    from avion_lint.runners import flyway_settings  # noqa: PLC0415 - only where there is such a file

    toml = basename(document.path) == TOML
    return flyway_settings.from_toml(document) if toml else flyway_settings.from_conf(document)


def _from_manifest(document: Document) -> Source:
    from avion_lint.runners.flyway_settings import from_manifest  # noqa: PLC0415 - only where there is such a file

    return from_manifest(document)


def _own(words: Mapping[str, str]) -> Source:
    if not words:
        return Source(SourceKind.ENVIRONMENT, {})
    from avion_lint.runners.flyway_settings import from_conf  # noqa: PLC0415 - only with such settings

    text = "".join(f"flyway.{key}={value}\n" for key, value in words.items())
    return Source(SourceKind.ENVIRONMENT, {}, from_conf(Document("avion-lint.yaml", text)).values)


def _is_above(folder: str, below: str) -> bool:
    return folder in ("", below) or below.startswith(f"{folder}/")


def sets_lock_timeout(configuration: FlywayConfiguration) -> bool:
    """Whether every session of Flyway's begins with a lock_timeout (initSql)."""
    return sets_limit(configuration.init_sql or "")
