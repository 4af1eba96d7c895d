"""What Flyway is told beside its migrations, and how its sources of settings outweigh one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from avion_lint.enumeration import Enum
from avion_lint.problems import Problem
from avion_lint.record import field, record
from avion_lint.source import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Value = str | bool | tuple[str, ...]

PLACEHOLDER = "placeholders."
"""What the key of a placeholder's value begins with."""

TRANSACTIONAL_LOCK = "postgresql.transactional.lock"


@record
class Prefixes:
    """What the names of the four kinds of migrations begin with."""

    versioned: str = "V"
    repeatable: str = "R"
    baseline: str = "B"
    undo: str = "U"


@record
class FlywayConfiguration:
    """What is known of how Flyway will be run; the defaults are Flyway's.

    `placeholders` maps names in lower case (Flyway minds no case) to the values that are known; others may be given
    where nobody can see it. `postgresql_transactional_lock` is None where nothing was said (Flyway then takes it as
    True). `locations` stand as written (`filesystem:sql`, `classpath:db/migration`), empty where nothing was said.
    `execute_in_transaction` is the setting of that name for all scripts, `default_schema` the one named by
    `defaultSchema` or else the first of `schemas`.
    """

    prefixes: Prefixes = Prefixes()
    separator: str = "__"
    suffixes: tuple[str, ...] = (".sql",)
    placeholders: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    placeholder_replacement: bool = True
    placeholder_prefix: str = "${"
    placeholder_suffix: str = "}"
    placeholder_separator: str = ":"
    mixed: bool = False
    group: bool = False
    execute_in_transaction: bool = True
    encoding: str = "UTF-8"
    out_of_order: bool = False
    validate_migration_naming: bool = False
    baseline_on_migrate: bool = False
    baseline_version: str = "1"
    postgresql_transactional_lock: bool | None = None
    default_schema: str | None = None
    table: str = "flyway_schema_history"
    locations: tuple[str, ...] = ()
    init_sql: str | None = None


class SourceKind(Enum):
    """Where settings come from."""

    CONF = "conf"
    TOML = "toml"
    ENVIRONMENT = "environment"


@record
class Setting:
    """A value and where it was given; None stands for a value that is given but cannot be known here."""

    value: Value | None
    place: Place


@record
class Source:
    """What one file or environment says, by Flyway's own keys without `flyway.` (`mixed`, `placeholders.schema`).

    `overrides` outweigh every other source: the tables `[environments.*.flyway]` of a TOML file do. `problems` are
    the values that Flyway refuses or passes over; they are not among the values.
    """

    kind: SourceKind
    values: Mapping[str, Setting]
    overrides: Mapping[str, Setting] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


_PREFIX_FIELDS = {
    "sqlMigrationPrefix": "versioned",
    "repeatableSqlMigrationPrefix": "repeatable",
    "baselineMigrationPrefix": "baseline",
    "undoSqlMigrationPrefix": "undo",
}

_FIELDS = {
    "sqlMigrationSeparator": "separator",
    "sqlMigrationSuffixes": "suffixes",
    "placeholderReplacement": "placeholder_replacement",
    "placeholderPrefix": "placeholder_prefix",
    "placeholderSuffix": "placeholder_suffix",
    "placeholderSeparator": "placeholder_separator",
    "mixed": "mixed",
    "group": "group",
    "executeInTransaction": "execute_in_transaction",
    "encoding": "encoding",
    "outOfOrder": "out_of_order",
    "validateMigrationNaming": "validate_migration_naming",
    "baselineOnMigrate": "baseline_on_migrate",
    "baselineVersion": "baseline_version",
    TRANSACTIONAL_LOCK: "postgresql_transactional_lock",
    "defaultSchema": "default_schema",
    "table": "table",
    "locations": "locations",
    "initSql": "init_sql",
}

LISTS = frozenset({"sqlMigrationSuffixes", "locations", "schemas"})
SWITCHES = frozenset(
    {
        "placeholderReplacement",
        "mixed",
        "group",
        "executeInTransaction",
        "outOfOrder",
        "validateMigrationNaming",
        "baselineOnMigrate",
        TRANSACTIONAL_LOCK,
    }
)
NEVER_EMPTY = frozenset({"sqlMigrationSeparator", "placeholderPrefix", "placeholderSuffix", "placeholderSeparator"})
KEYS = frozenset({*_PREFIX_FIELDS, *_FIELDS, "schemas"})
"""The keys that are read, beside those of placeholders."""


def effective(sources: Iterable[Source]) -> Mapping[str, Setting]:
    """The setting that holds for each key, of sources given from the weakest to the strongest of each kind.

    Flyway's precedence: where a TOML file is found every CONF file is ignored; the environment outweighs files; the
    tables `[environments.*.flyway]` outweigh the environment, and placeholders there replace all others.
    """
    given = list(sources)
    files = SourceKind.TOML if any(source.kind is SourceKind.TOML for source in given) else SourceKind.CONF
    result: dict[str, Setting] = {}
    for kind in (files, SourceKind.ENVIRONMENT):
        for source in given:
            if source.kind is kind:
                result.update(source.values)
    for source in given:
        replaces = source.kind is SourceKind.TOML and any(key.startswith(PLACEHOLDER) for key in source.overrides)
        if replaces:
            result = {key: setting for key, setting in result.items() if not key.startswith(PLACEHOLDER)}
        result.update(source.overrides)
    return result


def configured(sources: Iterable[Source]) -> FlywayConfiguration:
    """The configuration that the sources come to; values that cannot be known stay at Flyway's default."""
    known = {key: setting.value for key, setting in effective(sources).items() if setting.value is not None}
    fields: dict[str, Any] = {name: known[key] for key, name in _FIELDS.items() if key in known}
    schemas = known.get("schemas")
    if "default_schema" not in fields and isinstance(schemas, tuple) and schemas:
        fields["default_schema"] = schemas[0]
    prefixes: dict[str, Any] = {name: known[key] for key, name in _PREFIX_FIELDS.items() if key in known}
    placeholders = {
        key.removeprefix(PLACEHOLDER): value
        for key, value in sorted(known.items())
        if key.startswith(PLACEHOLDER) and isinstance(value, str)
    }
    return FlywayConfiguration(prefixes=Prefixes(**prefixes), placeholders=MappingProxyType(placeholders), **fields)
