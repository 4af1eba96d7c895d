"""goose's parser: one direction of a migration file, read line by line with no notion of SQL."""

from __future__ import annotations

from collections.abc import Mapping

from avion_lint.enumeration import IntEnum
from avion_lint.runners.go_text import quoted, trim
from avion_lint.runners.goose_annotations import Annotation, AnnotationLine, Marked
from avion_lint.runners.goose_buffer import Buffer
from avion_lint.runners.goose_lines import (
    EASY_STATEMENT,
    after_header,
    after_leading,
    ending_semicolon,
    line_around,
    line_span,
)
from avion_lint.runners.goose_reading import Query, Reading
from avion_lint.runners.migration import Chunk, Direction, ReadError
from avion_lint.source import Segment, SourceMap, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from avion_lint.runners.goose_envsub import Substituted

_SEE = "see https://github.com/pressly/goose#sql-migrations"


class State(IntEnum):
    """Where goose's state machine stands; goose prints the number in its errors."""

    START = 0
    UP = 1
    BEGIN_UP = 2
    END_UP = 3
    DOWN = 4
    BEGIN_DOWN = 5
    END_DOWN = 6


_IN_UP = frozenset({State.UP, State.BEGIN_UP, State.END_UP})
_OPEN = frozenset({State.BEGIN_UP, State.BEGIN_DOWN})
_ENDED = frozenset({State.END_UP, State.END_DOWN})
_MUST_START = f"must start with '{Annotation.UP.line}' annotation"


class _RefusedError(Exception):
    def __init__(self, text: str, span: Span) -> None:
        super().__init__(text)
        self.error = ReadError(text, span)


def parse(text: str, direction: Direction, marked: Marked, environment: Mapping[str, str] | None) -> Reading:
    """Read one direction of a file as goose does; a refusal is in the reading, nothing is raised."""
    parser = _Parser(text, direction, environment)
    try:
        at = 0
        for line in marked.lines:
            parser.plain(at, line.span.start)
            parser.annotation(line)
            at = line.next
        parser.plain(at, marked.end)
        parser.finish(marked.too_long)
    except _RefusedError as refused:
        return Reading(direction, transaction=False, annotations=tuple(parser.annotations), error=refused.error)
    return Reading(
        direction,
        parser.transaction,
        tuple(parser.annotations),
        tuple(parser.queries),
        tuple(parser.lost),
        tuple(parser.substituted),
    )


