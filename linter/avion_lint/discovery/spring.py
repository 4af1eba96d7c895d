"""What Spring Boot's settings say to Flyway: `spring.flyway.*` in application.yaml and application.properties."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from avion_lint.pattern import IGNORECASE, MULTILINE, pattern
from avion_lint.runners.flyway_configuration import TRANSACTIONAL_LOCK, Source, SourceKind
from avion_lint.source import Document

_NAME = pattern(r"(application|bootstrap)(-[\w-]+)?\.(ya?ml|properties)", IGNORECASE)
_JOINT = pattern(r"-(\w)")
_PROPERTY = pattern(r"^[ \t]*spring\.flyway\.([\w.\[\]-]+)[ \t]*[=:][ \t]*(.*?)[ \t]*$", MULTILINE)
# Spring's names of what it calls otherwise than Flyway does.
_NAMES = {"postgresql.transactionalLock": TRANSACTIONAL_LOCK, "initSqls": "initSql"}
_PREFIX = "spring.flyway."


def is_spring(path: str) -> bool:
    """Whether a file is named like Spring Boot's settings; those of tests say nothing of production."""
    return _NAME.fullmatch(basename(path)) is not None and "/test/" not in f"/{path}"


def from_spring(document: Document) -> Source:
    """Settings of such a file; what is no YAML, or depends on the environment, says nothing."""
    from avion_lint.runners.flyway_settings import from_conf  # noqa: PLC0415 - only where there is such a file

    pairs = _PROPERTY.findall(document.text) if document.path.endswith(".properties") else _pairs(document)
    text = "".join(f"flyway.{_flyway_name(key)}={value}\n" for key, value in pairs)
    values = from_conf(Document(document.path, text)).values
    return Source(SourceKind.ENVIRONMENT, values)


def _flyway_name(key: str) -> str:
    """`baseline-on-migrate` → `baselineOnMigrate`; the names of placeholders stay as they are."""
    if key.startswith("placeholders."):
        return key
    camel = _JOINT.sub(lambda letter: letter[1].upper(), key)
    return _NAMES.get(camel, camel)


def _pairs(document: Document) -> Iterator[tuple[str, str]]:
    if "flyway" not in document.text:
        return
    from avion_lint.yaml.nodes import plain  # noqa: PLC0415 - YAML, only where there is such a file
    from avion_lint.yaml.reader import YamlError, load_all  # noqa: PLC0415 - as above

    try:
        documents = [plain(root) for root in load_all(document)]
    except YamlError:
        return
    for each in documents:
        flat = _flat(each, "")
        yield from ((key.removeprefix(_PREFIX), value) for key, value in flat if key.startswith(_PREFIX))


def _flat(value: object, prefix: str) -> Iterator[tuple[str, str]]:
    """Leaves of nested mappings with their keys joined by full stops; lists with commas."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _flat(inner, f"{prefix}{key}.")
        case list():
            yield prefix[:-1], ",".join(str(item) for item in value)
        case bool():
            yield prefix[:-1], "true" if value else "false"
        case None:
            return
        case _:
            yield prefix[:-1], str(value)
