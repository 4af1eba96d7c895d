"""Settings: what avion-lint.yaml says, once it has been read and found right."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint import globs
from avion_lint.finding import Level
from avion_lint.record import field, record
from avion_lint.rule import Rule
from avion_lint.runners.migration import Runner
from avion_lint.settings.rules import RuleSetting
from avion_lint.source import Document, Place
from avion_lint.stats.model import Thresholds
from avion_lint.subjects import Distance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date

    from avion_lint.settings.environments import Environment

FILE_NAME = "avion-lint.yaml"
DEFAULT_POLICY = "default"
DEFAULT_BASELINE = "avion-lint-baseline.json"


@record
class SchemaFile:
    """A dump of a schema: its path, the version of its last migration ("" for none), and where the settings name it."""

    path: str
    version: str
    place: Place


@record
class Applied:
    """What counts as applied: what is on the base branch, unless one of the others is given.

    `tags` is a pattern of names: applied is what the newest release among those tags has. `file` is the path of an
    export of the runner's own table; `name` is what people call its database, `exported` when it was made, where the
    file does not tell, and after `days` days it is too old to be believed. `place` is where the settings say it.
    """

    tags: str = ""
    file: str = ""
    name: str = ""
    exported: date | None = None
    days: int = 30
    place: Place | None = None


@record
class CodeSearch:
    """Whether the application's code is asked for names that go away, on the base branch and in the last releases."""

    search: bool = True
    releases: int = 1


@record
class ServiceSettings:
    """What is set for a folder of migrations, with the general settings where it says nothing of its own.

    `path` is a glob of folders from the repository's root ("" the root itself). None and "" mean: detect it.
    `goose` is a version (`3.18.0`), `goose_table` its own table ("": the usual one), `postgres` a major version,
    `dialect` a value of subjects.Dialect.
    `lock_timeout` tells who sets one outside the files: `role`, `runner`, or the value that is set (`3s`).
    `schema` is a dump of the schema that is older than the migrations. `stats` is the path of the file with the
    sizes of tables, `sizes` what counts as small, large and old.
    `flyway` maps Flyway's own parameters, without `flyway.`, to text as flyway.conf would have it
    (`placeholders.name`, `mixed`, `postgresql.transactional.lock`; lists with commas, `true` and `false`).
    `deprecated_for` is what must lie between a deprecation and the drop. `place` is where its path is said.
    """

    path: str = ""
    name: str = ""
    runner: Runner | None = None
    postgres: int | None = None
    goose: str | None = None
    goose_table: str = ""
    dialect: str | None = None
    lock_timeout: str | None = None
    flyway: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[RuleSetting, ...] = ()
    schema: SchemaFile | None = None
    stats: str = ""
    sizes: Thresholds = Thresholds()
    applied: Applied = Applied()
    deprecated_for: Distance = Distance()
    place: Place | None = field(default=None, compare=False)


@record
class PathRules:
    """Rule settings for the files that one of the globs names."""

    paths: tuple[str, ...]
    rules: tuple[RuleSetting, ...]

    def holds_for(self, path: str) -> bool:
        """Whether the entry is about this file."""
        return any(globs.matches(pattern, path) for pattern in self.paths)


@record
class Deprecated:
    """An object (`table`, `table.column`) whose end was announced elsewhere; service "" means all."""

    object: str
    reason: str
    service: str = ""
    since: str = ""


@record
class Exemption:
    """An entry of `exceptions`: findings of a rule about an object that are accepted up to a day, inclusive.

    `object` and `service` may hold wildcards, `path` is a glob; "" for the last two means all. `place` is the
    entry in the settings file.
    """

    rule: Rule
    object: str
    reason: str
    owner: str
    expires: date
    place: Place
    service: str = ""
    path: str = ""


@record
class Settings:
    """All that avion-lint.yaml can say; made without arguments it is what holds where there is no such file.

    `policy` names a policy that ships or a file in the repository; `policy_place` is where that is said. `kubernetes`
    is the version of the clusters (`1.34`), "" where it is not said.
    """

    document: Document | None = None
    policy: str = DEFAULT_POLICY
    policy_place: Place | None = None
    fail_on: Level = Level.ERROR
    base: str | None = None
    rules: tuple[RuleSetting, ...] = ()
    ignore: tuple[str, ...] = ()
    general: ServiceSettings = ServiceSettings()
    services: tuple[ServiceSettings, ...] = ()
    paths: tuple[PathRules, ...] = ()
    deprecated: tuple[Deprecated, ...] = ()
    exceptions: tuple[Exemption, ...] = ()
    baseline: str = DEFAULT_BASELINE
    code: CodeSearch = CodeSearch()
    environments: tuple[Environment, ...] = ()
    kubernetes: str = ""
    kubernetes_place: Place | None = None

    def ignores(self, path: str) -> bool:
        """Whether the file is never to be read."""
        return any(globs.matches(pattern, path) for pattern in self.ignore)

    def service_at(self, folder: str) -> ServiceSettings:
        """Find what is set for the migrations in a folder (from the repository's root, "" for the root)."""
        own = (service for service in self.services if globs.names(service.path, folder))
        return next(own, self.general)
