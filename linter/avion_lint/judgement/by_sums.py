"""Where the migrations are not what avion-lint.sum says; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from avion_lint import tool
from avion_lint.applied.sums import FILE_NAME, Sum
from avion_lint.applied.text import text_sha256
from avion_lint.discovery.gather import Collected, Gathering
from avion_lint.finding import Finding
from avion_lint.judgement.projects import runner_order
from avion_lint.runners.migration import Kind, MigrationFile
from avion_lint.source import Place
from avion_lint.verdict import Found

_SUMMED = (Kind.VERSIONED, Kind.BASELINE, Kind.CODE)


def summed(gathering: Gathering) -> dict[str, dict[str, str]]:
    """The hashes of all migrations that must stay as they are, by the root of their service, in the runner's order."""
    found: dict[str, dict[str, str]] = {}
    for collected in gathering.services:
        own = found.setdefault(collected.service.root, {})
        own.update({file.path: text_sha256(file.document.text) for file in sorted(_files(collected), key=runner_order)})
    return found


def _files(collected: Collected) -> Iterator[MigrationFile]:
    unread = {content.path for content in collected.unreadable}
    for file in collected.files:
        if file.kind in _SUMMED and file.path not in collected.shared and file.path not in unread:
            yield file


def differences(gathering: Gathering, sums: Collection[Sum]) -> Iterator[Found]:
    """Findings for migrations that were changed, are missing, or are not written down."""
    known: Mapping[str, Sum] = {each.path: each for each in sums}
    unread = {content.path for collected in gathering.services for content in collected.unreadable}
    seen: set[str] = set()
    for collected in gathering.services:
        for file in sorted(_files(collected), key=runner_order):
            seen.add(file.path)
            finding = _of(file, known.get(file.path))
            if finding is not None:
                yield Found(tool.SUM_DIFFERS, finding, collected.service.name)
    for each in sums:
        if each.path not in seen and each.path not in unread:
            message = f"{each.path} is written down in {FILE_NAME}, and there is no such migration any more."
            remedy = "Put it back if it is applied anywhere; else run `avion-lint sum`."
            yield Found(tool.SUM_DIFFERS, Finding(each.place, message, remedy, object=each.path), "")


def _of(file: MigrationFile, written: Sum | None) -> Finding | None:
    place = Place(file.document, file.document.line_span(1))
    name = str(file.version or file.path)
    if written is None:
        message = f"This migration is not written down in {FILE_NAME}, so that a later change of it would not be seen."
        return Finding(place, message, "Run `avion-lint sum`, and commit the file with the migration.", object=name)
    if written.sha256 == text_sha256(file.document.text):
        return None
    message = f"This migration is not what {FILE_NAME} says: it was changed since it was written down."
    remedy = "If it is applied anywhere, put it back and make the change in a new one; else run `avion-lint sum`."
    return Finding(place, message, remedy, object=name)
