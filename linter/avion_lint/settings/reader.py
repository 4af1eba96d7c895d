"""From the text of avion-lint.yaml to Settings, with every mistake in it named and placed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from avion_lint.finding import Level
from avion_lint.policy.packs import is_file, unknown_pack
from avion_lint.problems import Problem, SettingsError
from avion_lint.record import replace
from avion_lint.rule import Rule
from avion_lint.rule_names import rule_names
from avion_lint.runners.migration import Runner
from avion_lint.settings.environments import read_environments
from avion_lint.settings.model import (
    DEFAULT_BASELINE,
    DEFAULT_POLICY,
    Applied,
    CodeSearch,
    Deprecated,
    Exemption,
    PathRules,
    SchemaFile,
    ServiceSettings,
    Settings,
)
from avion_lint.settings.rules import Reading, level_of, read_rules
from avion_lint.source import Document, Place
from avion_lint.stats.model import Thresholds
from avion_lint.stats.units import bytes_of
from avion_lint.subjects import Distance
from avion_lint.yaml.nodes import (
    Listing,
    Mapping,
    Node,
    Scalar,
    entries,
    get,
    items,
    span_at,
    text_at,
)

SCHEMA = "settings.schema.json"
_DISTANCE = ("releases", "migrations", "days")
_SIZES = ("small-rows", "small-bytes", "large-rows", "large-bytes", "days")

# Flyway's name for it has full stops; ours is flat, as Flyway's others are.
_FLYWAY_NAMES = {"postgresqlTransactionalLock": "postgresql.transactional.lock"}


def load(document: Document, rules: Iterable[Rule]) -> Settings:
    """Read a settings file; `rules` are all rules that there are, the tool's own among them.

    Raises SettingsError with everything that is wrong: what is not YAML, or else what the JSON Schema refuses
    together with unknown rules, options, policies and days.
    """
    from avion_lint.settings.schema_check import check, read_schema  # noqa: PLC0415 - only with a settings file
    from avion_lint.yaml import reader  # noqa: PLC0415 - PyYAML, only with a settings file

    try:
        root = reader.load(document)
    except reader.YamlError as error:
        raise SettingsError(error.problems) from None
    if isinstance(root, Scalar) and root.value is None:
        return Settings(document)
    problems: list[Problem] = list(check(document, root, read_schema("avion_lint.settings", SCHEMA)))
    settings = _settings(root, Reading(document, rule_names(rules), problems.append))
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _settings(root: Node, reading: Reading) -> Settings:
    """Read what has the right shape and pass over the rest, which the JSON Schema has refused already."""
    general = _service(root, ServiceSettings(), reading)
    policy = get(root, "policy")
    return Settings(
        document=reading.document,
        policy=_policy(root, reading),
        policy_place=Place(reading.document, policy.span) if policy else None,
        fail_on=level_of(get(root, "fail-on")) or Level.ERROR,
        base=text_at(root, "base"),
        rules=general.rules,
        ignore=_texts(get(root, "ignore")),
        general=replace(general, path="", name="", rules=()),
        services=tuple(_services(get(root, "services"), replace(general, rules=()), reading)),
        paths=tuple(
            PathRules(_texts(get(item, "paths")), read_rules(get(item, "rules"), reading))
            for item in items(get(root, "paths"))
        ),
        deprecated=tuple(_deprecated(get(root, "deprecated"))),
        exceptions=tuple(_exemptions(get(root, "exceptions"), reading)),
        baseline=_folder(text_at(root, "baseline") or DEFAULT_BASELINE),
        code=_code(get(root, "code")),
        environments=read_environments(get(root, "environments"), reading),
        kubernetes=_kubernetes(root, reading),
        kubernetes_place=Place(reading.document, span_at(root, ["kubernetes"])),
    )


def _kubernetes(root: Node, reading: Reading) -> str:
    """Major and minor version, as they are written: as a number, 1.30 would be 1.3."""
    said = text_at(root, "kubernetes") or ""
    parts = said.removeprefix("v").split(".")
    if said and (len(parts) not in {2, 3} or not all(part.isascii() and part.isdecimal() for part in parts)):
        value = get(root, "kubernetes")
        if isinstance(value, Scalar) and not isinstance(value.value, str):  # text is refused by the JSON Schema
            reading.refuse_at(value, "`kubernetes` must be a version like 1.34")
        return ""
    return ".".join(parts[:2])


def _policy(root: Node, reading: Reading) -> str:
    policy = text_at(root, "policy") or DEFAULT_POLICY
    if not is_file(policy) and (message := unknown_pack(policy)):
        reading.refuse((Place(reading.document, span_at(root, ["policy"])), message))
    return policy


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(item.text for item in items(node) if isinstance(item, Scalar))


def _folder(text: str) -> str:
    """Write a path as the rest of the program does: no `./` before it, no `/` behind, "" for the root."""
    return "/".join(part for part in text.split("/") if part not in {"", "."})


def _service(node: Node, general: ServiceSettings, reading: Reading) -> ServiceSettings:
    runner, postgres = text_at(node, "runner"), get(node, "postgres")
    version = postgres.value if isinstance(postgres, Scalar) else None
    return ServiceSettings(
        path=_folder(text_at(node, "path") or ""),
        name=text_at(node, "name") or "",
        runner=Runner(runner) if runner in set(Runner) else general.runner,
        postgres=version if isinstance(version, int) else general.postgres,
        goose=_goose(node, reading) or general.goose,
        goose_table=text_at(node, "goose-table") or general.goose_table,
        dialect=text_at(node, "dialect") or general.dialect,
        lock_timeout=_lock_timeout(node, general.lock_timeout),
        flyway={**general.flyway, **dict(_flyway(get(node, "flyway")))},
        rules=read_rules(get(node, "rules"), reading),
        schema=_schema(node, reading) or general.schema,
        stats=_folder(text_at(node, "stats") or "") or general.stats,
        sizes=_sizes(get(node, "sizes"), general.sizes),
        applied=_applied(node, reading) or general.applied,
        deprecated_for=_distance(get(node, "deprecated-for"), general.deprecated_for),
    )


def _code(node: Node | None) -> CodeSearch:
    search, releases = (get(node, key) for key in ("search", "releases"))
    number = releases.value if isinstance(releases, Scalar) else None
    return CodeSearch(
        search=not (isinstance(search, Scalar) and search.value is False),
        releases=number if isinstance(number, int) else CodeSearch().releases,
    )


def _distance(node: Node | None, general: Distance) -> Distance:
    """What must lie between a deprecation and the drop, with the general numbers where nothing is said of them."""
    said = {key: scalar.value for key in _DISTANCE if isinstance(scalar := get(node, key), Scalar)}
    return replace(general, **{key: number for key, number in said.items() if isinstance(number, int)})


def _sizes(node: Node | None, general: Thresholds) -> Thresholds:
    """Thresholds, with the general ones where nothing is said of them."""
    said = {key: scalar.value for key in _SIZES if isinstance(scalar := get(node, key), Scalar)}
    sizes = {key.replace("-", "_"): bytes_of(value) for key, value in said.items() if isinstance(value, int | str)}
    return replace(general, **{key: size for key, size in sizes.items() if size is not None})


def _applied(node: Node, reading: Reading) -> Applied | None:
    """Read `applied: base`, `applied: {tags: pattern}` or `applied: {file: path, name: …, exported: …, days: …}`."""
    given = get(node, "applied")
    if given is None:
        return None
    days = get(given, "days") if isinstance(given, Mapping) else None
    file = text_at(given, "file") if isinstance(given, Mapping) else None
    tags = text_at(given, "tags") if isinstance(given, Mapping) else None
    if file and tags:
        reading.refuse_at(given, "`applied` takes either `tags` or `file`")
    if isinstance(given, Mapping) and given.entries and not file and not tags:
        reading.refuse_at(given, "`applied` needs `tags` or `file`")
    return Applied(
        tags=tags or "",
        file=_folder(file or ""),
        name=(text_at(given, "name") if file else None) or "",
        exported=_calendar_day(given, "exported", reading) if file else None,
        days=days.value if isinstance(days, Scalar) and isinstance(days.value, int) else Applied().days,
        place=Place(reading.document, given.span),
    )


def _schema(node: Node, reading: Reading) -> SchemaFile | None:
    """Read `schema: path` or `schema: {file: path, version: 42}`."""
    given = get(node, "schema")
    path = given.text if isinstance(given, Scalar) else text_at(given, "file") if given else None
    if given is None or not path:
        return None
    version = text_at(given, "version") if isinstance(given, Mapping) else None
    return SchemaFile(_folder(path), version or "", Place(reading.document, given.span))


def _goose(node: Node, reading: Reading) -> str | None:
    """Take the version as it is written: as a number, 3.20 would be 3.2."""
    said = text_at(node, "goose")
    parts = said.removeprefix("v").split(".") if said else []
    if all(part.isascii() and part.isdecimal() for part in parts) and len(parts) in {0, 2, 3}:
        return ".".join(parts) or None
    value = get(node, "goose")
    if isinstance(value, Scalar) and not isinstance(value.value, str):  # text is refused by the JSON Schema
        reading.refuse_at(value, "`goose` must be a version like 3.18.0")
    return None


def _lock_timeout(node: Node, general: str | None) -> str | None:
    said = text_at(node, "lock-timeout")
    if said is None:
        return general
    number = said.rstrip("abcdefghijklmnopqrstuvwxyz ")
    # PostgreSQL takes a timeout of zero as none.
    return None if said == "none" or (number and not number.strip("0.")) else said


def _services(node: Node | None, general: ServiceSettings, reading: Reading) -> Iterator[ServiceSettings]:
    seen: set[str] = set()
    for item in items(node):
        path = get(item, "path")
        service = replace(_service(item, general, reading), place=Place(reading.document, path.span) if path else None)
        if service.name in seen:
            name = get(item, "name") or item
            reading.refuse_at(name, f"a service called `{service.name}` stands above already")
        if service.name:
            seen.add(service.name)
        yield service


def _flyway(node: Node | None) -> Iterator[tuple[str, str]]:
    for entry in entries(node):
        name = _FLYWAY_NAMES.get(entry.key.text, entry.key.text)
        match entry.value:
            case Scalar() as scalar:
                yield name, _as_flyway_writes(scalar)
            case Listing() as listing:
                yield name, ",".join(_texts(listing))
            case Mapping() as mapping:
                for inner in mapping.entries:
                    if isinstance(inner.value, Scalar):
                        yield f"{name}.{inner.key.text}", _as_flyway_writes(inner.value)


def _as_flyway_writes(scalar: Scalar) -> str:
    """Text as it is written, so that a placeholder `1.0` stays `1.0`; truth values in Flyway's spelling."""
    return str(scalar.value).lower() if isinstance(scalar.value, bool) else scalar.text


