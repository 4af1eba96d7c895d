"""What a runner's image must hold: one hash over all migrations of its folder, made here and by a shell alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from posixpath import basename

from avion_lint.discovery.gather import Collected
from avion_lint.executor.problem import CannotRunError
from avion_lint.executor.runner.job import inside
from avion_lint.hashing import hasher
from avion_lint.record import record
from avion_lint.runners.flyway_configuration import FlywayConfiguration
from avion_lint.runners.migration import Kind, Runner

_CALLBACKS = ("before*", "after*", "createSchema*")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.,+= /")


@record
class ImageFiles:
    """The migrations of an image: patterns of their names, and the hexadecimal SHA-256 of their list.

    The list has a line for each, `<sha256>  ./<path>`, as sha256sum writes it, sorted by their bytes. `deep` tells
    that folders below count too.
    """

    patterns: tuple[str, ...]
    digest: str
    count: int
    deep: bool


def image_files(collected: Collected, scripts: Iterable[tuple[str, str]]) -> ImageFiles:
    """The files that a service's image must hold; raises CannotRunError for names that a shell would not list plainly.

    `scripts` are paths of Flyway's configurations of single scripts, each with the SHA-256 of its bytes.
    """
    service = collected.service
    patterns = tuple(_patterns(service.runner, collected.configuration))
    documents = [file.document for file in collected.files if file.kind is not Kind.CODE]
    documents += [document for document, _ in collected.problems]
    known = {document.path: document.sha256 for document in documents} | dict(scripts)
    lines = []
    for path, sha256 in known.items():
        if any(fnmatchcase(basename(path), pattern) for pattern in patterns):
            name = inside(path, service.root, service.runner)
            if not frozenset(name) <= _PLAIN:
                raise CannotRunError(f"{path} has letters in its name that a Job does not compare", "rename it")
            lines.append(f"{sha256}  ./{name}\n")
    text = "".join(sorted(lines))
    return ImageFiles(
        patterns, hasher("sha256")(text.encode()).hexdigest(), len(lines), service.runner is Runner.FLYWAY
    )


def _patterns(runner: Runner, configuration: FlywayConfiguration) -> Iterator[str]:
    """Names that the runner takes for migrations; others may lie beside them."""
    if runner is Runner.GOOSE:
        yield "[0-9]*.sql"
        return
    prefixes, separator = configuration.prefixes, _plain(configuration.separator)
    for suffix in map(_plain, configuration.suffixes):
        for prefix in (prefixes.versioned, prefixes.repeatable, prefixes.baseline, prefixes.undo):
            yield f"{_plain(prefix)}*{separator}*{suffix}"
        yield from (f"{each}{suffix}" for each in _CALLBACKS)
        yield f"*{suffix}.conf"


def _plain(text: str) -> str:
    """Raise CannotRunError where a part of a pattern means something else to a shell."""
    if not frozenset(text) <= _PLAIN:
        raise CannotRunError(f"Flyway's setting {text!r} of names cannot be used in a Job")
    return text
