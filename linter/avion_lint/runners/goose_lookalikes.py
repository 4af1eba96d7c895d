"""Lines that the eye takes for goose annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from avion_lint.pattern import pattern
from avion_lint.record import record
from avion_lint.runners.goose_annotations import Annotation
from avion_lint.runners.goose_lines import line_around
from avion_lint.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_NAMED = pattern(r"[gG+](?:(?<=[gG])[oO][oO][sS][eE](?![A-Za-z0-9])|(?<=\+)[ \t\xa0]*+[A-Za-z]{4,6}(?=[ \t:_-]))")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PUNCTUATION = " \t\xa0\r.,;:!"
_JOINTS = pattern(r"[\s:_-]+")
_TRAILING_COMMENT = pattern(r"\s--.*")
_WINDOW = 120  # characters before and after "goose" that are looked at: room for any annotation
_WORDS = {_JOINTS.sub("", annotation).lower(): annotation for annotation in Annotation}


@record
class Lookalike:
    """A line that looks like an annotation; `span` is what looks like it, from the comment mark to the line's end.

    `line` is the whole line without its line end. Whether goose takes it for one is another question.
    """

    annotation: Annotation
    span: Span
    line: Span

    @property
    def trails(self) -> bool:
        """Whether SQL stands before it in its line."""
        return self.span.start > self.line.start


def lookalikes(text: str, known: Sequence[Span]) -> Iterator[Lookalike]:
    """Lines that the eye takes for an annotation, in order, without those `known` to be one (in order, too).

    Any case, a missing plus sign, blanks after it, dashes and comment marks of other languages, one slip of the
    pen in the words. Prose that only mentions goose does not end after the annotation's words and is none.
    """
    after = 0
    lines = iter(known)
    line = next(lines, None)
    for found in _NAMED.finditer(text):
        while line is not None and line.end <= found.start():
            line = next(lines, None)
        if found.start() < after or (line is not None and line.start <= found.start()):
            continue
        start, stop, following = line_around(text, found.start(), len(text))
        if lookalike := _lookalike(text, found, Span(start, stop)):
            yield lookalike
            after = following


def _lookalike(text: str, found: re.Match[str], line: Span) -> Lookalike | None:
    word = found.group().lstrip("+ \t\xa0")
    name = found.end() - len(word)
    window = max(line.start, name - _WINDOW)
    before = text[window:name].rstrip()
    has_plus = before.endswith("+")
    before = before.removesuffix("+").rstrip()
    own = before.rstrip(f"{_DASHES}*/#").rstrip()
    mark = before[len(own) :].lstrip()
    trails = bool(own)
    if not trails and window > line.start:
        return None  # more blanks than anyone writes
    annotation = _annotation(
        word, text[found.end() : min(line.end, found.end() + _WINDOW)], exact=not has_plus or trails
    )
    if annotation is None or not _is_mark(mark, has_plus=has_plus, trails=trails):
        return None
    if not has_plus and word + mark == "goose--" and _follows_comment(text, line):
        return None
    start = window + len(before) - len(mark) if trails else line.start
    return Lookalike(annotation, Span(start, line.end), line)


def _is_mark(mark: str, *, has_plus: bool, trails: bool) -> bool:
    if trails:
        return has_plus and mark.startswith(("--", "/*"))
    return has_plus or mark.startswith((*_DASHES, "/*", "//", "#"))


def _annotation(word: str, rest: str, *, exact: bool) -> Annotation | None:
    """Annotation that a word like "goose" and the rest of its line spell, with one slip unless `exact`."""
    rest = _TRAILING_COMMENT.sub("", rest).strip(_PUNCTUATION).removesuffix("*/").strip(_PUNCTUATION)
    words = _JOINTS.sub("", rest).lower()
    if word.lower() == "goose":
        slip = next((spelt for spelt in _WORDS if len(spelt) > 2 and is_close(words, spelt)), words)  # noqa: PLR2004
        return _WORDS.get(words if exact else slip)
    return _WORDS.get(words) if not exact and is_close(word.lower(), "goose") else None


def is_close(word: str, meant: str) -> bool:
    """Whether two words are one slip apart at most: a letter more, less, another, or two exchanged."""
    common = 0
    while common < min(len(word), len(meant)) and word[common] == meant[common]:
        common += 1
    word, meant = word[common:], meant[common:]
    while word and meant and word[-1] == meant[-1]:
        word, meant = word[:-1], meant[:-1]
    return max(len(word), len(meant)) <= 1 or (len(word) == 2 and word == meant[::-1])  # noqa: PLR2004


def _follows_comment(text: str, line: Span) -> bool:
    """Whether a comment stands in the line before: `goose down` may be the end of its sentence, a command's name."""
    if not line.start:
        return False
    start, stop, _ = line_around(text, line.start - 1, len(text))
    before = text[start:stop].strip()
    return before.startswith("--") and "+goose" not in before