def _deprecated(node: Node | None) -> Iterator[Deprecated]:
    for item in items(node):
        yield Deprecated(
            object=text_at(item, "object") or "",
            reason=text_at(item, "reason") or "",
            service=text_at(item, "service") or "",
            since=text_at(item, "since") or "",
        )


def _exemptions(node: Node | None, reading: Reading) -> Iterator[Exemption]:
    for item in items(node):
        rule, expires = _rule(item, reading), _day(item, reading)
        if rule and expires:
            yield Exemption(
                rule=rule,
                object=text_at(item, "object") or "",
                reason=text_at(item, "reason") or "",
                owner=text_at(item, "owner") or "",
                expires=expires,
                place=Place(reading.document, span_at(item, ["rule"])),
                service=text_at(item, "service") or "",
                path=text_at(item, "path") or "",
            )


def _rule(item: Node, reading: Reading) -> Rule | None:
    word = text_at(item, "rule")
    rule = reading.names.get(word) if word else None
    if word and rule is None:
        reading.refuse((Place(reading.document, span_at(item, ["rule"])), reading.names.unknown(word)))
    return rule


def _day(item: Node, reading: Reading) -> date | None:
    return _calendar_day(item, "expires", reading)


def _calendar_day(item: Node, key: str, reading: Reading) -> date | None:
    text = text_at(item, key)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        if len(text or "") == len("YYYY-MM-DD"):
            place = Place(reading.document, span_at(item, [key]))
            reading.refuse((place, f"`{key}` is {text}, a day that no calendar has"))
        return None