class _Parser:
    """The state machine. Lines come in runs without annotation lines, so that most of the work is done by `re`."""

    def __init__(self, text: str, direction: Direction, environment: Mapping[str, str] | None) -> None:
        self.text = text
        self.direction = direction
        self.environment = environment
        self.state = State.START
        self.transaction = True
        self.envsub = False
        self.buffer = Buffer(text)
        self.begin: Span | None = None
        self.queries: list[Query] = []
        self.lost: list[Span] = []
        self.substituted: list[Span] = []
        self.annotations: list[AnnotationLine] = []

    # Annotation lines

    def annotation(self, line: AnnotationLine) -> None:
        if line.refusal:
            raise _RefusedError(line.refusal, line.span)
        match line.annotation:
            case Annotation.UP:
                self._up(line)
            case Annotation.DOWN:
                self._down(line)
            case Annotation.STATEMENT_BEGIN:
                self._begin(line)
            case Annotation.STATEMENT_END:
                self._end(line)
            case Annotation.NO_TRANSACTION:
                self.transaction = False
            case Annotation.ENVSUB_ON | Annotation.ENVSUB_OFF:
                self.envsub = line.annotation is Annotation.ENVSUB_ON
        self.annotations.append(line)

    def _up(self, line: AnnotationLine) -> None:
        if self.state is not State.START:
            raise self._wrong(line, f"duplicate '{Annotation.UP.line}' annotations; stateMachine=%d, {_SEE}")
        self.state = State.UP

    def _down(self, line: AnnotationLine) -> None:
        if self.state not in {State.UP, State.END_UP}:
            raise self._wrong(line, f"{_MUST_START}, stateMachine=%d, {_SEE}")
        self._refuse_unfinished()
        self.state = State.DOWN

    def _begin(self, line: AnnotationLine) -> None:
        match self.state:
            case State.UP | State.END_UP:
                self.state = State.BEGIN_UP
            case State.DOWN | State.END_DOWN:
                self.state = State.BEGIN_DOWN
            case _:
                after = f"'{Annotation.UP.line}' or '{Annotation.DOWN.line}' annotation"
                begin = f"'{Annotation.STATEMENT_BEGIN.line}'"
                raise self._wrong(line, f"{begin} must be defined after {after}, stateMachine=%d, {_SEE}")
        self.begin = line.span
        self.buffer.open_block()

    def _end(self, line: AnnotationLine) -> None:
        if self.state not in _OPEN:
            end, begin = Annotation.STATEMENT_END.line, Annotation.STATEMENT_BEGIN.line
            raise self._wrong(line, f"'{end}' must be defined after '{begin}', {_SEE}")
        self.state = State.END_UP if self.state is State.BEGIN_UP else State.END_DOWN
        # Over an empty buffer goose takes the line for a leading comment, and stays in this state.
        if self.buffer and self._ours():
            self._store(block=True)
        self.buffer.clear()

    def _wrong(self, line: AnnotationLine, words: str) -> _RefusedError:
        return _RefusedError(words.replace("%d", str(int(self.state))), line.span)

    def finish(self, too_long: Span | None) -> None:
        """Take in the end of the file, or the line that goose's scanner cannot hold."""
        if too_long:
            raise _RefusedError("failed to scan migration: bufio.Scanner: token too long", too_long)
        if self.state is State.START:
            first = line_span(self.text, 0)
            raise _RefusedError(f"failed to parse migration: {_MUST_START}, {_SEE}", first)
        if self.state in _OPEN:
            words = f"failed to parse migration: missing '{Annotation.STATEMENT_END.line}' annotation"
            raise _RefusedError(words, self.begin or Span(0, 0))
        self._refuse_unfinished()

    def _refuse_unfinished(self) -> None:
        unfinished = trim(self.buffer.text()) if self.buffer else ""
        if not unfinished:
            return
        words = f"unexpected unfinished SQL query: {quoted(unfinished)}: missing semicolon?"
        where = f"failed to parse migration: state {int(self.state)}, direction: {self.direction}"
        last = self.buffer.chunk()[0].span.end - 1
        raise _RefusedError(f"{where}: {words}", line_span(self.text, last))

    # Lines that are no annotations

    def _ours(self) -> bool:
        return (self.state in _IN_UP) is (self.direction is Direction.UP)

    def plain(self, start: int, end: int) -> None:
        if start >= end:
            return
        if self.state is State.START:
            self._before_up(start, end)
        elif not self._ours():
            self._other_direction(start, end)
        elif self.state in _OPEN:
            self._fill(start, end)
        else:
            self._statements(start, end)

    def _before_up(self, start: int, end: int) -> None:
        at = after_header(self.text, start, end)
        if at >= end:
            return
        first, stop, _ = line_around(self.text, at, end)
        line = self._substituted(first, stop).text if self.envsub else self.text[first:stop]
        words = f"unexpected state 0 on line {quoted(line)}, {_SEE}"
        raise _RefusedError(f"failed to parse migration: {words}", Span(first, stop))

    def _other_direction(self, start: int, end: int) -> None:
        """Lines of the direction that is not run are dropped, but substituted first, which may fail."""
        if self.envsub and self.state not in _ENDED:
            while start < end:
                _, stop, following = line_around(self.text, start, end)
                is_leading = after_leading(self.text, start, following) == following
                if self.buffer or not is_leading:
                    self._substituted(start, stop)
                self.buffer.clear()
                start = following
        self.buffer.clear()

    def _fill(self, start: int, end: int) -> None:
        """Lines within a StatementBegin: no line ends a statement."""
        if not self.buffer:
            start = after_leading(self.text, start, end)
        if not self.envsub and start < end:
            self.buffer.add(start, end)
            return
        while start < end:
            _, start = self._add_substituted(start, end)

    def _statements(self, start: int, end: int) -> None:
        while start < end:
            if not self.buffer:
                if self.state not in _ENDED and not self.envsub:
                    start = self._easy_statements(start, end)
                start = after_leading(self.text, start, end)
                if start >= end:
                    return
            if self.state in _ENDED:
                start = self._lose_line(start, end)
            elif self.envsub:
                line, start = self._add_substituted(start, end)
                if ending_semicolon(line) >= 0:
                    self._store()
            else:
                start = self._statement(start, end)

    def _lose_line(self, start: int, end: int) -> int:
        """Drop the line after an empty block: goose sends an empty query and forgets the line."""
        _, stop, following = line_around(self.text, start, end)
        if trim(self.text[start:stop]):
            self.lost.append(Span(start, stop))
        nowhere = SourceMap((Segment(0, 0, start, start),))
        self.queries.append(Query(Chunk("", nowhere), block=True))
        self._after_block()
        return following

    def _statement(self, start: int, end: int) -> int:
        """Add lines up to one that ends a statement, or all of them; returns where to go on."""
        text = self.text
        semicolon = text.find(";", start, end)
        while semicolon >= 0:
            first, stop, following = line_around(text, semicolon, end)
            if ending_semicolon(text[first:stop]) >= 0:
                break
            semicolon = text.find(";", following, end)
        else:
            self.buffer.add(start, end)
            return end
        self.buffer.add(start, following)
        self._store()
        return following

    def _easy_statements(self, start: int, end: int) -> int:
        """Take the statements that are a plain slice of the document; returns where the first other one begins."""
        while easy := EASY_STATEMENT.match(self.text, start, end):
            sent = easy[1]
            if "\r\n" in sent:
                break
            origin = easy.start(1)
            self.queries.append(Query(Chunk(sent, SourceMap.shifted(len(sent), origin))))
            start = easy.end()
        return start

    def _add_substituted(self, start: int, end: int) -> tuple[str, int]:
        _, stop, following = line_around(self.text, start, end)
        line = self._substituted(start, stop)
        if line.text != self.text[start:stop]:
            self.substituted.append(Span(start, stop))
        self.buffer.add_substituted(line, start, stop, following)
        return line.text, following

    def _substituted(self, start: int, stop: int) -> Substituted:
        from avion_lint.runners.goose_envsub import SubstitutionError, substitute  # noqa: PLC0415 - few files ask for it

        line = self.text[start:stop]
        try:
            return substitute(line, self.environment)
        except SubstitutionError as error:
            where = Span(start, stop)
            raise _RefusedError(f"variable substitution failed: {error}:\n{line}", where) from None

    def _store(self, *, block: bool = False) -> None:
        chunk, before_block = self.buffer.chunk()
        self.queries.append(Query(chunk, block, before_block))
        self.buffer.clear()
        if block:
            self._after_block()

    def _after_block(self) -> None:
        self.state = State.UP if self.state in _IN_UP else State.DOWN
