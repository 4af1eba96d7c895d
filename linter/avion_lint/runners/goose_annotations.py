"""The annotation lines of goose (`-- +goose Up`), in the two grammars that its versions have."""

from __future__ import annotations

from collections.abc import Iterator

from avion_lint.enumeration import StrEnum
from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.runners.go_text import quoted, trim
from avion_lint.runners.goose_lines import line_around, scannable
from avion_lint.source import Span

MARK = "+goose"


class Profile(StrEnum):
    """The annotation grammar of a range of goose versions.

    Up to 3.18 an annotation is spelt exactly, at the start of its line; every other spelling is a comment. From 3.19
    on case does not matter, and a comment that names `+goose` and is no annotation is refused. (3.19.0 was tagged
    and never released.) Before 3.18 there was no ENVSUB.
    """

    V3_18 = "3.18"
    V3_19 = "3.19"


class Annotation(StrEnum):
    """What an annotation line asks for, as goose's documentation spells it."""

    UP = "Up"
    DOWN = "Down"
    STATEMENT_BEGIN = "StatementBegin"
    STATEMENT_END = "StatementEnd"
    NO_TRANSACTION = "NO TRANSACTION"
    ENVSUB_ON = "ENVSUB ON"
    ENVSUB_OFF = "ENVSUB OFF"

    @property
    def line(self) -> str:
        """The spelling that every version of goose takes."""
        return f"-- {MARK} {self.value}"


PLAIN = {annotation.line: annotation for annotation in Annotation}
_EXACT = {f"{MARK} {annotation}": annotation for annotation in Annotation}
_FOLDED = {annotation.lower(): annotation for annotation in Annotation}
_NUMBER = pattern(r"(\d+)(?:\.(\d+))?")


@record
class AnnotationLine:
    """A line that goose takes for an annotation: what it asks for, or why goose refuses the file because of it.

    `span` is the line without its line end, `next` the offset at which the next line begins.
    """

    annotation: Annotation | None
    span: Span
    next: int
    refusal: str = ""


def profile_of(version: str) -> Profile:
    """Grammar of a goose version as it is written in settings, go.mod or an image tag; what names none is new.

    "3.18.0", "v3.27.3", "latest" and "3" (the newest 3.x) are examples.
    """
    number = _NUMBER.search(version)
    if number is None:
        return Profile.V3_19
    major, minor = int(number[1]), number[2]
    newest = minor is None and major >= 3  # noqa: PLR2004 - goose 3
    return Profile.V3_19 if newest or (major, int(minor or 0)) >= (3, 19) else Profile.V3_18


def annotation_of(line: str, profile: Profile) -> tuple[Annotation | None, str]:
    """Read a line (without its line end) as an annotation: which one, and goose's own words where it refuses it.

    None and "" where the line is no annotation.
    """
    if line in PLAIN:  # as nearly all are
        return PLAIN[line], ""
    if profile is Profile.V3_18:
        return (_EXACT.get(trim(line[2:])) if line.startswith("--") else None), ""
    if MARK not in line or not trim(line).startswith("--"):
        return None, ""
    annotation, reason = _extracted(line)
    if annotation is None:
        return None, f"failed to parse annotation line {quoted(line)}: {reason}"
    return annotation, ""


def _extracted(line: str) -> tuple[Annotation | None, str]:
    if line.startswith((" ", "\t")):
        return None, f"{quoted(line)} contains leading whitespace: invalid annotation"
    command = line.replace("--", "").replace(MARK, "", 1)
    if MARK in command:
        return None, f"{quoted(command)} contains multiple '{MARK}' annotations: invalid annotation"
    command = trim(command)
    if not command:
        return None, "empty annotation"
    # Go folds the long s with s; no other letter beyond ASCII folds with one of the annotations' letters.
    annotation = _FOLDED.get(command.replace("\u017f", "s").lower())
    return annotation, "" if annotation else f"{quoted(command)} not supported: invalid annotation"


@record
class Marked:
    """The annotation lines of a file in order, the refused ones among them.

    They are those before `end`, as far as goose's scanner gets: `too_long` is the line that it cannot hold.
    """

    lines: tuple[AnnotationLine, ...]
    end: int
    too_long: Span | None


def marked(text: str, profile: Profile) -> Marked:
    """Find the annotation lines, which are the same for either direction."""
    end, too_long = scannable(text)
    return Marked(tuple(_annotation_lines(text, end, profile)), end, too_long)


def _annotation_lines(text: str, end: int, profile: Profile) -> Iterator[AnnotationLine]:
    at = text.find(MARK, 0, end)
    while at >= 0:
        start, stop, following = line_around(text, at, end)
        annotation, refusal = annotation_of(text[start:stop], profile)
        if annotation or refusal:
            yield AnnotationLine(annotation, Span(start, stop), following, refusal)
        at = text.find(MARK, following, end)
