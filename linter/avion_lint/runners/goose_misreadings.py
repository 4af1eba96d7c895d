"""Where goose reads a file otherwise than the eye does: everything that the sections do not tell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from avion_lint.runners.go_text import trim
from avion_lint.runners.goose_annotations import MARK, PLAIN, Annotation, AnnotationLine, Profile, annotation_of, marked
from avion_lint.runners.goose_bodies import misread_bodies
from avion_lint.runners.goose_lines import after_header, line_around
from avion_lint.runners.goose_lookalikes import Lookalike, lookalikes
from avion_lint.runners.goose_parser import parse
from avion_lint.runners.goose_reading import Query, Reading
from avion_lint.runners.goose_semicolons import misread_semicolons
from avion_lint.runners.migration import Misread, Misreading
from avion_lint.source import Span
from avion_lint.sql.lexer import COMMENTS, tokens

_EFFECT = {
    Annotation.UP: "the Up section does not begin here",
    Annotation.DOWN: "what follows it still belongs to Up",
    Annotation.STATEMENT_BEGIN: "a semicolon at a line's end still ends a statement after it",
    Annotation.STATEMENT_END: "the statement goes on after it",
    Annotation.NO_TRANSACTION: "the migration still runs in a transaction",
    Annotation.ENVSUB_ON: "nothing is substituted after it",
    Annotation.ENVSUB_OFF: "substitution goes on after it",
}


def misreadings(
    text: str, profile: Profile, environment: Mapping[str, str] | None, readings: Sequence[Reading]
) -> tuple[Misreading, ...]:
    """Find where goose, as it read the directions of a file, read otherwise than the eye; sorted by place.

    A direction that goose refuses adds none, and neither does a file that it refuses in whole.
    """
    read = [reading for reading in readings if reading.error is None]
    found: list[Misreading] = []
    for reading in read:
        found += (_swallowed(span) for span in reading.lost)
        found += _in_queries(text, reading)
    if read:
        found += _Lines(text, profile, environment, read).misreadings()
    return tuple(sorted(found, key=lambda misreading: (misreading.span, misreading.kind)))


def _swallowed(line: Span) -> Misreading:
    detail = "the StatementBegin block above is empty, so goose drops this line and sends an empty query instead"
    return Misreading(Misread.EMPTY_BLOCK_SWALLOWS, line, detail)


def _in_queries(text: str, reading: Reading) -> Iterator[Misreading]:
    """Find what concerns statements; over a body whose marks ENVSUB takes away nothing else is worth saying."""
    bodies = list(misread_bodies(text, reading.substituted))
    yield from (misreading for misreading, _ in bodies)
    spans = [body for _, body in bodies]
    queries = [query for query in reading.queries if not _overlaps(query, spans)] if spans else reading.queries
    yield from misread_semicolons(queries)


def _overlaps(query: Query, bodies: Sequence[Span]) -> bool:
    """Whether a query shares text with one of some spans in order."""
    span = query.chunk.span
    at = bisect_left(bodies, span.end, key=lambda body: body.start)
    return at > 0 and bodies[at - 1].end > span.start


class _Lines:
    """The lines of a file that goose reads in at least one direction."""

    def __init__(
        self, text: str, profile: Profile, environment: Mapping[str, str] | None, read: Sequence[Reading]
    ) -> None:
        self.text = text
        self.profile = profile
        self.environment = environment
        self.read = read
        self.code_offsets: dict[int, int] = {}
        self.effective: dict[Annotation | None, list[AnnotationLine]] = {kind: [] for kind in Annotation}
        for line in read[0].annotations:
            self.effective[line.annotation].append(line)
        known = [line.span for line in read[0].annotations]
        self.lookalikes = [found for found in lookalikes(text, known) if not self._reads(found.line)]

    def misreadings(self) -> Iterator[Misreading]:
        in_place = [found for found in self.lookalikes if found.annotation in _IN_PLACE]
        blocks_matter = bool(in_place) and self._would_differ(in_place)
        real = [found for found in self.lookalikes if self._is_real(found, blocks_matter=blocks_matter)]
        yield from (self._as_comment(lookalike) for lookalike in real)
        yield from self._by_version({lookalike.line for lookalike in real})

    def _reads(self, line: Span) -> bool:
        return annotation_of(self.text[line.start : line.end], self.profile)[0] is not None

    def _is_real(self, lookalike: Lookalike, *, blocks_matter: bool) -> bool:
        """Whether the file would be read otherwise if the line were what it looks like."""
        if self._is_heading(lookalike):
            return False
        match lookalike.annotation:
            case Annotation.UP:
                return False  # there is another Up, or goose would have refused the file
            case Annotation.DOWN:
                return self._takes_from_up(lookalike)
            case Annotation.NO_TRANSACTION:
                return self.read[0].transaction
            case _:
                return blocks_matter

    def _is_heading(self, lookalike: Lookalike) -> bool:
        """Whether only comments stand between the line and a real annotation that says the same."""
        same = self.effective[lookalike.annotation]
        at = bisect_left(same, lookalike.line.start, key=lambda line: line.span.start)
        before = same[at - 1].span if at else None
        after = same[at].span if at < len(same) else None
        return bool(
            (before and self._code_after(before) >= lookalike.line.start)
            or (after and self._code_after(lookalike.line) >= after.start)
        )

    def _code_after(self, line: Span) -> int:
        """Offset of the first line after `line` that is neither blank nor a comment.

        Comment lines that follow one another are looked through once.
        """
        _, _, following = line_around(self.text, line.start, len(self.text))
        offset = self.code_offsets.get(following, -1)
        if offset < 0:
            offset = after_header(self.text, following, len(self.text))
            at = following
            while 0 <= at < offset:
                self.code_offsets[at] = offset
                at = self.text.find("\n", at, offset) + 1 or offset
        return offset

    def _takes_from_up(self, lookalike: Lookalike) -> bool:
        """Whether the line stands in Up, so that what follows it runs there."""
        up, down = self.effective[Annotation.UP], self.effective[Annotation.DOWN]
        start = lookalike.line.start
        return bool(up) and start > up[0].span.start and (not down or start < down[0].span.start)

    def _would_differ(self, lines: Sequence[Lookalike]) -> bool:
        """Whether goose would send other queries if lines were the annotations that they look like."""
        text = _with_annotations(self.text, lines)
        for before in self.read:
            after = parse(text, before.direction, marked(text, self.profile), self.environment)
            if after.error is None and _sense(after.queries) != _sense(before.queries):
                return True
        return False

    def _as_comment(self, lookalike: Lookalike) -> Misreading:
        written = self.text[lookalike.span.start : lookalike.span.end]
        what = "a comment" if trim(written).startswith(("--", "/*")) else "SQL"
        detail = f"goose takes this line for {what}, so {_EFFECT[lookalike.annotation]}"
        return Misreading(Misread.DIRECTIVE_AS_COMMENT, lookalike.span, detail)

    def _by_version(self, told: set[Span]) -> Iterator[Misreading]:
        """Find the lines that one grammar takes for an annotation, or refuses, and the other for a comment."""
        at = self.text.find(MARK)
        while at >= 0:
            start, stop, following = line_around(self.text, at, len(self.text))
            if (detail := _difference(self.text[start:stop])) and (line := Span(start, stop)) not in told:
                yield Misreading(Misread.DIRECTIVE_BY_VERSION, line, detail)
            at = self.text.find(MARK, following)


_IN_PLACE = frozenset(
    {Annotation.STATEMENT_BEGIN, Annotation.STATEMENT_END, Annotation.ENVSUB_ON, Annotation.ENVSUB_OFF}
)


def _difference(line: str) -> str:
    if line in PLAIN:
        return ""
    old, _ = annotation_of(line, Profile.V3_18)
    new, refusal = annotation_of(line, Profile.V3_19)
    if refusal:
        return "goose 3.18 and before take this line for a comment; from 3.19 on goose refuses the file for it"
    if new is not old and new is not None:
        return f"goose 3.18 and before take this line for a comment; from 3.19 on it is `{new.line}`"
    return ""


def _with_annotations(text: str, lines: Sequence[Lookalike]) -> str:
    """Make the file in which some lines are the annotations that they look like."""
    parts: list[str] = []
    at = 0
    for line in lines:
        parts += (text[at : line.span.start], "\n" if line.trails else "", line.annotation.line)
        at = line.span.end
    return "".join((*parts, text[at:]))


def _sense(queries: Sequence[Query]) -> list[str]:
    return [_without_comments(query.chunk.text) for query in queries]


def _without_comments(text: str) -> str:
    kept: list[str] = []
    at = 0
    for token in tokens(text):
        if token.kind in COMMENTS:
            kept.append(text[at : token.start])
            at = token.end
    return " ".join("".join((*kept, text[at:])).split())
